"""Scanning by touch in real Chromium, with a real terminal and the virtual desk: told what to change, taken by itself, once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from support.citizen import Citizen
from support.hall import Hall, hall
from system.test_in_chromium import WAIT, Finger, chromium

from kiosk.settings import VisitSettings

COUNT = VisitSettings().count


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "terminal") as one:
        yield one


@pytest.fixture(scope="module")
def screen(one: Hall) -> Iterator[Page]:
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-browser-") as profile,
        chromium(Path(profile), one.url("terminal")) as page,
    ):
        yield page


@pytest.fixture
def page(one: Hall, screen: Page) -> Iterator[Page]:
    """The terminal's screen with a citizen at the desk; the visit is ended afterwards."""
    Citizen(one).identified()
    expect(screen.locator("#desk canvas")).to_be_visible(timeout=WAIT)
    yield screen
    one.rig.camera().clear_desk()
    one.rig.clear()
    one.glass().do("end").see("welcome")


def told(page: Page, words: str) -> None:
    expect(page.locator("#advice-title")).to_have_text(words, timeout=WAIT)


def by_hand_only(page: Page) -> None:
    page.get_by_role("switch").tap()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false", timeout=WAIT)


def test_a_page_is_taken_by_itself_once_and_the_next_one_when_it_is_laid(one: Hall, page: Page) -> None:
    finger, camera = Finger(page), one.rig.camera()
    told(page, "请放上材料")
    camera.lay("residence")
    told(page, "放好了，不要动")
    expect(page.locator("#count")).to_be_visible()
    expect(page.get_by_role("button", name="先别拍")).to_be_visible()
    finger.shows("page")
    page.get_by_role("button", name="用这一张").tap()
    finger.shows("scan")
    told(page, "请换下一页")
    expect(page.locator(".thumb")).to_have_count(1)
    until = time.monotonic() + COUNT + 2  # long enough for a second picture, if one came
    while time.monotonic() < until:
        expect(page.locator("#live")).to_have_attribute("data-step", "scan")
        assert not page.locator("#count").is_visible()
    camera.clear_desk()
    told(page, "请放下一页")
    camera.lay("contract")
    finger.shows("page")


def test_what_is_to_be_changed_is_told_in_words_and_goes_when_it_is(one: Hall, page: Page) -> None:
    by_hand_only(page)
    camera = one.rig.camera()
    camera.lay("residence")
    told(page, "放好了")
    for fault, words in (("glare", "这里反光"), ("shaking", "纸在动")):
        one.rig.device("camera").inject(fault)
        told(page, words)
        one.rig.device("camera").clear(fault)
        told(page, "放好了")
    camera.lay("cut_off")
    told(page, "纸没有放全")


def test_a_count_can_be_stopped_and_the_button_takes_the_page_at_any_time(one: Hall, page: Page) -> None:
    finger = Finger(page)
    one.rig.camera().lay("residence")
    page.get_by_role("button", name="先别拍").tap()
    told(page, "放好了，请点“拍照”")
    expect(page.locator("#count")).to_be_hidden()
    page.get_by_role("button", name="拍照", exact=True).tap()
    finger.shows("page")
    page.get_by_role("button", name="重拍").tap()
    finger.shows("scan")


def test_after_a_restart_of_the_service_the_desk_is_seen_again(one: Hall, page: Page) -> None:
    by_hand_only(page)
    one.rig.camera().lay("residence")
    told(page, "放好了")
    one.kill("terminal")
    expect(page.locator("#cover")).to_be_visible(timeout=WAIT)
    one.start("terminal")
    expect(page.locator("#cover")).to_be_hidden(timeout=WAIT)
    Finger(page).shows("scan")
    told(page, "放好了")
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
