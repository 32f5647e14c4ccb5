"""What the door for staff must remember across a restart: failed attempts, spent codes, and its audit lines; the same of clerks'
accounts (``domain.staff.sign_in.Memory``).

A database of its own (``staff.db``): ``tongban badge`` uses it beside a running terminal, whose own database is for one
program alone. Nothing in it is a secret or names a person.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from domain.staff import sign_in, tries
from domain.staff.roles import Role
from domain.staff.tries import Lockout
from kiosk.store import audit
from kiosk.store.db import StoreError

VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS failures (
  method   TEXT PRIMARY KEY CHECK (method IN ('badge', 'code')),
  count    INTEGER NOT NULL,
  last     TEXT NOT NULL,                -- civil time of the latest
  before   TEXT NOT NULL                 -- and of the one before it
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
  book     TEXT NOT NULL,
  slot     TEXT NOT NULL,                -- name of a code's place, never the code
  at       TEXT NOT NULL,
  PRIMARY KEY (book, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       TEXT NOT NULL,
  event    TEXT NOT NULL,
  detail   TEXT NOT NULL                 -- JSON; fields as declared in kiosk/store/audit.py
) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit stays'); END;
CREATE TRIGGER IF NOT EXISTS audit_remains BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit stays'); END;
"""


class Method(StrEnum):
    """How a person shows who they are. Each has its failures for itself, so that a dead badge never shuts out the code."""

    BADGE = "badge"
    CODE = "code"


class LockedError(Exception):
    """Too many failures; ``left`` is what has still to be waited."""

    def __init__(self, left: timedelta) -> None:
        super().__init__(f"locked for {left}")
        self.left = left


