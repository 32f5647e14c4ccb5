"""Live views: a stream tells a browser what of its view is different, and costs the server little however many there are.

A stream holds a thread of the server. So there are at most :data:`MOST`, of one session :data:`OF_ONE`, the newest drives out the
oldest; each ends after :data:`LIFE` and comes again by itself, through the door. All together they compute at most
:data:`SHARE` of the time: the more there are and the longer a view takes, the rarer they look.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from fleet.board.board import Board, Version

MOST = 24
OF_ONE = 3
LIFE = 120.0
PACE = 0.25
"""Seconds between two looks at best."""
BEAT = 5.0
"""Seconds after which something is said in any case: a page must know that it is not old."""
SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Picture:
    """A view as a browser has it: ``rows`` in order, id → HTML; ``parts``: what else may change, by its element's id."""

    rows: Mapping[str, str]
    parts: Mapping[str, str]

    @property
    def digest(self) -> str:
        return hashlib.sha256(msgspec.json.encode((list(self.rows.items()), self.parts))).hexdigest()[:16]


@dataclass(eq=False)
class _Stream:
    session: str
    gone: threading.Event = field(default_factory=threading.Event)


class Streams:
    """For any thread. ``stop`` ends all of them within a moment."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._lock = threading.Lock()
        self._open: list[_Stream] = []
        self._ended = False

    def stop(self) -> None:
        with self._lock:
            self._ended = True
            for stream in self._open:
                stream.gone.set()

    def follow(self, session: str, draw: Callable[[], Picture], asof: Callable[[], str], seen: str) -> Iterator[str]:
        """Server-sent events for a browser that shows the picture of digest ``seen``; ``draw`` makes the present one."""
        stream = self._enter(session)
        try:
            yield "retry: 1500\n\n"
            yield from self._told(stream, draw, asof, seen)
        finally:
            with self._lock:
                self._open.remove(stream)

    def _told(self, stream: _Stream, draw: Callable[[], Picture], asof: Callable[[], str], seen: str) -> Iterator[str]:
        before: Picture | None = None
        version: Version | None = None
        began = beat = time.monotonic()
        wait = 0.0
        while not stream.gone.wait(wait) and time.monotonic() - began < LIFE:
            at = time.monotonic()
            latest = self._board.version(PACE / 2)
            if latest != version:
                version, picture = latest, draw()
                if picture.digest != seen:
                    yield _event("board", _difference(before, picture), picture.digest)
                    beat = at
                before, seen = picture, picture.digest
            if at - beat >= BEAT:
                beat = at
                yield _event("asof", asof())
            wait = max(PACE, (time.monotonic() - at) * len(self._open) / SHARE)

    def _enter(self, session: str) -> _Stream:
        stream = _Stream(session)
        with self._lock:
            if self._ended:
                stream.gone.set()
            staying = [one for one in self._open if not one.gone.is_set()]
            own = [one for one in staying if one.session == session]
            for old in own[: len(own) - OF_ONE + 1] or staying[: len(staying) - MOST + 1]:
                old.gone.set()
            self._open.append(stream)
        return stream


def _difference(before: Picture | None, after: Picture) -> dict[str, object]:
    """The rows that are new or different, the order of all, and the parts that are different."""
    rows = {name: html for name, html in after.rows.items() if before is None or before.rows.get(name) != html}
    parts = {name: html for name, html in after.parts.items() if before is None or before.parts.get(name) != html}
    return {"order": list(after.rows), "rows": rows, "parts": parts}


def _event(name: str, data: object, key: str = "") -> str:
    told = msgspec.json.encode(data).decode()
    return f"event: {name}\ndata: {told}\n" + (f"id: {key}\n\n" if key else "\n")
