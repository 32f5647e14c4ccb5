"""How long a card takes: the driver above a virtual reader at 115200 baud, at real pace. ``python -m bench.idcard``.

"Beyond wire and chip" counts everything except the long answers and the chip: some 4 ms of it are the short frames on the wire.
The bar is :data:`OWN` for each exchange: the text, and the newest address of documents that have an address.
"""

from __future__ import annotations

import logging
import queue
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from devices.idcard.reader import FIND_EVERY, SdtReader
from devices.port import CardFound, CardRead, CardRemoved, DeviceChanged, DeviceEvent
from devices.virtual.idcard import ADDRESS_TIME, VirtualReader

READS = 12
"""Of each kind of card."""
CHIP = 0.3
TEXT, ADDRESS, NO_ADDRESS = 1295, 81, 11
"""Bytes of the answers to ``30 01`` and ``30 03``, with a newest address and without one."""
OWN = 0.015
"""Seconds the terminal may add to wire and chip for each exchange between "a card" and the card's text."""
PATIENCE = 10.0
Event = TypeVar("Event", bound=DeviceEvent)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of card: two of the bench's, laid in turn; the answer to ``30 03`` in bytes, 0 where it is not asked."""

    name: str
    cards: tuple[str, str]
    address: int

    @property
    def exchanges(self) -> int:
        return 2 if self.address else 1

    def alone(self, device: VirtualReader) -> float:
        """Seconds of wire and chip."""
        chip = CHIP * (1 + (ADDRESS_TIME if self.address == ADDRESS else 0))
        return device.wire_time(TEXT + self.address) + chip


KINDS = (
    Kind("居民身份证", ("liu", "chen"), NO_ADDRESS),
    Kind("居民身份证，有最新住址", ("qian", "qian"), ADDRESS),
    Kind("港澳台居民居住证", ("lam", "ho"), NO_ADDRESS),
    Kind("外国人永久居留身份证 2017", ("sample", "sample"), 0),
    Kind("外国人永久居留身份证 2023", ("smith", "smith"), 0),
)


@dataclass(slots=True)
class Measured:
    """Seconds from laying a card to its being found; by kind from then to its being read."""

    found: list[float] = field(default_factory=list)
    read: dict[str, list[float]] = field(default_factory=dict)


def rows() -> list[tuple[str, str, str, bool]]:
    """(name, measured, bar, whether it holds) of each figure."""
    measured = measure(READS)
    device = VirtualReader(Path("unused"), chip_time=CHIP)
    table = [_row("card laid → found (worst)", max(measured.found), FIND_EVERY + 0.05)]
    for kind in KINDS:
        median, alone = statistics.median(measured.read[kind.name]), kind.alone(device)
        table.append(_row(f"found → read, {kind.name} (median)", median, alone + kind.exchanges * OWN))
        table.append(_row("… of it beyond wire and chip (median)", median - alone, kind.exchanges * OWN))
    return table


def measure(reads: int) -> Measured:
    measured = Measured()
    events: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        device = VirtualReader(Path(folder) / "idcard", chip_time=CHIP)
        driver = SdtReader(device.address)
        device.start()
        driver.start(events.put)
        driver.arm()
        try:
            while not _next(events, DeviceChanged).state.usable:
                pass
            for kind in KINDS:
                measured.read[kind.name] = []
                for number in range(reads):
                    # Not in step with the driver's looking.
                    time.sleep(random.uniform(0, FIND_EVERY))
                    laid = time.monotonic()
                    device.lay(kind.cards[number % 2])
                    at = _next(events, CardFound).at
                    measured.found.append(at - laid)
                    measured.read[kind.name].append(_next(events, CardRead).at - at)
                    device.lift()
                    _next(events, CardRemoved)
        finally:
            driver.stop()
            device.stop()
    return measured


def _next(events: queue.SimpleQueue[DeviceEvent], kind: type[Event]) -> Event:
    while not isinstance(event := events.get(timeout=PATIENCE), kind):
        pass
    return event


def _row(name: str, seconds: float, bar: float) -> tuple[str, str, str, bool]:
    return name, f"{seconds * 1000:.1f} ms", f"≤ {bar * 1000:.1f} ms", seconds <= bar


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    for name, measured, bar, holds in rows():
        print(f"{name:<42}{measured:>12}   {bar:<14}{'ok' if holds else 'NOT MET'}")
