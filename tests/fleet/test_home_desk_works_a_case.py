"""The home desk works a case, from inbox to delivered result: over HTTP, against a running centre, with real sealed documents."""

from __future__ import annotations

import io
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest
from support.clerk_door import DESK, browsing
from support.fleet import JPEG, TIME, case_content, running_fleet
from support.office import (
    FINE,
    HALL_KEY,
    KEY,
    MATERIALS,
    NAME,
    NUMBER,
    OWN,
    PHONE,
    RECOVERY_KEY,
    WINDOW,
    WINDOW_KEY,
    Office,
    pdf,
    running,
)

from domain import sealing
from domain.calendar import CHINA
from domain.case import acts, answer, content, window_record
from domain.case import task as tasks
from domain.case.rights import State
from fleet.casework.client import CentreError
from fleet.desk.app import Desk
from fleet.protection import requests


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with running_fleet(folder) as fleet, running(fleet, folder) as desk:
        with browsing(desk, DESK, fleet.centre.store) as browser:
            yield Office(fleet, folder, desk, browser)


def words(pdf_: bytes) -> str:
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf_, capture_output=True, check=True).stdout.decode()
    return "".join(found.split())


def wait(what: Any, seconds: float = 10) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


@pytest.fixture(scope="module")
def finished(office: Office) -> str:
    """A case that went all the way."""
    case = office.bring("W1")
    inbox = office.browser.get("/?show=here").text
    for told in (case, "告知补正或受理（自窗口收齐）", "告知补正或受理（自送达属地）"):
        assert told in inbox
    office.accept(case)
    said = {"result": "granted", "content": "准予异地就医备案，自下月一日起生效", "basis": ""}
    office.confirm(office.fill(office.open(case, "approver"), "decided", said))
    said = {"way": "pickup_intake", "name": "异地就医备案回执", "carrier": "none", "paper": "0"}
    office.confirm(office.fill(office.open(case), "result_sent", said, pdf(2)))
    office.elsewhere(case, acts.Delivered(at=datetime.now(UTC)))
    office.confirm(office.fill(office.open(case), "closed", {}))
    return case


def test_a_case_goes_from_the_inbox_to_a_delivered_result_and_each_step_is_in_the_ledger(office: Office, finished: str) -> None:
    done = office.acts(finished)
    assert [type(act) for act in done] == [acts.Accepted, acts.Decided, acts.ResultSent, acts.Delivered, acts.Closed]
    assert [act.by for act in done] == ["home_officer", "approver", "home_officer", "terminal", "home_officer"]
    assert office.state(finished) is State.CLOSED
    assert finished not in office.browser.get("/").text
    assert finished in office.browser.get("/?show=closed").text
    page = office.browser.get(f"/cases/{finished}").text
    assert page.count("已送到中心") == 4
    assert "王五（1024）" in page
    assert NAME not in page


def test_what_a_paper_says_is_read_by_both_desks_and_by_nobody_else_and_the_hall_gets_what_it_hands_over(
    office: Office, finished: str
) -> None:
    accepted, _, sent, *_ = office.acts(finished)
    notice = office.document(accepted.documents[0].digest)
    for key in (KEY, WINDOW_KEY, RECOVERY_KEY):
        found = words(sealing.unseal(notice, key))
        assert [part for part in ("受理通知书", "竹医保受〔", NAME, finished, "绵竹市医保局") if part not in found] == []
    with pytest.raises(sealing.SealError):
        sealing.unseal(notice, HALL_KEY)
    kinds = {listed.kind: listed for listed in sent.documents}
    task = tasks.opened(office.document(kinds["task"].digest), HALL_KEY)
    assert isinstance(task, tasks.ResultTask)
    assert (task.document, task.pages, task.holders[0].number) == (kinds["result"].digest, 3, NUMBER)
    pages = sealing.unseal(office.document(kinds["result"].digest), HALL_KEY)
    with pikepdf.open(io.BytesIO(pages)) as document:
        assert len(document.pages) == 3  # the decision, and what was uploaded
    assert "准予办理决定书" in words(pages)
    plain = msgspec.json.encode(office.acts(finished)).decode()
    assert [private for private in (NAME, NUMBER, PHONE, "备案回执") if private in plain] == []


