"""Saved views: the query of the board's address with a name, somebody's own or shared with a party's staff."""

from __future__ import annotations

from dataclasses import dataclass

from fleet import database
from fleet.board.tags import BoardError
from fleet.people import record
from fleet.people.rights import ALL

MOST = 30
"""Views of one person."""


@dataclass(frozen=True, slots=True)
class View:
    """``party``: with whose staff it is shared; ``None``: it is the owner's own."""

    id: int
    owner: str
    party: str | None
    name: str
    query: str


def save(db: database.Connection, owner: str, name: str, query: str, party: str | None, now: float) -> None:
    """Under ``name``, instead of what stood there. :class:`BoardError`."""
    name = name.strip()
    if not 1 <= len(name) <= 20:
        raise BoardError("名称 1 至 20 个字")
    (count,) = db.execute("SELECT count(*) FROM views WHERE owner = ? AND name <> ?", (owner, name)).fetchone()
    if count >= MOST:
        raise BoardError(f"最多存 {MOST} 个视图，请先删去不用的")
    db.execute(
        "INSERT INTO views (owner, party, name, query) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (owner, name) DO UPDATE SET party = excluded.party, query = excluded.query",
        (owner, party, name, query),
    )
    record.write(db, now, owner, "view.save", name, result=party or "自己用")


def remove(db: database.Connection, owner: str, view: int, now: float) -> bool:
    """Only one's own."""
    row = db.execute("DELETE FROM views WHERE (id, owner) = (?, ?) RETURNING name", (view, owner)).fetchone()
    if row is not None:
        record.write(db, now, owner, "view.remove", row[0])
    return row is not None


def of(db: database.Connection, owner: str, seen: frozenset[str]) -> tuple[View, ...]:
    """Those of ``owner``, and those shared with any of the parties ``owner`` sees."""
    rows = db.execute(
        "SELECT id, owner, party, name, query FROM views WHERE owner = ? OR party IS NOT NULL ORDER BY name, id", (owner,)
    )
    found = (View(*row) for row in rows)
    return tuple(v for v in found if v.owner == owner or v.party == ALL or ALL in seen or v.party in seen)
