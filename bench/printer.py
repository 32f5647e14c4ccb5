"""The receipt printer: how long setting a receipt takes, and whether the paper ever waits for us.

Run by itself it prints its rows: ``python -m bench.printer``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from support.printing import printing, receipt

from devices.port import PrintOutcome
from devices.printer.raster import strips
from devices.printer.slip import Typesetter
from devices.printer.text import FONTS

ROUNDS = 30
PACE = 200.0
IDLE_S = 5.0


def rows() -> list[tuple[str, str, str, bool]]:
    """Name, measured, bar, whether it is met."""
    return [*_setting(), *_paper()]


def _setting() -> list[tuple[str, str, str, bool]]:
    slip = receipt()
    opened = time.perf_counter()
    typesetter = Typesetter(FONTS)
    opened = (time.perf_counter() - opened) * 1000
    first = _milliseconds(lambda: typesetter.render(slip))
    render = statistics.median(_milliseconds(lambda: typesetter.render(slip)) for _ in range(ROUNDS))
    picture = typesetter.render(slip)
    pack = statistics.median(_milliseconds(lambda: strips(picture)) for _ in range(ROUNDS))
    sent, raw = sum(len(strip.data) for strip in strips(picture)), picture.height * 72
    return [
        ("fonts opened", f"{opened:.0f} ms", "≤ 200 ms", opened <= 200),
        (f"receipt of {picture.height // 8} mm set, first", f"{first:.0f} ms", "≤ 200 ms", first <= 200),
        (f"receipt set, median of {ROUNDS}", f"{render:.0f} ms", "≤ 80 ms", render <= 80),
        (f"receipt as ESC/POS strips, median of {ROUNDS}", f"{pack:.0f} ms", "≤ 80 ms", pack <= 80),
        ("receipt on the wire", f"{sent / 1000:.0f} kB, {sent / raw:.0%} of its raster", "≤ 80 %", sent <= 0.8 * raw),
    ]


def _paper() -> list[tuple[str, str, str, bool]]:
    with printing(pace=PACE) as rig:
        rig.usable()
        began = time.perf_counter()
        outcome, _ = rig.print()
        took = time.perf_counter() - began
        ideal = (rig.last_cut().height_mm + 12) / PACE
        share = ideal / took
        processor = time.process_time()
        rig.changed.acquire()
        rig.changed.wait(IDLE_S)
        rig.changed.release()
        idle = (time.process_time() - processor) / IDLE_S
        rig.begin("b")
        rig.printing()
        opened = time.perf_counter()
        rig.paper.inject("cover open")
        rig.ended("b")
        told = (time.perf_counter() - opened) * 1000
    whole = outcome is PrintOutcome.PRINTED
    return [
        (
            "receipt from job to proof at 200 mm/s",
            f"{took:.2f} s, {share:.0%} of the mechanism's pace",
            "≥ 85 %",
            whole and share >= 0.85,
        ),
        ("cover opened while printing, told after", f"{told:.0f} ms", "≤ 200 ms", told <= 200),
        ("idle, driver and virtual printer together", f"{idle:.2%} of a core", "≤ 1 %", idle <= 0.01),
    ]


def _milliseconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    for name, measured, bar, ok in rows():
        print(f"{'ok ' if ok else 'BAD'} {name}: {measured} (bar {bar})")
