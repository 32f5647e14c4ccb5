"""Server-sent events to clerks' browsers: *there is something to fetch*, *say that you are there*, *you are signed out*.

Each stream holds one of the listener's threads, so a session has one: the newest ends the one before. The page answers ``there``
from its handler, not from a timer: browsers put the timers of a page behind others to sleep.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from flask import Response

BEAT = 1.0
"""Seconds between two words when nothing changes: so soon a browser that has gone is noticed."""
_ASK_EVERY = 3


class Streams:
    """``next_mark``: what the page should show by now, other than the mark given, or after some seconds the same."""

    def __init__(self, next_mark: Callable[[str, float], str]) -> None:
        self._next_mark = next_mark
        self._lock = threading.Lock()
        self._newest: dict[str, object] = {}
        self._stopped = False

    def open(self, session: str, lasts: Callable[[], bool]) -> Response:
        """``lasts``: whether the session does."""
        ticket = object()
        with self._lock:
            self._newest[session] = ticket
        words = self._words(session, ticket, lasts)
        return Response(words, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def stop(self) -> None:
        self._stopped = True

    def _words(self, session: str, ticket: object, lasts: Callable[[], bool]) -> Iterator[str]:
        mark, turn = "", 0
        while self._newest.get(session) is ticket and not self._stopped:
            if not lasts():
                with self._lock:
                    self._newest.pop(session, None)
                yield "event: over\ndata: 1\n\n"
                return
            now = self._next_mark(mark, BEAT)
            turn += 1
            asked = "event: there\ndata: 1\n\n" if turn % _ASK_EVERY == 0 else ""
            yield asked + (f"event: screen\ndata: {now}\n\n" if now != mark else ": still here\n\n")
            mark = now
        yield "event: evicted\ndata: 1\n\n"
