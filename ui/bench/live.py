"""Which parts of the bench have changed, told at once: server-sent events (HTML Living Standard 9.2).

Each open page takes a thread of the server, so there are :data:`MOST`: the oldest is told that it is over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from ui.bench.parts import signs
from ui.bench.sources import Sources

TICK = 0.2
"""Seconds between two looks at the hardware; paper that comes out moves by 4 cm in that time."""
SLOWER = 4
"""Every how many looks the slow parts are looked at, too."""
MOST = 4


class Live:
    def __init__(self, sources: Sources, wait: Callable[[float], object] = time.sleep) -> None:
        self._sources = sources
        self._wait = wait
        self._lock = threading.Lock()
        self._open: list[object] = []

    def words(self) -> Iterator[str]:
        """``event: changed`` with a part's name, every part at first; ``still`` when none has; ``evicted`` at the end."""
        ticket = object()
        with self._lock:
            self._open = [*self._open, ticket][-MOST:]
        try:
            yield from self._told(ticket)
        finally:
            with self._lock:
                self._open = [one for one in self._open if one is not ticket]

    def _told(self, ticket: object) -> Iterator[str]:
        known: dict[str, object] = {}
        looks = 0
        while ticket in self._open:
            now = signs(self._sources, slow=looks % SLOWER == 0)
            changed = [name for name, sign in now.items() if name not in known or known[name] != sign]
            known |= now
            yield "".join(f"event: changed\ndata: {name}\n\n" for name in changed) or "event: still\ndata: 1\n\n"
            looks += 1
            self._wait(TICK)
        yield "event: evicted\ndata: 1\n\n"
