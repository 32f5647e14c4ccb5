"""Two home desks, two intake windows, three terminals, one centre: from the visit to the delivered result, with a correction in one
case and a parcel in the other. Everything runs as processes of its own and talks over the loopback as it would over the network.

刘试安 files for 示范甲市 in the hall of 示范丙区, all electronic, and is asked for a better page. 陈测宁 files for 示范七县 in
the hall of 示范乙镇, with a licence that has to travel there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest
from msgspec.structs import replace
from support.citizen import Citizen, Upstream
from support.clerks import DeskClerk, WindowClerk
from support.comeback import Returning
from support.hall import until
from support.province import BING, YI, Province, Station, province
from support.walker import Walk

from domain.calendar import CHINA
from domain.case import acts
from domain.case.rights import State
from domain.catalogue.catalogue import load
from domain.staff.duties import Duty
from fleet.casework.client import Client, RefusedActError

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

JIA, QI = "demo-jia", "demo-qi"
PHONE = "13800001234"
OUT, BACK = "YS2611260000157", "YS2611260000288"
"""Waybills."""
WRONG, REMEDY = "居住证明看不清签发日期", "请把居住证明重新拍一份，日期要看得清"


@dataclass
class World:
    """The province, and what came of the story so far."""

    one: Province
    k01: Station
    k02: Station
    k03: Station
    jia: DeskClerk
    qi: DeskClerk
    at_bing: WindowClerk
    at_yi: WindowClerk
    bing: Client
    yi: Client
    cases: dict[str, str] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return Upstream(self.one).rows(query)

    def case_of(self, terminal: str) -> str:
        """The case taken in there, once the centre has it whole."""
        lacking = (
            "SELECT 1 FROM case_documents c LEFT JOIN documents d USING (digest) WHERE c.number = a.number AND d.digest IS NULL"
        )
        query = f"SELECT number FROM cases a WHERE terminal = '{terminal}' AND NOT EXISTS ({lacking})"
        found = until(lambda: self.rows(query), f"the case of {terminal}, whole")
        return str(found[0][0])  # type: ignore[index]

    def state(self, case: str) -> str:
        ((state,),) = self.rows(f"SELECT state FROM lives WHERE number = '{case}'")
        return str(state)

    def becomes(self, case: str, state: State) -> None:
        until(lambda: self.state(case) == state, f"{case} is {state}, not {self.state(case)}")

    def done(self, case: str) -> list[str]:
        return [str(kind) for (kind,) in self.rows(f"SELECT kind FROM acts WHERE number = '{case}' ORDER BY position")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with province(tmp_path_factory.mktemp("province")) as one:
        if "queue" in one.specs:
            one.start("queue")
        halls = [one.open_hall(name) for name in ("demo-k01", "demo-k02", "demo-k03")]
        jia, qi = (DeskClerk(one.clerk(f"desk-{home}"), one.clerk(f"desk-{home}", Duty.APPROVER)) for home in (JIA, QI))
        at_bing, at_yi = (WindowClerk(one.open_window(place)) for place in (BING, YI))
        bing, yi = one.window(BING), one.window(YI)
        yield World(one, *halls, jia, qi, at_bing, at_yi, bing, yi)
        for clerk in (bing, yi):
            clerk.close()


def pdf(pages: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.Pdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        document.save(out)
    return out.getvalue()


def now() -> datetime:
    return datetime.now(UTC)


# --- the visits --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def electronic(world: World) -> str:
    """刘's case for 示范甲市, taken in at the hall of 示范丙区."""
    citizen = Citizen(world.k01).submitted().took_receipt()
    citizen.glass.do("rate", level="5").do("give-reason")
    citizen.left()
    return world.case_of("demo-k01")


@pytest.fixture(scope="module")
def on_paper(world: World) -> str:
    """A case for 示范七县, taken in at the hall of 示范乙镇: a licence has to travel, the result comes by post."""
    opened = load().opening(QI, "BIZ-REISSUE", "BIZ-3")
    assert opened is not None
    walk = Walk(world.k03, replace(opened, delivery=("post_applicant",)), card="chen")  # type: ignore[arg-type]
    walk.go()
    world.k03.rig.printer().tear()
    return world.case_of("demo-k03")


