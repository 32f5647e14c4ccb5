"""Every screen in English: what is Chinese on it is a name or a word of the citizen's own, and says that it is Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from left_chinese import Page
from modes import every
from pseudo import stretched
from screens_glass import ScreenGlass
from screens_walk import rich_catalogue

from ui.app import create_app
from ui.look import COOKIE
from ui.wording import keys


@pytest.fixture(scope="module")
def screens() -> list[tuple[str, str]]:
    """Name and page of every screen there is; ``desk.jpg`` and ``check``: what is told beside the screens."""
    return list(walked())


def walked() -> Iterator[tuple[str, str]]:
    glass = ScreenGlass(rich_catalogue())
    client = create_app(glass).test_client()
    for name in every(glass):
        state = glass.snapshot().state
        visit = state.visit.id if state.visit else ""
        client.set_cookie(COOKIE, f"en.{visit}")
        yield name, client.get("/").text
        if name == "scan":
            yield "desk.jpg", client.get("/desk.jpg").headers["Desk"]
        if name == "form-mobile":
            form = {"visit": visit, "version": str(state.version), "answer.mobile": "12"}
            yield "check", client.post("/check", data=form, headers={"Origin": "http://localhost"}).text


def test_chinese_on_an_english_screen_says_that_it_is_chinese(screens: list[tuple[str, str]]) -> None:
    assert len(screens) > 120
    assert {name: found for name, page in screens if (found := Page(page).loose)} == {}


def test_nothing_stays_chinese_that_has_an_english(screens: list[tuple[str, str]]) -> None:
    known = {*keys(), *rich_catalogue().english}
    left = {text: name for name, page in screens for text in Page(page).marked if text in known}
    # The sign over the window is the sign, a language is named in itself; whoever signs reads the sentence the paper has.
    assert left.keys() <= {"省内通办", "中文", "以上内容由我本人填写，情况属实。", "以上补正材料由我提交，情况属实。"}, left


def test_what_is_read_out_of_a_picture_or_a_button_is_english_but_for_the_name_beside_it(screens: list[tuple[str, str]]) -> None:
    for name, page in screens:
        read = Page(page)
        assert [text for text in read.said if not any(text.endswith(beside) for beside in read.marked)] == [], name


def test_the_screen_itself_says_english(screens: list[tuple[str, str]]) -> None:
    for name, page in screens:
        assert name in ("desk.jpg", "check") or '<html lang="en">' in page, name
        assert name in ("desk.jpg", "check") or ' lang="en">' in page.partition('id="screen"')[2][:120], name


def test_what_is_told_beside_a_screen_is_told_in_english(screens: list[tuple[str, str]]) -> None:
    told = dict(screens)
    assert json.loads(told["desk.jpg"])["title"] == "Paper found"
    assert told["check"].isascii()
    assert "digit" in told["check"]


def test_a_third_longer_is_a_third_longer_and_keeps_what_is_put_in() -> None:
    long = stretched('Your case: <b class="number">%(case)s</b>, 100%% done')
    assert '<b class="number">%(case)s</b>' in long
    assert len(long.replace('<b class="number">%(case)s</b>', "")) >= 1.2 * len("Your case: , 100%% done")
