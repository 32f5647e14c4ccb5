"""The ledger of cases over HTTP: who may write which act, who reads what, and what is done twice, too late or by the wrong side."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from support.cases import BOOK, COPY, OUT, act_of
from support.casework import OTHER_WINDOW, WINDOW, Casework, just_now, stamp
from support.centre_db import REFUSED, sqlite_only
from support.fleet import HOME, INTAKE, OTHER_HOME, OTHER_TERMINAL, TERMINAL
from support.old_databases import old_database

from domain import sealing
from domain.calendar import CHINA, Calendar
from domain.case import acts
from domain.case.acts import Act, DocumentKind, HomeAct, IntakeAct, Piece, Sealed
from domain.case.life import Rules
from domain.case.rights import READERS, RIGHTS, State, may
from fleet.cases.ledger import Ledger, entries
from fleet.store import Store
from mqtt import casework
from mqtt.casework import TASKS, TaskList
from mqtt.events import AnswerRef, CaseCorrected, CaseDelivered, CaseWithdrawn
from mqtt.resources import CaseList, document_path, home_cases_path

KINDS: tuple[type[Act], ...] = get_args(Act)
OWN: dict[str, tuple[type[Act], ...]] = {HOME: get_args(HomeAct), WINDOW: get_args(IntakeAct)}
"""Whose token is shown → the acts a case of HOME, taken in at INTAKE, may have of it at all."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    made = Casework(tmp_path_factory.mktemp("centre"))
    yield made
    made.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Casework]:
    """One without any case."""
    made = Casework(tmp_path)
    yield made
    made.close()


def test_each_side_writes_what_the_table_of_rights_gives_it_in_each_state_and_nothing_else(centre: Casework) -> None:
    standing: dict[State, str] = {}
    for state, kind, who in product(State, KINDS, OWN):
        case = standing.setdefault(state, "") or centre.standing_in(state)
        standing[state] = case
        after, said = centre.position(case), (state, kind.__name__, who)
        answer = centre.post(who, case, after, act_of(kind, just_now()))
        if answer.status_code == 201:
            assert kind in OWN[who], said
            assert may(min(RIGHTS[kind][0]), kind, state), said
            del standing[state]  # another one for the next act
            continue
        assert centre.position(case) == after, said
        if kind in (*get_args(acts.CitizenAct), acts.DeemedAccepted):
            assert (answer.status_code, answer.json) == (400, {"refused": "bad_request"}), said
        elif kind not in OWN[who]:
            assert (answer.status_code, answer.json) == (403, {"refused": "act", "code": "not_yours"}), said
        else:
            assert answer.status_code == 422, said
            assert (answer.json["code"] == "state") is not may(min(RIGHTS[kind][0]), kind, state), said


@pytest.mark.parametrize(("who", "status"), [(OTHER_HOME, 404), (OTHER_WINDOW, 404), (TERMINAL, 401), (None, 401)])
def test_nobody_else_writes_anything(centre: Casework, who: str | None, status: int) -> None:
    case = centre.standing_in(State.ARRIVED)
    for kind in KINDS:
        assert centre.post(who, case, 2, act_of(kind, just_now())).status_code == status, kind
    assert centre.ask(who, "GET", casework.acts_path(case)).status_code == status
    assert centre.position(case) == 2


def test_the_same_act_again_is_harmless_and_another_one_in_its_place_is_told(centre: Casework) -> None:
    case = centre.take()
    act, other = act_of(acts.Prechecked, just_now()), act_of(acts.Prechecked, just_now(5))
    assert [centre.post(WINDOW, case, 0, act).status_code for _ in range(2)] == [201, 200]
    answer = centre.post(WINDOW, case, 0, other)
    assert (answer.status_code, answer.json) == (409, {"refused": "moved_on"})
    assert centre.post(WINDOW, case, 5, other).status_code == 409
    assert [entry.act for entry in centre.file(HOME, case).acts] == [act]
    assert centre.file(HOME, case).case.work == centre.file(WINDOW, case).case.work


