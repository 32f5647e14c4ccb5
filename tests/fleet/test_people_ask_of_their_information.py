"""查阅、复制、更正、删除 (PIPL 44–47): filed in codes, answered by the home desk alone, handed over to the case's holder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import msgspec
import pytest
from support.casework import OTHER_WINDOW, WINDOW, Casework, stamp
from support.centre_db import sqlite_only
from support.fleet import HOME, OTHER_HOME, OTHER_TERMINAL, TERMINAL

from domain import sealing
from domain.case.rights import State
from domain.protection.retention import DAY
from domain.protection.rights import CANNOT, KINDS, reasons
from fleet.authority.authority import Identity
from fleet.console.app import Known, create_console
from fleet.documents import Documents
from fleet.presence import Hearing
from fleet.protection import requests
from fleet.protection.clock import Retention
from mqtt.casework import TASKS, TaskList
from mqtt.events import AnswerRef, CaseDelivered
from mqtt.protection import (
    PersonRequest,
    RequestAnswered,
    RequestDocument,
    RequestFiled,
    RequestList,
    answer_path,
    case_requests_path,
    requests_path,
)
from mqtt.resources import document_path


@pytest.fixture(scope="module")
def casework(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    one = Casework(tmp_path_factory.mktemp("centre"))
    yield one
    one.close()


def asked(casework: Casework, number: str, kind: str = "access", who: str = WINDOW, **more: object) -> PersonRequest:
    answer = casework.ask(who, "POST", case_requests_path(number), msgspec.json.encode(RequestFiled(kind, **more)))  # type: ignore[arg-type]
    assert answer.status_code in (200, 201), answer.get_data()
    return msgspec.json.decode(answer.get_data(), type=PersonRequest)


def document(casework: Casework, body: bytes, kind: str) -> RequestDocument:
    put = casework.put(HOME, body)
    return RequestDocument(put.digest, put.size, kind)  # type: ignore[arg-type]


def answered(casework: Casework, request: int, said: RequestAnswered, who: str = HOME) -> tuple[int, dict[str, object]]:
    answer = casework.ask(who, "POST", answer_path(str(request)), msgspec.json.encode(said))
    return answer.status_code, json.loads(answer.get_data() or b"{}")


def listed(casework: Casework, party: str = HOME) -> list[PersonRequest]:
    answer = casework.ask(party, "GET", requests_path(party))
    return list(msgspec.json.decode(answer.get_data(), type=RequestList).requests)


def test_a_request_has_fifteen_working_days_and_reaches_its_home_desk_alone(casework: Casework) -> None:
    number = casework.standing_in(State.ACCEPTED)
    one = asked(casework, number, groups=("form", "identity"))
    assert (one.kind, one.groups, one.by, one.outcome) == ("access", ("identity", "form"), "window", None)
    expected = casework.store.ledger.calendars(HOME).after(requests.datetime.fromtimestamp(time.time(), requests.CHINA).date(), 15)
    assert one.due == expected.day
    assert number in [found.case for found in listed(casework)]
    assert number not in [found.case for found in listed(casework, OTHER_HOME)]
    assert casework.ask(OTHER_HOME, "GET", requests_path(HOME)).status_code == 404
    assert casework.ask(WINDOW, "GET", requests_path(HOME)).status_code == 404
    assert answered(casework, one.request, RequestAnswered("granted"), OTHER_HOME)[0] == 404


def test_the_same_again_is_the_same_request_until_it_is_answered(casework: Casework) -> None:
    number = casework.standing_in(State.ACCEPTED)
    first, again, other = asked(casework, number), asked(casework, number), asked(casework, number, "correct")
    assert first.request == again.request != other.request
    assert answered(casework, first.request, RequestAnswered("granted"))[0] == 201
    assert answered(casework, first.request, RequestAnswered("granted"))[0] == 200
    assert answered(casework, first.request, RequestAnswered("refused", "person"))[1]["code"] == "answered"
    assert asked(casework, number).request not in (first.request, other.request)


def test_a_window_files_for_its_own_cases_only(casework: Casework) -> None:
    number = casework.standing_in(State.ACCEPTED)
    body = msgspec.json.encode(RequestFiled("access"))
    assert casework.ask(OTHER_WINDOW, "POST", case_requests_path(number), body).status_code == 404
    assert casework.ask(HOME, "POST", case_requests_path(number), body).status_code == 404
    assert casework.ask(WINDOW, "POST", case_requests_path(number), b'{"kind":"all"}').status_code == 400


def test_what_cannot_be_put_right_or_deleted_any_more_says_why(casework: Casework) -> None:
    decided, running = casework.standing_in(State.DECIDED), casework.standing_in(State.ACCEPTED)
    one = asked(casework, decided, "correct")
    assert answered(casework, one.request, RequestAnswered("refused"))[1]["code"] == "reason"
    assert answered(casework, one.request, RequestAnswered("refused", "running"))[1]["code"] == "reason"  # of another kind
    assert answered(casework, one.request, RequestAnswered("refused", "decided"))[0] == 201
    two = asked(casework, running, "correct")
    assert answered(casework, two.request, RequestAnswered("refused", "decided"))[1]["code"] == "reason"  # nothing is decided there
    three = asked(casework, running, "delete")
    assert answered(casework, three.request, RequestAnswered("granted"))[1]["code"] == "running"
    for kind in KINDS:
        for state in State:
            assert any(reason.words for reason in reasons(kind, state))
    assert len({reason.code for reason in CANNOT}) == len(CANNOT)


def test_the_answer_is_handed_over_as_a_result_is_and_counts_as_no_act(casework: Casework) -> None:
    number = casework.standing_in(State.ACCEPTED)
    one = asked(casework, number)
    named = number.encode()
    note, pages, task = (
        document(casework, b"note " + named, "note"),
        document(casework, b"pages " + named, "result"),
        document(casework, b"task " + named, "task"),
    )
    assert answered(casework, one.request, RequestAnswered("granted", documents=(note, pages, task)))[0] == 201
    tasks = msgspec.json.decode(casework.ask(TERMINAL, "GET", TASKS).get_data(), type=TaskList).tasks
    (mine,) = [found for found in tasks if found.case == number]
    assert (mine.kind, {d.digest for d in mine.documents}) == ("result", {pages.digest, task.digest})
    for digest, status in ((task.digest, 200), (pages.digest, 200), (note.digest, 404)):
        assert casework.ask(TERMINAL, "GET", document_path(digest)).status_code == status
        assert casework.ask(OTHER_TERMINAL, "GET", document_path(digest)).status_code == 404
        assert casework.ask(HOME, "GET", document_path(digest)).status_code == 200
        assert casework.ask(WINDOW, "GET", document_path(digest)).status_code == 404
    before = casework.position(number)
    receipt = b"receipt of " + named
    told = AnswerRef(sealing.digest(receipt), len(receipt), "delivery")
    casework.tell(CaseDelivered(number, task.digest, "terminal", (told,), stamp(time.time())))
    assert casework.position(number) == before
    (over,) = [found for found in listed(casework) if found.request == one.request]
    assert over.handed_at is not None
    tasks = msgspec.json.decode(casework.ask(TERMINAL, "GET", TASKS).get_data(), type=TaskList).tasks
    assert number not in [found.case for found in tasks]
    assert casework.ask(TERMINAL, "GET", f"/v1/cases/{number}").get_json()["missing"] == [told.digest]
    casework.put(TERMINAL, receipt)
    assert casework.ask(HOME, "GET", document_path(told.digest)).status_code == 200


def test_another_cases_document_is_no_part_of_an_answer(casework: Casework) -> None:
    mine, theirs = casework.standing_in(State.ACCEPTED), casework.standing_in(State.ACCEPTED)
    one = asked(casework, mine)
    stolen = b"case" + theirs.encode()
    listed_one = RequestDocument(sealing.digest(stolen), len(stolen), "note")
    assert answered(casework, one.request, RequestAnswered("granted", documents=(listed_one,)))[1]["code"] == "document_known"
    absent = RequestDocument("0" * 64, 3, "note")
    assert answered(casework, one.request, RequestAnswered("granted", documents=(absent,)))[1]["code"] == "not_whole"


def test_a_granted_deletion_takes_the_case_and_leaves_the_answer_a_month(casework: Casework) -> None:
    closed, other = casework.standing_in(State.CLOSED), casework.standing_in(State.CLOSED)
    one = asked(casework, closed, "delete")
    note = document(casework, b"deleted: " + closed.encode(), "note")
    assert answered(casework, one.request, RequestAnswered("granted", documents=(note,)))[0] == 201
    Retention(casework.store, Documents(casework.folder / "documents")).look(time.time())
    gone, stays = (document_path(sealing.digest(b"case" + number.encode())) for number in (closed, other))
    assert casework.ask(HOME, "GET", gone).status_code == 410
    assert casework.ask(HOME, "GET", stays).status_code == 200
    assert casework.ask(HOME, "GET", document_path(note.digest)).status_code == 200
    Retention(casework.store, Documents(casework.folder / "documents")).tick(time.time() + 31 * DAY)
    assert casework.ask(HOME, "GET", document_path(note.digest)).status_code == 410


def test_where_nothing_is_kept_any_more_the_answer_is_that_and_at_once(casework: Casework) -> None:
    number = casework.standing_in(State.CLOSED)
    Retention(casework.store, Documents(casework.folder / "documents")).tick(time.time() + 31 * DAY)
    one = asked(casework, number)
    assert (one.outcome, one.why, one.handed_at is not None) == ("granted", "deleted", True)


@sqlite_only
def test_no_column_of_the_register_could_hold_a_person(casework: Casework) -> None:
    with casework.store.reading() as db:
        columns = {
            f"{table}.{row[1]}"
            for table in ("person_requests", "request_answers", "request_handed", "request_documents")
            for row in db.execute(f"PRAGMA table_info ({table})")
        }
    assert columns == {
        *(f"person_requests.{name}" for name in ("request", "number", "kind", "groups", "by", "at", "due", "estimate")),
        *(f"request_answers.{name}" for name in ("request", "outcome", "why", "at")),
        *(f"request_handed.{name}" for name in ("request", "terminal", "at")),
        *(f"request_documents.{name}" for name in ("request", "digest", "size", "kind", "terminal")),
    }


def test_whoever_holds_the_receipt_asks_in_codes_and_reads_when_it_is_answered(casework: Casework) -> None:
    token = "T" * 24
    number = casework.standing_in(State.ACCEPTED, token=token)
    known = Known({}, {}, {HOME: "绵竹市"})
    console = create_console(casework.store, known, lambda: Hearing(None), lambda _t: Identity(None, revoked=False, cloned=False))
    with console.test_client() as client:
        page = client.get(f"/progress/{token}").text
        assert "15 个工作日内书面答复" in page
        assert "<textarea" not in page  # nothing is typed: nothing of a person passes the centre
        assert client.post("/progress/nothing/ask", data={"kind": "access"}).status_code == 404
        assert client.post(f"/progress/{token}/ask", data={"kind": "all"}).status_code == 400
        for _ in range(2):
            assert client.post(f"/progress/{token}/ask", data={"kind": "access", "group-form": "1"}).status_code == 303
        assert "等业务属地答复" in client.get(f"/progress/{token}").text
        (one,) = [found for found in listed(casework) if found.case == number]
        assert (one.by, one.groups) == ("receipt", ("form",))
        task = document(casework, b"a task " + number.encode(), "task")
        assert answered(casework, one.request, RequestAnswered("refused", "person", (task,)))[0] == 201
        page = client.get(f"/progress/{token}").text
        assert "请持身份证件到收件大厅的终端领取" in page
        assert "不同意" not in page
        assert "不能确认" not in page
