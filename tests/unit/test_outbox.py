"""The outbox: what goes first, what is given up, what is set aside; how much room there is; what may be pruned."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from support.stores import Shelf, new_case

from devices.port import PrintOutcome
from kiosk.clock import CHINA, Clock
from kiosk.store import outbox, pruning
from kiosk.store.db import VERSION, Database
from kiosk.store.pruning import prune
from kiosk.store.room import Room
from kiosk.visit.state import Rated
from mqtt.events import CaseTaken, DeviceTrouble, RatingGiven, ReceiptEnded

NOW = datetime(2026, 11, 25, 12, tzinfo=CHINA)
TROUBLE = DeviceTrouble("printer", "paper_out")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    one = Shelf(tmp_path)
    yield one
    one.close()


def taken(shelf: Shelf, visit: str) -> str:
    """A case, its receipt and its rating."""
    case = shelf.store.take_case(new_case(visit)).case
    shelf.journal.sending(case, 1)
    shelf.journal.ended(case, 1, PrintOutcome.PRINTED, None)
    shelf.rate(case, Rated(5, "screen"))
    return case


def kinds(shelf: Shelf) -> list[type]:
    return [type(row.data) for row in shelf.outbox.pending(100)]


def whole(shelf: Shelf, case: str) -> None:
    shelf.documents.whole(case)
    shelf.outbox.confirm(((1, 10**9),))


def test_cases_and_ratings_go_before_results_and_those_before_telemetry_each_by_its_sequence(shelf: Shelf) -> None:
    shelf.outbox.report(NOW, [TROUBLE], room=True)
    first, second = taken(shelf, "v1"), taken(shelf, "v2")
    assert kinds(shelf) == [CaseTaken, RatingGiven, CaseTaken, RatingGiven, ReceiptEnded, ReceiptEnded, DeviceTrouble]
    assert [row.data.case for row in shelf.outbox.pending(4)] == [first, first, second, second]  # type: ignore[union-attr]
    assert [row.sequence for row in shelf.outbox.pending(4)] == sorted(row.sequence for row in shelf.outbox.pending(4))


def test_telemetry_is_given_up_from_its_oldest_and_counted_and_cases_never(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_TELEMETRY", 20)
    monkeypatch.setattr(outbox, "_TELEMETRY_STEP", 5)
    taken(shelf, "v1")
    for _ in range(30):
        shelf.outbox.report(NOW, [TROUBLE], room=True)
    left = [row.sequence for row in shelf.outbox.pending(100) if isinstance(row.data, DeviceTrouble)]
    assert len(left) + shelf.outbox.dropped() == 30
    assert 15 <= len(left) <= 20
    assert left == list(range(left[0], left[-1] + 1))
    assert kinds(shelf)[:3] == [CaseTaken, RatingGiven, ReceiptEnded]


def test_without_room_telemetry_goes_first_and_nothing_else_goes(shelf: Shelf) -> None:
    taken(shelf, "v1")
    shelf.outbox.report(NOW, [TROUBLE] * 4, room=True)
    shelf.outbox.report(NOW, [TROUBLE], room=False)
    assert kinds(shelf) == [CaseTaken, RatingGiven, ReceiptEnded]
    assert shelf.outbox.dropped() == 5


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"[" * 5000, b'{"kind":"of.tomorrow"}', b'{"kind":"rating.given"}'])
def test_a_row_that_cannot_be_read_is_set_aside_and_kept_and_holds_nobody_up(shelf: Shelf, damage: bytes) -> None:
    taken(shelf, "v1")
    taken(shelf, "v2")
    with shelf.database.transaction() as db:
        db.execute("UPDATE outbox SET data = ? WHERE sequence = 1", (damage,))
    assert [row.sequence for row in shelf.outbox.pending(100)] == [3, 4, 6, 2, 5]
    assert shelf.outbox.set_aside() == 1
    assert shelf.database.rows("SELECT sequence, data FROM set_aside") == [(1, damage)]


def test_a_row_set_aside_comes_back_to_its_place_with_a_program_that_reads_it(shelf: Shelf) -> None:
    taken(shelf, "v1")
    ((sound,),) = shelf.database.rows("SELECT data FROM outbox WHERE sequence = 1")
    with shelf.database.transaction() as db:
        db.execute("UPDATE outbox SET data = x'00' WHERE sequence = 1")
    assert len(shelf.outbox.pending(100)) == 2
    with shelf.database.transaction() as db:
        db.execute("UPDATE set_aside SET data = ?", (sound,))
    shelf.close()
    again = Shelf(shelf.folder)
    assert [row.sequence for row in again.outbox.pending(100)] == [1, 3, 2]
    assert again.outbox.set_aside() == 0
    again.close()


def test_the_oldest_row_is_the_first_in_sequence_whatever_the_clock_said(shelf: Shelf) -> None:
    shelf.outbox.report(NOW, [TROUBLE], room=True)
    shelf.outbox.report(NOW - timedelta(days=400), [TROUBLE], room=True)
    assert shelf.outbox.depth() == (2, NOW)


class _Set(Clock):
    at = NOW

    def now(self) -> datetime:
        return self.at


def test_a_clock_that_jumps_back_changes_no_order(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.store._clock = clock = _Set()  # type: ignore[assignment]
    numbers = []
    for jump in (0, -400, 30, -1):
        clock.at = NOW + timedelta(days=jump)
        numbers.append(shelf.store.take_case(new_case(f"v{jump}")).case)
    assert list(shelf.documents.cases()) == numbers
    assert [row.data.case for row in shelf.outbox.pending(10)] == numbers  # type: ignore[union-attr]
    assert len(set(numbers)) == 4
    shelf.close()


def test_how_long_the_room_will_do_is_unknown_until_a_day_with_cases_is_over(shelf: Shelf) -> None:
    room = Room(shelf.folder, shelf.database, 0)
    today = Clock().now().date()
    assert room.days(today) is None
    shelf.store.take_case(new_case())
    assert room.days(today) is None
    assert room.days(today + timedelta(days=1)) is not None
    assert room.days(today - timedelta(days=3)) is None, "a day to come tells nothing"


def test_how_long_the_room_will_do_is_free_space_by_the_mean_of_the_days_quiet_ones_too(shelf: Shelf) -> None:
    with shelf.database.transaction() as db:
        db.executemany("INSERT INTO intake VALUES (?, 10, ?)", [("2026-11-01", 5 * 10**9), ("2026-11-03", 3 * 10**9)])
    free = Room(shelf.folder, shelf.database, 0).free()
    assert free is not None
    days = Room(shelf.folder, shelf.database, free // 2).days(date(2026, 11, 5))
    assert days == pytest.approx(free / 2 / (2 * 10**9), rel=0.1, abs=0.1)
    assert Room(shelf.folder, shelf.database, free * 2).days(date(2026, 11, 5)) == 0


def test_a_disk_that_does_not_say_is_neither_full_nor_known(shelf: Shelf) -> None:
    room = Room(shelf.folder / "gone", shelf.database, 10**18)
    assert (room.free(), room.tight(), room.days(date(2026, 11, 5))) == (None, False, None)


def test_the_terminal_opens_again_only_with_some_more_room_than_the_reserve(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(shelf.folder, shelf.database, 1000)
    seen = []
    for free in (1000, 999, 1050, 1100, 1000):
        monkeypatch.setattr(os, "statvfs", lambda _path, free=free: os.statvfs_result((1, 1, 0, 0, free, 0, 0, 0, 0, 0)))
        seen.append(room.tight())
    assert seen == [False, True, True, False, False]


LATER = timedelta(days=1000)


@pytest.fixture
def none_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "NEWEST_CASES", 0)
    monkeypatch.setattr(pruning, "NEWEST_AUDIT", 0)


def counts(shelf: Shelf) -> tuple[int, ...]:
    tables = ("office_case", "print_job", "audit")
    return tuple(int(str(shelf.database.rows(f"SELECT count(*) FROM {table}")[0][0])) for table in tables)


@pytest.mark.usefixtures("none_kept")
def test_a_confirmed_case_is_pruned_when_it_is_old_and_not_before(shelf: Shelf) -> None:
    whole(shelf, taken(shelf, "v1"))
    now = Clock().now()
    assert prune(shelf.database, now + timedelta(days=89)) == 0
    assert prune(shelf.database, now + timedelta(days=91)) == 1
    assert counts(shelf) == (0, 0, 4)
    assert prune(shelf.database, now + LATER) == 4
    assert counts(shelf) == (0, 0, 0)


@pytest.mark.usefixtures("none_kept")
@pytest.mark.parametrize("waits", ["documents", "case", "rating", "result", "aside", "printing", "unreadable"])
def test_nothing_is_pruned_of_a_case_of_which_anything_is_unconfirmed(shelf: Shelf, waits: str) -> None:
    case = taken(shelf, "v1")
    rows = {"case": 1, "result": 2, "rating": 3}
    if waits != "documents":
        shelf.documents.whole(case)
    if waits == "printing":
        shelf.journal.sending(case, 2)
    with shelf.database.transaction() as db:
        if waits in ("aside", "unreadable"):
            db.execute("UPDATE outbox SET data = x'00' WHERE sequence = 3")
            db.execute("DELETE FROM outbox WHERE sequence < 3")
        else:
            db.execute("DELETE FROM outbox WHERE sequence IS NOT ?", (rows.get(waits),))
    if waits == "aside":
        assert shelf.outbox.pending(100) == []
    prune(shelf.database, Clock().now() + LATER)
    assert counts(shelf)[0] == 1


def test_the_newest_stay_whatever_the_clock_says(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "NEWEST_CASES", 2)
    monkeypatch.setattr(pruning, "NEWEST_AUDIT", 4)
    numbers = [taken(shelf, f"v{n}") for n in range(5)]
    for number in numbers:
        whole(shelf, number)
    while prune(shelf.database, Clock().now() + LATER):
        pass
    assert [n for (n,) in shelf.database.rows("SELECT number FROM office_case ORDER BY sequence")] == numbers[-2:]
    assert counts(shelf)[2] == 4
    assert shelf.store.take_case(new_case("v9")).case not in numbers


def test_a_database_of_version_1_is_taken_over_with_all_it_holds(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "terminal.db")
    old.executescript((Path(__file__).parent / "data" / "terminal_v1.sql").read_text("utf-8"))
    old.close()
    for _ in range(2):  # opened once, and once more
        shelf = Shelf(tmp_path)
        assert [row.sequence for row in shelf.outbox.pending(10)] == [3, 4, 2]
        assert len(shelf.documents.cases()) == 2
        assert [len(shelf.sealed(waiting)) for waiting in shelf.waiting()] == [301, 365]
        assert shelf.database.rows("PRAGMA user_version") == [(VERSION,)]
        shelf.close()
    shelf = Shelf(tmp_path)
    shelf.store.take_case(new_case("v3"))
    assert max(row.sequence for row in shelf.outbox.pending(10)) == 5
    ((rated,),) = shelf.database.rows("SELECT number FROM rating WHERE of = 'intake' AND side = 'intake'")
    shelf.rate(str(rated), Rated(5, "screen"))
    assert max(row.sequence for row in shelf.outbox.pending(10)) == 5, "what was rated before is not rated again"
    shelf.close()


@pytest.mark.parametrize("statement", range(1, 120, 8))
def test_taking_over_that_is_broken_off_leaves_the_old_one_or_the_new_one(tmp_path: Path, statement: int) -> None:
    """The disk refuses at the ``statement``-th statement."""
    path = tmp_path / "terminal.db"
    old = sqlite3.connect(path)
    old.executescript((Path(__file__).parent / "data" / "terminal_v1.sql").read_text("utf-8"))
    left = statement

    def refuse(*_: object) -> int:
        nonlocal left
        left -= 1
        return sqlite3.SQLITE_DENY if left == 0 else sqlite3.SQLITE_OK

    old.set_authorizer(refuse)
    steps = [(n, Path(outbox.__file__).with_name(f"schema_v{n}.sql").read_text("utf-8")) for n in range(2, VERSION + 1)]
    script = "".join(f"BEGIN IMMEDIATE; {schema}; PRAGMA user_version = {n}; COMMIT;" for n, schema in steps)
    with pytest.raises(sqlite3.DatabaseError):
        old.executescript(script)
    old.close()
    database = Database(path)
    assert database.rows("SELECT count(*) FROM outbox") == [(3,)]
    assert database.rows("PRAGMA user_version") == [(VERSION,)]
    database.close()
