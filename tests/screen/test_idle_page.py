"""While nobody is served the first screen says, in both languages, what can be done here; any touch leads back to it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from left_chinese import Page
from playwright.sync_api import expect, sync_playwright
from screens_glass import ScreenGlass, served

from domain.catalogue.catalogue import load
from ui.app import create_app
from ui.look import COOKIE

NOTICE = "12 月 1 日起，每周六上午也开放。"
CUT = """() => [...document.querySelectorAll('.idle__half, .idle')]
  .filter((box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1).map((box) => box.innerText)"""
"""What is said in it and cut off."""


@pytest.fixture
def glass() -> ScreenGlass:
    one = ScreenGlass(load())
    one.hall = replace(one.hall, place="demo-jia", notices=(NOTICE,))
    return one


def test_what_can_be_done_what_to_bring_when_and_the_centres_notices_stand_in_both_languages(glass: ScreenGlass) -> None:
    page = create_app(glass).test_client().get("/").text
    idle = page.partition('id="idle"')[2].partition("</section>")[0]
    chinese, english = idle.partition('idle__half" lang="en"')[::2]
    for text in ("申领社保卡", "带什么", "周一至周五 09:00–12:00", NOTICE):
        assert text in chinese
    assert "点一下屏幕，就开始" in idle
    for text in ("Get a Social Security card", "Bring", "Monday to Friday 09:00–12:00"):
        assert text in english
    assert NOTICE in re.sub("<[^>]+>", "", english)
    assert Page(f'<div lang="en{english}').loose == []


def test_what_the_hall_and_the_centre_say_in_english_stands_on_the_english_screens_and_nowhere_else(glass: ScreenGlass) -> None:
    hall, said = glass.hall.hall, "Also open on Saturday mornings"
    glass.hall = replace(glass.hall, english={hall: "Demo San County Hall", glass.hall.intake: "Demo San County", NOTICE: said})
    client = create_app(glass).test_client()
    chinese, english = client.get("/").text.partition('idle__half" lang="en"')[::2]
    assert said in english
    assert said not in chinese
    client.set_cookie(COOKIE, "en.")
    page = client.get("/").text
    assert "Demo San County Hall" in page
    assert said in page
    assert hall not in page
    assert NOTICE not in page


def test_it_waits_for_nobody_who_chose_a_language_and_hides_nothing_that_is_out(glass: ScreenGlass) -> None:
    client = create_app(glass).test_client()
    client.set_cookie(COOKIE, "en.")
    assert 'id="idle"' not in client.get("/").text
    client.delete_cookie(COOKIE)
    glass.show(troubles=(glass.fault("paper_out"),))
    assert "打印纸用完了" in (page := client.get("/").text)
    assert 'id="idle"' not in page


def test_untouched_for_a_while_it_comes_whole_on_every_panel_and_a_touch_or_a_key_takes_it_away(glass: ScreenGlass) -> None:
    with sync_playwright() as playwright, served(create_app(glass)) as address:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = chromium.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True).new_page()
        page.clock.install()
        page.goto(address)
        idle = page.locator("#idle")
        for width, height in ((1920, 1080), (1280, 800), (1080, 1920)):
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("() => document.body.classList.add('idling')")
            assert page.evaluate(CUT) == [], (width, height)
        page.evaluate("() => document.body.classList.remove('idling')")
        for wake in (lambda: page.touchscreen.tap(540, 1400), lambda: page.keyboard.press("Enter")):
            expect(idle).to_be_hidden()
            page.clock.run_for(92_000)
            expect(idle).to_be_visible()
            wake()
            expect(idle).to_be_hidden()
            expect(page.locator("#live")).to_have_attribute("data-step", "welcome")
        assert glass.snapshot().state.visit is None
        chromium.close()
