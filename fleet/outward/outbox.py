"""What a desk has to hand to another system, kept until it is handed over, given up or refused. SQLite in the desk's data folder.

A row is named by whoever puts it: the same name again is the same row, so an act that is done twice is told once. Rows of one
case leave in the order they came. A row's body is erased when the row has ended: what remains says that, when and how.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fleet.database.small import durable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outward (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    about TEXT NOT NULL,
    what TEXT NOT NULL,
    body BLOB,
    at REAL NOT NULL,
    due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    ended REAL,
    note TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS outward_about ON outward (about, position);
CREATE INDEX IF NOT EXISTS outward_waiting ON outward (due) WHERE state = 'waiting';
"""

State = Literal["waiting", "gone", "refused", "expired"]


@dataclass(frozen=True, slots=True)
class Row:
    """``about``: the case it belongs to; ``what``: its kind; ``at``: when it was put, seconds since 1970."""

    id: str
    about: str
    what: str
    body: bytes = field(repr=False)
    at: float
    tries: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a row. ``note``: why it waits, was refused or expired (a code), or what was answered."""

    id: str
    about: str
    what: str
    at: float
    tries: int
    state: State
    ended: float | None
    note: str


class Outbox:
    """Thread-safe; ``synchronous=FULL``. Erased bodies are overwritten (``secure_delete``), in the log of the database as well."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = durable(path, _SCHEMA, erases=True)

    def put(self, id: str, about: str, what: str, body: bytes, now: float) -> bool:
        """On the disk when this returns. ``False``: a row of this name is or was there, and stays as it is."""
        with self._lock:
            done = self._db.execute(
                "INSERT INTO outward (id, about, what, body, at, due) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (id, about, what, body, now, now),
            )
            return done.rowcount == 1

    def due(self, now: float) -> Row | None:
        """The longest due of those that are first of their case."""
        with self._lock:
            row = self._db.execute(
                "SELECT id, about, what, body, at, tries FROM outward o WHERE state = 'waiting' AND due <= ? AND NOT EXISTS "
                "(SELECT 1 FROM outward WHERE about = o.about AND state = 'waiting' AND position < o.position) "
                "ORDER BY due, position LIMIT 1",
                (now,),
            ).fetchone()
        return None if row is None else Row(*row)

    def next_due(self) -> float | None:
        """When something will be due, seconds since 1970; ``None``: nothing waits."""
        with self._lock:
            (at,) = self._db.execute(
                "SELECT min(due) FROM outward WHERE position IN "
                "(SELECT min(position) FROM outward WHERE state = 'waiting' GROUP BY about)"
            ).fetchone()
        return None if at is None else float(at)

    def later(self, id: str, due: float, note: str) -> None:
        """It was tried and has to be tried again."""
        with self._lock:
            self._db.execute(
                "UPDATE outward SET tries = tries + 1, due = ?, note = ? WHERE id = ? AND state = 'waiting'", (due, note, id)
            )

    def ended(self, id: str, state: State, note: str, now: float) -> None:
        """It will not be tried again: its body is erased."""
        with self._lock:
            self._db.execute(
                "UPDATE outward SET tries = tries + (? != 'expired'), state = ?, note = ?, ended = ?, body = NULL "
                "WHERE id = ? AND state = 'waiting'",
                (state, state, note, now, id),
            )
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget(self, ids: Iterable[str]) -> None:
        """Those of these rows that ended: for whoever never puts a name twice."""
        with self._lock:
            self._db.executemany("DELETE FROM outward WHERE id = ? AND state <> 'waiting'", [(id_,) for id_ in ids])

    def entries(self, about: str) -> Sequence[Entry]:
        """All of one case, oldest first."""
        return self._entries("about = ?", about)

    def entry(self, id: str) -> Entry | None:
        """What became of one row; ``None``: there was none of this name."""
        return next(iter(self._entries("id = ?", id)), None)

    def waiting(self) -> int:
        """How many rows wait."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM outward WHERE state = 'waiting'").fetchone()[0])

    def failed(self) -> Sequence[Entry]:
        """Rows that were refused or given up, oldest first: somebody has to do by hand what they were for."""
        return self._entries("state IN ('refused', 'expired') AND ? = ''", "")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _entries(self, where: str, value: str) -> Sequence[Entry]:
        with self._lock:
            rows = self._db.execute(
                f"SELECT id, about, what, at, tries, state, ended, note FROM outward WHERE {where} ORDER BY position",  # noqa: S608
                (value,),
            ).fetchall()
        return tuple(Entry(*row) for row in rows)
