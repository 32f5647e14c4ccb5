"""Pictures of pages between the camera and the seal: in memory only, a few at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from domain.case.turning import turned

MAX_PICTURES = 4
"""One on the screen, one being sealed, and two for a citizen faster than the disk; more are refused."""


MAX_LIKENESSES = 200
"""Some 100 kB each; pages beyond are not recognised when they come again."""


class Tray:
    """JPEGs by their reference until they are sealed, and what their pages are known by until the visit ends. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pictures: dict[str, bytes] = {}
        self._likenesses: dict[str, bytes] = {}

    def put(self, ref: str, jpeg: bytes, likeness: bytes = b"") -> bool:
        """False when the tray is full."""
        with self._lock:
            if len(self._pictures) >= MAX_PICTURES:
                return False
            self._pictures[ref] = jpeg
            if likeness and len(self._likenesses) < MAX_LIKENESSES:
                self._likenesses[ref] = likeness
            return True

    def known(self, refs: Iterable[str]) -> tuple[tuple[str, bytes], ...]:
        """What the pages ``refs`` are known by, those that are."""
        with self._lock:
            return tuple((ref, self._likenesses[ref]) for ref in refs if ref in self._likenesses)

    def drop(self, ref: str) -> None:
        """The page belongs to no case any more."""
        with self._lock:
            self._pictures.pop(ref, None)
            self._likenesses.pop(ref, None)

    def look(self, ref: str) -> bytes | None:
        with self._lock:
            return self._pictures.get(ref)

    def turn(self, ref: str, quarters: int) -> bool:
        """Turn the picture clockwise; false when it is sealed or gone."""
        with self._lock:
            jpeg = self._pictures.get(ref)
            if jpeg is None:
                return False
            self._pictures[ref] = turned(jpeg, quarters)
            return True

    def take(self, ref: str) -> bytes | None:
        with self._lock:
            return self._pictures.pop(ref, None)

    def clear(self) -> int:
        """Empty it; how many pictures there were."""
        with self._lock:
            count = len(self._pictures)
            self._pictures.clear()
            self._likenesses.clear()
            return count

    def count(self) -> int:
        with self._lock:
            return len(self._pictures) + len(self._likenesses)
