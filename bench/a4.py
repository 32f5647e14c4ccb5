"""The A4 printer behind a cupsd of its own: how soon its troubles are told, and what waiting costs. ``python -m bench.a4``."""

from __future__ import annotations

import statistics
import time

import psutil
from support.pages import Rig, pages, until

from devices.port import PrintOutcome

ROUNDS = 5
IDLE_S = 10.0


def rows() -> list[tuple[str, str, str, bool]]:
    """Name, measured, bar, whether it is met."""
    with pages(page_time=0.5) as rig:
        rig.usable()
        printed, own = [], 0.5
        for count in range(ROUNDS):
            began = time.perf_counter()
            assert rig.print(f"p{count}") == (PrintOutcome.PRINTED, None)
            printed.append(time.perf_counter() - began)
        cancelled = [_cancelled(rig, f"c{count}") for count in range(ROUNDS)]
        gone, back = zip(*(_unplugged(rig) for _ in range(ROUNDS)), strict=True)
        driver, cupsd = _idle(rig)
    beyond = statistics.median(printed) - own
    return [
        ("a page, beyond the printer's own time (median)", f"{beyond:.2f} s", "≤ 1.5 s", beyond <= 1.5),
        _row("paper out in a job → cancelled and both ends empty", cancelled, 2.0),
        _row("unplugged while idle → told", list(gone), 1.0),
        _row("plugged in → ready", list(back), 2.0),
        ("idle, driver and virtual printer together", f"{driver:.2%} of a core", "≤ 2 %", driver <= 0.02),
        ("idle, cupsd", f"{cupsd:.2%} of a core", "≤ 1 %", cupsd <= 0.01),
    ]


def _row(name: str, seconds: list[float], bar: float) -> tuple[str, str, str, bool]:
    median, worst = statistics.median(seconds), max(seconds)
    return f"{name} (median of {len(seconds)})", f"{median:.2f} s, worst {worst:.2f} s", f"≤ {bar:.0f} s", median <= bar


def _cancelled(rig: Rig, job: str) -> float:
    rig.usable()
    rig.begin(job, pages=3)
    rig.printing()
    began = time.perf_counter()
    rig.paper.inject("paper out")
    assert rig.ended(job) == (PrintOutcome.SPOILT, "a4_paper_out")
    took = time.perf_counter() - began
    rig.paper.clear()
    return took


def _unplugged(rig: Rig) -> tuple[float, float]:
    rig.usable()
    began = time.perf_counter()
    rig.paper.inject("cable out")
    rig.faulted("absent")
    gone = time.perf_counter() - began
    rig.paper.clear()
    began = time.perf_counter()
    until(lambda: rig.state().usable)
    return gone, time.perf_counter() - began


def _idle(rig: Rig) -> tuple[float, float]:
    assert rig.cupsd.process is not None
    cupsd = psutil.Process(rig.cupsd.process.pid)
    before = sum(cupsd.cpu_times()[:2])
    here = time.process_time()
    rig.changed.acquire()
    rig.changed.wait(IDLE_S)
    rig.changed.release()
    return (time.process_time() - here) / IDLE_S, (sum(cupsd.cpu_times()[:2]) - before) / IDLE_S


if __name__ == "__main__":
    for name, measured, bar, ok in rows():
        print(f"{'ok ' if ok else 'BAD'} {name}: {measured} (bar {bar})")
