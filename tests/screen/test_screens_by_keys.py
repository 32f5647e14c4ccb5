"""Four keys go everywhere: up, down, do it, back; in the order a screen is read in, the focus in sight. No touch in this file."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from modes import KEYS, LANGUAGES, LYING, SMALL, STANDING, Mode, every, leave, load, wear
from playwright.sync_api import Browser, Page, expect
from screens_glass import PERSON, ScreenGlass, served, until
from screens_walk import SIGNATURE, rich_catalogue, walk
from screens_ways import ways

from kiosk.visit import events as ev
from kiosk.visit.state import Step
from ui.app import create_app

WAIT = 15_000
MODES = (Mode(STANDING, ()), Mode(STANDING, ("large", "low")), Mode(LYING, ("contrast",)), Mode(SMALL, ("large",)))
MOST = 60
"""Presses to whatever can be done on a screen."""

RING = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement.closest('.option') ?? document.activeElement);
  return outlineStyle === 'solid' ? parseFloat(outlineWidth) : 0;
}"""


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass(rich_catalogue())


class Pad:
    """Four keys before a page."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page: Page = browser.new_context(viewport={"width": 1080, "height": 1920}).new_page()
        self.page.set_default_timeout(WAIT)
        self.page.goto(address)

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)

    def focused(self) -> str:
        """What the one thing says that has the focus; nothing of a list that is only being leafed through."""
        one = "(document.activeElement.closest('label') ?? document.activeElement)"
        return str(self.page.evaluate(f"() => {one}.matches('.step__body, body') ? '' : {one}.innerText ?? ''"))

    def at(self, text: str, key: str = "ArrowDown") -> None:
        """Press ``key`` until what is focused says ``text``, and see that the focus shows."""
        self.page.get_by_text(text).first.wait_for()
        for _ in range(MOST):
            self.press(key)
            if text in self.focused():
                break
        assert text in self.focused()
        ring = self.page.evaluate(RING)
        assert ring >= 3, f"no focus to be seen on {text}"

    def does(self, text: str) -> None:
        self.at(text)
        self.press("Enter")

    def shows(self, name: str) -> None:
        expect(self.page.locator("#live")).to_have_attribute("data-step", name, timeout=WAIT)

    def settled(self) -> None:
        self.page.wait_for_selector("body:not(.settling) #screen")


def test_a_whole_visit_up_to_the_signature_and_from_it_to_the_end(browser: Browser, glass: ScreenGlass) -> None:
    """Only the stroke itself wants a hand that draws: who cannot goes to the window with everything else."""
    with served(create_app(glass)) as address:
        pad = Pad(browser, address)
        for text, then in (
            ("开始办理", "place"),
            ("示范甲市", "item"),
            ("异地就医备案", "situation"),
            ("单位派驻", "channel"),
            ("在这里办", "prepare"),
            ("都带了", "notice"),
            ("看过了，同意", "card"),
        ):
            pad.does(text)
            pad.shows(then)
        glass.tell(ev.CardSeen())
        glass.tell(ev.CardTaken(PERSON))
        pad.shows("identity")
        for text, then in (
            ("是我，往下办", "waive"),
            ("不符合", "scan"),
            ("拍照", "page"),
            ("用这一张", "scan"),
            ("这份拍完了", "delivery"),
        ):
            pad.does(text)
            pad.shows(then)
        for text in ("到本大厅取", "成都市", "从今天起"):
            pad.does(text)
        pad.does("我填写和提交的内容")
        pad.does("勾好了，下一步")
        pad.shows("sign")
        pad.does("不方便签字")
        pad.at("存到窗口，打单子")
        pad.press("Escape")
        expect(pad.page.locator("#unsigned")).to_be_hidden()
        pad.press("Escape")
        pad.shows("form")
        pad.does("勾好了，下一步")
        pad.shows("sign")
        glass.tell(ev.Sign(SIGNATURE))
        pad.shows("review")
        pad.does("提交")
        pad.shows("receipt")
        pad.does("不等凭证")
        pad.shows("rating")
        pad.does("非常满意")
        pad.shows("reason")
        pad.does("提交评价")
        pad.shows("farewell")
        with pad.page.expect_navigation():
            pad.does("都带好了，结束")
        pad.shows("welcome")
        pad.page.context.close()


def test_who_cannot_draw_goes_to_the_window_with_everything_else_by_keys(browser: Browser, glass: ScreenGlass) -> None:
    next(name for name in walk(glass) if name == "sign")
    with served(create_app(glass)) as address:
        pad = Pad(browser, address)
        pad.shows("sign")
        pad.does("不方便签字")
        pad.does("存到窗口，打单子")
        pad.shows("leaflet")
        visit = glass.snapshot().state.visit
        assert visit is not None
        assert (visit.signature, visit.draft is not None) == (None, True)
        pad.page.context.close()


def test_on_the_way_to_the_window_the_form_is_reached_by_four_keys(browser: Browser, glass: ScreenGlass) -> None:
    next(name for name in ways(glass) if name == "prepare-pre-fill")
    with served(create_app(glass)) as address:
        pad = Pad(browser, address)
        pad.does("往下办")
        pad.shows("notice")
        pad.does("看过了，同意")
        until(lambda: glass.step is Step.FORM)
        pad.shows("form")
        pad.page.context.close()


def test_a_question_is_answered_and_what_lies_under_it_is_not_reached(browser: Browser, glass: ScreenGlass) -> None:
    next(name for name in walk(glass) if name == "prepare")
    with served(create_app(glass)) as address:
        pad = Pad(browser, address)
        pad.does("结束办理")
        expect(pad.page.get_by_role("alertdialog")).to_be_visible()
        seen = set()
        for _ in range(6):
            pad.press("ArrowDown")
            seen.add(pad.focused())
        assert seen == {"继续办理", "结束，清除内容"}
        pad.press("Escape")
        expect(pad.page.get_by_role("alertdialog")).to_have_count(0)
        assert glass.step is Step.PREPARE
        pad.page.context.close()


def test_letters_are_typed_row_by_row_and_escape_leads_out(browser: Browser, glass: ScreenGlass) -> None:
    next(name for name in walk(glass) if name == "form-child-name")
    with served(create_app(glass)) as address:
        pad = Pad(browser, address)
        field = pad.page.locator("#ask-input")
        expect(field).to_be_focused()
        for row, letter in (("q", "w"), ("q", "u")):
            pad.at(row)
            pad.press("Enter")
            if pad.focused() != letter:
                pad.at(letter)
            pad.press("Enter")
            pad.press("Escape")
        expect(pad.page.locator(".keys__spelt")).to_have_text("wu")
        pad.at("吴", "ArrowUp")
        pad.press("Enter")
        if "吴" not in pad.focused():
            pad.at("吴")
        pad.press("Enter")
        expect(field).to_have_value("吴")
        pad.page.context.close()


def test_the_sheet_of_views_is_opened_changed_and_closed_and_stays_open_meanwhile(browser: Browser, glass: ScreenGlass) -> None:
    next(name for name in walk(glass) if name == "prepare")
    with served(create_app(glass)) as address:
        pad = Pad(browser, address)
        pad.does("显示")
        expect(pad.page.locator("#look")).to_be_visible()
        pad.does("长辈版")
        expect(pad.page.locator(".screen--large #look")).to_be_visible()
        pad.does("高对比")
        expect(pad.page.locator(".screen--large.screen--contrast #look")).to_be_visible()
        pad.press("Escape")
        expect(pad.page.locator("#look")).to_be_hidden()
        assert glass.step is Step.PREPARE
        pad.press("Escape")
        until(lambda: glass.step is Step.CHANNEL)
        pad.page.context.close()


def flaws(browser: Browser, glass: ScreenGlass, names: Iterable[str], languages: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with served(create_app(glass)) as address:
        page = browser.new_context(reduced_motion="reduce", bypass_csp=True).new_page()
        for name in names:
            for language in languages:
                load(page, address, language)
                page.keyboard.press("ArrowDown")
                for mode in MODES:
                    wear(page, mode)
                    found[f"{name} {language} {mode}"] = page.evaluate(KEYS)
                leave(page)
        page.context.close()
    assert found
    return {at: wrong for at, wrong in found.items() if wrong}


def test_all_that_can_be_done_is_reached_in_order_and_in_sight_on_three_hard_screens(browser: Browser, glass: ScreenGlass) -> None:
    hard = (name for name in walk(glass) if name in ("postal-errors", "scan-kept", "review"))
    assert flaws(browser, glass, hard, ("zh-CN",)) == {}


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_all_that_can_be_done_is_reached_in_order_and_in_sight_on_every_screen(browser: Browser, glass: ScreenGlass) -> None:
    assert flaws(browser, glass, every(glass), LANGUAGES) == {}
