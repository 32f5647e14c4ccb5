"""Failed sign-ins and spent time steps, kept across restarts: a few tables for whoever signs clerks in, in their own SQLite file.

All functions work inside the caller's transaction. ``who`` is an account's login, or a bucket for logins that are none
(``sign_in.py``), so that the tables stay small whatever is typed.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from msgspec import Struct

SCHEMA = """
CREATE TABLE IF NOT EXISTS account_tries (
  who      TEXT PRIMARY KEY,
  count    INTEGER NOT NULL,
  last     TEXT NOT NULL                 -- civil time of the latest
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account_steps (
  who      TEXT PRIMARY KEY,             -- mark of a secret, another one after a reset
  step     INTEGER NOT NULL              -- newest time step a code was used of (RFC 6238)
) STRICT, WITHOUT ROWID;
"""


class Lockout(Struct, frozen=True):
    """After ``free`` failures in a row each further one costs twice the wait before it, from ``first`` to ``longest``."""

    free: int = 5
    first: timedelta = timedelta(seconds=15)
    longest: timedelta = timedelta(minutes=15)

    def wait(self, failures: int) -> timedelta:
        if failures < self.free:
            return timedelta(0)
        return min(self.longest, self.first * (1 << min(failures - self.free, 20)))

    def left(self, failures: int, last: datetime, now: datetime) -> timedelta:
        """A clock put back makes the wait no longer than it is, and no shorter."""
        wait = self.wait(failures)
        return min(wait, last + wait - now)


def attempt(db: sqlite3.Connection, who: str, now: datetime, lockout: Lockout) -> timedelta | None:
    """Count a failure *before* the attempt: pulling the plug in time does not make it a free one. Where ``who`` is locked: what
    has still to be waited; nothing is counted then.
    """
    row = db.execute("SELECT count, last FROM account_tries WHERE who = ?", (who,)).fetchone()
    if row is not None and (left := lockout.left(row[0], datetime.fromisoformat(row[1]), now)) > timedelta(0):
        return left
    db.execute(
        "INSERT INTO account_tries VALUES (?1, 1, ?2) ON CONFLICT (who) DO UPDATE SET count = count + 1, last = excluded.last",
        (who, now.isoformat()),
    )
    return None


def spend(db: sqlite3.Connection, mark: str, step: int) -> bool:
    """Whether ``step`` of the secret called ``mark`` is newer than any spent before; it is spent now."""
    done = db.execute(
        "INSERT INTO account_steps VALUES (?, ?) ON CONFLICT (who) DO UPDATE SET step = excluded.step WHERE step < excluded.step",
        (mark, step),
    )
    return done.rowcount == 1


def succeed(db: sqlite3.Connection, who: str) -> None:
    """An end of the failures so far."""
    db.execute("DELETE FROM account_tries WHERE who = ?", (who,))