def test_a_notice_wants_every_material_looked_at_and_words_the_applicant_can_use(office: Office) -> None:
    case = office.bring("W3")
    opened = office.open(case)
    wrong = {"bad-M-RES#2": "1", "wrong-M-RES#2": "不合格", "remedy-M-RES#2": "请补正"}
    answer = office.review(opened, "correction", **wrong)
    assert answer.status_code == 422
    for told in ("《申请人有效身份证件》还没有审", "“不合格”说不清存在什么问题", "“请补正”说不清怎样补正"):
        assert told in answer.text
    assert 'value="1" checked' in answer.text  # what was said is still there
    both = office.review(
        opened, "acceptance", **FINE, **{"bad-M-RES#1": "1", "wrong-M-RES#1": "没有住址", "remedy-M-RES#1": "补上住址"}
    )
    assert "既勾了“符合”，又勾了问题" in both.text
    assert office.acts(case) == []


POINTS = {
    "bad-M-RES#2": "1",
    "wrong-M-RES#2": "证明上没有出具单位的公章",
    "remedy-M-RES#2": "补盖公章后重新拍照",
    "bad-form#0": "1",
    "wrong-form#0": "备案开始日期已经过去",
    "remedy-form#0": "到窗口改为今天以后的日期",
    **{f"ok-{code}": "1" for code in MATERIALS if code not in ("M-RES", "form")},
}


def test_notice_act_and_the_halls_task_name_the_same_points_and_the_applicant_is_told_without_a_name(
    office: Office,
) -> None:
    case = office.bring("W4")
    before = len(office.sms())
    draft = office.review(office.open(case), "correction", **POINTS)
    assert "申请材料补正一次性告知书" in draft.text
    assert office.browser.get(f"{draft.url.path}/0.png").content[:4] == b"\x89PNG"
    office.confirm(draft, "缺章")
    (act,) = office.acts(case)
    assert isinstance(act, acts.CorrectionRequested)
    assert set(act.points) == {"M-RES#2", "form#0"}
    kinds = {listed.kind: listed for listed in act.documents}
    task = tasks.opened(office.document(kinds["task"].digest), HALL_KEY)
    assert isinstance(task, tasks.CorrectionTask)
    assert [(p.point, p.how, p.material) for p in task.points] == [("M-RES#2", "scan", "M-RES"), ("form#0", "window", None)]
    paper = words(sealing.unseal(office.document(kinds["paper"].digest), WINDOW_KEY))
    for point in task.points:
        assert "".join(point.text.split("。")[0].split()) in paper
    told = wait(lambda: office.sms()[before:])[0]
    assert told["to"] == PHONE
    assert [private for private in (NAME, NUMBER, "异地就医") if private in told["text"]] == []
    assert office.state(case) is State.CORRECTION


def test_old_points_are_not_noticed_again_without_a_reason(office: Office) -> None:
    case = office.bring("W5", phone=None)
    assert "没有能发短信的手机号" in office.confirm(office.review(office.open(case), "correction", **POINTS)).text
    office.elsewhere(case, acts.Corrected(at=datetime.now(UTC), points=("M-RES#2", "form#0")))
    again = office.review(office.open(case), "correction", **POINTS)
    assert (again.status_code, "再次告知必须说明理由" in again.text) == (422, True)
    said = {"again": "not_remedied", "why": "补交的证明仍然没有盖章"}
    office.confirm(office.review(office.open(case), "correction", **POINTS, **said))
    assert [type(act) for act in office.acts(case)][-1] is acts.CorrectionRequested
    paper = next(d for d in office.acts(case)[-1].documents if d.kind == "paper")
    assert "再次告知的理由：补交的证明仍然没有盖章" in words(sealing.unseal(office.document(paper.digest), KEY))


def test_what_the_applicant_and_the_window_brought_later_stands_beside_the_material(office: Office) -> None:
    case = office.bring("WD")
    picture = sealing.seal(JPEG, (OWN,))
    digest = sealing.digest(picture)
    supplied = answer.Supplied("M-RES#2", "盖了章的居住证明", "M-RES", (content.Page(digest),))
    wave = case_content(case, []).signature
    said = answer.Correction(v=1, case=case, task="0" * 64, by="receipt", person=None, signature=wave, supplied=(supplied,))
    remark = window_record.Remark("M-ID", "身份证件", "到场人是申请人的儿子")
    record = window_record.WindowRecord(1, case, "prechecked", "赵窗口", TIME, (remark,))
    listed = []
    for kind, body in (("correction", answer.encode(said)), ("page", JPEG), ("note", window_record.encode(record))):
        sealed = picture if kind == "page" else sealing.seal(body, (OWN,))
        listed.append(acts.Sealed(sealing.digest(sealed), len(sealed), kind))  # type: ignore[arg-type]
        with office.fleet.api() as api:
            assert api.put(f"/v1/documents/{listed[-1].digest}", content=sealed).status_code in (200, 201)
    now = datetime.now(UTC)
    office.elsewhere(
        case,
        acts.CorrectionRequested(at=now, by="home_officer", points=("M-RES#2",), documents=(listed[2],)),
        acts.Corrected(at=now, points=("M-RES#2",), documents=tuple(listed[:2])),
    )
    page = office.browser.get(office.open(case)).text
    assert "申请人补正" in page
    assert "盖了章的居住证明" in page
    assert office.browser.get(re.findall(rf'"(/opened/[^"]+/documents/{digest})"', page)[0]).content == JPEG
    told = office.browser.get(re.findall(rf'"(/opened/[^"]+/documents/{listed[0].digest})"', page)[0]).text
    assert [part for part in ("没有读证件", "<svg") if part not in told] == []


