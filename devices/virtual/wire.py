"""What goes over the devices' wires, for whoever watches the bench: bounded, in memory only, nothing of it in a log."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from devices.virtual.said import said

KEPT = 60
"""Rows a device, the newest: one that is chatty does not push another's out."""
LONGEST = 96
"""Bytes of a row that are kept; its ``size`` tells how many there were."""
CYCLE = 4
"""Rows that may be said in turn, again and again, without becoming more: two questions and their answers."""
TOGETHER = 0.03
"""Seconds within which pieces that go the same way are one row."""


class Tap(Protocol):
    """``heard``: the device heard it, else it said it. ``size``: bytes on the wire, where ``data`` is not all of them."""

    def __call__(self, heard: bool, data: bytes, size: int | None = None) -> None: ...


def nobody(heard: bool, data: bytes, size: int | None = None) -> None:
    """Nobody watches."""


@runtime_checkable
class Tapped(Protocol):
    """A device whose wire can be watched; ``tap`` is called on whatever thread serves the wire."""

    tap: Tap


@dataclass(slots=True)
class Row:
    """``n`` grows with whatever happens, so that rows lie in the order of what happened last in each; ``at``: Unix seconds.

    ``times``: how often the same was said in turn with few other things, as when a card is looked for."""

    n: int
    at: float
    device: str
    heard: bool
    said: str
    data: bytes = field(repr=False)
    size: int
    times: int = 1


class Wire:
    """Of all devices of a rig. May be told from any thread."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: dict[str, deque[Row]] = {}
        self._n = 0

    @property
    def serial(self) -> int:
        """Grows with everything that is told."""
        return self._n

    def tell(self, device: str, heard: bool, data: bytes, size: int | None = None) -> None:
        now, size, meant = self._clock(), len(data) if size is None else size, said(device, heard, data)
        with self._lock:
            self._n += 1
            rows = self._rows.setdefault(device, deque(maxlen=KEPT))
            last = rows[-1] if rows else None
            if last is not None and last.heard is heard and now - last.at < TOGETHER:
                last.data = (last.data + data[:LONGEST])[:LONGEST]
                last.n, last.at, last.size = self._n, now, last.size + size
                return
            for row in list(rows)[-CYCLE:]:
                if (row.heard, row.said) == (heard, meant):
                    row.n, row.at, row.size, row.data = self._n, now, size, data[:LONGEST]
                    row.times += 1
                    return
            rows.append(Row(self._n, now, device, heard, meant, data[:LONGEST], size))

    def rows(self) -> list[Row]:
        """Copies, what happened last first."""
        with self._lock:
            found = [
                Row(r.n, r.at, r.device, r.heard, r.said, r.data, r.size, r.times) for rows in self._rows.values() for r in rows
            ]
        return sorted(found, key=lambda row: -row.n)
