"""Whoever can be identified by a chip makes a whole visit: resident who moved, Hong Kong permit, foreigner; and takes the card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.citizen import Citizen, Upstream
from support.hall import GlassByHttp, Hall, until

TAKE = "请取走您的证件"


@pytest.fixture
def hall(quiet_hall: Hall) -> Iterator[Hall]:
    yield quiet_hall
    quiet_hall.rig.clear()
    quiet_hall.rig.printer().tear()
    quiet_hall.rig.reader().lift()
    quiet_hall.rig.camera().clear_desk()


def cases(hall: Hall) -> set[object]:
    return {number for (number,) in Upstream(hall).rows("SELECT number FROM cases")}


def opened(hall: Hall, case: object) -> str:
    """The case at its home desk, once it is there whole."""
    client = hall.clerk("desk-demo-jia")

    def page() -> str:
        answer = client.post(f"/cases/{case}/open", data={"reason": "核对材料"})
        return answer.text if answer.status_code == 200 else ""

    return str(until(page, "the case opens"))


@pytest.mark.parametrize(
    ("card", "said", "not_said"),
    [
        ("qian", ("钱试搬", "居民身份证", "最新住址", "青羊区测试新路99号", "证面住址 四川省成都市锦江区测试路1号1栋"), ("国籍",)),
        ("lam", ("林试港", "港澳居民居住证", "H01234567", "女", "成都市公安局锦江分局"), ("国籍", "民族", "最新住址")),
        (
            "smith",
            ("测试外", "VANDEBERG-SMITH, MAXIMILIAN TESTER ALEXANDER", "外国人永久居留身份证", "UTO", "原号码 UTO5101800401"),
            ("民族", "住址", "签发机关"),
        ),
    ],
)
def test_a_visit_with_this_document_ends_with_a_case_that_says_so(
    hall: Hall, card: str, said: tuple[str, ...], not_said: tuple[str, ...]
) -> None:
    before = cases(hall)
    visit = Citizen(hall, card=card).submitted()
    visit.glass.do("next").do("next")
    assert visit.glass.screen == "farewell"
    visit.left()
    until(lambda: cases(hall) - before, "the case at the centre")
    desk = opened(hall, (cases(hall) - before).pop())
    assert [text for text in said if text not in desk] == []
    assert [text for text in not_said if f"<dt>{text}" in desk] == []


def test_who_forgets_the_card_is_reminded_to_the_end_and_whoever_comes_next_is_told(hall: Hall) -> None:
    visit = Citizen(hall, forgetful=True).submitted()
    assert TAKE in visit.glass.html
    visit.glass.do("next").do("next")
    assert visit.glass.screen == "farewell"
    assert TAKE in visit.glass.html
    visit.left()
    until(lambda: "读卡处有证件忘了拿" in hall.glass().see("welcome").html, "told on the first screen")

    glass = to_the_reader(hall)
    until(lambda: glass.look() == "card" and "读卡处有一张证件没有拿走" in glass.html, "told at the reader")
    glass.do("end").see("welcome")
    hall.rig.reader().lift()
    until(lambda: "没有拿走" not in hall.glass().see("welcome").html, "the card is gone, and so is the reminder")

    glass = to_the_reader(hall)
    hall.rig.reader().lay("chen")
    glass.see("identity")
    until(lambda: TAKE in glass.see("identity").html, "told to take the card")
    hall.rig.reader().lift()
    until(lambda: TAKE not in glass.see("identity").html, "the reminder goes with the card")
    glass.do("end").see("welcome")


def to_the_reader(hall: Hall) -> GlassByHttp:
    glass = hall.glass().see("welcome").do("begin").do("choose-place", party="demo-jia")
    glass.do("choose-item", item="MED-REMOTE").do("choose-situation", situation="MED-2")
    return glass.do("choose-channel", channel="here").do("next").do("agree")