def test_an_act_with_a_document_that_is_not_stored_or_is_another_case_s_is_refused(centre: Casework) -> None:
    case, other = centre.take(), centre.take()
    lacking = Sealed("0" * 64, 3, "paper")
    assert centre.post(WINDOW, case, 0, act_of(acts.Prechecked, just_now(), documents=(lacking,))).json["code"] == "not_whole"
    paper = centre.put(WINDOW, b"a note of the window")
    centre.acted(WINDOW, case, act_of(acts.Prechecked, just_now(), documents=(paper,)))
    stolen = act_of(acts.Prechecked, just_now(), documents=(paper,))
    assert centre.post(WINDOW, other, 0, stolen).json["code"] == "document_known"
    first = sealing.digest(b"case" + case.encode())
    whole = act_of(acts.Prechecked, just_now(), documents=(Sealed(first, 6, "paper"),))
    assert centre.post(WINDOW, other, 0, whole).json["code"] == "document_known"


def test_an_act_of_another_time_than_the_centre_s_is_refused(centre: Casework) -> None:
    case = centre.take()
    for ago in (3600.0, -3600.0):
        assert centre.post(WINDOW, case, 0, act_of(acts.Prechecked, just_now(ago))).json["code"] == "clock"


def test_what_is_no_act_is_refused_by_name(centre: Casework) -> None:
    case = centre.take()
    for body in (b"", b"{", b"\xff", b'{"after":0,"act":{"act":"none"}}', b'{"after":-1}', b"[" * 5000):
        answer = centre.ask(HOME, "POST", casework.acts_path(case), body)
        assert (answer.status_code, answer.json) == (400, {"refused": "bad_request"})


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind != "case"])
def test_a_document_is_read_by_whom_its_kind_says_and_by_nobody_else(centre: Casework, kind: DocumentKind) -> None:
    case = centre.standing_in(State.ARRIVED)
    sealed = centre.put(HOME, b"sealed " + kind.encode(), kind)
    asked = act_of(acts.CorrectionRequested, just_now(), documents=(sealed,))
    centre.acted(HOME, case, asked)
    readers = {"home": HOME, "intake": WINDOW, "hall": TERMINAL}
    allowed = {readers[side] for side in READERS[kind]}
    for who in (HOME, WINDOW, TERMINAL, OTHER_HOME, OTHER_WINDOW, OTHER_TERMINAL, None):
        answer = centre.ask(who, "GET", document_path(sealed.digest))
        expected = 200 if who in allowed else 401 if who is None else 404
        assert answer.status_code == expected, who


def test_a_hall_is_given_its_open_tasks_until_they_are_done(fresh: Casework) -> None:
    case = fresh.standing_in(State.ARRIVED)
    task = fresh.put(HOME, b"who is to correct what", "task")
    fresh.acted(HOME, case, act_of(acts.CorrectionRequested, just_now(), documents=(task, fresh.put(HOME, b"notice"))))

    def tasks(terminal: str) -> list[tuple[str, str, tuple[Sealed, ...]]]:
        told = msgspec.json.decode(fresh.ask(terminal, "GET", TASKS).get_data(), type=TaskList)
        return [(one.case, one.kind, one.documents) for one in told.tasks]

    assert tasks(TERMINAL) == [(case, "correction", (task,))]
    assert tasks(OTHER_TERMINAL) == []
    assert fresh.ask(HOME, "GET", TASKS).status_code == 401
    page = AnswerRef(sealing.digest(b"new page"), 8, "page")
    fresh.tell(CaseCorrected(case, task.digest, ("M-copy#1", "what is this"), (page,), stamp(time.time())))
    file = fresh.file(HOME, case)
    assert file.case.work is not None
    assert (file.case.work.state, file.case.missing) == (State.CORRECTED, (page.digest,))
    assert isinstance(file.acts[-1].act, acts.Corrected)
    assert tasks(TERMINAL) == []
    assert fresh.ask(TERMINAL, "GET", document_path(task.digest)).status_code == 404
    fresh.put(TERMINAL, b"new page", "page")
    assert fresh.file(WINDOW, case).case.missing == ()
    assert fresh.ask(HOME, "GET", document_path(page.digest)).get_data() == b"new page"


