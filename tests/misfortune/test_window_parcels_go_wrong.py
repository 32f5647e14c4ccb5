"""A parcel that is not ours, was counted before, or does not hold what its list says: told by name, nothing lost from sight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fleet import running_fleet
from support.window import PAPER, Counter, now, running_counter

from domain.case.acts import Arrived, Discrepancy, Parcel, Piece, Received, SentBack
from fleet.window.settings import ReaderSettings

OLD = Piece("M-OLD", 2, True)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    base = tmp_path_factory.mktemp("parcels")
    with running_fleet(base / "fleet") as fleet, running_counter(fleet, base / "window") as running:
        yield running


def back(counter: Counter, number: str, out: str, home: str) -> None:
    """A case whose two originals went to the home desk and are on their way back."""
    counter.prechecked(number, PAPER, **{"count-0": "2", "back-0": "on"})
    assert counter.sent(number, waybill=out).status_code == 200
    counter.at_home(
        number,
        Arrived(at=now(), by="home_officer", waybill=out, pieces=(OLD,)),
        SentBack(at=now(), by="home_officer", parcel=Parcel("ems", home), pieces=(OLD,)),
    )


def test_a_parcel_nobody_announced_stays_closed(counter: Counter) -> None:
    answer = counter.browser.get("/arriving", params={"waybill": "YS0000000001"})
    assert (answer.status_code, "请先不要拆封" in answer.text) == (404, True)
    answer = counter.browser.get("/arriving", params={"waybill": "一张发票"})
    assert (answer.status_code, "这不是运单号" in answer.text) == (404, True)
    assert counter.browser.post("/arriving/YS0000000001", data={}).status_code == 404


def test_a_parcel_of_our_own_that_was_handed_in_here_is_told_apart(counter: Counter) -> None:
    counter.prechecked("W1", PAPER, **{"count-0": "1"})
    counter.sent("W1", waybill="YS0000000002")
    answer = counter.browser.get("/arriving", params={"waybill": "YS0000000002"})
    assert (answer.status_code, "是本窗口寄出去的" in answer.text) == (404, True)


def test_what_was_counted_otherwise_is_noted_and_stays_in_sight_until_it_is_found(counter: Counter) -> None:
    back(counter, "W2", "YS0000000003", "EA000000003CN")
    form = {"position-W2": str(counter.life("W2").position), "W2/M-OLD": "1"}
    page = counter.browser.post("/arriving/EA000000003CN", data=form)
    act = counter.acts("W2")[-1]
    assert isinstance(act, Received)
    assert act.discrepancies == (Discrepancy("M-OLD", 2, 1),)
    assert "清点时缺少" in page.text
    assert counter.life("W2").paper.at("counter") == {"M-OLD": 1}
    again = counter.browser.get("/arriving", params={"waybill": "EA000000003CN"})
    assert (again.status_code, "已经清点过" in again.text) == (404, True)


def test_what_the_home_desk_counted_otherwise_is_seen_where_it_was_sent(counter: Counter) -> None:
    counter.prechecked("W3", PAPER, **{"count-0": "2"})
    counter.sent("W3", waybill="YS0000000004")
    short = Arrived(
        at=now(),
        by="home_officer",
        waybill="YS0000000004",
        pieces=(Piece("M-OLD", 1),),
        discrepancies=(Discrepancy("M-OLD", 2, 1),),
    )
    counter.at_home("W3", short)
    assert "已签收，有差异" in counter.browser.get("/send").text


def test_a_parcel_is_not_made_up_of_what_does_not_fit(counter: Counter) -> None:
    counter.prechecked("W4", PAPER, **{"count-0": "1"})
    good = {"seal": "FQ1", "carrier": "sf", "waybill": "YS0000000005", "cost": "8", "case": "W4"}
    wrong = {
        "seal": ("", "封签号"),
        "carrier": ("pigeon", "承运单位"),
        "waybill": ("12", "运单号"),
        "cost": ("十二元", "12.50"),
        "case": ("W0", "勾选"),
    }
    for name, (value, words) in wrong.items():
        answer = counter.browser.post("/send/mianzhu/check", data=good | {name: value})
        assert (answer.status_code, words in answer.text) == (422, True), name
    counter.prechecked("W9", PAPER, **{"count-0": "1"})
    assert counter.sent("W9", waybill="YS0000000009").status_code == 200
    used = counter.browser.post("/send/mianzhu/check", data=good | {"waybill": "YS0000000009"})
    assert "已经用过" in used.text
    assert counter.life("W4").paper.at("window") == {"M-OLD": 1}


def test_where_the_camera_does_not_answer_the_waybill_is_typed_and_enter_never_means_the_camera(
    counter: Counter, tmp_path: Path
) -> None:
    counter.prechecked("W6", PAPER, **{"count-0": "1"})
    (tmp_path / "secret").write_text("s" * 32)
    (tmp_path / "secret").chmod(0o600)
    other = Counter(counter.fleet, tmp_path / "other")
    other.start(ReaderSettings(9, tmp_path / "secret"))  # nobody listens there
    try:
        form = other.browser.get("/send/mianzhu").text.partition("/check")[2]
        assert re.findall(r"<button[^>]*>([^<]+)", form)[:2] == ["核对", "用高拍仪读运单"]
        told = other.browser.post("/send/mianzhu/scan", data={"seal": "FQ9", "case": "W6"})
        assert (told.status_code, "请输入运单号" in told.text, "FQ9" in told.text) == (409, True, True)
        assert other.browser.post("/arriving/scan").status_code == 409
    finally:
        other.stop()


def test_a_second_press_of_the_same_key_sends_one_parcel(counter: Counter) -> None:
    counter.prechecked("W5", PAPER, **{"count-0": "1"})
    before = len(counter.window.window.book.parcels())
    assert counter.sent("W5", waybill="YS0000000006").status_code == 200
    position = str(counter.life("W5").position - 1)
    form = {"seal": "FQ001", "carrier": "sf", "waybill": "YS0000000006", "case": "W5", "position-W5": position}
    assert counter.browser.post("/send/mianzhu", data=form).status_code == 200
    assert len(counter.window.window.book.parcels()) == before + 1
    assert sum(type(act).__name__ == "Dispatched" for act in counter.acts("W5")) == 1
