"""From the terminal's commit to the centre's receipt, and how fast an outbox drains. ``python -m bench.link``.

Everything is real and on this machine: mosquitto, the centre with its database on the disk, the terminal's link and publisher.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import threading
import time
from pathlib import Path

from support.broker import wait_until
from support.fleet import ListOutbox, rating, running_fleet, terminal_end

from mqtt.window import Ranges

SINGLE = 60
DRAIN = 2000
ALONE = 0.1
"""Seconds between single events: longer than the centre's batch, as they come in a hall."""
CONFIRMED = 0.1
"""Seconds from commit to receipt of an event that comes alone: four hops and the centre's fsync."""
RATE = 200.0
"""Events a second at which one terminal drains. A window of 20 a batch of 40 ms bounds it at 500: a day's outage in seconds."""


class _TimedOutbox(ListOutbox):
    """Remembers when each row was confirmed."""

    def __init__(self) -> None:
        super().__init__()
        self.done = threading.Event()
        self.at = 0.0

    def confirm(self, ranges: Ranges) -> None:
        super().confirm(ranges)
        self.at = time.perf_counter()
        if not len(self):
            self.done.set()


def rows() -> list[tuple[str, str, str, bool]]:
    """(name, measured, bar, whether it holds) of each figure."""
    with tempfile.TemporaryDirectory() as folder:
        single, drained = measure(Path(folder))
    median, worst, rate = statistics.median(single), max(single), DRAIN / drained
    return [
        ("commit → confirmed (median)", f"{median * 1000:.0f} ms", f"≤ {CONFIRMED * 1000:.0f} ms", median <= CONFIRMED),
        (f"commit → confirmed (worst of {SINGLE})", f"{worst * 1000:.0f} ms", "≤ 2000 ms", worst <= 2.0),
        (f"outbox of {DRAIN} drains at", f"{rate:.0f} events/s", f"≥ {RATE:.0f} events/s", rate >= RATE),
    ]


def measure(folder: Path) -> tuple[list[float], float]:
    """Seconds of single events, and seconds a whole outbox takes."""
    outbox = _TimedOutbox()
    with running_fleet(folder) as fleet, terminal_end(fleet.broker, outbox=outbox) as terminal:
        wait_until(lambda: terminal.link.state.connected, "the terminal is connected")
        single = []
        for n in range(SINGLE):
            outbox.done.clear()
            time.sleep(ALONE)
            started = time.perf_counter()
            outbox.add(rating(f"S{n}"))
            terminal.publisher.wake()
            assert outbox.done.wait(20)
            single.append(outbox.at - started)
        outbox.done.clear()
        for n in range(DRAIN):
            outbox.add(rating(f"D{n}"))
        started = time.perf_counter()
        terminal.publisher.wake()
        assert outbox.done.wait(120)
        return single, outbox.at - started


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for row in rows():
        print(*row, sep=" · ")
