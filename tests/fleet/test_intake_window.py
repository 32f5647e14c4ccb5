"""The intake window's half (Art. 8(2)): opened for a reason, pre-checked, counted in, mended, passed on; at a real centre."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from support.fleet import Fleet, running_fleet
from support.planted import search
from support.window import CLERK, HOME_KEY, ORIGINAL, PAPER, PERSON, STAFF, Counter, now, running_counter

from domain import sealing
from domain.case import window_record
from domain.case.acts import RESULT, Arrived, Dispatched, Mended, OriginalsSeen, Parcel, Piece, Prechecked, SentBack
from domain.case.rights import State
from domain.protection import rights
from mqtt.events import CaseTerms


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture(scope="module")
def counter(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running_counter(fleet, tmp_path_factory.mktemp("window")) as running:
        yield running


def test_it_opens_for_a_stated_reason_which_is_written_down_and_shows_the_points_of_review(counter: Counter) -> None:
    counter.take("C1", PERSON)
    assert "测试甲" not in counter.browser.get("/").text
    assert counter.browser.post("/cases/C1/open", data={"reason": " "}).status_code == 422
    assert counter.window.window.journal.entries("C1") == ()
    page = counter.browser.post("/cases/C1/open", data=CLERK).text
    for text in ("测试甲", "近六个月内、免冠、正面、白底", "核对本人与证件", "待窗口核验"):
        assert text in page
    (entry,) = counter.window.window.journal.entries("C1")
    assert (entry.staff, entry.reason, entry.outcome) == (STAFF, "预审", "opened")
    with closing(counter.another("1025", "陈别人")) as other:
        assert "别的工作人员打开的" in other.get(re.findall(r'"(/opened/[^"/]+)', page)[0]).text, "its address lets nobody else in"
    picture = counter.browser.get(re.findall(r'<img src="(/opened/[^"]+/pages/[^"]+)"', page)[0])
    assert (picture.headers["Content-Type"], picture.headers["Cache-Control"]) == ("image/jpeg", "no-store")


def test_one_key_pre_checks_and_passes_on_what_needs_nothing_else(counter: Counter) -> None:
    counter.take("C2")
    at = counter.open("C2")
    assert counter.do(at, "precheck", then="send").status_code == 200
    assert [type(act) for act in counter.acts("C2")] == [Prechecked, Dispatched]
    assert counter.life("C2").state is State.ARRIVED


def test_doubts_and_words_reach_the_home_desk_sealed_and_stop_nothing(counter: Counter) -> None:
    counter.take("C3")
    at = counter.open("C3")
    counter.do(at, "precheck", **{"doubt": ["M-PHOTO#2"], "remark-M-PHOTO": "左脸有反光", "remark": "申请人说下周补"})
    (act,) = counter.acts("C3")
    assert isinstance(act, Prechecked)
    assert act.doubts == ("M-PHOTO#2",)
    (sealed,) = act.documents
    record = window_record.decode(sealing.unseal(counter.home.document(sealed.digest), HOME_KEY[1]))
    assert [(r.about, r.text) for r in record.remarks] == [("", "申请人说下周补"), ("M-PHOTO", "左脸有反光")]
    assert record.by == STAFF
    assert counter.do(at, "send").status_code == 200
    assert counter.life("C3").state is State.ARRIVED


def test_originals_are_counted_in_line_by_line_and_the_paper_lies_here_until_it_is_sent(counter: Counter) -> None:
    counter.take("C4", PERSON, ORIGINAL, PAPER)
    at = counter.open("C4")
    counter.do(at, "precheck")
    assert counter.do(at, "originals", **{"done-2": "on"}).status_code == 422  # not counted
    assert counter.do(at, "originals").status_code == 422
    assert counter.do(at, "originals", **{"done-0": "on", "done-1": "on"}).status_code == 200
    assert counter.life("C4").awaits == ("paper",)
    assert counter.do(at, "send").status_code == 422
    page = counter.do(at, "originals", **{"done-2": "on", "count-2": "2", "back-2": "on"})
    assert counter.life("C4").awaits == ()
    assert counter.life("C4").paper.at("window") == {"M-OLD": 2}
    assert "交寄…" in page.text
    seen = [act for act in counter.acts("C4") if isinstance(act, OriginalsSeen)]
    assert (seen[0].seen, seen[1].kept) == (("M-PHOTO",), (Piece("M-OLD", 2, True),))


def test_paper_that_is_handed_in_later_goes_with_the_next_parcel(counter: Counter) -> None:
    counter.take("L1")
    at = counter.open("L1")
    counter.do(at, "precheck", then="send")
    assert counter.do(at, "take", material="M-OLD").status_code == 422
    assert counter.do(at, "take", material="M-NONE", count="1").status_code == 422
    assert counter.do(at, "take", material="M-OLD", count="1", back="on").status_code == 200
    assert counter.life("L1").paper.at("window") == {"M-OLD": 1}
    assert counter.sent("L1", waybill="YS2611260000555").status_code == 200
    assert [type(act) for act in counter.acts("L1")] == [Prechecked, Dispatched, OriginalsSeen, Dispatched]
    assert counter.life("L1").paper.at("to_home") == {"M-OLD": 1}


def test_what_is_mended_is_added_by_whom_and_when_and_what_was_signed_stays_as_it_is(counter: Counter) -> None:
    counter.take("C5")
    at = counter.open("C5")
    files = {"pages": ("scan.png", png(), "image/png")}
    form = {"position": counter.position(at), "point": "M-PHOTO#1", "remark": "补拍一张"}
    page = counter.browser.post(f"{at}/mend", data=form, files=files)
    assert "窗口补的" in page.text
    (act,) = counter.acts("C5")
    assert isinstance(act, Mended)
    assert [one.kind for one in act.documents] == ["record", "page"]
    added = sealing.unseal(counter.home.document(act.documents[1].digest), HOME_KEY[1])
    assert added.startswith(b"\xff\xd8\xff")
    record = window_record.decode(sealing.unseal(counter.home.document(act.documents[0].digest), HOME_KEY[1]))
    assert record.additions[0].pages == (act.documents[1].digest,)
    link = re.findall(r'(/opened/[^"]+/pages/[0-9a-f]{64})" target="_blank">第 1 份', page.text)[0]
    assert counter.browser.get(link).content == added
    refused = counter.browser.post(f"{at}/mend", data=form | {"position": counter.position(at), "point": "M-FORM#0"}, files=files)
    assert (refused.status_code, "签了名的表单不能在窗口改" in refused.text) == (422, True)
    assert len(counter.acts("C5")) == 1
    again = counter.browser.post("/cases/C5/open", data=CLERK).text  # another opening reads what was written before
    assert "补拍一张" in again


def test_a_file_that_is_no_page_is_refused_by_name_and_an_upload_never_lies_on_a_disk(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    counter.take("C6")
    at = counter.open("C6")
    made: list[object] = []

    def watched(*how: object, **more: object) -> object:
        made.append(how)
        raise AssertionError("a page in a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, watched)
    for what, words in ((b"x" * 3_000_000, "读不懂这个文件"), (b"%PDF-1.7 no", "读不懂，请重新扫描")):
        form = {"position": counter.position(at), "point": "M-PHOTO#0"}
        answer = counter.browser.post(f"{at}/mend", data=form, files={"pages": ("a.bin", what)})
        assert (answer.status_code, words in answer.text) == (422, True)
    assert made == []
    assert counter.acts("C6") == ()


def test_what_changed_meanwhile_is_shown_and_nothing_is_done_twice(counter: Counter) -> None:
    counter.take("C7", PAPER)
    at = counter.open("C7")
    counter.do(at, "precheck")
    old = counter.position(at)
    form = {"position": old, "done-0": "on", "count-0": "1"}
    assert counter.browser.post(f"{at}/originals", data=form).status_code == 200
    again = counter.browser.post(f"{at}/originals", data=form)  # a second press of the same key
    assert again.status_code in (409, 422)
    assert counter.life("C7").paper.at("window") == {"M-OLD": 1}


def test_a_purely_electronic_case_never_lies_in_the_queue_and_never_opens_here(counter: Counter) -> None:
    counter.take("EL1", terms=CaseTerms(electronic=True))
    page = counter.browser.get("/").text
    assert "EL1" not in page
    assert "另有 1 件全程电子办理" in page
    assert counter.browser.post("/cases/EL1/open", data=CLERK).status_code == 410


def png() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 80), (200, 200, 200)).save(out, "PNG")
    return out.getvalue()


def test_paper_goes_in_a_parcel_with_a_list_arrives_comes_back_and_returns_to_the_applicant(counter: Counter) -> None:
    counter.prechecked("P1", PAPER, **{"count-0": "1", "back-0": "on"})
    counter.prechecked("P2", PAPER, **{"count-0": "1"})
    check = counter.browser.post(
        "/send/mianzhu/check",
        data={"seal": "FQ001", "carrier": "sf", "waybill": "ys 2611-2600 00157", "case": ["P1", "P2"]},
    )
    assert "YS2611260000157" in check.text
    assert counter.acts("P1")[-1].__class__ is OriginalsSeen  # looked at, not sent
    assert counter.sent("P1", "P2", waybill="YS2611260000157").status_code == 200
    first, second = counter.acts("P1")[-1], counter.acts("P2")[-1]
    assert isinstance(first, Dispatched)
    assert isinstance(second, Dispatched)
    assert first.parcel == second.parcel == Parcel("sf", "YS2611260000157", "FQ001", 1250)
    assert first.documents[0].digest != second.documents[0].digest
    assert sealing.unseal(counter.home.document(first.documents[0].digest), HOME_KEY[1]).startswith(b"%PDF-")
    pdf = counter.browser.get("/parcels/YS2611260000157.pdf")
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert "在途" in counter.browser.get("/send").text
    counter.at_home("P1", Arrived(at=now(), by="home_officer", waybill="YS2611260000157", pieces=(Piece("M-OLD", 1, True),)))
    assert "在业务属地" in counter.browser.get("/originals").text
    back = SentBack(at=now(), by="home_officer", parcel=Parcel("ems", "EA123456789CN"), pieces=(Piece("M-OLD", 1, True),))
    counter.at_home("P1", back)
    assert "EA123456789CN" in counter.browser.get("/arriving").text
    form = {"position-P1": str(counter.life("P1").position), "P1/M-OLD": "1"}
    assert counter.browser.post("/arriving/EA123456789CN", data=form | {"P1/M-OLD": ""}).status_code == 422
    assert "等本人来取的原件" in counter.browser.post("/arriving/EA123456789CN", data=form).text
    assert counter.life("P1").paper.at("counter") == {"M-OLD": 1}
    give = {"position": str(counter.life("P1").position), "material": "M-OLD"}
    assert counter.browser.post("/originals/P1", data=give).status_code == 422  # nobody looked at the document
    assert counter.browser.post("/originals/P1", data=give | {"checked": "on"}).status_code == 200
    assert counter.life("P1").paper.still_owed() == {}
    assert RESULT not in counter.life("P1").paper.owed


def test_the_statement_says_what_this_party_paid_and_for_what(counter: Counter) -> None:
    counter.prechecked("S1", PAPER, **{"count-0": "1"})
    counter.sent("S1", waybill="YS2611260000999", cost="8.5")
    page = counter.browser.get("/postage").text
    assert "YS2611260000999" in page
    assert "8.50 元" in page
    table = counter.browser.get("/postage.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert '=""YS2611260000999""' in table.text
    assert counter.browser.get("/postage?month=2026-13").status_code == 400
    assert "没有寄出" in counter.browser.get("/postage?month=2020-01").text
    console = counter.fleet.console("/postage")
    for words in ("YS2611260000999", "仁寿县", "8.50 元", "申请材料寄往业务属地"):
        assert words in console
    assert "测试甲" not in console
    assert "YS2611260000999" in counter.fleet.console("/postage.csv")


def test_who_asks_for_their_information_here_is_heard_by_the_home_desk_alone(counter: Counter) -> None:
    counter.take("P81")
    opened = counter.browser.post("/cases/P81/open", data=CLERK | {"reason": "申请人到场询问"}).url.path
    said = {"kind": "correct", "group-form": "1", "text": "电话写错了，应为 13912345678"}
    assert counter.browser.post(f"{opened}/request", data=said | {"kind": "everything"}).status_code == 422
    assert counter.browser.post(f"{opened}/request", data=said | {"text": ""}).status_code == 422
    told = counter.browser.post(f"{opened}/request", data=said)
    assert "已登记更正个人信息的请求" in told.text
    (one,) = (found for found in counter.requests() if found.case == "P81")
    assert (one.case, one.kind, one.groups, one.by) == ("P81", "correct", ("form",), "window")
    (document,) = one.documents
    sealed = counter.home.document(document.digest)
    heard = rights.decode(sealing.unseal(sealed, HOME_KEY[1]))
    assert (heard.text, heard.by) == ("电话写错了，应为 13912345678", STAFF)
    assert search([counter.folder, counter.fleet.folder], ["13912345678"]) == []
    assert "登记更正个人信息的请求" in counter.browser.get("/record").text
    assert "留存" in counter.browser.get("/kept").text