def test_a_result_on_paper_is_to_be_handed_over_once_the_window_has_it(fresh: Casework) -> None:
    case = fresh.standing_in(State.DECIDED)
    task, result = fresh.put(HOME, b"whom to give it", "task"), (Piece(acts.RESULT, 1, back=True),)
    back = acts.Parcel("ems", "BACK001")
    fresh.acted(HOME, case, act_of(acts.ResultSent, just_now(), parcel=back, pieces=result, documents=(task,)))
    assert fresh.ask(TERMINAL, "GET", TASKS).json == {"tasks": []}
    fresh.acted(WINDOW, case, act_of(acts.Received, just_now(), role="dispatcher", waybill="BACK001", pieces=result))
    assert [one["case"] for one in fresh.ask(TERMINAL, "GET", TASKS).json["tasks"]] == [case]
    signed = AnswerRef(sealing.digest(b"signed"), 6, "delivery")
    fresh.tell(CaseDelivered(case, task.digest, "terminal", (signed,), stamp(time.time())))
    fresh.acted(HOME, case, act_of(acts.Closed, just_now()))
    assert fresh.ask(TERMINAL, "GET", TASKS).json == {"tasks": []}


def test_a_terminal_tells_of_its_own_hall_s_cases_of_what_was_asked_and_not_before_the_centre_s_clock(fresh: Casework) -> None:
    case = fresh.standing_in(State.ARRIVED)
    task = fresh.put(HOME, b"task", "task")
    fresh.acted(HOME, case, act_of(acts.CorrectionRequested, just_now(), documents=(task,)))
    page = AnswerRef(sealing.digest(b"p"), 1, "page")
    ahead = stamp(time.time() + 10**7)
    fresh.tell(CaseCorrected(case, task.digest, ("M-copy#1",), (page,), ahead), OTHER_TERMINAL)
    fresh.tell(CaseCorrected(case, "f" * 64, ("M-copy#1",), (page,), ahead))
    fresh.tell(CaseCorrected("C-none", task.digest, ("M-copy#1",), (page,), ahead))
    with fresh.store.reading() as db:
        reasons = [row["reason"] for row in db.execute("SELECT reason FROM dead_letters ORDER BY sequence")]
    assert reasons == [f"act of a case refused: {code}" for code in ("other_hall", "no_task", "other_hall")]
    fresh.tell(CaseWithdrawn(case, task.digest, (page,), ahead))
    last = fresh.file(HOME, case).acts[-1]
    assert isinstance(last.act, acts.Withdrawn)
    assert last.act.at <= last.received


def test_the_window_reads_until_its_access_expires(tmp_path: Path) -> None:
    centre = Casework(tmp_path, Ledger(rules=Rules(access=0)))
    case = centre.take()
    page = sealing.digest(b"page" + case.encode())
    assert centre.ask(WINDOW, "GET", document_path(page)).status_code == 200
    centre.acted(WINDOW, case, act_of(acts.Prechecked, just_now()))
    centre.acted(WINDOW, case, act_of(acts.Dispatched, just_now()))
    answer = centre.ask(WINDOW, "GET", document_path(page))
    assert (answer.status_code, answer.json) == (403, {"refused": "access_over"})
    assert centre.ask(HOME, "GET", document_path(page)).status_code == 200
    assert [one.case for one in listed(centre, WINDOW)] == [case]
    centre.close()


def test_a_purely_electronic_case_is_never_the_window_s_to_read(centre: Casework) -> None:
    from mqtt.events import CaseTerms

    case = centre.take(terms=CaseTerms(electronic=True))
    assert centre.file(HOME, case).case.work.state == State.ARRIVED  # type: ignore[union-attr]
    assert centre.ask(WINDOW, "GET", document_path(sealing.digest(b"page" + case.encode()))).status_code == 403
    assert centre.post(WINDOW, case, 0, act_of(acts.OriginalsSeen, just_now())).json["code"] == "electronic"


def listed(centre: Casework, who: str, more: str = "") -> tuple[casework.HomeCase, ...]:
    path = home_cases_path(HOME) if who == HOME else casework.intake_cases_path(INTAKE)
    return msgspec.json.decode(centre.ask(who, "GET", path + more).get_data(), type=CaseList).cases


