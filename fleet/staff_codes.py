"""The centre's half of the one-time codes: the secret they are drawn from, and the ledger of who was given which, and why.

The secret is a file of its own (``domain/staff/key.py``); the ledger holds none. What was issued is on the disk before the code
is shown, and no line of it can be changed.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import msgspec

from domain.staff.book import Body, Group, Slot, slots
from domain.staff.key import StaffKey
from domain.staff.roles import Purpose, Role

GROUPS = (
    Group(Role.TECHNICIAN, Purpose.SIGN_IN, 3),
    Group(Role.CLERK, Purpose.SIGN_IN, 3),
    Group(Role.PARTY_ADMIN, Purpose.SIGN_IN, 1),
)
"""What a book holds for each day."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS books (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  book     TEXT NOT NULL UNIQUE,
  terminal TEXT NOT NULL,
  first    TEXT NOT NULL,
  days     INTEGER NOT NULL,
  groups   TEXT NOT NULL,               -- JSON
  made     TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS issued (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  book     TEXT NOT NULL REFERENCES books (book),
  terminal TEXT NOT NULL,
  slot     TEXT NOT NULL,
  asked    TEXT NOT NULL,
  issuer   TEXT NOT NULL,
  reason   TEXT NOT NULL,
  at       TEXT NOT NULL,
  UNIQUE (book, slot)
) STRICT;
CREATE TRIGGER IF NOT EXISTS issued_stays BEFORE UPDATE ON issued BEGIN SELECT raise(ABORT, 'issued stays'); END;
CREATE TRIGGER IF NOT EXISTS issued_remains BEFORE DELETE ON issued BEGIN SELECT raise(ABORT, 'issued stays'); END;
"""


class NoCodeError(LookupError):
    """No code can be given; the text (Chinese) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Request:
    """``asked``: who wants in; ``issuer``: who at the centre gives the code."""

    terminal: str
    role: Role
    purpose: Purpose
    asked: str
    issuer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Issued:
    slot: Slot
    code: str = field(repr=False)


class Ledger:
    """SQLite beside the centre's database, ``synchronous=FULL``."""

    def __init__(self, path: Path, key: StaffKey) -> None:
        self._key = key
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
        with ExitStack() as undone:
            undone.callback(self._db.close)
            path.chmod(0o600)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)
            undone.pop_all()

    def new_book(self, terminal: str, first: date, days: int, now: datetime) -> bytes:
        """A fresh book's file. Codes of the terminal's earlier book are good as long as that one lies there: lay the new one."""
        body, file = self._key.book(terminal, secrets.token_hex(8), first, days, GROUPS)
        row = (body.book, terminal, first.isoformat(), days, msgspec.json.encode(body.groups).decode(), now.isoformat())
        with self._lock:
            self._db.execute("INSERT INTO books (book, terminal, first, days, groups, made) VALUES (?, ?, ?, ?, ?, ?)", row)
        return file

    def issue(self, request: Request, now: datetime) -> Issued:
        """Today's next code, written down before it is told. :class:`NoCodeError`."""
        with self._lock:
            row = self._db.execute(
                "SELECT book, first, days, groups FROM books WHERE terminal = ? ORDER BY id DESC LIMIT 1", (request.terminal,)
            ).fetchone()
            if row is None:
                raise NoCodeError(f"终端 {request.terminal} 还没有码本，请先用 staff-book 生成并装到终端上")
            book, first, days, groups = row
            body = Body(
                request.terminal,
                book,
                date.fromisoformat(first),
                days,
                msgspec.json.decode(groups, type=tuple[Group, ...]),
                b"",
            )
            today = [s for s in slots(body) if s.day == now.date() and (s.role, s.purpose) == (request.role, request.purpose)]
            if not today:
                raise NoCodeError(f"终端 {request.terminal} 的码本只管 {body.first} 至 {body.last}，请换新码本")
            for slot in today:
                if self._take(book, slot, request, now):
                    return Issued(slot, self._key.code(request.terminal, book, slot))
        raise NoCodeError(f"终端 {request.terminal} 今天给这个角色的 {len(today)} 个码都已发完，明天才有新的")

    def entries(self) -> list[tuple[str, ...]]:
        """What was issued, oldest first: terminal, slot, asked, issuer, reason, at."""
        with self._lock:
            return self._db.execute("SELECT terminal, slot, asked, issuer, reason, at FROM issued ORDER BY id").fetchall()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _take(self, book: str, slot: Slot, request: Request, now: datetime) -> bool:
        row = (book, request.terminal, slot.name, request.asked, request.issuer, request.reason, now.isoformat())
        try:
            self._db.execute(
                "INSERT INTO issued (book, terminal, slot, asked, issuer, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)", row
            )
        except sqlite3.IntegrityError:
            return False  # given before
        return True