def test_who_accepts_does_not_decide_and_who_decides_does_not_accept(office: Office) -> None:
    case = office.bring("W6")
    approver = office.open(case, "approver")
    assert "生成受理通知书" not in office.browser.get(approver).text
    assert "这一步不归这个岗位做" in office.review(approver, "acceptance", **FINE).text
    office.elsewhere(case, acts.Accepted(at=datetime.now(UTC), by="home_officer"))
    officer = office.open(case)
    assert "作出决定" not in office.browser.get(officer).text
    refused = office.fill(officer, "decided", {"result": "granted", "content": "准予异地就医备案", "basis": ""})
    assert (refused.status_code, "这一步不归这个岗位做" in refused.text) == (409, True)
    assert office.state(case) is State.ACCEPTED


def test_a_refusal_says_why_by_what_and_where_to_appeal_or_is_not_made(office: Office) -> None:
    case = office.bring("W7")
    office.elsewhere(case, acts.Accepted(at=datetime.now(UTC), by="home_officer"))
    opened = office.open(case, "approver")
    said = {"result": "refused", "content": "申请人不在业务属地参加基本医疗保险", "basis": ""}
    assert "必须写明依据" in office.fill(opened, "decided", said).text
    office.confirm(office.fill(opened, "decided", said | {"basis": "《办法》第三条"}))
    paper = words(sealing.unseal(office.document(office.acts(case)[-1].documents[0].digest), KEY))
    for part in (
        "不予办理决定书",
        "不在业务属地参加",
        "《办法》第三条",
        "绵竹市人民政府申请行政复议",
        "绵竹市人民法院提起行政诉讼",
    ):
        assert part in paper


def test_a_term_is_put_off_and_halted_with_papers_that_name_the_new_day(office: Office) -> None:
    case = office.bring("W8")
    office.elsewhere(case, acts.Accepted(at=datetime.now(UTC), by="home_officer"))
    said = {"procedure": "expert_review", "days": "15", "reason": "情况复杂，需要专家评审"}
    office.confirm(office.fill(office.open(case), "suspended", said))
    assert office.state(case) is State.SUSPENDED
    office.confirm(office.fill(office.open(case), "resumed", {"procedure": "expert_review"}))
    said = {"days": "11", "reason": "需要向原发证机关核实"}
    opened = office.open(case, "approver")
    assert "请填 1 到 10 的整数" in office.fill(opened, "extended", said).text
    office.confirm(office.fill(opened, "extended", said | {"days": "10"}))
    titles = [words(sealing.unseal(office.document(act.documents[0].digest), KEY)) for act in office.acts(case)[1:]]
    assert ["特别程序告知书" in titles[0], "恢复办理通知书" in titles[1], "延长10个工作日" in titles[2]] == [True] * 3


def test_a_parcel_is_counted_against_its_list_and_what_lacks_is_noted(office: Office) -> None:
    case = office.bring("W9", terms=None)
    now, sent = datetime.now(UTC), acts.Parcel("ems", "EX123456789CN", "F-1")
    pieces = (acts.Piece("M-RES", 2, back=True),)
    office.elsewhere(
        case,
        acts.OriginalsSeen(at=now, by="intake_officer", kept=pieces),
        acts.Prechecked(at=now, by="intake_officer"),
        acts.Dispatched(at=now, by="dispatcher", parcel=sent, pieces=pieces),
    )
    opened = office.open(case)
    said = {
        "waybill": "EX123456789CN",
        "on": datetime.now(CHINA).date().isoformat(),
        "came-M-RES": "1",
        "found": "broken",
        "note": "",
    }
    assert "请写明差在哪里" in office.fill(opened, "arrived", said).text
    office.confirm(office.fill(opened, "arrived", said | {"note": "少一份，已电话告知收件窗口"}))
    act = office.acts(case)[-1]
    assert isinstance(act, acts.Arrived)
    assert act.discrepancies == (acts.Discrepancy("M-RES", 2, 1),)
    counted = words(sealing.unseal(office.document(act.documents[0].digest), WINDOW_KEY))
    assert "少1份" in counted
    assert "居住证明，或个人承诺书：寄出 2，清点 1" in office.browser.get(f"/cases/{case}").text


