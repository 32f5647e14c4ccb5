"""A black or frozen glass is known within ten seconds, and told apart: real Chromium, whose processes are stopped one by one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from screens_glass import ScreenGlass, served, until
from screens_walk import walk
from screens_ways import ways

from kiosk.clock import Clock
from kiosk.glass_watch import GlassJudge
from kiosk.visit.pulse import GlassState
from ui.app import create_app

BAR = 10.0
"""Seconds from the misfortune to the service's knowing."""
RECOVERY = 30.0

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


class Watched:
    def __init__(self, browser: Browser, glass: ScreenGlass, judge: GlassJudge, page: Page, address: str) -> None:
        self.browser, self.glass, self.judge, self.page, self.address = browser, glass, judge, page, address

    def processes(self, kind: str) -> list[int]:
        """The browser's processes of ``kind``: ``renderer`` or ``GPU``."""
        session = self.browser.new_browser_cdp_session()
        return [one["id"] for one in session.send("SystemInfo.getProcessInfo")["processInfo"] if one["type"] == kind]

    def becomes(self, state: GlassState, within: float) -> float:
        began = time.monotonic()
        until(lambda: self.judge.asked().state is state, within)
        return time.monotonic() - began


@pytest.fixture
def watched() -> Iterator[Watched]:
    glass = ScreenGlass()
    next(name for name in walk(glass) if name == "prepare")
    judge = GlassJudge(Clock(), lambda: None)
    judge.start()
    with sync_playwright() as playwright, served(create_app(glass, watch=judge)) as address:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        page.goto(address)
        one = Watched(browser, glass, judge, page, address)
        one.becomes(GlassState.ALIVE, RECOVERY)
        yield one
        browser.close()
    judge.stop()


@contextmanager
def stopped(processes: list[int]) -> Iterator[None]:
    assert processes
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize(("kind", "state"), [("renderer", GlassState.SILENT), ("GPU", GlassState.FROZEN)])
def test_a_process_of_the_browser_that_stands_still_is_known_and_its_going_on_as_well(
    watched: Watched, kind: str, state: GlassState
) -> None:
    """When the GPU process stands still the page's script goes on: only the frames stop."""
    with stopped(watched.processes(kind)):
        watched.becomes(state, BAR)
    watched.becomes(GlassState.ALIVE, RECOVERY)


UNSTYLED = "() => document.querySelectorAll('link').forEach((one) => one.remove())"
LEAVES: dict[str, tuple[Callable[[Page], object], GlassState]] = {
    "another page": (lambda page: page.goto("about:blank"), GlassState.SILENT),
    "the tab is closed": (lambda page: page.close(), GlassState.SILENT),
    "black": (lambda page: page.evaluate("() => { document.querySelector('main').style.opacity = 0; }"), GlassState.BLANK),
    "empty": (lambda page: page.evaluate("() => document.querySelector('main').replaceChildren()"), GlassState.BLANK),
    "unstyled": (lambda page: page.evaluate(UNSTYLED), GlassState.BLANK),
    "behind": (lambda page: page.route("**/screen*", lambda route: route.abort()), GlassState.BEHIND),
}


@pytest.mark.parametrize("what", LEAVES)
def test_a_page_that_is_gone_black_or_behind_is_known(watched: Watched, what: str) -> None:
    do, state = LEAVES[what]
    do(watched.page)
    watched.glass.show(idle_left=20)
    watched.becomes(state, BAR)
    if not watched.page.is_closed():
        watched.page.unroute_all()
        watched.page.goto(watched.address)
        watched.becomes(GlassState.ALIVE, RECOVERY)


def test_a_glass_that_is_well_is_never_called_broken_while_a_visit_goes_on(watched: Watched) -> None:
    """Through every screen, from one visit to the next, and by reloading."""
    seen = set()
    for n, _name in enumerate(ways(watched.glass)):
        if n % 5 == 0:
            watched.page.reload()
        watched.page.wait_for_selector(f'#live[data-serial="{watched.glass.snapshot().serial}"]', state="attached")
        seen.add(watched.judge.asked().state)
    assert seen == {GlassState.ALIVE}
