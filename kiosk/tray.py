"""Pictures of pages between the camera and the seal: in memory only, a few at a time."""

from __future__ import annotations

import threading

MAX_PICTURES = 4
"""One on the screen, one being sealed, and two for a citizen faster than the disk; more are refused."""


class Tray:
    """JPEGs by their reference. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pictures: dict[str, bytes] = {}

    def put(self, ref: str, jpeg: bytes) -> bool:
        """False when the tray is full."""
        with self._lock:
            if len(self._pictures) >= MAX_PICTURES:
                return False
            self._pictures[ref] = jpeg
            return True

    def look(self, ref: str) -> bytes | None:
        with self._lock:
            return self._pictures.get(ref)

    def take(self, ref: str) -> bytes | None:
        with self._lock:
            return self._pictures.pop(ref, None)

    def clear(self) -> int:
        """Empty it; how many there were."""
        with self._lock:
            count = len(self._pictures)
            self._pictures.clear()
            return count

    def count(self) -> int:
        with self._lock:
            return len(self._pictures)