def test_what_a_case_awaits_ends_when_the_window_says_it_has_seen_it(fresh: Casework) -> None:
    case = fresh.take(awaits=("original", "paper"))

    def awaits() -> tuple[str, ...]:
        (one,) = listed(fresh, HOME)
        assert one.work is not None
        return one.work.awaits

    assert awaits() == ("original", "paper")
    assert "originals" in {t.term for t in listed(fresh, WINDOW)[0].work.timers}  # type: ignore[union-attr]
    fresh.acted(WINDOW, case, act_of(acts.Prechecked, just_now()))
    assert fresh.post(WINDOW, case, 1, act_of(acts.Dispatched, just_now(), role="dispatcher")).json["code"] == "awaited"
    fresh.acted(WINDOW, case, act_of(acts.OriginalsSeen, just_now(), done=("original",), seen=("M-book",)))
    assert awaits() == ("paper",)
    fresh.acted(WINDOW, case, act_of(acts.OriginalsSeen, just_now(), done=("paper",), kept=(BOOK, COPY)))
    assert awaits() == ()
    fresh.acted(WINDOW, case, act_of(acts.Dispatched, just_now(), parcel=OUT, pieces=(BOOK, COPY)))


def test_a_list_comes_in_pages_and_can_leave_out_what_is_closed(fresh: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    from fleet.cases import reading

    monkeypatch.setattr(reading, "MOST_CASES", 2)
    cases = [fresh.take((b"c",)) for _ in range(4)] + [fresh.standing_in(State.CLOSED)]
    seen, more = [], ""
    while True:
        page = msgspec.json.decode(fresh.ask(HOME, "GET", home_cases_path(HOME) + more).get_data(), type=CaseList)
        assert page.total == 5
        seen += [one.case for one in page.cases]
        if page.before is None:
            break
        more = f"?before={page.before}"
    assert sorted(seen) == sorted(cases)
    assert len(seen) == 5
    assert cases[-1] not in {one.case for one in listed(fresh, HOME, "?open=1")}


def test_silence_is_written_by_the_centre_s_clock_once_and_all_see_it(tmp_path: Path) -> None:
    centre = Casework(tmp_path)
    week = datetime(2026, 3, 2, 9, tzinfo=CHINA)
    case = centre.take()
    with centre.store.transaction() as db:
        db.execute("UPDATE cases SET received = ?, taken_at = ?", (week.timestamp(), week.isoformat()))
        for kind in (acts.Prechecked, acts.Dispatched):
            centre.store.ledger.write(db, case, act_of(kind, week), week.timestamp())

    def look(days: int) -> int:
        with centre.store.transaction() as db:
            return centre.store.ledger.keep_silence(db, (week + timedelta(days=days)).timestamp())

    assert [look(7), look(8), look(8)] == [0, 1, 0]
    for who in (HOME, WINDOW):
        last = centre.file(who, case).acts[-1].act
        assert isinstance(last, acts.DeemedAccepted)
        assert str(last.since) == "2026-03-02"
    centre.close()


def test_both_ends_count_alike(tmp_path: Path) -> None:
    from domain.case.deadlines import timers
    from domain.catalogue.party import DayOff
    from fleet.casework.client import Ledger as Read

    today = datetime.now(CHINA).date()
    own = {HOME: Calendar(days_off=[DayOff(today + timedelta(days=n), "火把节", works=n % 7 == 0) for n in range(1, 9)])}
    centre = Casework(tmp_path, Ledger(lambda party: own.get(party, Calendar())))
    case = centre.standing_in(State.ACCEPTED)
    read = Read(centre.file(HOME, case))
    counted = [(t.term, t.due.day, t.due.estimate) for t in timers(read.life, read.calendars, today, read.file.rules)]
    assert counted
    assert counted == [(t.term, t.due, t.estimate) for t in read.file.case.work.timers]  # type: ignore[union-attr]
    centre.close()


def test_the_ledger_is_not_changed_and_not_deleted(centre: Casework) -> None:
    case = centre.standing_in(State.ACCEPTED)
    for statement in ("UPDATE acts SET kind = 'x'", "DELETE FROM acts"):
        with pytest.raises(REFUSED), centre.store.transaction() as db:
            db.execute(statement)
    with centre.store.reading() as db:
        assert len(entries(db, case)) == 3


@sqlite_only
def test_a_database_of_version_7_is_taken_on_and_its_cases_have_lives(tmp_path: Path) -> None:
    path = old_database(tmp_path / "c.db", 7)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE cases SET awaits = ?", ('["original"]',))
    for _ in range(2):
        store = Store(path)
        with store.transaction() as db:
            assert db.execute("SELECT state, position, awaits FROM lives").fetchall() == [("submitted", 0, '["original"]')]
            store.ledger.refresh(db, ["C1"], time.time())
            assert db.execute("SELECT term FROM terms").fetchall() == [("originals",)]
        store.close()