def test_each_case_lies_at_its_own_desk_and_its_own_window_and_nowhere_else(world: World, electronic: str, on_paper: str) -> None:
    assert (electronic in world.jia.inbox(), on_paper in world.jia.inbox()) == (True, False)
    assert (electronic in world.qi.inbox(), on_paper in world.qi.inbox()) == (False, True)
    assert [case.case for case in world.bing.all_cases()] == [electronic]
    assert [case.case for case in world.yi.all_cases()] == [on_paper]
    assert world.qi.open(electronic).status_code == 404
    assert [clerk.open(on_paper).status_code for clerk in (world.at_yi, world.at_bing)] == [200, 404]
    assert "陈测宁" in world.at_yi.open(on_paper).text


# --- the correction ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def noticed(world: World, electronic: str) -> str:
    assert "已送到中心" in world.jia.correct(electronic, "M-RES", WRONG, REMEDY)
    world.becomes(electronic, State.CORRECTION)
    return electronic


@pytest.fixture(scope="module")
def corrected(world: World, noticed: str) -> str:
    """At another terminal of the hall; what was asked there."""
    back = Returning(world.k02).identified()
    asked = back.corrects()
    back.leaves()
    world.becomes(noticed, State.CORRECTED)
    return asked


def test_what_was_noticed_waits_in_the_hall_for_its_holder_and_for_nobody_else(world: World, noticed: str) -> None:
    other = Returning(world.k02, "chen").identified()
    assert noticed[-5:] not in other.glass.html
    assert "没有要您办的" in other.glass.html
    other.leaves()
    elsewhere = Returning(world.k03).identified()
    assert "没有要您办的" in elsewhere.glass.html
    elsewhere.leaves()


def test_exactly_what_was_noticed_is_asked_for(world: World, corrected: str, electronic: str) -> None:
    assert WRONG in corrected
    assert REMEDY in corrected
    assert "第 2 份" not in corrected
    assert world.done(electronic) == ["correction_requested", "corrected"]


def test_the_desk_reads_what_was_handed_in(world: World, corrected: str, electronic: str) -> None:
    assert corrected
    page = world.jia.open(electronic)
    assert "补正" in page.text
    assert page.status_code == 200


# --- decided, and fetched ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decided(world: World, corrected: str, electronic: str) -> str:
    assert corrected
    assert "已送到中心" in world.jia.accept(electronic)
    said = {"result": "granted", "content": "准予异地就医备案，自下月一日起生效", "basis": ""}
    assert "已送到中心" in world.jia.act(electronic, "decided", said, role="approver")
    sent = {"way": "pickup_intake", "name": "异地就医备案回执", "carrier": "none", "paper": "0"}
    assert "已送到中心" in world.jia.act(electronic, "result_sent", sent, pdf(1))
    world.becomes(electronic, State.RESULT_SENT)
    return electronic


@pytest.fixture(scope="module")
def delivered(world: World, decided: str) -> str:
    back = Returning(world.k01).identified()
    back.collects()
    back.leaves()
    world.becomes(decided, State.DELIVERED)
    return decided


def test_a_result_is_handed_over_to_its_holder_only_after_the_card_was_read(world: World, decided: str) -> None:
    other = Returning(world.k01, "chen").identified()
    assert "没有要您办的" in other.glass.html
    other.leaves()
    assert world.state(decided) == State.RESULT_SENT


def test_from_the_visit_to_the_delivered_result_each_step_stands_in_the_ledger_once(world: World, delivered: str) -> None:
    assert world.done(delivered) == ["correction_requested", "corrected", "accepted", "decided", "result_sent", "delivered"]
    assert "已送到中心" in world.jia.act(delivered, "closed", {})
    world.becomes(delivered, State.CLOSED)


