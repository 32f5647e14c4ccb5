"""What is done about a case taken in before: one transaction, once a task; its documents stay until the centre has all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from support.followups import CASE, CORRECT, RESULT, SAVED, Back
from support.stores import HOME, Shelf, new_case
from support.tasks import correction
from support.visits import PERSON, SIGNATURE

from devices.port import Pair, Paragraph, Slip
from domain import sealing
from domain.case.answer import Correction, Delivery, Withdrawal, decode
from kiosk import answer_slip
from kiosk import settings as conf
from kiosk.answering import new_answer
from kiosk.clock import CHINA, Clock
from kiosk.store.answers import AnsweredBeforeError, AnswerStore, NewAnswer
from kiosk.store.known import HOUR, TAKEN_IN, TRIES, WAITING, Memory
from kiosk.store.pruning import prune
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit.state import PrintState
from mqtt.events import CaseCorrected

KEY = conf.Key(HOME.key_id, HOME.public)
KEYS = conf.KeySettings(KEY, KEY, {"demo-jia": KEY})
TERMINAL = conf.TerminalSettings(
    "demo-k01", "K01", "519902", "demo-bing", "示范丙区", "示范丙区政务服务中心", "0800", "12345", "https://q.example"
)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    one = Shelf(tmp_path)
    yield one
    one.close()


def answer(shelf: Shelf, visit: str = "v1", task: str = "a" * 64) -> NewAnswer:
    page = shelf.page(visit, visit.encode())
    return NewAnswer(visit, CASE, task, "correction", ("m#1",), (page,), b"{}", (HOME,))


def test_a_correction_is_one_transaction_of_any_case_and_makes_no_new_one(shelf: Shelf) -> None:
    new = answer(shelf)
    AnswerStore(shelf.store, Clock()).take(new)
    assert shelf.documents.cases() == []
    (row,) = shelf.outbox.pending(10)
    assert isinstance(row.data, CaseCorrected)
    assert (row.data.case, row.data.task, row.data.points) == (CASE, new.task, new.points)
    assert [d.kind for d in row.data.documents] == ["correction", "page"]
    assert [event for event, _ in shelf.audit()] == ["case_answered"]
    assert {d.digest for d in shelf.documents.answers()} == {d.digest for d in row.data.documents}
    assert shelf.documents.count() == 2


def test_doing_it_twice_is_harmless_and_another_visit_is_refused(shelf: Shelf) -> None:
    store, new = AnswerStore(shelf.store, Clock()), answer(shelf)
    first = store.take(new)
    assert store.take(new) == first
    with pytest.raises(AnsweredBeforeError):
        store.take(answer(shelf, "v2"))
    assert len(shelf.outbox.pending(10)) == 1
    assert store.answered([new.task, "b" * 64]) == {new.task}
    shelf.store.end_visit("v2", "left", False, 0, ())
    assert len(shelf.files()) == 1


def test_a_page_of_another_visit_is_never_taken_along(shelf: Shelf) -> None:
    other = shelf.page("v9")
    with pytest.raises(ValueError, match="another visit"):
        AnswerStore(shelf.store, Clock()).take(replace(answer(shelf), pages=(other,)))
    assert shelf.outbox.pending(10) == []


def test_its_documents_stay_until_the_centre_has_them_and_the_event(shelf: Shelf) -> None:
    AnswerStore(shelf.store, Clock()).take(answer(shelf))
    shelf.store.remove_residue(None)
    shelf.sweep()
    waiting = shelf.documents.answers()
    assert len(waiting) == 2
    assert all(sealing.digest(shelf.sealed(document)) == document.digest for document in waiting)
    for document in waiting:
        shelf.documents.stored(document.digest)
    assert len(shelf.files()) == 1  # its event may not be there yet
    (row,) = shelf.outbox.pending(10)
    shelf.outbox.confirm(((row.sequence, row.sequence),))
    assert shelf.files() == set()
    assert shelf.database.rows("SELECT 1 FROM answer_document") == []
    assert shelf.documents.count() == 0


def test_an_event_confirmed_first_frees_nothing_either(shelf: Shelf) -> None:
    AnswerStore(shelf.store, Clock()).take(answer(shelf))
    (row,) = shelf.outbox.pending(10)
    shelf.outbox.confirm(((row.sequence, row.sequence),))
    assert len(shelf.documents.answers()) == 2
    for document in shelf.documents.answers():
        shelf.documents.stored(document.digest)
    assert shelf.files() == set()


@pytest.mark.parametrize("at", range(1, 12))
def test_killed_at_any_statement_it_is_whole_or_not_at_all(tmp_path: Path, at: int) -> None:
    """A statement that fails undoes all before it; done again it is done once."""
    shelf = Shelf(tmp_path)
    store, new = AnswerStore(shelf.store, Clock()), answer(shelf)
    count = 0

    def dies(_action: int, *_what: object) -> int:
        nonlocal count
        count += 1
        return sqlite3.SQLITE_DENY if count == at * 3 else sqlite3.SQLITE_OK

    connection = shelf.database._connection
    connection.set_authorizer(dies)
    try:
        store.take(new)
    except sqlite3.DatabaseError:
        connection.set_authorizer(None)
        assert shelf.database.rows("SELECT (SELECT count(*) FROM answer) + (SELECT count(*) FROM outbox)") == [(0,)]
        assert shelf.database.rows("SELECT count(*) FROM document") == [(1,)]
    connection.set_authorizer(None)
    store.take(new)
    assert len(shelf.outbox.pending(10)) == 1
    shelf.close()


def test_what_is_sealed_is_what_was_done(shelf: Shelf) -> None:
    walk = Back().correcting()
    for ref in ("p1", "p2"):
        walk.page(ref).do(ev.Next())
    walk.do(ev.Sign(SIGNATURE))
    new = new_answer(walk.visit, KEYS)
    content = decode(new.content)
    assert isinstance(content, Correction)
    assert (content.case, content.task, content.by) == (CASE, CORRECT.digest, "card")
    assert content.person is not None
    assert content.person.number == PERSON.number
    assert [(s.point, len(s.pages)) for s in content.supplied] == [("p1", 1), ("p2", 1)]
    assert content.signature == SIGNATURE
    assert new.recipients == KEYS.recipients("demo-jia")
    delivered = decode(new_answer(Back().handing().sheet(PrintState.PRINTED).visit, KEYS).content)
    assert isinstance(delivered, Delivery)
    assert delivered.document == RESULT.task.document  # type: ignore[union-attr]
    takes_back = msgspec.structs.replace(
        CORRECT, task=msgspec.structs.replace(correction(CASE), home="demo-jia", withdrawable=True)
    )
    walk = Back().carded(takes_back).do(fe.ChooseTask(0, "withdraw"), ev.Next(), ev.Sign(SIGNATURE))
    assert isinstance(decode(new_answer(walk.visit, KEYS).content), Withdrawal)


def test_what_was_not_done_is_no_answer() -> None:
    for walk in (Back().carded(RESULT), Back().correcting(), Back().signed_for()):
        with pytest.raises(ValueError, match=r"visit|point|nothing"):
            new_answer(walk.visit, KEYS)


def test_the_slip_says_what_came_in_and_no_more_than_that() -> None:
    walk = Back().correcting()
    for ref in ("p1", "p2"):
        walk.page(ref).do(ev.Next())
    walk.do(ev.Sign(SIGNATURE))
    slip = answer_slip.slip(walk.visit, SAVED, 1, TERMINAL)
    text = _text(slip)
    assert "补正材料收件凭证" in text
    assert "居住证明" in text
    assert "收件不等于受理" in text
    assert "这不是新的办件" in text
    assert PERSON.name not in text
    assert PERSON.number not in text
    assert "补打" not in text
    assert "补打 第1次" in _text(answer_slip.slip(walk.visit, SAVED, 2, TERMINAL))
    with pytest.raises(ValueError, match="nothing"):
        answer_slip.slip(Back().carded(RESULT).visit, SAVED, 1, TERMINAL)


def test_of_its_own_cases_a_terminal_knows_the_last_words_and_of_others_nothing(shelf: Shelf) -> None:
    memory = Memory(shelf.database, Clock(), lambda: 0.0)
    taken = shelf.store.take_case(new_case())
    known = memory.by_token(taken.token)
    assert known is not None
    assert (known.number, known.words) == (taken.case, WAITING)
    shelf.documents.whole(taken.case)
    assert memory.by_number(taken.case).words == TAKEN_IN  # type: ignore[union-attr]
    memory.remember(taken.case, "已受理，审查中")
    memory.remember(CASE, "已办结")
    assert memory.by_number(taken.case).words == "已受理，审查中"  # type: ignore[union-attr]
    assert memory.by_number(CASE) is None


def test_tries_by_number_are_few_an_hour_and_a_restart_forgets_none(tmp_path: Path) -> None:
    now = 1_000_000.0
    shelf = Shelf(tmp_path)
    memory = Memory(shelf.database, Clock(), lambda: now)
    for _ in range(TRIES):
        assert memory.may_try()
        memory.failed()
    assert not memory.may_try()
    shelf.close()
    shelf = Shelf(tmp_path)
    assert not Memory(shelf.database, Clock(), lambda: now).may_try()
    assert Memory(shelf.database, Clock(), lambda: now + HOUR).may_try()
    shelf.close()


def test_what_was_answered_long_ago_goes(shelf: Shelf) -> None:
    AnswerStore(shelf.store, Clock()).take(answer(shelf))
    later = datetime.now(CHINA) + timedelta(days=200)
    prune(shelf.database, later)
    assert len(shelf.database.rows("SELECT 1 FROM answer")) == 1
    (row,) = shelf.outbox.pending(10)
    for document in shelf.documents.answers():
        shelf.documents.stored(document.digest)
    shelf.outbox.confirm(((row.sequence, row.sequence),))
    prune(shelf.database, later)
    assert shelf.database.rows("SELECT 1 FROM answer") == []


def _text(slip: Slip) -> str:
    parts = [f"{b.label} {b.value}" if isinstance(b, Pair) else getattr(b, "text", "") for b in slip.blocks]
    assert any(isinstance(b, Paragraph) for b in slip.blocks)
    return "\n".join(parts)
