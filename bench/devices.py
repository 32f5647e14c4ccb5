"""Each device's plug pulled and put back: how soon that is seen, how soon it serves again, at the pace of a hall.

The idle load with all devices attached and the terminal's memory are measured on the terminal itself: ``bench/terminal.py``.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path

from support.deck import Seat, deck

from devices.supervisor import Pace

TIMES = 6
SEEN, BACK = 1.0, 2.0
"""Seconds."""


def rows() -> list[tuple[str, str, str, bool]]:
    """(name, measured, bar, whether it holds) of each figure; the worst of :data:`TIMES`."""
    measured = []
    with tempfile.TemporaryDirectory() as folder, deck(Path(folder), Pace()) as seats:
        for name, seat in seats.items():
            seen, back = zip(*(_replug(seat) for _ in range(TIMES)), strict=True)
            measured.append(_row(f"{name}: unplugged → shown as absent (worst)", max(seen), SEEN))
            measured.append(_row(f"{name}: back → serves again (worst)", max(back), BACK))
    return measured


def _replug(seat: Seat) -> tuple[float, float]:
    time.sleep(2.5)  # longer than Pace.steady: each pull finds a device that had settled
    pulled = time.monotonic()
    seat.device.inject("unplug")
    seat.until(lambda: seat.driver.state().fault is not None)
    seen = time.monotonic() - pulled
    time.sleep(1.5)  # the back-off is at its longest
    put = time.monotonic()
    seat.device.clear("unplug")
    seat.usable()
    return seen, time.monotonic() - put


def _row(name: str, seconds: float, bar: float) -> tuple[str, str, str, bool]:
    return name, f"{seconds * 1000:.0f} ms", f"≤ {bar * 1000:.0f} ms", seconds <= bar


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    for row in rows():
        print(*row[:3], "ok" if row[3] else "MISSED", sep=" · ")
