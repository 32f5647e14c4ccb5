"""What the live desk promises in the browser a terminal runs, by touch: advice, count, pictures, pages kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect
from screens_glass import PAPER, ScreenGlass, served, until
from screens_in_browser import WAIT, Terminal, lead
from screens_walk import rich_catalogue

from kiosk.visit.snapshot import Advice, Edge, Sight
from ui.app import create_app
from ui.view.desk import WORDS


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass(rich_catalogue())


def test_each_advice_is_told_in_words_and_a_picture_with_its_place_and_no_touch_is_stale(
    browser: Browser, glass: ScreenGlass
) -> None:
    lead(glass, "scan")
    place = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
    drawn = "256.0,192.0 384.0,192.0 384.0,288.0 256.0,288.0"
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        pictures = set()
        for advice in Advice:
            glass.see(Sight(advice, PAPER, where=place))
            expect(page.locator("#advice-title")).to_have_text(WORDS[advice].title, timeout=WAIT)
            expect(page.locator("#advice-text")).to_have_text(WORDS[advice].text)
            expect(page.locator(".marks__where").last).to_have_attribute("points", drawn)
            pictures.add(page.locator("#advice-picture").evaluate("image => image.decode().then(() => image.src)"))
        assert len(pictures) == len(Advice)
        for edge in Edge:
            glass.see(Sight(Advice.CUT_OFF, PAPER, edges=(edge,)))
            expect(page.locator("#advice-picture")).to_have_attribute("src", re.compile(f"desk-cut-{edge.value}"), timeout=WAIT)
            page.locator("#advice-picture").evaluate("image => image.decode()")
        expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
        page.get_by_role("switch").tap()
        expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false", timeout=WAIT)
        assert terminal.complaints == []
        page.context.close()


def test_the_count_is_shown_announced_once_and_stopped_by_touch(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "scan-counting")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        expect(page.locator("#count")).to_be_visible(timeout=WAIT)
        expect(page.locator("#advice-title")).to_have_text("放好了，不要动")
        page.evaluate(
            "() => { window.said = []; new MutationObserver((all) => window.said.push(all.length))"
            ".observe(document.querySelector('[aria-live]'), { childList: true, subtree: true, characterData: true }); }"
        )
        glass.now += 1
        expect(page.locator("#count-number")).to_have_text("2", timeout=WAIT)
        assert page.evaluate("() => window.said") == []
        terminal.tap("先别拍")
        expect(page.locator("#count")).to_be_hidden(timeout=WAIT)
        expect(page.locator("#advice-title")).to_have_text("放好了，请点“拍照”", timeout=WAIT)
        page.context.close()


def test_pictures_of_the_desk_stop_with_its_screen_and_none_stays(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "scan")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        page = terminal.page
        expect(page.locator("#desk canvas")).to_be_visible(timeout=WAIT)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "desk.jpg" in request.url else None)
        until(lambda: page.evaluate("1") == 1 and len(asked) > 3)
        terminal.tap("结束办理")
        terminal.tap("结束，清除内容")
        terminal.shows("welcome")
        page.wait_for_function("() => !document.querySelector('canvas')")
        asked.clear()
        page.wait_for_selector("#cover", state="attached")
        page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 500))")
        assert asked == []
        page.context.close()


def test_a_kept_page_is_looked_at_and_taken_anew_by_touch(browser: Browser, glass: ScreenGlass) -> None:
    lead(glass, "scan-kept")
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        terminal.page.locator(".thumb").tap()
        terminal.tap("重拍这一页")
        terminal.tap("拍照")
        terminal.shows("page")
        terminal.settled()
        terminal.tap("用这一张")
        terminal.shows("scan")
        expect(terminal.page.locator(".thumb")).to_have_count(1)
        terminal.settled()
        terminal.page.locator(".thumb").tap()
        terminal.tap("删掉这一页")
        expect(terminal.page.locator(".thumb")).to_have_count(0, timeout=WAIT)
        terminal.page.context.close()
