from __future__ import annotations

from pathlib import Path

import pytest
from support.centre_db import sqlite_only
from support.fleet import EPOCH, OTHER_TERMINAL, TERMINAL, TIME, rating, taken
from support.old_databases import old_database

from fleet.intake import understand
from fleet.recording import batch as batches
from fleet.store import Store
from mqtt import topics
from mqtt.events import ReceiptEnded, event

FLEET = frozenset({TERMINAL, OTHER_TERMINAL})


def record(store: Store, *raws: bytes, terminal: str = TERMINAL) -> list[int]:
    inputs = [understand(topics.events(terminal), raw, False, FLEET) for raw in raws]
    return [stored.sequence for stored in store.record(inputs, 1.0)]


def count(store: Store, table: str) -> int:
    with store.reading() as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def outcomes(store: Store) -> list[tuple[str, str | None]]:
    with store.reading() as db:
        return [(row["outcome"], row["cause"]) for row in db.execute("SELECT outcome, cause FROM receipts")]


def test_an_event_sent_again_is_confirmed_again_and_stored_once(store: Store) -> None:
    raw = event(TERMINAL, EPOCH, 1, TIME, rating())
    assert record(store, raw, raw) == [1, 1]
    assert record(store, raw) == [1]
    assert (count(store, "events"), count(store, "ratings")) == (1, 1)


def test_a_new_database_of_the_same_terminal_starts_a_new_epoch_and_collides_with_nothing(store: Store) -> None:
    record(store, event(TERMINAL, EPOCH, 1, TIME, rating("C1")), event(TERMINAL, "f" * 16, 1, TIME, rating("C2")))
    assert count(store, "events") == 2


def test_another_event_under_a_stored_sequence_is_kept_confirmed_and_counted(store: Store) -> None:
    record(store, event(TERMINAL, EPOCH, 1, TIME, rating(level=5)))
    assert record(store, event(TERMINAL, EPOCH, 1, TIME, rating(level=1))) == [1]
    assert (count(store, "events"), count(store, "dead_letters"), count(store, "refused")) == (1, 1, 1)


def test_a_case_is_taken_in_once_and_its_documents_are_named_once(store: Store) -> None:
    case = taken("C1", [b"a", b"b"])
    assert record(store, event(TERMINAL, EPOCH, 1, TIME, case), event(TERMINAL, EPOCH, 2, TIME, case)) == [1, 2]
    assert (count(store, "cases"), count(store, "case_documents"), count(store, "dead_letters")) == (1, 2, 1)


def test_what_another_terminal_says_of_a_case_does_not_count(store: Store) -> None:
    record(store, event(TERMINAL, EPOCH, 1, TIME, taken("C1", [b"a"])))
    ended = ReceiptEnded(case="C1", attempt=1, outcome="printed")
    assert record(store, event(OTHER_TERMINAL, EPOCH, 1, TIME, ended), terminal=OTHER_TERMINAL) == [1]
    assert (count(store, "receipts"), count(store, "dead_letters")) == (0, 1)


def test_a_receipt_refused_for_want_of_paper_and_printed_after_the_refill_is_printed(store: Store) -> None:
    refused, printed = ReceiptEnded("C1", 1, "refused", "paper_out"), ReceiptEnded("C1", 1, "printed")
    record(store, event(TERMINAL, EPOCH, 1, TIME, refused), event(TERMINAL, EPOCH, 2, TIME, printed))
    assert outcomes(store) == [("printed", None)]
    assert count(store, "dead_letters") == 0


def test_a_refusal_that_comes_after_its_end_is_the_older_one(store: Store) -> None:
    refused, printed = ReceiptEnded("C1", 1, "refused", "paper_out"), ReceiptEnded("C1", 1, "printed")
    assert record(store, event(TERMINAL, EPOCH, 2, TIME, printed), event(TERMINAL, EPOCH, 1, TIME, refused)) == [2, 1]
    assert outcomes(store) == [("printed", None)]
    assert count(store, "dead_letters") == 0


def test_an_attempt_at_a_receipt_that_was_printed_does_not_become_spoilt(store: Store) -> None:
    printed, spoilt = ReceiptEnded("C1", 1, "printed"), ReceiptEnded("C1", 1, "spoilt", "paper_out")
    record(store, event(TERMINAL, EPOCH, 1, TIME, printed), event(TERMINAL, EPOCH, 2, TIME, spoilt))
    assert (outcomes(store), count(store, "dead_letters")) == ([("printed", None)], 1)


def test_a_broken_event_is_kept_with_its_bytes_and_confirmed_so_that_the_others_go_on(store: Store) -> None:
    broken = event(TERMINAL, EPOCH, 1, TIME, rating()).replace(b'"level":5', b'"level":7')
    assert record(store, broken, event(TERMINAL, EPOCH, 2, TIME, rating())) == [1, 2]
    with store.reading() as db:
        assert db.execute("SELECT raw FROM dead_letters").fetchone()[0] == broken


def test_a_terminal_cannot_fill_the_disk_with_broken_events(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_DEAD_LETTERS", 3)
    raws = [event(TERMINAL, EPOCH, n, TIME, rating()).replace(b'"level":5', b'"level":7') for n in range(1, 6)]
    assert record(store, *raws) == [1, 2, 3]
    assert count(store, "dead_letters") == 3


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        (
            topics.state(TERMINAL),
            '{"s":"up","v":1,"bd":N,"boot":"b","app":"a","catalogue":"c","place":"p","ts":"2026-11-20T09:30:00Z"}',
        ),
        (topics.state(TERMINAL), '{"s":"lost","v":1,"bd":N}'),
        (
            topics.health(TERMINAL),
            '{"v":1,"bd":N,"devices":{},"serving":true,"unconfirmed":0,"oldest":null,"pages_waiting":0,"ts":"2026-11-20T09:30:00Z"}',
        ),
        (topics.events(TERMINAL), event(TERMINAL, EPOCH, 1, TIME, taken("C1", [b"a"])).decode().replace('"size":1', '"size":N')),
        (
            topics.events(TERMINAL),
            event(TERMINAL, EPOCH, 1, TIME, ReceiptEnded("C1", 1, "printed")).decode().replace('"attempt":1', '"attempt":N'),
        ),
        (topics.events(TERMINAL), event(TERMINAL, EPOCH, 1, TIME, rating()).decode().replace('"sequence":1', '"sequence":N')),
    ],
)
def test_a_number_no_database_holds_is_refused_and_holds_up_nobody_it_came_with(store: Store, topic: str, said: str) -> None:
    assert "N" in said
    hostile = understand(topic, said.replace(":N", f":{2**63}").encode(), False, FLEET)
    good = understand(topics.events(OTHER_TERMINAL), event(OTHER_TERMINAL, EPOCH, 1, TIME, rating()), False, FLEET)
    assert OTHER_TERMINAL in {stored.terminal for stored in store.record([hostile, good], 1.0)}
    assert count(store, "refused") == 1


@sqlite_only
def test_a_database_of_the_first_version_is_taken_on_and_goes_on(tmp_path: Path) -> None:
    path = old_database(tmp_path / "c.db", 1)
    for sequence in (2, 3):
        store = Store(path)
        assert count(store, "terminals") == 1
        assert record(store, event(TERMINAL, EPOCH, sequence, TIME, rating())) == [sequence]
        store.close()
