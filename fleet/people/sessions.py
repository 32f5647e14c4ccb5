"""Sessions at the console: a random cookie, of which the database knows the hash; ended by time, by leaving, or from outside."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from fleet import database
from fleet.people import record
from fleet.people.accounts import Person, person

IDLE = 1800.0
LONGEST = 12 * 3600.0
"""Seconds a session lasts untouched, and at most."""
_SHORT = 16
"""Characters of a session's name its owner sees: enough to tell one's own apart, no use to anybody."""
_WRITE = 60.0
"""Seconds between two notes that a session was touched: a page that fetches itself must not write each time."""


@dataclass(frozen=True, slots=True)
class Session:
    """``form``: what every form of this session must carry (CSRF)."""

    who: Person
    form: str = field(repr=False)
    touched: float


@dataclass(frozen=True, slots=True)
class Own:
    """One's own session, as its owner sees it. ``how``: password or oidc; ``here``: the one that asks."""

    id: str
    began: float
    touched: float
    how: str
    here: bool


def begin(db: database.Connection, login: str, now: float, how: str = "password") -> str:
    """The new session's cookie. ``how``: password, or oidc."""
    cookie = secrets.token_urlsafe(32)
    db.execute("DELETE FROM console_sessions WHERE touched < ? OR began < ?", (now - IDLE, now - LONGEST))
    db.execute(
        "INSERT INTO console_sessions VALUES (?, ?, ?, ?, ?, ?)", (_name(cookie), login, secrets.token_urlsafe(32), now, now, how)
    )
    record.write(db, now, login, "sign-in", result="ok" if how == "password" else how)
    return cookie


def find(db: database.Connection, cookie: str, now: float) -> Session | None:
    """The session of this cookie, if it still lasts and its person may still come in."""
    row = db.execute("SELECT login, form, began, touched FROM console_sessions WHERE token = ?", (_name(cookie),)).fetchone()
    if row is None or now - row[3] > IDLE or now - row[2] > LONGEST:
        return None
    who = person(db, row[0])
    return Session(who, row[1], row[3]) if who is not None and not who.disabled else None


def due(session: Session, now: float) -> bool:
    """Whether :func:`touch` is worth a commit."""
    return now - session.touched > _WRITE


def touch(db: database.Connection, cookie: str, now: float) -> None:
    db.execute("UPDATE console_sessions SET touched = ? WHERE token = ?", (now, _name(cookie)))


def end(db: database.Connection, cookie: str, now: float) -> None:
    row = db.execute("DELETE FROM console_sessions WHERE token = ? RETURNING login", (_name(cookie),)).fetchone()
    if row is not None:
        record.write(db, now, row[0], "sign-out")


def of(db: database.Connection, login: str, cookie: str, now: float) -> tuple[Own, ...]:
    """Where ``login`` is signed in, newest first; ``cookie``: of who asks."""
    rows = db.execute(
        "SELECT token, began, touched, how FROM console_sessions "
        "WHERE login = ? AND touched >= ? AND began >= ? ORDER BY began DESC",
        (login, now - IDLE, now - LONGEST),
    )
    return tuple(Own(token[:_SHORT], began, touched, how, token == _name(cookie)) for token, began, touched, how in rows)


def end_one(db: database.Connection, login: str, id_: str, now: float) -> bool:
    """Whether ``login`` had it."""
    gone = db.execute("DELETE FROM console_sessions WHERE login = ? AND substr(token, 1, ?) = ?", (login, _SHORT, id_)).rowcount
    if gone:
        record.write(db, now, login, "sign-out", id_)
    return bool(gone)


def end_all(db: database.Connection, login: str, now: float) -> None:
    """Everywhere, at once."""
    gone = db.execute("DELETE FROM console_sessions WHERE login = ?", (login,)).rowcount
    record.write(db, now, login, "sign-out", "*", result=f"{gone} sessions")


def _name(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
