"""What a screen says is so: no device that is not there, no second way where there is one, no trouble of another deed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from modes import every
from screens_glass import ScreenGlass
from screens_in_browser import lead
from screens_walk import rich_catalogue

from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from ui.app import create_app
from ui.view.attended import _DOING
from ui.words import catalogue


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    glass = ScreenGlass(rich_catalogue())
    client = create_app(glass).test_client()
    return {name: client.get("/").text for name in every(glass)}


def test_no_screen_calls_centre_what_is_not_the_hall_one_stands_in(pages: dict[str, str]) -> None:
    said = {name: page.replace("政务服务中心", "").replace("个人信息处理中心", "") for name, page in pages.items()}
    assert [name for name, page in said.items() if "中心" in page.partition("plain__staff")[0]] == []


def test_two_ways_are_offered_only_where_there_are_two(pages: dict[str, str]) -> None:
    assert "两种办法结果一样" in pages["channel"]
    assert "两种办法" not in pages["channel-here-only"]


def test_no_document_is_read_where_the_slip_only_says_what_to_bring_and_none_is_named_twice(pages: dict[str, str]) -> None:
    assert "机器读芯片" not in pages["who-not-by-agent"]
    named = [
        re.findall('class="need__text"><b>(.*?)</b>', page) for name, page in pages.items() if "prepare" in name or "agent" in name
    ]
    assert any(named)
    assert [names for names in named if len(set(names)) != len(names)] == []


def test_a_result_that_could_not_be_noted_is_not_called_papers_that_were_not_handed_in(pages: dict[str, str]) -> None:
    assert "签收没有记下来" in pages["followup-out-and-not-noted"]
    assert "您的材料没有提交" not in pages["followup-out-and-not-noted"]


def test_a_case_that_could_not_be_taken_back_is_said_not_to_be() -> None:
    glass = ScreenGlass(rich_catalogue())
    next(name for name in every(glass) if name == "followup-take-back")
    glass.tell(ev.Submit())
    glass.tell(fe.AnswerNotStored("visit-f", "store_failed"))
    page = create_app(glass).test_client().get("/").text
    assert "还没有撤回" in page
    assert "您的材料没有提交" not in page


def test_whoever_tried_too_often_is_not_told_that_nothing_was_found(pages: dict[str, str]) -> None:
    assert "试的次数太多了" in pages["followup-too-many"]
    assert "没有查到" not in pages["followup-too-many"]


@pytest.mark.parametrize(("pad", "out", "told"), [(True, "", True), (False, "", False), (True, "rating", False)])
def test_the_rating_pad_is_named_where_there_is_one_that_works(pad: bool, out: str, told: bool) -> None:
    glass = ScreenGlass()
    glass.hall = replace(glass.hall, pad=pad)
    lead(glass, "rating")
    glass.breaks(*out.split())
    assert ("旁边的评价器" in create_app(glass).test_client().get("/").text) == told


def test_what_a_clerk_is_doing_makes_a_sentence_in_english() -> None:
    english = {message.id: message.string for message in catalogue("en") if message.id}
    assert [words for words in _DOING.values() if not str(english[words]).split()[0].endswith("ing")] == []
