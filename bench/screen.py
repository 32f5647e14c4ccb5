"""What the citizen waits for: identity → page, tap → next screen complete in Chromium, server time of every screen."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import Page
from support.citizen import ANSWERS, SIGNATURE
from support.hall import Hall, hall, until
from system.test_in_chromium import Finger, chromium

IDENTITY, TAP, SERVER = 150.0, 100.0, 20.0
"""Milliseconds."""
ROUNDS = 6
CARDS = 2
EACH = 40

# From the finger's touch to the frame in which the next screen is painted.
WATCH_TAPS = """
() => {
  window.taps = [];
  document.addEventListener('pointerdown', () => { window.touched = performance.now(); }, { capture: true });
  new MutationObserver((changes) => {
    if (window.touched && changes.some((c) => [...c.addedNodes].some((n) => n.id === 'live'))) {
      const from = window.touched;
      window.touched = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => window.taps.push(performance.now() - from)));
    }
  }).observe(document.body, { childList: true, subtree: true });
}
"""
WATCH_IDENTITY = """
() => {
  window.seen = 0;
  const look = () => {
    if (document.getElementById('live').dataset.step === 'identity') window.seen = Date.now();
    else requestAnimationFrame(look);
  };
  look();
}
"""


def rows() -> list[tuple[str, str, str, bool]]:
    taps: list[float] = []
    identities: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(dir="/dev/shm") as profile,
        hall(Path(folder), "broker", "centre", "terminal") as one,
    ):
        with chromium(Path(profile), one.url("terminal")) as page:
            for _ in range(ROUNDS):
                finger = Finger(page)
                finger.shows("welcome")
                page.evaluate(WATCH_TAPS)
                _to_the_card(finger)
                taps += page.evaluate("() => window.taps")
                for _ in range(CARDS):
                    identities.append(_identity(one, page, finger))
                    page.locator("form[hx-post='/act/not-me'] button").tap()
                    finger.shows("card")
                one.glass().do("end").see("welcome")
        servers = [ms for screen in _every_screen(one) for ms in _asked(one, screen)]
    identity, tap = statistics.median(identities), statistics.median(taps)
    p99 = statistics.quantiles(servers, n=100)[98]
    return [
        (
            f"身份读出→显示在页面上（中位，{len(identities)} 次）",
            f"{identity:.0f} ms",
            f"≤ {IDENTITY:.0f} ms",
            identity <= IDENTITY,
        ),
        (f"触摸→下一屏画完（中位，{len(taps)} 次）", f"{tap:.0f} ms", f"≤ {TAP:.0f} ms", tap <= TAP),
        (f"服务器出一屏 p99（各屏共 {len(servers)} 次）", f"{p99:.1f} ms", f"≤ {SERVER:.0f} ms", p99 <= SERVER),
    ]


def _to_the_card(finger: Finger) -> None:
    page = finger.page
    page.locator("form[hx-post='/act/begin'] button").tap()
    for step, words in (("place", "示范甲市"), ("item", "异地就医备案"), ("situation", "异地长期居住")):
        finger.shows(step)
        finger.tap(words)
    finger.shows("prepare")
    page.locator("form[hx-post='/act/next'] button").first.tap()
    finger.shows("notice")
    page.locator("form[hx-post='/act/agree'] button").tap()
    finger.shows("card")


def _identity(one: Hall, page: Page, finger: Finger) -> float:
    """Milliseconds from the terminal's first holding the identity (its serial grows) to the page's document showing it."""
    base = one.url("terminal", "")
    with httpx.Client(base_url=base, headers={"Origin": base}) as client:
        serial = client.post("/beat").json()["serial"]
        page.evaluate(WATCH_IDENTITY)
        one.rig.reader().lay("liu")
        held = 0.0
        while not held:
            now, present = time.time() * 1000, client.post("/beat").json()["serial"]
            if present != serial:
                serial = present
                held = now if "screen--identity" in client.get("/screen").text else 0.0
        finger.shows("identity")
        one.rig.reader().lift()
        page.wait_for_timeout(700)  # until the reader has seen the card go
        return float(page.evaluate("() => window.seen")) - held


def _every_screen(one: Hall) -> Iterator[str]:
    """One visit, paused at every screen."""
    glass = one.glass().see("welcome")
    yield "welcome"
    for intent, fields in (
        ("begin", {}),
        ("choose-place", {"party": "demo-jia"}),
        ("choose-item", {"item": "MED-REMOTE"}),
        ("choose-situation", {"situation": "MED-2"}),
        ("choose-channel", {"channel": "here"}),
        ("next", {}),
        ("agree", {}),
    ):
        glass.do(intent, **fields)
        yield glass.screen
    one.rig.reader().lay("liu")
    yield glass.see("identity").screen
    one.rig.reader().lift()
    one.rig.camera().lay("residence")
    yield glass.do("next").screen
    yield glass.do("weigh", waived="no").screen
    yield glass.do("take-page").see("page").screen
    yield glass.do("keep-page").do("next").screen
    yield glass.do("choose-delivery", way="pickup_intake").screen
    yield glass.do("fill-form", **ANSWERS).screen
    yield glass.do("sign", signature=SIGNATURE).screen
    yield glass.do("submit").see("receipt").screen
    until(lambda: any(p.cut for p in one.rig.printer().papers()), "a receipt")
    yield glass.see("rating").screen
    yield glass.do("rate", level="5").do("give-reason").screen


def _asked(one: Hall, screen: str) -> list[float]:
    times = []
    with httpx.Client(base_url=one.url("terminal", "")) as client:
        for _ in range(EACH):
            began = time.perf_counter()
            answer = client.get("/screen")
            times.append((time.perf_counter() - began) * 1000)
            if f"screen--{screen}" not in answer.text:
                break
    return times
