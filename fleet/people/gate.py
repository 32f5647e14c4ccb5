"""The console's people at the door (``door.py``): accounts and sessions of the centre's database."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask

from fleet.people import accounts, door, sessions
from fleet.people.door import needed, needs, token, wanted_page
from fleet.people.rights import Act, may, scope
from fleet.people.sessions import Session
from fleet.store import Store

__all__ = ["COOKIE", "guard", "needed", "needs", "parties", "session", "token", "wanted_page"]

COOKIE = "console"


class _Keeper:
    cookie = COOKIE
    lasts = int(sessions.LONGEST)
    no = "您的账号没有这项权限。要办，请找签约方管理员。"
    leave = Act.SEE

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    def find(self, cookie: str) -> Session | None:
        now = self._now()
        with self._store.reading() as db:
            found = sessions.find(db, cookie, now)
        if found is not None and sessions.due(found, now):
            with self._store.transaction() as db:
                sessions.touch(db, cookie, now)
        return found

    def enter(self, login: str, password: str, code: str) -> tuple[str | None, str]:
        login, at = login.lower(), self._now()
        with self._store.reading() as db:
            claimed = accounts.claim(db, login)
        step = accounts.step_of(claimed, password, code, at)
        with self._store.transaction() as db:
            cookie = sessions.begin(db, login, at) if accounts.proven(db, claimed, step, at) else None
        return cookie, "登录名、密码或验证码不对。连续五次不对，要等十五分钟。"

    def end(self, cookie: str) -> None:
        with self._store.transaction() as db:
            sessions.end(db, cookie, self._now())

    def may(self, session: Session, need: Act) -> bool:
        return may(session.who.grants, need)

    def notice(self, _cookie: str | None) -> str:
        return ""


def guard(app: Flask, store: Store, now: Callable[[], float] = time.time) -> None:
    """The door before the console. :class:`LookupError` for a view that does not say what it needs."""
    app.jinja_env.globals.update(Act=Act, may=may)
    door.guard(app, _Keeper(store, now))


def session() -> Session:
    """Who asks; inside a guarded view only."""
    found = door.visitor()
    assert isinstance(found, Session)
    return found


def parties(act: Act) -> frozenset[str]:
    """For which parties whoever asks may do ``act``."""
    return scope(session().who.grants, act)
