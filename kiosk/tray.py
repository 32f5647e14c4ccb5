"""Pictures of pages between the camera and the seal: in memory only, a few at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from domain.case.turning import turned

MAX_PICTURES = 4
"""One on the screen, one being sealed, and two for a citizen faster than the disk; more are refused."""

MAX_SMALL = 100
"""Of some 40 kB; pages beyond are shown by their number only."""


MAX_LIKENESSES = 200
"""Some 100 kB each; pages beyond are not recognised when they come again."""


class Tray:
    """JPEGs by their reference until they are sealed; small ones, and what pages are known by, until the visit ends. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pictures: dict[str, bytes] = {}
        self._small: dict[str, bytes] = {}
        self._likenesses: dict[str, bytes] = {}

    def put(self, ref: str, jpeg: bytes, small: bytes = b"", likeness: bytes = b"") -> bool:
        """False when the tray is full."""
        with self._lock:
            if len(self._pictures) >= MAX_PICTURES:
                return False
            self._pictures[ref] = jpeg
            if small and len(self._small) < MAX_SMALL:
                self._small[ref] = small
            if likeness and len(self._likenesses) < MAX_LIKENESSES:
                self._likenesses[ref] = likeness
            return True

    def known(self, refs: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
        """What the pages ``refs`` are known by, those that are."""
        with self._lock:
            return tuple((ref, self._likenesses[ref]) for ref in refs if ref in self._likenesses)

    def look(self, ref: str) -> bytes | None:
        with self._lock:
            return self._pictures.get(ref)

    def thumb(self, ref: str) -> bytes | None:
        with self._lock:
            return self._small.get(ref)

    def turn(self, ref: str, quarters: int = 1) -> bool:
        """Turn the picture clockwise; false when it is sealed or gone."""
        with self._lock:
            if ref not in self._pictures:
                return False
            for pictures in (self._pictures, self._small):
                if ref in pictures:
                    pictures[ref] = turned(pictures[ref], quarters)
            return True

    def take(self, ref: str) -> bytes | None:
        with self._lock:
            return self._pictures.pop(ref, None)

    def drop(self, ref: str) -> None:
        """The page belongs to no case any more."""
        with self._lock:
            for held in (self._pictures, self._small, self._likenesses):
                held.pop(ref, None)

    def clear(self) -> int:
        """Empty it; how many pictures there were that were not sealed."""
        with self._lock:
            count = len(self._pictures)
            self._pictures.clear()
            self._small.clear()
            self._likenesses.clear()
            return count

    def count(self) -> int:
        """Whatever is held of pages."""
        with self._lock:
            return len(self._pictures) + len(self._small) + len(self._likenesses)
