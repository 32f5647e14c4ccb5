"""Whether Chromium grows: visits back to back in one browser, each to its end, at a terminal whose service is a process of its own.

Broker, centre, service and virtual hardware are those of the demonstration. The page goes through a visit by a script of the bench
that clicks what a citizen would touch, as fast as the screens come; card and signature are the bench's, through reader and service;
Chromium loads a new page at the end of each visit, as on a terminal. Looked at every ten visits, after a collection: the page's
heap and nodes (CDP Performance.getMetrics) and PSS of all the browser's processes (/proc/*/smaps_rollup). Growth is the median of
the last fifth over that of the second: in the first everything is used for the first time. ``python -m bench 五百场``, only when
named.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import CDPSession, Error, sync_playwright
from support.citizen import SIGNATURE
from support.hall import hall

VISITS = int(os.environ.get("VISITS", "500"))
EACH = 10
GROWTH = 1.05
"""Times what it was, at most: two looks at one browser differ by less."""
PATIENCE = 120.0
"""Seconds without a visit's end after which something hangs."""
PILOT = """
(() => {
  const WAYS = {
    welcome: ['begin'], place: ['choose-place', 'demo-jia'], item: ['choose-item', 'MED-REMOTE'],
    situation: ['choose-situation', 'MED-2'], channel: ['choose-channel', 'here'], prepare: ['next'], notice: ['agree'],
    identity: ['next'], waive: ['weigh', 'no'], page: ['keep-page'], delivery: ['choose-delivery'], form: ['fill-form'],
    review: ['submit'], rating: ['rate'], reason: ['give-reason'], farewell: ['end'],
  };
  const way = (step) => {
    if (step === 'scan') return [document.querySelector('.thumb') ? 'next' : 'take-page'];
    if (step === 'receipt') return document.querySelector(".actions .button--first") ? ['next'] : null;
    return WAYS[step];
  };
  let ticks = 0; // a few, until the page has taken the screen up
  setInterval(() => {
    const live = document.getElementById('live');
    if (!live || live.dataset.piloted || ++ticks % 4) return;
    const [intent, value] = way(live.dataset.step) ?? [];
    const says = value ? `:has([value='${value}'])` : '';
    const form = document.querySelector(`form[hx-post='/act/${intent}']${says}`);
    const button = form?.querySelector('[type=submit]:not(:disabled)');
    if (!button) return;
    live.dataset.piloted = 'yes';
    form.querySelector('input[type=checkbox]:not(:checked)')?.click();
    button.click();
  }, 15);
})();
"""

WHERE = """() => { const { step, visit } = document.getElementById('live').dataset; return [step, visit]; }"""


def rows() -> list[tuple[str, str, str, bool]]:
    found: dict[str, list[float]] = {"页面脚本堆（MB）": [], "页面节点（个）": [], "浏览器各进程 PSS 之和（MB）": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        hall(Path(folder), "broker", "centre", "terminal") as one,
        sync_playwright() as playwright,
    ):
        reader, glass = one.rig.reader(), one.glass()
        one.rig.camera().lay("residence")
        glass.see("welcome")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        page.add_init_script(PILOT)
        session, outer = page.context.new_cdp_session(page), browser.new_browser_cdp_session()
        session.send("Performance.enable")
        page.goto(one.url("terminal"))
        began = since = time.monotonic()
        visits: list[str] = []
        laid = ""
        while len(visits) <= VISITS:
            page.wait_for_timeout(100)
            try:
                step, visit = page.evaluate(WHERE)
            except Error:  # just then a new page was loaded
                continue
            if visit and visit not in visits[-1:]:
                visits.append(visit)
                since = time.monotonic()
                one.rig.printer().tear()
                one.rig.device("printer").clear("paper near end")  # a roll is two hundred receipts: staff lay a new one in time
                if len(visits) % EACH == 1 and len(visits) > 1:
                    for name, value in zip(found, _look(session, outer), strict=True):
                        found[name].append(value)
            if step == "card" and laid != visit:
                reader.lay("liu")
                laid = visit
            elif step == "identity":
                reader.lift()
            elif step == "sign" and glass.look() == "sign":
                glass.do("sign", signature=SIGNATURE)
            assert time.monotonic() - since < PATIENCE, f"the visit stands still at {step}"
        took = (time.monotonic() - began) / VISITS
        browser.close()
    return [*(_row(name, values) for name, values in found.items()), ("每场用时", f"{took:.1f} s", "", True)]


def _look(session: CDPSession, outer: CDPSession) -> tuple[float, float, float]:
    for _ in range(3):
        try:
            session.send("HeapProfiler.collectGarbage")
            told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        except Error:  # just then a new page was loaded
            continue
        processes = [one["id"] for one in outer.send("SystemInfo.getProcessInfo")["processInfo"]]
        return told["JSHeapUsedSize"] / 1e6, told["Nodes"], sum(map(_pss, processes))
    raise AssertionError("the page cannot be looked at")


def _pss(pid: int) -> float:
    """MB; of a process that has ended meanwhile nothing."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) / 1e3


def _row(name: str, values: list[float]) -> tuple[str, str, str, bool]:
    fifth = max(1, len(values) // 5)
    early, late = statistics.median(values[fifth : 2 * fifth] or values), statistics.median(values[-fifth:])
    growth = late / early
    return f"{VISITS} 场之后的{name}", f"{early:.1f} → {late:.1f}（× {growth:.3f}）", f"≤ × {GROWTH}", growth <= GROWTH
