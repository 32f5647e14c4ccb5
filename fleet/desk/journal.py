"""Who opened which case and who did what to it, when and why: durable before anything is shown or sent, never changed afterwards.

Numbers of papers 文号 are given out here too: one to each paper of a case, kept by it when the paper is made anew.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fleet.database import durable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS openings (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  number  TEXT NOT NULL,
  staff   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      REAL NOT NULL,
  role    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE IF NOT EXISTS outcomes (
  opening INTEGER PRIMARY KEY REFERENCES openings,
  outcome TEXT NOT NULL,
  at      REAL NOT NULL
) STRICT;
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
CREATE INDEX IF NOT EXISTS openings_by_number ON openings (number);
CREATE TRIGGER IF NOT EXISTS openings_stay BEFORE UPDATE ON openings BEGIN SELECT raise(ABORT, 'openings stay'); END;
CREATE TRIGGER IF NOT EXISTS openings_remain BEFORE DELETE ON openings BEGIN SELECT raise(ABORT, 'openings stay'); END;
"""


@dataclass(frozen=True, slots=True)
class OpeningEntry:
    """``outcome``: opened, or the code of why not; ``None`` when the desk ended before it knew. ``at``: seconds since 1970.
    ``role`` is empty where none was stated yet."""

    number: str
    staff: str
    reason: str
    at: float
    outcome: str | None
    role: str = ""


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
            if "role" not in {row[1] for row in self._db.execute("PRAGMA table_info (openings)")}:
                self._db.execute("ALTER TABLE openings ADD COLUMN role TEXT NOT NULL DEFAULT ''")  # of before 2026-11-26
            undone.pop_all()

    def opening(self, number: str, staff: str, reason: str, now: float, role: str = "") -> int:
        """``staff`` wants ``number`` opened; returns the entry's id once it is on the disk."""
        with self._lock:
            row = self._db.execute(
                "INSERT INTO openings (number, staff, reason, at, role) VALUES (?, ?, ?, ?, ?) RETURNING id",
                (number, staff, reason, now, role),
            ).fetchone()
        return int(row[0])

    def ended(self, opening: int, outcome: str, now: float) -> None:
        with self._lock:
            self._db.execute("INSERT INTO outcomes VALUES (?, ?, ?)", (opening, outcome, now))

    def entries(self, number: str) -> tuple[OpeningEntry, ...]:
        """Openings of one case, newest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT number, staff, reason, openings.at, outcome, role FROM openings LEFT JOIN outcomes ON opening = id "
                "WHERE number = ? ORDER BY id DESC",
                (number,),
            ).fetchall()
        return tuple(OpeningEntry(*row) for row in rows)

    def doing(self, entry: DeedEntry) -> None:
        """It is about to be done; on the disk when this returns. The same entry again is the same."""
        row = (entry.id, entry.number, entry.position, entry.act, entry.staff, entry.role, entry.reason, entry.at)
        with self._lock:
            self._db.execute("INSERT INTO deeds VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", row)

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
