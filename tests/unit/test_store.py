"""The terminal's store: one transaction for what belongs together, and doing it twice is harmless."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from support.stores import HOME, HOME_KEY, Shelf, new_case

from devices.port import PrintOutcome
from domain import sealing
from domain.case import number
from domain.rating import words
from domain.rating.service import Service
from kiosk.store.db import Database, StoreError
from kiosk.store.journal import SentBeforeError
from kiosk.store.ratings import NewRating
from kiosk.store.volatile import NotInMemoryError, VolatileVisit
from kiosk.visit.state import Printing, PrintState, Rated, State, Step, Visit
from mqtt.events import CaseTaken, RatingGiven, ReceiptEnded
from mqtt.wire import ContractError


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    one = Shelf(tmp_path)
    yield one
    one.close()


def test_a_case_is_case_document_outbox_print_job_and_audit_at_once(shelf: Shelf) -> None:
    page = shelf.page()
    submitted = shelf.store.take_case(new_case(pages=(page,)))
    assert number.valid(submitted.case)
    (row,) = shelf.outbox.pending(10)
    assert isinstance(row.data, CaseTaken)
    assert row.data.case == submitted.case
    assert [d.kind for d in row.data.documents] == ["case", "page"]
    assert row.data.documents[1].digest == page
    assert shelf.journal.last(submitted.case) == Printing(PrintState.PRINTING, 1)
    assert [event for event, _ in shelf.audit()] == ["case_taken"]


@pytest.mark.parametrize("spoilt", [{"item_name": "名" * 121}, {"intake": "p" * 65}, {"item": "I" * 65}])
def test_a_case_the_centre_would_refuse_is_not_taken_in(shelf: Shelf, spoilt: dict[str, str]) -> None:
    page = shelf.page()
    with pytest.raises(ContractError):
        shelf.store.take_case(replace(new_case(pages=(page,)), **spoilt))  # type: ignore[arg-type]
    assert (shelf.outbox.pending(10), shelf.audit()) == ([], [])
    assert shelf.store.take_case(new_case(pages=(page,)))


def test_handing_in_the_same_visit_twice_gives_the_first_answer(shelf: Shelf) -> None:
    first = shelf.store.take_case(new_case())
    assert shelf.store.take_case(new_case()) == first
    assert len(shelf.outbox.pending(10)) == 1


def test_content_sealed_at_the_review_is_the_one_that_is_handed_in(shelf: Shelf) -> None:
    case = new_case(content=b"reviewed ")
    drawn = shelf.store.draw_up(case)
    submitted = shelf.store.take_case(case, drawn)
    (waiting,) = shelf.waiting()
    assert (submitted.case, shelf.sealed(waiting)) == (drawn.number, drawn.sealed)


def test_content_sealed_ahead_is_not_used_for_another_content_or_number(shelf: Shelf) -> None:
    drawn = shelf.store.draw_up(new_case("v1", content=b"first "))
    submitted = shelf.store.take_case(new_case("v1", content=b"second "), drawn)
    late = shelf.store.take_case(new_case("v2", content=b"first "), drawn)
    opened = [sealing.unseal(shelf.sealed(w), HOME_KEY) for w in shelf.waiting()]
    assert opened == [b"second " + submitted.case.encode(), b"first " + late.case.encode()]


def test_numbers_of_a_day_follow_each_other(shelf: Shelf) -> None:
    numbers = [shelf.store.take_case(new_case(f"v{i}")).case for i in range(3)]
    assert [n[18:22] for n in numbers] == ["0001", "0002", "0003"]


def test_another_database_is_another_generation(tmp_path: Path) -> None:
    one, other = Shelf(tmp_path / "a"), Shelf(tmp_path / "b")
    assert one.store.take_case(new_case()).case != other.store.take_case(new_case()).case
    one.close()
    other.close()


def test_a_case_whose_content_fails_leaves_nothing(shelf: Shelf) -> None:
    broken = new_case()

    def content(_: object) -> bytes:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        shelf.store.take_case(type(broken)(**{**{s: getattr(broken, s) for s in broken.__slots__}, "content": content}))
    assert shelf.outbox.pending(10) == []
    assert shelf.store.take_case(new_case()).case[18:22] == "0001"


def test_the_content_travels_sealed_and_only_the_home_desk_opens_it(shelf: Shelf) -> None:
    submitted = shelf.store.take_case(new_case(content=b"secret "))
    (waiting,) = shelf.waiting()
    sealed = shelf.sealed(waiting)
    assert b"secret" not in sealed
    assert sealing.unseal(sealed, HOME_KEY) == b"secret " + submitted.case.encode()
    with pytest.raises(sealing.SealError):
        sealing.unseal(sealed, sealing.new_key("other")[1])


def test_rows_leave_the_outbox_only_by_a_storage_receipt_and_exactly_those(shelf: Shelf) -> None:
    for i in range(5):
        shelf.store.take_case(new_case(f"v{i}"))
    shelf.outbox.confirm(((2, 3),))
    assert [r.sequence for r in shelf.outbox.pending(10)] == [1, 4, 5]
    shelf.outbox.confirm(((1, 5),))
    shelf.store.take_case(new_case("v9"))
    assert [r.sequence for r in shelf.outbox.pending(10)] == [6]


def test_pages_are_freed_only_when_the_case_is_whole_at_the_centre(shelf: Shelf) -> None:
    page = shelf.page()
    submitted = shelf.store.take_case(new_case(pages=(page,)))
    for waiting in shelf.waiting():
        shelf.documents.stored(waiting.digest)
    assert len(shelf.files()) == 1
    assert shelf.store.drop_pages([page]) == 0
    shelf.documents.whole(submitted.case)
    assert shelf.files() == set()
    assert shelf.waiting() == []


def test_pages_of_an_unfinished_visit_go_at_its_end(shelf: Shelf) -> None:
    shelf.page("v1")
    kept = shelf.page("v2")
    shelf.store.end_visit("v1", "idle", False, 0, ())
    assert shelf.files() == {f"{kept}.sealed"}
    assert shelf.audit()[-1] == ("visit_ended", '{"reason":"idle","submitted":false,"pages":1,"pictures":0,"left":""}')


def test_a_start_removes_what_a_power_cut_left(shelf: Shelf) -> None:
    kept = shelf.page("v2")
    shelf.page("v1")
    stray = shelf.folder / "pages" / "ab" / ("ab" + "0" * 62 + ".sealed")
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"nobody names me")
    stray.with_name("half.part").write_bytes(b"half")
    shelf.store.remove_residue("v2")
    shelf.sweep()
    assert shelf.files() == {f"{kept}.sealed"}


def test_what_was_written_with_a_rating_lies_sealed_until_the_centre_has_it_and_its_event(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case()).case
    shelf.rate(case, Rated(1, "screen", (108,), "2020", "等了一上午", "刘试安", "13800001234"), recipient=HOME)
    (rating,) = [r for r in shelf.outbox.pending(10) if isinstance(r.data, RatingGiven)]
    (waiting,) = shelf.documents.answers()
    assert isinstance(rating.data, RatingGiven)
    assert (rating.data.words, rating.data.named, waiting.case) == (waiting.digest, True, case)
    assert words.decode(sealing.unseal(shelf.sealed(waiting), HOME_KEY)).text == "等了一上午"
    assert shelf.documents.count() == 2
    shelf.documents.stored(waiting.digest)
    assert shelf.database.rows("SELECT count(*) FROM rating_words") == [(1,)], "the event is still here"
    shelf.outbox.confirm([(rating.sequence, rating.sequence)])
    assert shelf.database.rows("SELECT count(*) FROM rating_words") == [(0,)]
    held = b"".join(path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file())
    assert not any(said.encode() in held for said in ("等了一上午", "刘试安", "13800001234"))


def test_a_service_of_a_case_is_rated_apart_from_another(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case()).case
    for side in ("intake", "home", "home"):
        shelf.ratings.keep(NewRating(Service(case, "delivery", side), "p", Rated(4, "screen")))  # type: ignore[arg-type]
    shelf.rate(case, Rated(2, "screen", (207,)))
    given = [r.data for r in shelf.outbox.pending(10) if isinstance(r.data, RatingGiven)]
    assert [(one.of, one.side, one.level) for one in given] == [
        ("delivery", "intake", 4),
        ("delivery", "home", 4),
        ("intake", "intake", 2),
    ]


def test_a_case_is_rated_at_most_once(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case()).case
    shelf.rate(case, Rated(1, "pad", (108,)))
    shelf.rate(case, Rated(5, "screen"))
    ratings = [r.data for r in shelf.outbox.pending(10) if isinstance(r.data, RatingGiven)]
    assert [(r.level, r.tags, r.by) for r in ratings] == [(1, (108,), "pad")]


def test_what_was_being_printed_at_a_power_cut_is_uncertain_afterwards(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case()).case
    shelf.journal.sending(case, 1)
    shelf.journal.settle()
    assert shelf.journal.last(case) == Printing(PrintState.UNCERTAIN, 1, "terminal_restarted")
    shelf.journal.settle()
    ended = [r.data for r in shelf.outbox.pending(10) if isinstance(r.data, ReceiptEnded)]
    assert [(e.attempt, e.outcome) for e in ended] == [(1, "uncertain")]


def test_a_copy_is_an_attempt_of_its_own(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case()).case
    shelf.journal.sending(case, 1)
    shelf.journal.ended(case, 1, PrintOutcome.SPOILT, "paper_out")
    shelf.journal.sending(case, 2)
    shelf.journal.ended(case, 2, PrintOutcome.PRINTED, None)
    assert shelf.journal.last(case) == Printing(PrintState.PRINTED, 2)


def test_a_refusal_repeated_while_waiting_for_paper_is_told_once(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case()).case
    for _ in range(3):
        shelf.journal.ended(case, 1, PrintOutcome.REFUSED, "paper_out")
    assert len([r for r in shelf.outbox.pending(10) if isinstance(r.data, ReceiptEnded)]) == 1


def test_every_birth_has_a_higher_number_than_any_before(tmp_path: Path) -> None:
    first = Shelf(tmp_path)
    numbers = [first.store.next_bd(), first.store.next_bd()]
    epoch = first.store.epoch
    first.close()
    second = Shelf(tmp_path)
    assert [*numbers, second.store.next_bd()] == [1, 2, 3]
    assert second.store.epoch == epoch
    second.close()


def test_a_commit_is_on_the_disk(shelf: Shelf) -> None:
    assert shelf.database.rows("PRAGMA journal_mode") == [("wal",)]
    assert shelf.database.rows("PRAGMA synchronous") == [(2,)]


def test_a_database_of_a_newer_version_is_refused_and_kept(tmp_path: Path) -> None:
    Database(tmp_path / "t.db").close()
    with sqlite3.connect(tmp_path / "t.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="更新的版本"):
        Database(tmp_path / "t.db")
    assert (tmp_path / "t.db").exists()


def test_a_database_of_the_first_version_is_taken_on_with_what_it_holds_and_only_once(tmp_path: Path) -> None:
    first = (Path(__file__).parents[2] / "kiosk" / "store" / "schema_v1.sql").read_text("utf-8")
    with closing(sqlite3.connect(tmp_path / "terminal.db")) as db:
        db.executescript(
            f"{first}; PRAGMA user_version = 1; INSERT INTO terminal VALUES (1, '00112233aabbccdd', 7);"
            "INSERT INTO audit (at, event, detail) VALUES ('2026-11-20T09:30:00+08:00', 'stopped', '{}')"
        )
    for bd in (8, 9):
        shelf = Shelf(tmp_path)
        assert (shelf.store.epoch, shelf.store.next_bd()) == ("00112233aabbccdd", bd)
        assert shelf.audit() == [("stopped", "{}")]
        assert shelf.database.rows("SELECT count(*) FROM trust") == [(1,)]
        shelf.close()


def test_a_damaged_database_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"this is no database at all, but long enough to look like one" * 50)
    with pytest.raises(StoreError, match=r"t\.db"):
        Database(tmp_path / "t.db")


def test_an_audit_event_that_is_not_declared_is_refused(shelf: Shelf) -> None:
    with pytest.raises(KeyError):
        shelf.store.note("visit_ended", name="somebody")


def test_a_visit_is_never_written_to_a_disk(tmp_path: Path) -> None:
    from kiosk.store.volatile import filesystem

    if filesystem(tmp_path) in ("tmpfs", "ramfs"):
        tmp_path = Path(__file__).parent
    with pytest.raises(NotInMemoryError):
        VolatileVisit(tmp_path / "run")


def test_a_visit_in_memory_comes_back_and_goes_with_its_end(memory: Path) -> None:
    volatile = VolatileVisit(memory)
    state = State(7, Visit("v1", Step.PLACE, 1.0, 2.0, 3.0, 4.0))
    volatile.save(state)
    assert VolatileVisit(memory).load() == state
    assert (memory / "visit.json").stat().st_mode & 0o777 == 0o600
    volatile.save(State(8))
    assert VolatileVisit(memory).load() is None
    assert list(memory.iterdir()) == []


def test_a_visit_that_cannot_be_understood_is_removed(memory: Path) -> None:
    volatile = VolatileVisit(memory)
    other, no_text = b'{"schema": 99, "state": {"version": 0}}', b'{"schema": 1, "state": {"closed": "\xff"}}'
    for damaged in (b"", b"{", other, b"\xff\xfe", no_text):
        (memory / "visit.json").write_bytes(damaged)
        assert volatile.load() is None
        assert not volatile.exists()


def test_a_visit_half_written_when_the_service_was_killed_goes_with_its_end(memory: Path) -> None:
    (memory / "visit.new").write_bytes(b'{"schema":1,"state":{"visit":{"id":"v1"')
    volatile = VolatileVisit(memory)
    assert volatile.exists()
    volatile.save(State(8))
    assert list(memory.iterdir()) == []


def test_where_memory_is_full_the_visit_goes_on_and_no_older_state_of_it_stays(memory: Path) -> None:
    volatile = VolatileVisit(memory)
    volatile.save(State(7, Visit("v1", Step.PLACE, 1.0, 2.0, 3.0, 4.0)))
    (memory / "visit.new").symlink_to("/dev/full")
    volatile.save(State(8, Visit("v1", Step.ITEM, 1.0, 2.0, 3.0, 4.0)))
    assert list(memory.iterdir()) == []
    volatile.save(State(9, Visit("v1", Step.SITUATION, 1.0, 2.0, 3.0, 4.0)))
    assert volatile.load() == State(9, Visit("v1", Step.SITUATION, 1.0, 2.0, 3.0, 4.0))


@pytest.mark.parametrize("outcome", [PrintOutcome.PRINTED, PrintOutcome.SPOILT, PrintOutcome.UNCERTAIN])
def test_an_attempt_that_may_be_on_paper_is_never_sent_again_nor_called_refused_afterwards(
    shelf: Shelf, outcome: PrintOutcome
) -> None:
    case = shelf.store.take_case(new_case()).case
    shelf.journal.sending(case, 1)
    with pytest.raises(SentBeforeError):
        shelf.journal.sending(case, 1)
    shelf.journal.ended(case, 1, outcome, None)
    with pytest.raises(SentBeforeError):
        shelf.journal.sending(case, 1)
    shelf.journal.ended(case, 1, PrintOutcome.REFUSED, "store_failed")
    assert shelf.journal.last(case).state == outcome.value
    shelf.journal.sending(case, 2)


def test_an_attempt_that_was_refused_may_be_sent_as_often_as_it_takes(shelf: Shelf) -> None:
    case = shelf.store.take_case(new_case()).case
    for _ in range(3):
        shelf.journal.sending(case, 1)
        shelf.journal.ended(case, 1, PrintOutcome.REFUSED, "mute")
    shelf.journal.sending(case, 1)
    shelf.journal.ended(case, 1, PrintOutcome.PRINTED, None)
    assert shelf.journal.last(case) == Printing(PrintState.PRINTED, 1)
