"""The window's book: every act of its clerks, durable before anything is sent, and sent until the centre has it.

An act and the sealed documents it lists lie here together from one commit on. Documents go first, then the act; both may be sent
any number of times. When the process is killed in between, the next start goes on with the very same bytes. Nothing of a person is
written here in plain: an act names nobody, documents are sealed, and they go once the centre has the act.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from domain.case.acts import IntakeAct
from domain.casepapers.handover_list import HandoverList
from domain.sealing import digest
from fleet.database.small import durable, together

_SCHEMA = """
CREATE TABLE IF NOT EXISTS acts (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  number  TEXT NOT NULL,
  position INTEGER NOT NULL,
  staff   TEXT NOT NULL,
  act     BLOB NOT NULL,
  made    REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS acts_by_number ON acts (number);
CREATE TABLE IF NOT EXISTS ends (
  id      INTEGER PRIMARY KEY REFERENCES acts,
  refused TEXT,
  at      REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS sealed (
  act     INTEGER NOT NULL REFERENCES acts,
  digest  TEXT NOT NULL,
  body    BLOB NOT NULL,
  PRIMARY KEY (act, digest)
) STRICT;
CREATE TABLE IF NOT EXISTS parcels (
  parcel  TEXT PRIMARY KEY,
  day     TEXT NOT NULL,
  waybill TEXT NOT NULL,
  list    BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS parcels_by_waybill ON parcels (waybill);
CREATE TRIGGER IF NOT EXISTS acts_stay BEFORE UPDATE ON acts BEGIN SELECT raise(ABORT, 'acts stay'); END;
CREATE TRIGGER IF NOT EXISTS acts_remain BEFORE DELETE ON acts BEGIN SELECT raise(ABORT, 'acts stay'); END;
"""


@dataclass(frozen=True, slots=True)
class Work:
    """One act as a clerk did it. ``position``: after how many others. ``ended``: seconds since 1970, when the centre had it or
    refused it (``refused``: the code)."""

    id: int
    number: str
    position: int
    staff: str
    act: IntakeAct = field(repr=False)
    made: float
    ended: float | None = None
    refused: str | None = None


class Book:
    """SQLite, ``synchronous=FULL``. Any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = durable(path, _SCHEMA, erases=True)

    def write(
        self,
        staff: str,
        works: Sequence[tuple[str, int, IntakeAct]],
        sealed: Sequence[bytes],
        now: float,
        parcel: HandoverList | None = None,
    ) -> tuple[int, ...]:
        """All or none: acts as (case, position, act), each with those of ``sealed`` it lists, and the list of their parcel.

        Returns their ids once they are on the disk. ``ValueError`` for a parcel whose number is taken.
        """
        bodies, ids = {digest(body): body for body in sealed}, []
        with self._transaction() as db:
            if parcel is not None:
                self._keep(db, parcel)
            for number, position, act in works:
                (row,) = db.execute(
                    "INSERT INTO acts (number, position, staff, act, made) VALUES (?, ?, ?, ?, ?) RETURNING id",
                    (number, position, staff, msgspec.json.encode(act), now),
                ).fetchone()
                named = [(row, one.digest, bodies[one.digest]) for one in act.documents if one.digest in bodies]
                db.executemany("INSERT INTO sealed VALUES (?, ?, ?)", named)
                ids.append(int(row))
        return tuple(ids)

    def waiting(self) -> tuple[Work, ...]:
        """What the centre does not have yet, the oldest first."""
        return self._works("WHERE ends.id IS NULL ORDER BY acts.id")

    def of(self, number: str) -> tuple[Work, ...]:
        """What was done with one case here, the newest first."""
        return self._works("WHERE number = ? ORDER BY acts.id DESC", number)

    def refused(self, limit: int = 20) -> tuple[Work, ...]:
        """What the centre refused, the newest first."""
        return self._works("WHERE refused IS NOT NULL ORDER BY acts.id DESC LIMIT ?", limit)

    def documents(self, work: int) -> dict[str, bytes]:
        """Digest → sealed bytes that go before this act."""
        with self._lock:
            return dict(self._db.execute("SELECT digest, body FROM sealed WHERE act = ?", (work,)).fetchall())

    def ended(self, work: int, refused: str | None, now: float) -> None:
        """The centre has it, or refused it by code; its documents go from here."""
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO ends VALUES (?, ?, ?)", (work, refused, now))
            db.execute("DELETE FROM sealed WHERE act = ?", (work,))
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nor does the log keep them

    def lying(self) -> tuple[int, int]:
        """Sealed documents that wait here: how many, bytes of them."""
        with self._lock:
            count, size = self._db.execute("SELECT count(*), coalesce(sum(length(body)), 0) FROM sealed").fetchone()
        return int(count), int(size)

    def next_parcel(self, division: str, day: str) -> str:
        """The number of the day's next parcel: ``JJ-519902-261126-0001``. ``day``: yyMMdd."""
        with self._lock:
            (count,) = self._db.execute("SELECT count(*) FROM parcels WHERE day = ?", (day,)).fetchone()
        return f"JJ-{division}-{day}-{count + 1:04d}"

    def parcel(self, number: str) -> HandoverList | None:
        """By its number or by its waybill."""
        with self._lock:
            row = self._db.execute("SELECT list FROM parcels WHERE parcel = ?1 OR waybill = ?1", (number,)).fetchone()
        return msgspec.json.decode(row[0], type=HandoverList) if row else None

    def parcels(self, limit: int = 50) -> tuple[HandoverList, ...]:
        """The newest first."""
        with self._lock:
            rows = self._db.execute("SELECT list FROM parcels ORDER BY day DESC, parcel DESC LIMIT ?", (limit,)).fetchall()
        return tuple(msgspec.json.decode(row[0], type=HandoverList) for row in rows)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _keep(self, db: sqlite3.Connection, parcel: HandoverList) -> None:
        day = parcel.parcel.split("-")[2]
        row = (parcel.parcel, day, parcel.waybill, msgspec.json.encode(parcel))
        if db.execute("INSERT OR IGNORE INTO parcels VALUES (?, ?, ?, ?)", row).rowcount == 0:
            raise ValueError("a parcel of this number is there already")

    def _works(self, where: str, *parameters: object) -> tuple[Work, ...]:
        sql = "SELECT acts.id, number, position, staff, act, made, ends.at, refused FROM acts LEFT JOIN ends ON ends.id = acts.id "
        with self._lock:
            rows = self._db.execute(sql + where, parameters).fetchall()
        return tuple(_work(row) for row in rows)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, together(self._db) as db:
            yield db


def _work(row: tuple[int, str, int, str, bytes, float, float | None, str | None]) -> Work:
    act = msgspec.json.decode(row[4], type=IntakeAct)
    return Work(row[0], row[1], row[2], row[3], act, row[5], row[6], row[7])
