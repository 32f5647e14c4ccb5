"""How what terminals say is cut into batches, and how many workers bring it, changes nothing in the tables nor in the receipts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.batches import NOW, cut, inputs, opened, prepared, tables
from support.postgres import dumped, empty_database, put_back

from fleet.inputs import Input, Stored
from fleet.recording.batch import record
from fleet.store import Store

_NUMBERS = itertools.count()
New = Callable[[], Store]
batches = st.lists(inputs, max_size=30), st.lists(st.integers(1, 12), min_size=1, max_size=4)
_FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_MANY = settings(_FEW, max_examples=3000)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> New:
    """A store like the one before it, made anew: for events one by one."""
    folder = tmp_path_factory.mktemp("sqlite")
    prepared(folder / "first.db").close()

    def new() -> Store:
        path = folder / f"{next(_NUMBERS)}.db"
        path.write_bytes((folder / "first.db").read_bytes())
        return opened(path)

    return new


@pytest.fixture(scope="module")
def on_postgresql() -> Iterator[New]:
    first = prepared(empty_database("batches"))
    held = dumped(first)

    def new() -> Store:
        put_back(first, held)
        return first

    yield new
    first.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def new(request: pytest.FixtureRequest) -> New:
    found: New = request.getfixturevalue(f"on_{request.param}")
    return found


def alike(on_sqlite: New, new: New, told: Sequence[Input], sizes: Sequence[int]) -> None:
    alone, together = on_sqlite(), new()
    try:
        assert recorded(together, cut(told, sizes)) == recorded(alone, [[one] for one in told])
        assert tables(together) == tables(alone)
    finally:
        alone.close()
        if together.database.__class__ is alone.database.__class__:
            together.close()


def recorded(store: Store, batches: Sequence[Sequence[Input]]) -> list[Stored]:
    """By one commit, so that it does not take long."""
    with store.transaction() as db:
        return [stored for batch in batches for stored in record(db, batch, NOW, store.ledger, store.tickets)]


@given(*batches)
@_FEW
def test_batches_of_any_size_give_the_tables_of_their_events_one_by_one(
    on_sqlite: New, new: New, told: list[Input], sizes: list[int]
) -> None:
    alike(on_sqlite, new, told, sizes)


@pytest.mark.long
@pytest.mark.timeout(2400)
@given(*batches)
@_MANY
def test_thousands_of_mixes_do(on_sqlite: New, new: New, told: list[Input], sizes: list[int]) -> None:
    alike(on_sqlite, new, told, sizes)
