"""On PostgreSQL the events of a month can be dropped; an event that comes again is known for ever, whatever month it came in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from support.fleet import TERMINAL, TIME, rating
from support.postgres import empty_database

from fleet.intake import understand
from fleet.recording import months
from fleet.store import Store
from mqtt import topics
from mqtt.events import event

NOVEMBER, DECEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
LATER = datetime(2028, 3, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    opened = Store(empty_database("months"))
    yield opened
    opened.close()


@pytest.fixture
def epoch(request: pytest.FixtureRequest) -> str:
    """Of this test only."""
    return f"{abs(hash(request.node.name)) % 2**64:016x}"


def told(store: Store, epoch: str, at: datetime, *sequences: int, level: int = 5) -> list[int]:
    raws = [event(TERMINAL, epoch, n, TIME, rating(f"{epoch}-{n}", level)) for n in sequences]
    inputs = [understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL})) for raw in raws]
    return [stored.sequence for stored in store.record(inputs, at.timestamp())]


def count(store: Store, table: str, epoch: str) -> int:
    with store.reading() as db:
        return int(db.execute(f"SELECT count(*) FROM {table} WHERE epoch = ?", (epoch,)).fetchone()[0])


def test_an_event_repeated_across_the_months_border_is_stored_once(store: Store, epoch: str) -> None:
    assert told(store, epoch, NOVEMBER, 1, 2) == [1, 2]
    assert told(store, epoch, DECEMBER, 1, 2, 3) == [1, 2, 3]
    assert (count(store, "events", epoch), count(store, "events_202611", epoch), count(store, "dead_letters", epoch)) == (3, 2, 0)


def test_another_one_under_a_place_of_an_earlier_month_is_a_dead_letter(store: Store, epoch: str) -> None:
    told(store, epoch, NOVEMBER, 1)
    assert told(store, epoch, DECEMBER, 1, level=4) == [1]
    assert (count(store, "events", epoch), count(store, "dead_letters", epoch)) == (1, 1)


def test_one_that_was_overtaken_by_a_whole_month_is_stored(store: Store, epoch: str) -> None:
    told(store, epoch, NOVEMBER, 1, 3)
    assert told(store, epoch, DECEMBER, 2) == [2]
    assert count(store, "events", epoch) == 3


def test_of_a_month_that_was_dropped_it_stays_known_what_was_stored(epoch: str) -> None:
    store = Store(empty_database("dropped"))
    try:
        told(store, epoch, NOVEMBER, 1, 2, 4)
        told(store, epoch, DECEMBER, 5)
        assert months.keep_up(store, LATER.timestamp(), 15) == ["events_202611"]
        assert months.months(store) == ["events_202612", "events_202803", "events_202804"]
        assert count(store, "events", epoch) == 1
        assert told(store, epoch, LATER, 1, 2, 4) == [1, 2, 4], "confirmed: it was stored"
        assert count(store, "events", epoch) == 1
        assert told(store, epoch, LATER, 3) == [3], "it was never stored"
        assert (count(store, "events", epoch), count(store, "dead_letters", epoch)) == (2, 0)
    finally:
        store.close()


def test_the_next_month_is_there_before_it_begins(store: Store) -> None:
    months.keep_up(store, datetime(2027, 5, 20, tzinfo=UTC).timestamp(), None)
    assert {"events_202705", "events_202706"} <= set(months.months(store))
