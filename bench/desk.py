"""The desk on the screen: pictures a second as Chromium draws them, how old they are, what that costs, and what it costs at rest.

In a real terminal with the virtual desk in a process of its own. CPU is the terminal's process, all its threads, in shares of
one core; the browser's and the camera's are their own.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import psutil
from playwright.sync_api import Page
from support.citizen import Citizen
from support.hall import hall
from system.test_in_chromium import chromium

Row = tuple[str, str, str, bool]

PER_SECOND, CORE, IDLE = 10.0, 1.0, 0.02
SECONDS = 8
GROWTH = 2.0
"""MB of script heap that many pictures may leave behind after a collection."""

DRAWN = """
(seconds) => new Promise((resolve) => {
  const times = [];
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...rest) {
    times.push(performance.now());
    return draw.apply(this, rest);
  };
  setTimeout(() => { CanvasRenderingContext2D.prototype.drawImage = draw; resolve(times); }, seconds * 1000);
})
"""


def rows() -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(dir="/dev/shm") as profile,
        hall(Path(folder), "terminal") as one,
        chromium(Path(profile), one.url("terminal")) as page,
    ):
        process = psutil.Process(one.pid("terminal"))
        page.wait_for_selector("#live[data-step=welcome]", state="attached")
        rest = _share(process, lambda: page.wait_for_timeout(SECONDS * 1000))
        Citizen(one).identified()
        page.get_by_role("switch").tap()
        page.wait_for_selector("[role=switch][aria-checked=false]")
        one.rig.camera().lay("residence")
        page.wait_for_selector("#advice[data-tone=good]")
        times: list[float] = []
        live = _share(process, lambda: times.extend(page.evaluate(DRAWN, SECONDS)))
        grown = _grown(page)
        page.get_by_role("button", name="返回").tap()
        page.wait_for_selector("#screen:not(:has(#desk))")
        page.wait_for_timeout(1000)
        after = _share(process, lambda: page.wait_for_timeout(SECONDS * 1000))
    pace = len(times) / SECONDS
    gaps = [later - sooner for sooner, later in pairwise(times)]
    return [
        ("拍摄台画面，Chromium 每秒画出", f"{pace:.1f}", f"≥ {PER_SECOND:.0f}", pace >= PER_SECOND),
        ("两幅之间，中位与最长", f"{statistics.median(gaps):.0f} / {max(gaps):.0f} ms", "—", True),
        ("终端进程，拍摄台开着", f"{live:.2f} 核", f"≤ {CORE:.0f} 核", live <= CORE),
        ("终端进程，首页", f"{rest:.3f} 核", f"≤ {IDLE:.2f} 核", rest <= IDLE),
        ("终端进程，离开拍摄台以后", f"{after:.3f} 核", f"≤ {IDLE:.2f} 核", after <= IDLE),
        (f"{SECONDS * 2} 秒画面后脚本内存增长", f"{grown:.2f} MB", f"≤ {GROWTH:.0f} MB", grown <= GROWTH),
    ]


def _share(process: psutil.Process, meanwhile: Callable[[], object]) -> float:
    before, began = process.cpu_times(), time.monotonic()
    meanwhile()
    now = process.cpu_times()
    return float(now.user + now.system - before.user - before.system) / (time.monotonic() - began)


def _grown(page: Page) -> float:
    session = page.context.new_cdp_session(page)

    def heap() -> float:
        session.send("HeapProfiler.collectGarbage")
        return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    before = heap()
    page.wait_for_timeout(SECONDS * 2000)
    return heap() - before


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write("  ".join((*row[:3], "ok" if row[3] else "MISSED")) + "\n")
