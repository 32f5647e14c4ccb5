"""Start, memory and idle load of the terminal's own process, beside the budgets of the house."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import httpx
import psutil
from support.citizen import Citizen
from support.hall import hall

START, MEMORY, IDLE = 1.5, 370, 2.0
"""Seconds to the first page; MB (terminal 120 + camera and vision 250, one process here); percent of one core."""
WATCH = 20.0


def rows() -> list[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory() as folder, hall(Path(folder), "broker", "centre", "terminal") as one:
        one.stop("terminal")
        began = time.monotonic()
        one.start("terminal")
        httpx.get(one.url("terminal"))
        start = time.monotonic() - began
        process = psutil.Process(one.pid("terminal"))
        Citizen(one).submitted().took_receipt().left()  # a terminal that has seen a visit, its camera and its printer
        time.sleep(3)
        busy = _cpu(process)
        time.sleep(WATCH)
        idle = (_cpu(process) - busy) / WATCH * 100
        memory = process.memory_info().rss / 2**20
    return [
        ("服务启动→第一页", f"{start:.2f} s", f"≤ {START} s", start <= START),
        ("终端进程常驻内存（含找页、拉正）", f"{memory:.0f} MB", f"≤ {MEMORY} MB", memory <= MEMORY),
        ("空闲时占一个核（四个设备都接着）", f"{idle:.2f} %", f"≤ {IDLE} %", idle <= IDLE),
    ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
