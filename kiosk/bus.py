"""The one bounded, ordered queue all events pass through on their way to the one dispatcher."""

from __future__ import annotations

import queue
from typing import Generic, TypeVar

Item = TypeVar("Item")

LIMIT = 1000
"""A healthy terminal has a handful waiting; a thousand is a device gone mad, and a bound on what it can cost."""


class Bus(Generic[Item]):
    """Any thread posts, one takes. A full bus refuses the newest and counts it; it never blocks a device."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._limit = limit
        self.refused = 0

    def post(self, item: Item) -> bool:
        if self._queue.qsize() >= self._limit:
            self.refused += 1
            return False
        self._queue.put(item)
        return True

    def answer(self, item: Item) -> None:
        """What the dispatcher asked for and waits for: never refused, and no more than it asked."""
        self._queue.put(item)

    def take(self, timeout: float) -> Item | None:
        try:
            return self._queue.get(timeout=timeout)
        except queue.Empty:
            return None
