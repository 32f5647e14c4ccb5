"""How long a card takes: the driver above a virtual reader at 115200 baud, at real pace. ``python -m bench.idcard``.

"Beyond wire and chip" counts everything except the long answer and the chip: some 4 ms of it are the short frames on the wire.
"""

from __future__ import annotations

import logging
import queue
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TypeVar

from devices.idcard.reader import FIND_EVERY, SdtReader
from devices.port import CardFound, CardRead, CardRemoved, DeviceChanged, DeviceEvent
from devices.virtual.idcard import VirtualReader

READS = 24
CHIP = 0.3
ANSWER = 1295
OWN = 0.015
"""Seconds the terminal may add to wire and chip between "a card" and the card's text."""
PATIENCE = 10.0
Kind = TypeVar("Kind", bound=DeviceEvent)


def rows() -> list[tuple[str, str, str, bool]]:
    """(name, measured, bar, whether it holds) of each figure."""
    found, read, back = measure(READS)
    wire = VirtualReader(Path("unused"), chip_time=CHIP).wire_time(ANSWER)
    bar = wire + CHIP + OWN
    median = statistics.median(read)
    return [
        _row("card laid → found (worst)", max(found), FIND_EVERY + 0.05),
        _row("found → read (median)", median, bar),
        _row("… of it beyond wire and chip (median)", median - wire - CHIP, OWN),
        _row("reader back → ready (worst)", max(back), 2.0),
    ]


def measure(reads: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds from laying a card to its being found, from then to its being read, from plugging in to being ready."""
    events: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
    found, read, back = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        device = VirtualReader(Path(folder) / "idcard", chip_time=CHIP)
        driver = SdtReader(device.address)
        device.start()
        driver.start(events.put)
        driver.arm()
        try:
            _state(events, usable=True)
            for number in range(reads):
                # Not in step with the driver's looking.
                time.sleep(random.uniform(0, FIND_EVERY))
                laid = time.monotonic()
                device.lay("liu" if number % 2 else "chen")
                at = _next(events, CardFound).at
                found.append(at - laid)
                read.append(_next(events, CardRead).at - at)
                device.lift()
                _next(events, CardRemoved)
            for _ in range(3):
                device.inject("unplug")
                _state(events, usable=False)
                plugged = time.monotonic()
                device.clear()
                _state(events, usable=True)
                back.append(time.monotonic() - plugged)
        finally:
            driver.stop()
            device.stop()
    return found, read, back


def _next(events: queue.SimpleQueue[DeviceEvent], kind: type[Kind]) -> Kind:
    while not isinstance(event := events.get(timeout=PATIENCE), kind):
        pass
    return event


def _state(events: queue.SimpleQueue[DeviceEvent], usable: bool) -> None:
    while _next(events, DeviceChanged).state.usable is not usable:
        pass


def _row(name: str, seconds: float, bar: float) -> tuple[str, str, str, bool]:
    return name, f"{seconds * 1000:.1f} ms", f"≤ {bar * 1000:.1f} ms", seconds <= bar


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    for name, measured, bar, holds in rows():
        print(f"{name:<42}{measured:>12}   {bar:<14}{'ok' if holds else 'NOT MET'}")
