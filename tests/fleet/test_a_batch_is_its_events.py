"""How what terminals say is cut into batches changes nothing in the tables nor in the receipts, on either engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.batches import NOW, cut, inputs, prepared, tables
from support.postgres import empty_database

from fleet.inputs import Input, Stored
from fleet.recording.batch import record
from fleet.store import Store

batches = st.lists(inputs, max_size=30), st.lists(st.integers(1, 12), min_size=1, max_size=4)
_FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_MANY = settings(_FEW, max_examples=3000)


class _TakenBackError(Exception):
    pass


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """For events one by one."""
    store = prepared(tmp_path_factory.mktemp("alone") / "centre.db")
    yield store
    store.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    where = tmp_path_factory.mktemp("together") / "centre.db" if request.param == "sqlite" else empty_database("together")
    store = prepared(where)
    yield store
    store.close()


def recorded(store: Store, batches: Sequence[Sequence[Input]]) -> tuple[list[Stored], dict[str, list[tuple[Any, ...]]]]:
    """What is confirmed, and what the tables are like; then it is taken back."""
    stored: list[Stored] = []
    with suppress(_TakenBackError), store.transaction() as db:
        for batch in batches:
            stored += record(db, batch, NOW, store.ledger, store.tickets)
        found = tables(db)
        raise _TakenBackError
    return stored, found


@given(*batches)
@_FEW
def test_batches_of_any_size_give_the_tables_of_their_events_one_by_one(
    alone: Store, together: Store, told: list[Input], sizes: list[int]
) -> None:
    assert recorded(together, cut(told, sizes)) == recorded(alone, [[one] for one in told])


@pytest.mark.long
@pytest.mark.timeout(2400)
@given(*batches)
@_MANY
def test_thousands_of_mixes_do(alone: Store, together: Store, told: list[Input], sizes: list[int]) -> None:
    assert recorded(together, cut(told, sizes)) == recorded(alone, [[one] for one in told])
