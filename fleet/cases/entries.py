"""Cases as entries: what was taken in where, for whom it is to be decided, how far it is. Nothing of an applicant, no rating."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from msgspec import Struct

from fleet import database

_ENTRY = (
    "SELECT number, item, item_name, situation, home, intake, terminal, taken_at, received, state, open, named, stored, outcome "
    "FROM case_entries WHERE (?1 IS NULL OR home IN (SELECT value FROM json_each(?1)) "
    "OR intake IN (SELECT value FROM json_each(?1)))"
)


_AWAITS = 10


class Entry(Struct, frozen=True):
    """``home``, ``intake``: parties. ``state``: ``domain.case.rights.State``. ``awaits``: what is still to come at the window.
    ``stored`` of ``named`` documents have come. ``receipt``: how the last attempt at it ended.
    """

    number: str
    item: str
    item_name: str
    situation: str
    home: str
    intake: str
    terminal: str
    taken_at: str
    received: float
    state: str
    awaits: tuple[str, ...]
    named: int
    stored: int
    receipt: str | None


def entries(db: database.Connection, only: Collection[str] | None, after: tuple[float, str] | None, most: int) -> list[Entry]:
    """Those one of these parties decides or took in, newest first; ``after``: (received, number) of the one before."""
    received, number = after if after is not None else (1e300, "")
    rows = db.execute(
        f"{_ENTRY} AND (received, number) < (?2, ?3) ORDER BY received DESC, number DESC LIMIT ?4",
        (_theirs(only), received, number, most),
    )
    return [_entry(tuple(row)) for row in rows]


def entry(db: database.Connection, only: Collection[str] | None, number: str) -> Entry | None:
    row = db.execute(f"{_ENTRY} AND number = ?2", (_theirs(only), number)).fetchone()
    return _entry(tuple(row)) if row is not None else None


def _theirs(only: Collection[str] | None) -> str | None:
    return json.dumps(sorted(only)) if only is not None else None


def _entry(row: tuple[Any, ...]) -> Entry:
    told = list(row)
    told[_AWAITS] = tuple(json.loads(told[_AWAITS]))
    return Entry(*told)
