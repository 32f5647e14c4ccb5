"""The record of what people did: who, what, to what, why, with which result. The centre has one, and each desk one of its own.

Lines are chained: each carries the hash of the one before it and of itself, so that a line changed, taken out or put in shows from
there on. Whoever holds the newest hash (``tongban centre record`` prints it) also sees that the end was cut off.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from fleet import database

FIRST = "0" * 64
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  position INTEGER PRIMARY KEY,
  at       REAL NOT NULL,
  who      TEXT NOT NULL,
  act      TEXT NOT NULL,
  what     TEXT NOT NULL,
  why      TEXT NOT NULL,
  result   TEXT NOT NULL,
  hash     TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS record_by_what ON record (what, act);
CREATE TRIGGER IF NOT EXISTS record_stays BEFORE UPDATE ON record BEGIN SELECT raise(ABORT, 'the record stays'); END;
CREATE TRIGGER IF NOT EXISTS record_remains BEFORE DELETE ON record BEGIN SELECT raise(ABORT, 'the record stays'); END;
"""
"""For a process with a database of its own; the centre's has it by its migrations."""


@dataclass(frozen=True, slots=True)
class Line:
    """``at``: seconds since 1970. ``who`` is a login, or ``-`` where nobody is known."""

    position: int
    at: float
    who: str
    act: str
    what: str
    why: str
    result: str
    hash: str


def write(db: database.Connection, now: float, who: str, act: str, what: str = "", why: str = "", result: str = "ok") -> int:
    """One line, in the transaction of what it tells about; its position."""
    row = db.execute("SELECT position, hash FROM record ORDER BY position DESC LIMIT 1").fetchone()
    position, before = (row[0] + 1, row[1]) if row else (1, FIRST)
    told = (position, now, who, act, what, why, result)
    db.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*told, _hash(before, told)))
    return int(position)


def lines(db: database.Connection, most: int = 500, before: int | None = None) -> list[Line]:
    """Newest first; ``before`` a position, for the next page."""
    rows = db.execute(
        "SELECT * FROM record WHERE position < ? ORDER BY position DESC LIMIT ?", (before if before is not None else 2**62, most)
    )
    return [Line(*row) for row in rows]


def broken(db: database.Connection) -> int | None:
    """The first position at which the chain does not hold; ``None``: it holds."""
    expected, before = 1, FIRST
    for row in db.execute("SELECT position, at, who, act, what, why, result, hash FROM record ORDER BY position"):
        told, said = tuple(row)[:7], row[7]
        if told[0] != expected or said != _hash(before, told):
            return expected
        expected, before = expected + 1, said
    return None


def _hash(before: str, told: tuple[object, ...]) -> str:
    return hashlib.sha256(before.encode() + msgspec.json.encode(told)).hexdigest()
