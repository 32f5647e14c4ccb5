"""Server-sent events (HTML Living Standard 9.2): tell a page that there is something new to fetch.

waitress gives each stream a thread, and there are sixteen. So a role has one stream: the newest ends the one before,
and a word each second finds out about a browser that has gone, and lets the page find out about a stream that is dead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Response

from kiosk.visit.snapshot import Glass

BEAT = 1.0
"""Seconds between two words when nothing changes."""


class Streams:
    """The open streams, one a role."""

    def __init__(self, glass: Glass) -> None:
        self._glass = glass
        self._lock = threading.Lock()
        self._newest: dict[str, object] = {}

    def open(self, role: str) -> Response:
        """A stream of ``event: screen`` with the serial as its data; ``event: evicted`` when a newer one has taken over."""
        ticket = object()
        with self._lock:
            self._newest[role] = ticket
        return Response(self._words(role, ticket), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def _words(self, role: str, ticket: object) -> Iterator[str]:
        serial = -1
        while self._newest.get(role) is ticket:
            now = self._glass.wait(serial, BEAT).serial
            yield f"event: screen\ndata: {now}\n\n" if now != serial else "event: still\ndata: 1\n\n"
            serial = now
        yield "event: evicted\ndata: 1\n\n"
