"""Coming back to a case in the browser a terminal runs: every screen of it on every panel, and a correction by touch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from modes import FLAWS
from playwright.sync_api import Browser
from screens_followup import found, screens
from screens_glass import PERSON, ScreenGlass, served
from screens_in_browser import Terminal
from screens_walk import rich_catalogue

from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit.outcome import Rules
from kiosk.visit.state import Answered, Step
from ui.app import create_app

pytestmark = pytest.mark.long
SIZES = ((1280, 800), (1920, 1080), (1080, 1920))


def test_every_screen_of_it_fits_every_panel(browser: Browser) -> None:
    glass, flaws = ScreenGlass(rich_catalogue()), {}
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        for name in screens(glass):
            terminal.has(glass)
            for width, height in SIZES:
                terminal.page.set_viewport_size({"width": width, "height": height})
                flaws[f"{name} {width}x{height}"] = terminal.page.evaluate(FLAWS)
        assert {at: found for at, found in flaws.items() if found} == {}
        assert terminal.complaints == []
        terminal.page.context.close()


def test_a_correction_is_brought_by_touch_alone(browser: Browser) -> None:
    glass = ScreenGlass(rich_catalogue())
    glass.rules = Rules(glass.catalogue, handover=True)
    glass.hall = replace(glass.hall, handover=True, pages=True)
    with served(create_app(glass)) as address:
        terminal = Terminal(browser, address)
        terminal.tap("查进度、补材料、取结果")
        terminal.shows("return")
        terminal.page.get_by_role("button", name="放身份证件").tap()
        terminal.shows("notice")
        terminal.settled()
        terminal.tap("看过了，同意")
        terminal.shows("card")
        glass.tell(ev.CardTaken(PERSON))
        visit = glass.snapshot().state.visit
        assert visit is not None
        found(glass, visit.id)
        terminal.shows("cases")
        terminal.settled()
        terminal.tap("现在补")
        terminal.shows("points")
        terminal.settled()
        terminal.tap("材料带来了，开始拍")
        for _ in range(2):
            terminal.shows("scan")
            terminal.settled()
            terminal.tap("拍照")
            terminal.shows("page")
            terminal.settled()
            terminal.tap("用这一张")
            terminal.shows("scan")
            terminal.settled()
            terminal.tap("这份拍完了")
        terminal.shows("sign")
        terminal.settled()
        box = terminal.page.locator("#pad").bounding_box()
        assert box is not None
        terminal.page.mouse.move(box["x"] + 80, box["y"] + 80)
        terminal.page.mouse.down()
        terminal.page.mouse.move(box["x"] + 400, box["y"] + 200, steps=8)
        terminal.page.mouse.up()
        terminal.click("签好了，下一步")
        terminal.shows("answer")
        terminal.settled()
        terminal.tap("提交")
        terminal.shows("submitting")
        glass.tell(fe.AnswerStored(visit.id, Answered("C-1", "2026-11-26T10:00:00+08:00")))
        terminal.shows("receipt")
        assert glass.step is Step.RECEIPT
        assert terminal.complaints == []
        terminal.page.context.close()
