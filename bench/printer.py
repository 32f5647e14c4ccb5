"""The receipt printer: how long setting a receipt takes, and whether the paper ever waits for us.

Run by itself it prints its rows: ``python -m bench.printer``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from support.printing import CABLES, Cable, printing, receipt

from devices.port import PrintOutcome
from devices.printer.model import models
from devices.printer.raster import strips
from devices.printer.slip import Typesetter
from devices.printer.text import FONTS

ROUNDS = 30
PACE = 200.0
IDLE_S = 5.0
RECEIPTS = 5
SEEN, BACK = 1.0, 2.0
Row = tuple[str, str, str, bool]


def rows() -> list[Row]:
    """Name, measured, bar, whether it is met."""
    return [*_setting(), *_paper(), *_heads(), *_cables(), _slow()]


def _setting() -> list[Row]:
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


def _paper() -> list[Row]:
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


def _heads() -> list[Row]:
    """How often the paper stops within a receipt because the next dots are late, over TCP."""
    found = []
    for pace in (200.0, 250.0):
        with printing(pace=pace) as rig:
            rig.usable()
            whole = all(rig.print(str(n))[0] is PrintOutcome.PRINTED for n in range(RECEIPTS))
            stalls, starved = rig.paper.starved
        measured = f"{stalls} stops, {starved:.1f} ms"
        found.append((f"{RECEIPTS} receipts over TCP, head at {pace:.0f} mm/s starved", measured, "0 stops", whole and not stalls))
    return found


def _cables() -> list[Row]:
    """Unplugged while idle, and plugged in again."""
    found = []
    for cable in CABLES:
        with printing(cable=cable) as rig:
            rig.usable()
            began = time.perf_counter()
            rig.paper.inject("unplug")
            rig.faulted("absent")
            seen = time.perf_counter() - began
            began = time.perf_counter()
            rig.paper.clear("unplug")
            rig.usable()
            back = time.perf_counter() - began
        found.append((f"{cable.kind}: unplugged, told after", f"{seen:.2f} s", f"≤ {SEEN:.0f} s", seen <= SEEN))
        found.append((f"{cable.kind}: plugged in, ready after", f"{back:.2f} s", f"≤ {BACK:.0f} s", back <= BACK))
    return found


def _slow() -> Row:
    with printing(cable=Cable("serial", 9600), model=models()["generic-gbk"], mode="text", pace=PACE) as rig:
        rig.usable()
        began = time.perf_counter()
        whole = rig.print()[0] is PrintOutcome.PRINTED
        took = time.perf_counter() - began
    return "receipt as text at 9600 baud, from job to proof", f"{took:.2f} s", "≤ 5 s", whole and took <= 5


def _milliseconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    for name, measured, bar, ok in rows():
        print(f"{'ok ' if ok else 'BAD'} {name}: {measured} (bar {bar})")