def test_acceptance_by_silence_is_shown_as_what_it_is(office: Office) -> None:
    case = office.bring("WA")
    office.elsewhere(case, acts.DeemedAccepted(at=datetime.now(UTC), since=datetime.now(UTC).date()))
    page = office.browser.get(f"/cases/{case}").text
    assert "视为受理；不是本专窗作出的受理" in page
    assert "逾期未告知，视为受理" in page


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (b"PK\x03\x04", "只收 PDF"),
        (b"%PDF-1.7 broken", "已损坏"),
        (pdf(1, OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")), "脚本"),
        (pdf(0), "1 至 200 页"),
    ],
)
def test_what_is_no_plain_pdf_is_not_handed_to_anybody(office: Office, file: bytes, told: str) -> None:
    case = "WB"
    if case not in office.browser.get("/?show=all").text:
        office.bring(case)
        office.elsewhere(
            case,
            acts.Accepted(at=datetime.now(UTC), by="home_officer"),
            acts.Decided(at=datetime.now(UTC), by="approver", result="granted"),
        )
    said = {"way": "e_licence", "name": "回执", "carrier": "none", "paper": "0"}
    answer = office.fill(office.open(case), "result_sent", said, file)
    assert (answer.status_code, told in answer.text) == (422, True)


def test_every_deed_asks_for_a_reason_and_nothing_of_the_applicant_lies_in_the_desks_folder(office: Office) -> None:
    case = office.bring("WC")
    draft = office.review(office.open(case), "acceptance", **FINE)
    assert (office.browser.post(draft.url.path, data={"reason": "x"}).status_code, office.acts(case)) == (422, [])
    office.confirm(draft)
    assert office.confirm(draft).status_code == 200  # a second click is the same deed
    assert len(office.acts(case)) == 1
    (doing,) = office.desk.journal.deeds(case)
    assert (doing.staff, doing.role, doing.reason, doing.act) == ("王五（1024）", "home_officer", "符合条件", "accepted")
    held = b"".join(path.read_bytes() for path in (office.folder / "desk" / "data").rglob("*") if path.is_file())
    for private in (NAME, NUMBER, PHONE, "准予异地就医备案"):
        assert private.encode() not in held


