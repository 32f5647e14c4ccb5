"""Who opened which case, when and why: durable before anything is shown, and never changed afterwards."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS openings (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  number  TEXT NOT NULL,
  staff   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS outcomes (
  opening INTEGER PRIMARY KEY REFERENCES openings,
  outcome TEXT NOT NULL,
  at      REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS openings_by_number ON openings (number);
CREATE TRIGGER IF NOT EXISTS openings_stay BEFORE UPDATE ON openings BEGIN SELECT raise(ABORT, 'openings stay'); END;
CREATE TRIGGER IF NOT EXISTS openings_remain BEFORE DELETE ON openings BEGIN SELECT raise(ABORT, 'openings stay'); END;
"""


@dataclass(frozen=True, slots=True)
class OpeningEntry:
    """``outcome``: opened, or the code of why not; ``None`` when the desk ended before it knew. ``at``: seconds since 1970."""

    number: str
    staff: str
    reason: str
    at: float
    outcome: str | None


class Journal:
    """SQLite beside the desk, ``synchronous=FULL``. No name, number or address of an applicant is written here."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        with ExitStack() as undone:
            undone.callback(self._db.close)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
            undone.pop_all()

    def opening(self, number: str, staff: str, reason: str, now: float) -> int:
        """``staff`` wants ``number`` opened; returns the entry's id once it is on the disk."""
        with self._lock:
            row = self._db.execute(
                "INSERT INTO openings (number, staff, reason, at) VALUES (?, ?, ?, ?) RETURNING id", (number, staff, reason, now)
            ).fetchone()
        return int(row[0])

    def ended(self, opening: int, outcome: str, now: float) -> None:
        with self._lock:
            self._db.execute("INSERT INTO outcomes VALUES (?, ?, ?)", (opening, outcome, now))

    def entries(self, number: str) -> tuple[OpeningEntry, ...]:
        """Openings of one case, newest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT number, staff, reason, openings.at, outcome FROM openings LEFT JOIN outcomes ON opening = id "
                "WHERE number = ? ORDER BY id DESC",
                (number,),
            ).fetchall()
        return tuple(OpeningEntry(*row) for row in rows)

    def close(self) -> None:
        with self._lock:
            self._db.close()
