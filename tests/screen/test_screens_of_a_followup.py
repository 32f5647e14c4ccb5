"""What somebody who comes back reads: only what is theirs, who they are masked, and in words that are true."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from screens_followup import POINTS, screens
from screens_glass import PERSON, ScreenGlass
from screens_walk import rich_catalogue

from kiosk.visit.state import Step
from ui.app import create_app

HERE = {"Origin": "http://localhost"}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every screen once: name → what is read on it, without tags."""
    glass = ScreenGlass(rich_catalogue())
    client = create_app(glass).test_client()
    return {name: re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", client.get("/").text)) for name in screens(glass)}


def test_a_name_or_a_number_never_reaches_a_page(pages: dict[str, str]) -> None:
    secret = (PERSON.name, PERSON.name[1:], PERSON.number, PERSON.number[3:14], PERSON.address)
    assert [(name, s) for name, page in pages.items() for s in secret if s in page] == []


def test_the_points_are_said_as_they_were_noticed_with_their_last_day(pages: dict[str, str]) -> None:
    page = pages["followup-points"]
    assert all(point.name in page and point.text in page for point in POINTS)
    assert "2099年12月4日" in page
    assert "窗口给工作人员看，本机不拍" in page


def test_only_what_is_scanned_here_is_scanned(pages: dict[str, str]) -> None:
    assert "居住证明" in pages["followup-scan"]
    assert "第1份，共2份" in pages["followup-scan"]
    assert "没有带" not in pages["followup-scan"]


def test_what_was_last_known_is_said_to_be_that(pages: dict[str, str]) -> None:
    page = pages["followup-last-known"]
    assert "截至11月25日16:30的情况" in page
    assert "现在网络不通" in page


def test_without_the_halls_key_the_window_is_named_and_no_card_asked_for(pages: dict[str, str]) -> None:
    page = pages["followup-how-without-a-key"]
    assert "补材料、取结果，请到示范三县政务服务中心“省内通办”窗口" in page
    assert "放身份证件" not in page


def test_what_did_not_come_out_is_never_called_collected(pages: dict[str, str]) -> None:
    for name in ("not-now", "paper-out", "uncertain", "printing", "fetching"):
        assert "领好了" not in pages[f"followup-{name}"]
    assert "结果还在，不会丢" in pages["followup-paper-out"]
    assert "领好了" in pages["followup-farewell-collected"]


def test_handing_in_a_correction_is_not_called_acceptance(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        assert "受理" not in re.sub(r"是否受理|由他们决定是否受理", "", page), name


def test_every_intent_of_it_can_be_posted(pages: dict[str, str]) -> None:
    glass = ScreenGlass(rich_catalogue())
    client = create_app(glass).test_client()
    touch(client, glass, "begin-followup")
    assert glass.step is Step.RETURN
    touch(client, glass, "choose-how", by="number")
    touch(client, glass, "ask-number", number=" 511381 261122 K01 RRK 0001 8 ".strip(), tail="9021")
    visit = glass.snapshot().state.visit
    assert visit is not None
    assert visit.followup is not None
    assert (visit.followup.number, visit.followup.tail) == ("511381261122K01RRK00018", "9021")
    for form in ({"by": "face"}, {}):
        assert client.post("/act/choose-how", data={**now(glass), **form}, headers=HERE).status_code == 400
    for form in ({"task": "-1", "doing": "correct"}, {"task": "0", "doing": "decide"}):
        assert client.post("/act/choose-task", data={**now(glass), **form}, headers=HERE).status_code == 400


def touch(client: FlaskClient, glass: ScreenGlass, intent: str, **fields: str) -> None:
    assert client.post(f"/act/{intent}", data={**now(glass), **fields}, headers=HERE).status_code == 200


def now(glass: ScreenGlass) -> dict[str, str]:
    state = glass.snapshot().state
    return {"visit": state.visit.id if state.visit else "", "version": str(state.version)}


def test_what_is_asked_of_ones_own_information_is_said_with_the_day_of_the_answer(pages: dict[str, str]) -> None:
    assert "查阅、复制、更正、删除我的信息" in pages["followup-decided"]
    assert "15个工作日内书面答复" in pages["followup-right"]
    assert "正在提出：更正" in pages["followup-right-sending"]
    assert "最晚2099年12月17日书面答复" in pages["followup-right-filed"]
    assert "已提出" not in pages["followup-right-offline"]
    assert "我的信息" not in pages["followup-last-known"]  # the centre is not there: nothing can be filed