class Memory:
    """SQLite, WAL, ``synchronous=FULL``: what a call wrote is on the disk when it returns. :class:`StoreError`."""

    def __init__(self, path: Path, lockout: Lockout | None = None) -> None:
        self._lockout = lockout or Lockout()
        self._lock = threading.Lock()
        with ExitStack() as undone:
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
                undone.callback(self._db.close)
                path.chmod(0o600)
                for pragma in ("journal_mode = WAL", "synchronous = FULL"):
                    self._db.execute(f"PRAGMA {pragma}")
                self._prepare()
            except (sqlite3.Error, OSError) as error:
                raise StoreError(f"工作人员登录记录 {path.name} 打不开：{error}") from error
            undone.pop_all()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # --- attempts -------------------------------------------------------------------------------------------------------

    def attempt(self, method: Method, now: datetime) -> None:
        """Count a failure *before* the attempt: pulling the plug in time does not make it a free one. :class:`LockedError`."""
        with self._transaction() as db:
            count, last = self._failures(db, method)
            if last is not None and (left := self._left(count, last, now)) > timedelta(0):
                raise LockedError(left)
            db.execute(
                "INSERT INTO failures VALUES (?1, 1, ?2, ?2)"
                " ON CONFLICT (method) DO UPDATE SET count = count + 1, before = last, last = excluded.last",
                (method, now.isoformat()),
            )

    def forgive(self, method: Method) -> None:
        """The attempt just counted proved nothing against the person: a card lifted too soon, a stale list."""
        with self._transaction() as db:
            db.execute("UPDATE failures SET count = max(0, count - 1), last = before WHERE method = ?", (method,))

    def locked(self, method: Method, now: datetime) -> timedelta | None:
        """What has still to be waited, if anything."""
        with self._lock:
            count, last = self._failures(self._db, method)
        left = self._left(count, last, now) if last is not None else timedelta(0)
        return left if left > timedelta(0) else None

    # --- accounts (domain/staff/sign_in.py) --------------------------------------------------------------------------------

    def account_attempt(self, who: str, login: str | None, now: datetime) -> timedelta | None:
        with self._transaction() as db:
            left = tries.attempt(db, who, now, self._lockout)
            if left is not None:
                audit.record(db, now, "account_locked", login=login, seconds=round(left.total_seconds()))
        return left

    def account_entered(self, session: sign_in.Session, step: int | None, now: datetime) -> bool:
        with self._transaction() as db:
            if step is not None and not tries.spend(db, session.mark, step):
                return False
            tries.succeed(db, session.login)
            audit.record(db, now, "account_signed_in", login=session.login, method=session.method)
        return True

    def account_refused(self, login: str | None, method: sign_in.Method, fault: str, now: datetime) -> None:
        with self._transaction() as db:
            audit.record(db, now, "account_refused", login=login, method=method, fault=fault)

    def account_left(self, session: sign_in.Session, cause: str, now: datetime) -> None:
        with self._transaction() as db:
            audit.record(db, now, "account_signed_out", login=session.login, method=session.method, cause=cause)

    # --- what is written down -------------------------------------------------------------------------------------------

    def signed_in(self, now: datetime, method: Method, serial: str, role: Role, purpose: str) -> None:
        """The line, and an end of the failures so far."""
        with self._transaction() as db:
            self._signed_in(db, now, method, serial, role, purpose)

    def spend(self, now: datetime, book: str, slot: str, role: Role, purpose: str) -> bool:
        """Spend a code and sign in by it, both or neither; ``False`` when it was spent before, and nothing is changed."""
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM spent WHERE book = ? AND slot = ?", (book, slot)).fetchone():
                return False
            db.execute("INSERT INTO spent VALUES (?, ?, ?)", (book, slot, now.isoformat()))
            self._signed_in(db, now, Method.CODE, slot, role, purpose)
        return True

    def refused(self, now: datetime, method: Method, fault: str, serial: str | None = None, role: Role | None = None) -> None:
        with self._transaction() as db:
            audit.record(db, now, "staff_refused", method=method, fault=fault, serial=serial, role=role)

    def was_locked(self, now: datetime, method: Method, left: timedelta) -> None:
        """Somebody tried while the method was locked."""
        with self._transaction() as db:
            audit.record(db, now, "staff_locked", method=method, seconds=round(left.total_seconds()))

    def signed_out(self, now: datetime, method: Method, serial: str, role: Role, cause: str) -> None:
        with self._transaction() as db:
            audit.record(db, now, "staff_signed_out", method=method, serial=serial, role=role, cause=cause)

    def did(self, now: datetime, event: str, **detail: str | int | bool | None) -> None:
        """What somebody signed in, or an account over SSH, did; events as ``kiosk/store/audit.py`` declares them."""
        with self._transaction() as db:
            audit.record(db, now, event, **detail)

    def lines(self) -> list[tuple[str, str, str]]:
        """Audit lines, oldest first: time, event, detail (JSON)."""
        with self._lock:
            return self._db.execute("SELECT at, event, detail FROM audit ORDER BY id").fetchall()

    def latest(self) -> datetime | None:
        """Civil time of the latest sign-in, when the clock was believed: a clock that stands before it is wrong."""
        with self._lock:
            (at,) = self._db.execute("SELECT max(at) FROM audit WHERE event IN ('staff_signed_in', 'account_signed_in')").fetchone()
        return datetime.fromisoformat(at) if at else None

    # --- the file -------------------------------------------------------------------------------------------------------

    def _signed_in(self, db: sqlite3.Connection, now: datetime, method: Method, serial: str, role: Role, purpose: str) -> None:
        db.execute("DELETE FROM failures WHERE method = ?", (method,))
        audit.record(db, now, "staff_signed_in", method=method, serial=serial, role=role, purpose=purpose)

    def _failures(self, db: sqlite3.Connection, method: Method) -> tuple[int, datetime | None]:
        row = db.execute("SELECT count, last FROM failures WHERE method = ?", (method,)).fetchone()
        return (row[0], datetime.fromisoformat(row[1])) if row else (0, None)

    def _left(self, count: int, last: datetime, now: datetime) -> timedelta:
        return self._lockout.left(count, last, now)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise StoreError(f"工作人员登录记录写不进盘：{error}") from error
                raise

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(f"工作人员登录记录是更新的版本（{version}），本程序只认识到 {VERSION}；请升级程序，不要删除它")
        if version < VERSION:
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} {tries.SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
