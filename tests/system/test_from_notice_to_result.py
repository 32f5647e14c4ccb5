"""From the home desk's notice to the result in the hand of whom it is for: in one hall, in this order, with a terminal that is
killed on the way and paper that runs out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest
from support.citizen import SIGNATURE, Upstream
from support.hall import GlassByHttp, Hall, hall, until
from support.planted import search
from support.returning import again, nothing, shown, taken_in, with_card

from domain.calendar import CHINA
from domain.case.number import grouped
from domain.case.receipt import query
from domain.staff.duties import Duty

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "broker", "centre", "desk-demo-jia", "queue", "terminal") as running:
        yield running


@pytest.fixture(scope="module")
def case(one: Hall) -> tuple[str, str]:
    return taken_in(one)


WRONG = {
    "bad-M-RES#1": "1",
    "wrong-M-RES#1": "证明上没有出具单位的公章",
    "remedy-M-RES#1": "补盖公章后重新拍照",
    **{f"ok-{code}": "1" for code in ("M-ID", "M-FORM", "form", "person")},
}


class Desk:
    """Whoever sits at the home desk of 示范甲市."""

    def __init__(self, browser: httpx.Client, approver: httpx.Client, case: str) -> None:
        self._of, self._case = {"home_officer": browser, "approver": approver}, case

    def opened(self, role: str = "home_officer") -> str:
        answer = self._of[role].post(f"/cases/{self._case}/open", data={"reason": "审查材料"})
        assert answer.status_code == 200, answer.text
        return answer.url.path

    def review(self, end: str, **said: str) -> None:
        due = (datetime.now(CHINA) + timedelta(days=30)).date().isoformat()
        self._sent(self._of["home_officer"].post(f"{self.opened()}/review", data={"end": end, "due": due, **said}))

    def act(self, act: str, role: str = "home_officer", **said: str) -> None:
        self._sent(self._of[role].post(f"{self.opened(role)}/acts/{act}", data=said, files={"none": ("", b"")}), role)

    def _sent(self, draft: httpx.Response, role: str = "home_officer") -> None:
        assert "/drafts/" in draft.url.path, draft.text
        told = self._of[role].post(draft.url.path, data={"reason": "按规定办理"})
        assert "已送到中心" in told.text, told.text


@pytest.fixture(scope="module")
def desk(one: Hall, case: tuple[str, str]) -> Desk:
    return Desk(one.clerk("desk-demo-jia"), one.clerk("desk-demo-jia", Duty.APPROVER), case[0])


def state(one: Hall) -> str:
    return str(Upstream(one).rows("SELECT state FROM lives")[0][0])


def test_a_notice_of_the_home_desk_reaches_nobody_elses_card(one: Hall, case: tuple[str, str], desk: Desk) -> None:
    desk.review("correction", **WRONG)
    glass = with_card(one, "chen")
    assert "没有要您办的" in glass.html
    assert grouped(case[0]) not in glass.html
    glass.do("end").see("welcome")


def test_the_receipt_alone_shows_what_to_bring_and_no_more(one: Hall, case: tuple[str, str]) -> None:
    glass = shown(one, query("https://query.example/progress", case[1]))
    assert "居住证明" in glass.html
    assert "不办了，撤回" not in glass.html
    glass.do("end").see("welcome")


def test_what_was_noticed_is_brought_under_the_camera_once_also_by_a_terminal_that_is_killed(
    one: Hall, case: tuple[str, str]
) -> None:
    glass = with_card(one, "liu")
    assert "等您补正" in glass.html
    glass.do("choose-task", task="0", doing="correct")
    assert "没有出具单位的公章" in glass.html
    glass.do("next")
    again(one, glass, "scan")
    one.rig.camera().lay("residence")
    glass.do("take-page").see("page").do("keep-page").do("next")
    one.rig.camera().clear_desk()
    again(one, glass, "sign")
    glass.do("sign", signature=SIGNATURE)
    again(one, glass, "answer")
    glass.do("submit").see("receipt")
    again(one, glass, "receipt")
    until(lambda: glass.look() == "rating" or "没拿到或不完整" in glass.html, "the receipt's end")
    glass.do("next")
    glass.do("end").see("welcome")
    until(lambda: state(one) == "corrected", "the correction in the ledger")
    assert len(Upstream(one).rows("SELECT 1 FROM acts WHERE kind = 'corrected'")) == 1
    assert len(Upstream(one).rows("SELECT 1 FROM cases")) == 1
    nothing(one, "liu")


def test_the_result_is_printed_after_card_and_signature_and_delivered_when_it_is_whole(one: Hall, desk: Desk) -> None:
    tray = one.rig.device("a4")
    desk.review("acceptance", **{f"ok-{code}": "1" for code in ("M-ID", "M-FORM", "M-RES", "form", "person")})
    desk.act("decided", "approver", result="granted", content="准予异地就医备案，自下月一日起生效", basis="")
    desk.act("result_sent", way="pickup_intake", name="异地就医备案回执", carrier="none", paper="0")
    nothing(one, "chen")
    glass = with_card(one, "liu").do("choose-task", task="0", doing="collect")
    assert "异地就医备案回执" in glass.html
    tray.inject("paper out")
    glass.do("next").do("sign", signature=SIGNATURE).see("handing")
    until(lambda: glass.look() and "现在打印不了" in glass.html, "no paper")
    assert state(one) == "result_sent"
    assert tray.papers() == ()  # type: ignore[attr-defined]
    tray.clear()
    until(lambda: glass.do("print-again").see("handing") and until_ended(glass), "paper again")
    glass.see("rating").do("next").see("rating").do("next").see("farewell")
    assert "领好了" in glass.html
    assert len(tray.papers()) == 1  # type: ignore[attr-defined]
    glass.do("end").see("welcome")
    until(lambda: state(one) == "delivered", "the delivery in the ledger")
    nothing(one, "liu")


def test_nothing_of_the_person_is_left_in_plain(one: Hall, case: tuple[str, str]) -> None:
    text = next(c for c in one.rig.reader().people() if c.id == "liu").text
    secrets = [text.name, text.number, text.address]
    with sqlite3.connect(f"file:{one.layout.base / 'terminal' / 'terminal.db'}?mode=ro", uri=True) as db:
        ended = db.execute("SELECT detail ->> 'left' FROM audit WHERE event = 'visit_ended'").fetchall()
    db.close()
    assert {left for (left,) in ended} == {""}
    found = search([one.layout.base, one.layout.runtime], secrets)
    assert [hit for hit in found if "/desk-" not in hit] == []


def until_ended(glass: GlassByHttp) -> bool:
    until(lambda: glass.look() != "handing" or "现在打印不了" in glass.html, "an end of printing")
    return glass.screen != "handing"