class _Cut:
    """A line that breaks at ``post``: before it got there, or after."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, *, arrives: bool) -> None:
        self.tried = 0
        real = desk.inbox.post

        def post(*said: Any) -> Any:
            self.tried += 1
            if arrives:
                real(*said)
            raise CentreError("连不上中心")

        monkeypatch.setattr(desk.inbox, "post", post)


@pytest.mark.parametrize("arrives", [False, True], ids=["before", "after"])
def test_a_desk_that_ends_between_its_documents_and_its_act_does_it_once(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, arrives: bool
) -> None:
    case = office.bring(f"X{arrives:d}")
    with running(office.fleet, tmp_path) as desk, browsing(desk, DESK, office.fleet.centre.store) as browser:
        there = Office(office.fleet, office.folder, desk, browser)
        cut = _Cut(desk, monkeypatch, arrives=arrives)
        monkeypatch.setattr("fleet.desk.acting._PATIENCE", 0.2)
        told = there.confirm(there.review(there.open(case), "acceptance", **FINE))
        assert "还没有送到中心" in told.text
        wait(lambda: cut.tried)
        if not arrives:
            second = there.confirm(there.review(there.open(case), "acceptance", **FINE))
            assert "上一步还没有送到中心" in second.text
    assert len(office.acts(case)) == arrives
    with running(office.fleet, tmp_path) as again:
        wait(lambda: again.deeds.standing(case)[0].state == "gone")
    (act,) = office.acts(case)
    assert words(sealing.unseal(office.document(act.documents[0].digest), KEY)).count("受理通知书") >= 1
    assert len(list((tmp_path / "sms").glob("*.json"))) == 1


def test_what_somebody_else_did_meanwhile_is_told_and_nothing_is_written_over_it(office: Office) -> None:
    case = office.bring("XM")
    draft = office.review(office.open(case), "acceptance", **FINE)
    office.elsewhere(case, acts.Withdrawn(at=datetime.now(UTC)))
    told = office.confirm(draft)
    assert "刚才有了新的动作" in told.text
    assert [type(act) for act in office.acts(case)] == [acts.Withdrawn]
    assert "办件已有别的动作" in office.browser.get(f"/cases/{case}").text


# --- what people ask of their own information -----------------------------------------------------------------------------------


def asked(office: Office, case: str, kind: str) -> requests.PersonRequest:
    """As its progress page files it."""
    store = office.fleet.centre.store
    with store.transaction() as db:
        found = requests.file(db, store.ledger.calendars, case, kind, ("identity", "form"), "receipt", time.time())  # type: ignore[arg-type]
    assert found is not None
    return found


def test_a_copy_of_what_is_kept_is_answered_on_paper_for_its_holder_in_the_hall(office: Office) -> None:
    case = office.bring("W81")
    one = asked(office, case, "copy")
    register = office.browser.get("/requests").text
    assert case in register
    assert NAME not in register
    opened = office.open(case)
    assert "申请人请求复制个人信息" in office.browser.get(opened).text
    at = f"{opened}/requests/{one.id}"
    draft = office.browser.post(at, data={"outcome": "granted", "text": "", "way": "hall"})
    assert draft.url.path == f"{at}/draft"
    paper = office.browser.get(f"{at}/draft.pdf").content
    told = words(paper)
    for text in ("个人信息请求答复书", "第四十五条第一款", NAME, NUMBER, "审查材料"):
        assert text in told
    assert PHONE not in told  # contact was not asked for
    with pikepdf.open(io.BytesIO(paper)) as document:
        assert len(document.pages) >= 2  # and the page that was handed in
    assert office.browser.get(f"{at}/draft.png").content[:4] == b"\x89PNG"
    assert office.browser.post(f"{at}/send", data={"reason": " "}).status_code == 422
    done = office.browser.post(f"{at}/send", data={"reason": "同意复制"})
    assert "等申请人到大厅终端领取" in done.text
    with office.fleet.centre.store.reading() as db:
        sealed = {d.kind: d.digest for d in requests.documents_of(db, one.id)}
    task = tasks.opened(office.document(sealed["task"]), HALL_KEY)
    assert isinstance(task, tasks.ResultTask)
    assert (task.name, task.document, [h.number for h in task.holders]) == ("个人信息请求答复书", sealed["result"], [NUMBER])
    assert sealing.unseal(office.document(sealed["result"]), HALL_KEY) == paper
    assert sealing.unseal(office.document(sealed["note"]), KEY) == paper
    assert WINDOW.key_id not in sealing.key_ids(office.document(sealed["note"]))
    record = office.browser.get("/record").text
    assert "答复复制个人信息的请求" in record
    assert NAME not in record


def test_what_can_not_be_put_right_says_why_and_where_to_turn(office: Office, finished: str) -> None:
    one = asked(office, finished, "correct")
    at = f"{office.open(finished)}/requests/{one.id}"
    page = office.browser.get(at).text
    assert "已经根据当时提交的内容作出决定" in page
    assert "办件正在办理" not in page
    assert office.browser.post(at, data={"outcome": "granted", "text": "", "way": "hall"}).status_code == 422  # what was put right?
    office.browser.post(at, data={"outcome": "decided", "text": "可以申请变更备案。", "way": "desk"})
    told = words(office.browser.get(f"{at}/draft.pdf").content)
    for text in ("不同意", "申请材料是决定的依据", "可以申请变更备案", "向网信部门投诉"):
        assert text in told
    assert NUMBER not in told
    assert "已交付" in office.browser.post(f"{at}/send", data={"reason": "邮寄答复书"}).text
    assert office.browser.get(at).status_code == 200
    assert office.browser.get(f"{at}/draft").status_code == 410


def test_a_deletion_is_not_granted_while_the_case_runs(office: Office) -> None:
    case = office.bring("W82")
    one = asked(office, case, "delete")
    at = f"{office.open(case)}/requests/{one.id}"
    refused = office.browser.post(at, data={"outcome": "granted", "text": "", "way": "desk"})
    assert (refused.status_code, "没有办结归档的不能同意删除" in refused.text) == (422, True)
