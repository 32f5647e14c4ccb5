"""Whatever befalls the real terminal or the browser before it: the same screen again, and ``tongban glass`` says which is ill."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, sync_playwright
from support.hall import Hall, hall, until
from support.relay import relay

from kiosk.cli import main
from kiosk.visit.pulse import GlassState

BAR = 10.0
"""Seconds from the misfortune to its being known."""
BACK = 30.0
"""Seconds a browser may take to prove itself again here; a service that goes on is back much sooner (``python -m bench 恢复``)."""
WELL, BROKEN, NOT_KNOWN = 0, 1, 2
pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "terminal") as running:
        assert glass(running) == (WELL, "awaited")
        yield running


@pytest.fixture
def one(terminal: Hall) -> Hall:
    """Its visit stands at the choice of an item, just touched: nobody touches it for the length of a test."""
    visit = terminal.glass()
    visit.do("begin" if visit.look() == "welcome" else "back").do("choose-place", party="demo-jia").see("item")
    return terminal


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


def shown(chromium: Browser, address: str) -> Page:
    page = chromium.new_page(viewport={"width": 1080, "height": 1920})
    page.goto(address)
    same(page)
    return page


def same(page: Page) -> None:
    """The visit is where it was, nothing lies over it."""
    page.wait_for_selector("#screen.screen--item", timeout=BACK * 1000)
    page.wait_for_selector("#cover", state="hidden", timeout=BACK * 1000)


def glass(one: Hall) -> tuple[int, str]:
    """Exit code and first word of ``tongban glass``; no word where the service does not answer."""
    ended = CliRunner().invoke(main, ["glass", str(one.layout.base / "terminal.toml")])
    return ended.exit_code, ended.stdout.partition("：")[0]


def becomes(one: Hall, code: int, state: GlassState, within: float) -> None:
    until(lambda: glass(one) == (code, state.value), f"{state.value}; it is {glass(one)}", within)


def processes(chromium: Browser, kind: str) -> list[int]:
    told = chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return [process["id"] for process in told if process["type"] == kind]


@contextmanager
def stopped(*processes: int) -> Iterator[None]:
    assert processes
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def test_a_service_that_stands_still_is_not_taken_for_a_broken_glass_and_the_same_screen_comes_back(one: Hall) -> None:
    with browser() as chromium:
        page = shown(chromium, one.url("terminal"))
        becomes(one, WELL, GlassState.ALIVE, BACK)
        with stopped(one.pid("terminal")):
            page.wait_for_selector("#cover", state="visible")
            assert glass(one) == (NOT_KNOWN, "")
        same(page)
        becomes(one, WELL, GlassState.ALIVE, BAR)


def test_a_killed_browser_is_known_and_a_new_one_shows_the_same_screen(one: Hall) -> None:
    with browser() as chromium:
        shown(chromium, one.url("terminal"))
        becomes(one, WELL, GlassState.ALIVE, BACK)
        os.kill(processes(chromium, "browser")[0], signal.SIGKILL)
        becomes(one, BROKEN, GlassState.SILENT, BAR)
    with browser() as chromium:
        shown(chromium, one.url("terminal"))
        becomes(one, WELL, GlassState.ALIVE, BACK)


@pytest.mark.parametrize(
    ("kind", "sign", "state"),
    [
        ("renderer", signal.SIGKILL, GlassState.SILENT),
        ("renderer", signal.SIGSTOP, GlassState.SILENT),
        ("GPU", signal.SIGSTOP, GlassState.FROZEN),
    ],
)
def test_a_part_of_the_browser_that_is_killed_or_stands_still_is_known(
    one: Hall, kind: str, sign: signal.Signals, state: GlassState
) -> None:
    with browser() as chromium:
        shown(chromium, one.url("terminal"))
        becomes(one, WELL, GlassState.ALIVE, BACK)
        ill = processes(chromium, kind)
        if sign is signal.SIGKILL:
            for process in ill:
                os.kill(process, sign)
            becomes(one, BROKEN, state, BAR)
            shown(chromium, one.url("terminal"))  # as whoever keeps the browser loads it
        else:
            with stopped(*ill):
                becomes(one, BROKEN, state, BAR)
        becomes(one, WELL, GlassState.ALIVE, BACK)


def test_a_black_page_is_known_and_loaded_anew_it_is_the_same_screen(one: Hall) -> None:
    with browser() as chromium:
        page = shown(chromium, one.url("terminal"))
        becomes(one, WELL, GlassState.ALIVE, BACK)
        page.evaluate("() => { document.querySelector('main').style.opacity = 0; }")
        becomes(one, BROKEN, GlassState.BLANK, BAR)
        page.reload()
        same(page)
        becomes(one, WELL, GlassState.ALIVE, BACK)


def test_behind_a_stream_that_is_open_and_dead_the_page_still_follows(one: Hall) -> None:
    with relay(one.layout.ports.terminal) as line, browser() as chromium:
        page = shown(chromium, line.address)
        line.stands.set()
        one.glass().do("back").see("place")
        page.wait_for_selector("#screen.screen--place", timeout=BAR * 1000)
        one.glass().do("choose-place", party="demo-jia").see("item")
        same(page)
        assert glass(one)[0] == WELL


def test_a_killed_service_is_no_news_of_the_glass_and_started_anew_it_shows_the_same_screen(one: Hall) -> None:
    with browser() as chromium:
        page = shown(chromium, one.url("terminal"))
        one.kill("terminal")
        assert glass(one) == (NOT_KNOWN, "")
        page.wait_for_selector("#cover", state="visible")
        one.start("terminal")
        same(page)
        becomes(one, WELL, GlassState.ALIVE, BACK)


def test_settings_that_cannot_be_read_are_neither(tmp_path: Path) -> None:
    ended = CliRunner().invoke(main, ["glass", str(tmp_path / "none.toml")])
    assert ended.exit_code not in (WELL, BROKEN, NOT_KNOWN)
