"""咨询: a service without a case is one transaction, once a visit, with a number of its own, and can be rated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.stores import Shelf, new_case

from devices.port import PrintOutcome
from domain.case import number
from kiosk.clock import Clock
from kiosk.store.journal import SHEET
from kiosk.store.pruning import prune
from kiosk.store.store import NewService
from kiosk.visit.state import PrintState, Rated
from mqtt.events import RatingGiven, ReceiptEnded, ServiceGiven

NEW = NewService("v1", "SSC-APPLY", "社会保障卡申领", "SSC-APPLY-1", "demo-jia", "demo-bing", "online")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


def test_noting_the_same_visit_twice_gives_the_first_answer_and_one_event(shelf: Shelf) -> None:
    first = shelf.store.note_service(NEW)
    assert shelf.store.note_service(NEW) == first
    (row,) = shelf.outbox.pending(10)
    assert isinstance(row.data, ServiceGiven)
    assert (row.data.service, row.data.way, row.data.situation) == (first.number, "online", "SSC-APPLY-1")


def test_numbers_follow_each_other_and_are_never_taken_for_a_case_s(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case("v0")).case
    numbers = [shelf.store.note_service(replace(NEW, visit=f"v{n}")).number for n in range(1, 4)]
    assert [number.ticket(one) for one in numbers] == ["K01-0001", "K01-0002", "K01-0003"]
    assert number.sequence(case) == 1
    assert not any(number.valid(one) for one in numbers)
    assert number.valid(numbers[0][1:])
    assert shelf.store.take_case(new_case("v9")).case != case


def test_a_service_is_there_wholly_or_not_at_all(tmp_path: Path) -> None:
    """The disk refuses at each statement in turn."""
    for statement in range(1, 30):
        shelf = Shelf(tmp_path / str(statement))
        left = statement

        def refuse(*_: object) -> int:
            nonlocal left
            left -= 1
            return sqlite3.SQLITE_DENY if left == 0 else sqlite3.SQLITE_OK

        shelf.database._connection.set_authorizer(refuse)
        try:
            shelf.store.note_service(NEW)
        except sqlite3.DatabaseError:
            shelf.database._connection.set_authorizer(None)
            assert shelf.database.rows("SELECT count(*) FROM service") == [(0,)]
            assert shelf.outbox.pending(10) == []
            assert ("service_given",) not in [(event,) for event, _ in shelf.audit()]
        finally:
            shelf.database._connection.set_authorizer(None)
            shelf.close()
        if left > 0:
            assert statement > 5
            return
    raise AssertionError("no end of statements")


def test_a_service_is_rated_once_and_the_event_says_what_was_rated(shelf: Shelf) -> None:
    noted = shelf.store.note_service(NEW)
    for _ in range(2):
        shelf.rate(noted.number, Rated(5, "screen"), of="consult")
    (given,) = [r.data for r in shelf.outbox.pending(10) if isinstance(r.data, RatingGiven)]
    assert (given.case, given.of, given.level) == (noted.number, "consult", 5)


def test_its_slip_and_a_document_are_in_the_journal_and_no_receipts(shelf: Shelf) -> None:
    noted = shelf.store.note_service(NEW)
    for job in (noted.number, f"{SHEET}v1"):
        shelf.journal.sending(job, 1)
        shelf.journal.ended(job, 1, PrintOutcome.PRINTED, None)
        assert shelf.journal.last(job).state is PrintState.PRINTED
    assert [r.data for r in shelf.outbox.pending(10) if isinstance(r.data, ReceiptEnded)] == []


def test_a_document_on_its_way_at_a_stop_is_uncertain_and_asks_for_no_paper_of_the_receipt_printer(shelf: Shelf) -> None:
    shelf.journal.sending(f"{SHEET}v1", 1)
    assert shelf.journal.settle() is False
    assert shelf.journal.last(f"{SHEET}v1").state is PrintState.UNCERTAIN
    shelf.journal.sending("Z1", 1)
    assert shelf.journal.settle() is True


def test_old_services_and_their_papers_are_pruned_and_the_newest_stay(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.store.pruning.NEWEST_CASES", 1)
    noted = [shelf.store.note_service(replace(NEW, visit=f"v{n}")).number for n in range(3)]
    shelf.journal.sending(noted[0], 1)
    shelf.journal.ended(noted[0], 1, PrintOutcome.PRINTED, None)
    while prune(shelf.database, Clock().now() + timedelta(days=400)):
        pass
    assert len(shelf.database.rows("SELECT 1 FROM service")) == 1
    assert shelf.database.rows("SELECT 1 FROM print_job") == []
