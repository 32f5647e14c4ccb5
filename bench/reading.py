"""The reader of pages measured: dense Chinese print to the letter, the time of both cores, the memory of its process.

Pages are drawn from a seed (``tests/support/dense.py``): 19 lines of 34 characters, 11 pt, with numbers and codes. Times are the
best of several on the same page, for whoever else uses the machine only adds; CPU time beside them depends on that less.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import cv2
from support.dense import Printed, as_a_camera_sees, character_error, dense
from support.reading import Rig, jpeg, reading

from devices.port import PageRead
from devices.reading.options import Options

Row = tuple[str, str, str, bool]
ERROR, SECONDS, MEMORY = 0.005, 3.5, 600
REPEATS = 5
PAGES: tuple[tuple[str, Callable[[], list[Printed]]], ...] = (
    ("宋体 11 磅", lambda: [dense(seed) for seed in range(6)]),
    ("黑体 11 磅", lambda: [dense(seed, "Sans") for seed in range(6, 10)]),
    ("宋体 9 磅", lambda: [dense(seed, points=9) for seed in range(10, 12)]),
)


def rows() -> list[Row]:
    """(name, measured, bar, whether it is met)."""
    with reading(Options(page=280)) as rig:
        began = time.monotonic()
        rig.read("first", jpeg(dense(99).page[:300]))
        start = time.monotonic() - began
        found = [row for name, pages in PAGES for row in _errors(rig, name, pages())]
        return [*found, *_times(rig), ("process started, first lines read", f"{start:.1f} s", "—", True), _memory(rig)]


def _errors(rig: Rig, name: str, pages: list[Printed]) -> list[Row]:
    looks = (
        ("200 dpi", lambda page, _: page),
        ("150 dpi", lambda page, _: cv2.resize(page, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)),
        ("as a camera sees it", as_a_camera_sees),
    )
    measured = []
    for look, change in looks:
        errors = [_error(rig, f"{name} {look} {at}", page, change(page.page, at)) for at, page in enumerate(pages)]
        mean, judged = statistics.fmean(errors), "11" in name
        bar = f"≤ {ERROR:.1%} on average" if judged else "—"
        text = f"{mean:.2%}, worst {max(errors):.2%}"
        measured.append((f"{name}, {look}: error of {len(pages)} pages", text, bar, mean <= ERROR or not judged))
    return measured


def _error(rig: Rig, name: str, true: Printed, seen: object) -> float:
    return character_error(rig.text(name, jpeg(seen)), true.text)  # type: ignore[arg-type]


def _times(rig: Rig) -> list[Row]:
    page = jpeg(dense(0).page)
    took, spent = [], []
    process = rig.process()
    for at in range(REPEATS):
        began, before = time.perf_counter(), sum(process.cpu_times()[:2])
        assert isinstance(rig.read(f"time {at}", page), PageRead)
        took.append(time.perf_counter() - began)
        spent.append(sum(process.cpu_times()[:2]) - before)
    return [
        (f"a dense page, two threads, best of {REPEATS}", f"{min(took):.2f} s", f"≤ {SECONDS} s", min(took) <= SECONDS),
        ("CPU time of it, median", f"{statistics.median(spent):.2f} s", "—", True),
    ]


def _memory(rig: Rig) -> Row:
    status = Path(f"/proc/{rig.reader.pid}/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    return "most it ever had resident, after all these pages", f"{peak:.0f} MiB", f"≤ {MEMORY} MiB", peak <= MEMORY
