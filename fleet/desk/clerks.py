"""Clerks at the door of a desk or a window: their accounts, their sessions (in memory), and lines in the place's own journal."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.staff import accounts, sign_in, tries
from domain.staff.accounts import Cost
from domain.staff.duties import Right
from domain.staff.sign_in import SHIFT, Refused, SignIn, stands
from fleet.clerks.held import Held
from fleet.clerks.words import SAID, said
from fleet.desk.journal import Journal
from fleet.people import record

COOKIE = "clerk-session"
IDLE = 1800.0
"""Seconds a session lasts untouched."""
MOST = 500
"""Sessions at one time; the oldest goes for the next."""
SIGNED_IN = "signed-in"
"""What a page needs that any clerk of this place may see."""


@dataclass(frozen=True, slots=True)
class Session:
    """``form``: what every form of this session must carry; ``clerk``: who it is, as the accounts say now."""

    clerk: sign_in.Session
    form: str = field(repr=False)
    touched: float


class JournalMemory:
    """``sign_in.Memory`` in the place's journal: what was tried beside its chained lines, in one transaction."""

    def __init__(self, journal: Journal, lockout: tries.Lockout | None = None) -> None:
        self._journal = journal
        self._lockout = lockout or tries.Lockout()

    def account_attempt(self, who: str, login: str | None, now: datetime) -> timedelta | None:
        with self._journal.transaction() as db:
            left = tries.attempt(db, who, now, self._lockout)
            if left is not None:
                record.write(db, now.timestamp(), login or "-", "sign-in", result="staff_locked")
        return left

    def account_entered(self, session: sign_in.Session, step: int | None, now: datetime) -> bool:
        with self._journal.transaction() as db:
            if step is not None and not tries.spend(db, session.mark, step):
                return False
            tries.succeed(db, session.login)
            record.write(db, now.timestamp(), session.said, "sign-in")
        return True

    def account_refused(self, login: str | None, _method: sign_in.Method, fault: str, now: datetime) -> None:
        with self._journal.transaction() as db:
            record.write(db, now.timestamp(), login or "-", "sign-in", result=fault)

    def left(self, session: sign_in.Session, cause: str, now: float) -> None:
        with self._journal.transaction() as db:
            record.write(db, now, session.said, "sign-out", result=cause)


class ClerkKeeper:
    """Thread-safe (``fleet.people.door.Keeper``). A restart ends every session."""

    lasts = int(SHIFT.total_seconds())
    no = "您的岗位不能办这一步。要办，请找签约方管理员。"
    leave = SIGNED_IN

    def __init__(self, held: Held, journal: Journal, now: Callable[[], float] = time.time, cost: Cost | None = None) -> None:
        self.held = held
        self.cookie = f"{COOKIE}-{_name(held.place)[:8]}"  # browsers keep one jar for all ports of a machine
        self._memory = JournalMemory(journal)
        self._sign_in = SignIn(self._memory, cost)
        self._now = now
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._ended: dict[str, str] = {}

    def find(self, cookie: str) -> Session | None:
        name, now = _name(cookie), self._now()
        with self._lock:
            found = self._sessions.get(name)
        if found is None:
            return None
        clerk = stands(self.held.document, found.clerk, datetime.fromtimestamp(now, UTC))
        cause = clerk.fault if isinstance(clerk, Refused) else "idle" if now - found.touched > IDLE else ""
        if isinstance(clerk, Refused) or cause:
            self._drop(name, cause)
            return None
        session = replace(found, clerk=clerk, touched=now)
        with self._lock:
            if name in self._sessions:
                self._sessions[name] = session
        return session

    def enter(self, login: str, password: str, code: str) -> tuple[str | None, str]:
        now = datetime.fromtimestamp(self._now(), UTC)
        found = self._sign_in(self.held.document, login, password, code, now)
        return (None, said(found)) if isinstance(found, Refused) else (self.begin(found), "")

    def begin(self, clerk: sign_in.Session) -> str:
        """The new session's cookie."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._sessions) >= MOST:
                del self._sessions[min(self._sessions, key=lambda name: self._sessions[name].touched)]
            self._sessions[_name(cookie)] = Session(clerk, secrets.token_urlsafe(32), self._now())
        return cookie

    def end(self, cookie: str) -> None:
        self._drop(_name(cookie), "left")

    def may(self, session: Session, need: Any) -> bool:
        """``need``: :data:`SIGNED_IN`, a right, or several of which one will do."""
        if need == SIGNED_IN:
            return True
        return any(session.clerk.may(right) for right in ((need,) if isinstance(need, Right) else need))

    def notice(self, cookie: str | None) -> str:
        """Why somebody is out; else why nobody can come in now."""
        with self._lock:
            why = self._ended.pop(_name(cookie), None) if cookie and len(cookie) <= 100 else None
        why = why or accounts.fault(self.held.document, datetime.fromtimestamp(self._now(), UTC))
        return SAID.get(why or "", "")

    def _drop(self, name: str, cause: str) -> None:
        with self._lock:
            gone = self._sessions.pop(name, None)
            if gone is not None and cause != "left":
                while len(self._ended) >= MOST:
                    del self._ended[next(iter(self._ended))]
                self._ended[name] = cause
        if gone is not None:
            self._memory.left(gone.clerk, cause, self._now())


def _name(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
