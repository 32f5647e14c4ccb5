"""Who opened which case, what of it they read, who did what to it, took it out or refused to, when and why: durable before anything
is shown or sent, in lines chained as the centre's record is (``fleet/people/record.py``), so that any change to them shows.

Numbers of papers 文号 are given out here too: one to each paper of a case, kept by it when the paper is made anew.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.protection.groups import ON_OPENING, Group
from domain.staff import tries
from fleet.database.small import durable, together
from fleet.people import record

_SCHEMA = (
    record.SCHEMA
    + tries.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS deeds (
  id       TEXT PRIMARY KEY,
  number   TEXT NOT NULL,
  position INTEGER NOT NULL,
  act      TEXT NOT NULL,
  staff    TEXT NOT NULL,
  role     TEXT NOT NULL,
  reason   TEXT NOT NULL,
  at       REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deeds_by_number ON deeds (number);
CREATE TRIGGER IF NOT EXISTS deeds_stay BEFORE UPDATE ON deeds BEGIN SELECT raise(ABORT, 'deeds stay'); END;
CREATE TRIGGER IF NOT EXISTS deeds_remain BEFORE DELETE ON deeds BEGIN SELECT raise(ABORT, 'deeds stay'); END;
CREATE TABLE IF NOT EXISTS paper_numbers (
  series   TEXT NOT NULL,
  year     INTEGER NOT NULL,
  n        INTEGER NOT NULL,
  number   TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (series, year, n),
  UNIQUE (series, year, number, position)
) STRICT;
"""
)
_OPENINGS = """
SELECT o.what, o.who, o.why, o.at, r.result, o.result,
  (SELECT group_concat(g) FROM (SELECT DISTINCT substr(result, 1, instr(result || ':', ':') - 1) AS g FROM record
    WHERE what = o.what AND act = 'read' AND why = CAST(o.position AS TEXT) ORDER BY position))
FROM record o LEFT JOIN record r ON r.what = o.what AND r.act = 'outcome' AND r.why = CAST(o.position AS TEXT)
WHERE o.what = ? AND o.act = 'open' ORDER BY o.position DESC
"""


@dataclass(frozen=True, slots=True)
class OpeningEntry:
    """``outcome``: opened, or the code of why not; ``None`` when the desk ended before it knew. ``at``: seconds since 1970.
    ``role`` is empty where none was stated. ``groups``: what of it was read."""

    number: str
    staff: str
    reason: str
    at: float
    outcome: str | None
    role: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeedEntry:
    """What somebody of the desk did to a case; what became of it is known to ``fleet.desk.deeds``. ``position``: of the act."""

    id: str
    number: str
    position: int
    act: str
    staff: str
    role: str
    reason: str
    at: float


class Journal:
    """SQLite beside the desk, ``synchronous=FULL``. No name, number or address of an applicant is written here."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = durable(path, _SCHEMA)
        with ExitStack() as undone:
            undone.callback(self._db.close)
            _take_over(self._db)
            undone.pop_all()

    def opening(self, number: str, staff: str, reason: str, now: float, role: str = "") -> int:
        """``staff`` wants ``number`` opened; returns the entry's id once it is on the disk."""
        return self.write(now, staff, "open", number, reason, role)

    def ended(self, opening: int, outcome: str, now: float) -> None:
        """What became of it; an opened page shows ``ON_OPENING`` by itself."""
        with self.transaction() as db:
            number, staff = db.execute("SELECT what, who FROM record WHERE position = ? AND act = 'open'", (opening,)).fetchone()
            record.write(db, now, staff, "outcome", number, str(opening), outcome)
            for group in ON_OPENING if outcome == "opened" else ():
                record.write(db, now, staff, "read", number, str(opening), group)

    def read(self, opening: int, group: Group, part: str, now: float) -> None:
        """Of an opened case this was shown as well: once an opening and part. On the disk when this returns."""
        result = f"{group}:{part[:16]}"
        with self.transaction() as db:
            number, staff = db.execute("SELECT what, who FROM record WHERE position = ? AND act = 'open'", (opening,)).fetchone()
            known = "SELECT 1 FROM record WHERE what = ? AND act = 'read' AND why = ? AND result = ?"
            if db.execute(known, (number, str(opening), result)).fetchone() is None:
                record.write(db, now, staff, "read", number, str(opening), result)

    def write(self, now: float, who: str, act: str, what: str, why: str, result: str) -> int:
        """A line of anything else; its position, once it is on the disk."""
        with self.transaction() as db:
            return record.write(db, now, who, act, what, why, result)

    def entries(self, number: str) -> tuple[OpeningEntry, ...]:
        """Openings of one case, newest first."""
        with self._lock:
            rows = self._db.execute(_OPENINGS, (number,)).fetchall()
        return tuple(
            OpeningEntry(number, staff, reason, at, outcome, role, tuple(groups.split(",")) if groups else ())
            for number, staff, reason, at, outcome, role, groups in rows
        )

    def lines(self, most: int = 500, before: int | None = None) -> list[record.Line]:
        """Newest first; ``before`` a position, for the next page."""
        with self._lock:
            return record.lines(self._db, most, before)

    def count(self) -> int:
        """Of lines."""
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM record").fetchone()[0])

    def broken(self) -> int | None:
        """The first line that was changed, taken out or put in; ``None``: the chain holds."""
        with self._lock:
            return record.broken(self._db)

    def doing(self, entry: DeedEntry) -> None:
        """It is about to be done; on the disk when this returns. The same entry again is the same."""
        row = (entry.id, entry.number, entry.position, entry.act, entry.staff, entry.role, entry.reason, entry.at)
        with self.transaction() as db:
            new = db.execute("INSERT INTO deeds VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", row).rowcount
            if new:
                record.write(db, entry.at, entry.staff, f"act:{entry.act}", entry.number, entry.reason, entry.role)

    def deeds(self, number: str) -> tuple[DeedEntry, ...]:
        """What was done to one case, newest first."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM deeds WHERE number = ? ORDER BY at DESC, position DESC", (number,)).fetchall()
        return tuple(DeedEntry(*row) for row in rows)

    def paper_number(self, series: str, year: int, number: str, position: int) -> int:
        """The next of a ``series`` in ``year``, or the one this act of this case had before."""
        with self._lock:
            row = self._db.execute(
                "INSERT INTO paper_numbers SELECT ?1, ?2, coalesce(max(n), 0) + 1, ?3, ?4 FROM paper_numbers "
                "WHERE series = ?1 AND year = ?2 ON CONFLICT (series, year, number, position) DO UPDATE SET n = n RETURNING n",
                (series, year, number, position),
            ).fetchone()
        return int(row[0])

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on the disk when the block ends."""
        with self._lock, together(self._db) as db:
            yield db


def _take_over(db: sqlite3.Connection) -> None:
    """The openings of before 2026-11-26 lay in tables of their own; they become the first lines."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "openings" not in tables:
        return
    columns = [row[1] for row in db.execute("PRAGMA table_info (openings)")]
    with together(db):
        ended = dict(db.execute("SELECT opening, outcome FROM outcomes").fetchall()) if "outcomes" in tables else {}
        for row in db.execute("SELECT * FROM openings ORDER BY id").fetchall():
            one = dict(zip(columns, row, strict=True))
            line = record.write(db, one["at"], one["staff"], "open", one["number"], one["reason"], one.get("role", ""))
            if one["id"] in ended:
                record.write(db, one["at"], one["staff"], "outcome", one["number"], str(line), ended[one["id"]])
        db.execute("DROP TABLE IF EXISTS outcomes")
        db.execute("DROP TABLE openings")