# --- the parcel --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def travelled(world: World, on_paper: str) -> str:
    """Pre-checked and counted at the window, sent by parcel, counted at the desk."""
    world.at_yi.do(on_paper, "precheck")
    world.at_yi.do(on_paper, "originals", **{"done-0": "on", "count-0": "1"})
    world.at_yi.send(QI, on_paper, {"seal": "FQ001", "carrier": "sf", "waybill": OUT, "cost": "12.50"})
    world.becomes(on_paper, State.DISPATCHED)
    today = datetime.now(CHINA).date().isoformat()
    said = {"waybill": OUT, "on": today, "came-M-OLD": "1", "found": "whole", "note": ""}
    assert "已送到中心" in world.qi.act(on_paper, "arrived", said)
    world.becomes(on_paper, State.ARRIVED)
    return on_paper


@pytest.fixture(scope="module")
def posted(world: World, travelled: str) -> str:
    """Accepted, granted, and the licence on its way to the applicant."""
    assert "已送到中心" in world.qi.accept(travelled)
    said = {"result": "granted", "content": "准予补发营业执照正、副本", "basis": ""}
    assert "已送到中心" in world.qi.act(travelled, "decided", said, role="approver")
    sent = {
        "way": "post_applicant",
        "name": "营业执照（正、副本）",
        "carrier": "ems",
        "waybill": BACK,
        "cost": "12.00",
        "paper": "2",
        "send-M-OLD": "0",
    }
    assert "已送到中心" in world.qi.act(travelled, "result_sent", sent)
    world.becomes(travelled, State.RESULT_SENT)
    return travelled


def test_the_taking_in_side_can_never_accept(world: World, on_paper: str) -> None:
    ledger = world.yi.ledger(on_paper)
    for act in (acts.Accepted(at=now(), by="home_officer"), acts.NotAccepted(at=now(), by="home_officer", why="not_needed")):
        with pytest.raises(RefusedActError) as refused:
            world.yi.post(on_paper, ledger.life.position, act)
        assert refused.value.code == "not_yours"


def test_paper_is_counted_where_it_leaves_and_where_it_comes_and_the_result_goes_out_with_its_own_waybill(
    world: World, posted: str
) -> None:
    life = world.yi.ledger(posted).life
    assert [(leg.parcel.waybill, leg.road) for leg in life.paper.legs] == [
        (OUT, "to_home"),
        (BACK, "to_applicant"),
    ]
    assert "已送到中心" in world.qi.act(posted, "served", {"how": "邮政投递签收", "send-M-OLD": "0"})
    world.becomes(posted, State.DELIVERED)


def test_the_applicant_who_left_a_telephone_is_told_and_the_message_names_nobody(world: World, posted: str) -> None:
    until(lambda: len(world.one.sms()) >= 2, "the messages")
    messages = [message for message in world.one.sms() if message["to"] == PHONE]
    assert [re.sub(r"预计.*?前", "预计…前", m["text"]).partition("咨询")[0] for m in messages] == [
        f"【省内通办】尾号{posted[-5:]}的办件已由业务属地办理单位受理，预计…前办结。",
        f"【省内通办】尾号{posted[-5:]}的办件已办结，结果已按您选择的方式寄出，邮费由办理单位承担，请注意查收。",
    ]


def test_the_provincial_platform_was_told_of_both_in_order(world: World, delivered: str, posted: str) -> None:
    def told(case: str) -> list[str]:
        return [record["proStatus"] for record in world.one.reported() if record["caseNo"] == case]

    for case in (delivered, posted):
        until(lambda case=case: told(case)[-1:] == ["3"], "told to the end")  # type: ignore[misc]
        assert told(case) == sorted(told(case))


def test_nobody_between_the_ends_ever_held_a_word_of_it(world: World, delivered: str, posted: str) -> None:
    """The centre's and the broker's disks, and the ledger itself."""
    assert delivered
    assert posted
    secrets = [text.encode() for text in ("刘试安", "陈测宁", WRONG, PHONE, "异地就医备案回执")]
    for folder in ("centre", "mosquitto"):
        for path in (world.one.layout.base / folder).rglob("*"):
            held = path.read_bytes() if path.is_file() else b""
            assert [secret.decode() for secret in secrets if secret in held] == [], path
