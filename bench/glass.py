"""How long a hand waits on a slow board: every touch of whole visits, in Chromium with its processor slowed four times.

From the finger's coming down, and from its lifting, to the frame after the one in which the next screen is painted. The hand is
a bare touch (Chromium's own input events), and nothing is asked of the page until it tells that it has changed. Layout shift as
Chromium's PerformanceObserver tells it (Layout Instability), of every screen, those after a touch counted as well. Weight: what the
first page loads, as it would be compressed. Real terminal, virtual hardware.
"""

from __future__ import annotations

import gzip
import re
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

import httpx
from shifts import WATCH as WATCH_SHIFTS
from shifts import shifts
from support.hall import hall
from support.touching import TouchWalk, touch_screen
from support.walker import CATALOGUE

SLOWED = 4
MEDIAN, P99 = 100.0, 250.0
"""Milliseconds."""
FIRST_PAGE, SCRIPT = 120_000, 60_000
"""Bytes."""
VISITS = (("demo-jia", "MED-2"), ("demo-jia", "ID-2"), ("demo-jia", "SI-CERT-1"), ("demo-jia", "MED-2"))
# The page watches its touches itself.
WATCH = """
(() => {
  window.taps = [];
  let [touched, lifted] = [0, 0];
  let from = '';
  const at = () => document.getElementById('live')?.dataset.step ?? '';
  document.addEventListener('pointerdown', (event) => {
    if (event.target.closest('form[hx-post^="/act/"] [type=submit], button[form]')) [touched, from] = [performance.now(), at()];
  }, { capture: true });
  document.addEventListener('pointerup', () => (lifted = performance.now()), { capture: true });
  document.addEventListener('DOMContentLoaded', () => new MutationObserver((changes) => {
    if (!changes.some((change) => [...change.addedNodes].some((one) => one.id === 'screen' || one.id === 'live'))) return;
    const [began, up, step] = [touched, lifted, from];
    touched = 0;
    if (!began) return;
    const painted = (now) => window.taps.push([`${step} → ${at()}`, now - began, now - up]);
    requestAnimationFrame(() => requestAnimationFrame(() => painted(performance.now())));
  }).observe(document.body, { childList: true, subtree: true }));
})();
"""


def rows() -> list[tuple[str, str, str, bool]]:
    taps: dict[str, list[float]] = defaultdict(list)
    lifted: list[float] = []
    moves: list[tuple[str, float, str]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(dir="/dev/shm") as profile,
        hall(Path(folder), "broker", "centre", "queue", "terminal") as one,
        touch_screen(Path(profile), "about:blank") as page,
    ):
        page.add_init_script(WATCH)
        page.add_init_script(WATCH_SHIFTS)
        page.goto(one.url("terminal"))
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})

        def looked(_screen: str) -> None:
            for way, ms, since in page.evaluate("() => window.taps.splice(0)"):
                taps[way].append(ms)
                lifted.append(since)
            moves.extend(shifts(page))

        for home, situation in VISITS:
            opened = next(o for o in CATALOGUE._openings.values() if (o.home, o.situation) == (home, situation))
            TouchWalk(one, opened, page=page, looked=looked).go()
            one.rig.printer().tear()
        weights = _weights(one.url("terminal", ""))
    every = sorted(ms for times in taps.values() for ms in times)
    median, p99 = statistics.median(every), statistics.quantiles(every, n=100)[98]
    from_up = statistics.median(lifted)
    moved = sum(value for _, value, _ in moves)
    slowest = sorted(taps.items(), key=lambda way: -max(way[1]))[:5]
    told = [(f"  最慢：{way}", " ".join(f"{ms:.0f}" for ms in times) + " ms", "", True) for way, times in slowest]
    where = [(f"  移动：{step}，{name}", f"{value:.4f}", "", True) for step, value, name in moves]
    return [
        (
            f"处理器慢 {SLOWED} 倍，触摸→下一屏画完（中位，{len(every)} 次）",
            f"{median:.0f} ms",
            f"≤ {MEDIAN:.0f} ms",
            median <= MEDIAN,
        ),
        ("同上，p99", f"{p99:.0f} ms", f"≤ {P99:.0f} ms", p99 <= P99),
        ("  从手指抬起算（中位）", f"{from_up:.0f} ms", f"≤ {MEDIAN:.0f} ms", from_up <= MEDIAN),
        *told,
        ("版面移动（各屏之和）", f"{moved:.4f}", "0", moved == 0),
        *where,
        ("首页（压缩后，字体除外）", f"{weights['all']:,} B", f"≤ {FIRST_PAGE:,} B", weights["all"] <= FIRST_PAGE),
        ("脚本（压缩后）", f"{weights['script']:,} B", f"≤ {SCRIPT:,} B", weights["script"] <= SCRIPT),
    ]


def _weights(base: str) -> dict[str, int]:
    """Of the first page and all it names, each by itself compressed as a server would."""

    def weight(body: bytes) -> int:
        return len(gzip.compress(body, 9))

    with httpx.Client(base_url=base) as client:
        page = client.get("/").text
        named = set(re.findall(r'(?:src|href)="(/[^"?]+\.(?:js|css|svg))[?"]', page))
        each = {path: weight(client.get(path).content) for path in named}
    return {
        "all": weight(page.encode()) + sum(each.values()),
        "script": sum(size for path, size in each.items() if path.endswith(".js")),
    }
