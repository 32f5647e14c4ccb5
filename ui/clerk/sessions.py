"""Who is signed in at the window, by which browser, and whether that browser is there. All of it is in memory.

::

    out ──password and code · badge and PIN──▶ in ──signed out · idle · total · account withdrawn · badge lifted──▶ out

A session is a random secret in a cookie; what names it elsewhere (``Session.name``: in the visit, as who holds it) opens nothing.
A restart of the service ends all: the visit on tmpfs still says whose it was, and whoever signs in may take it up.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from msgspec import Struct

from domain.staff.duties import Right
from domain.staff.sign_in import Refused
from domain.staff.sign_in import Session as Who
from kiosk.visit.state import Attendant

MOST = 16
"""Sessions at one time; the one untouched longest makes room."""
AWAY = 9.0
"""Seconds without a word of a browser after which its clerk is away: four beats lost."""


class Staff(Protocol):
    """Who may sign in here, and how: accounts, badge, clock. Any thread; may take a second."""

    def sign_in(self, login: str, password: str, code: str) -> Who | Refused: ...

    def stands(self, session: Who) -> Who | Refused:
        """The session as it is now, or why it is over."""

    def sign_out(self, session: Who, cause: str = "left") -> None: ...


@dataclass(frozen=True, slots=True)
class Session:
    """``secret`` is the cookie's; ``token`` goes with every form (CSRF); ``touched`` and ``heard``: monotonic seconds."""

    secret: str = field(repr=False)
    name: str
    token: str = field(repr=False)
    who: Who
    began: float
    touched: float
    heard: float

    @property
    def attendant(self) -> Attendant:
        return Attendant(self.name, self.who.login, self.who.name)


class Times(Struct, frozen=True):
    """Seconds: untouched, and at most."""

    idle: float = 900
    total: float = 36000


class Sessions:
    """Thread-safe. ``monotonic``: the clock of idleness."""

    def __init__(self, staff: Staff, times: Times, monotonic: Callable[[], float]) -> None:
        self._staff = staff
        self._times = times
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._open: dict[str, Session] = {}
        self._over: dict[str, Refused] = {}

    def sign_in(self, login: str, password: str, code: str) -> Session | Refused:
        found = self._staff.sign_in(login, password, code)
        return found if isinstance(found, Refused) else self.open(found)

    def open(self, who: Who) -> Session | Refused:
        """A session of somebody who has just proven who they are."""
        if not who.may(Right.SERVE):
            return Refused("account_may_not_serve", None, who.login)
        now = self._monotonic()
        one = Session(secrets.token_urlsafe(32), secrets.token_hex(8), secrets.token_urlsafe(24), who, now, now, now)
        with self._lock:
            eldest = min(self._open.values(), key=lambda other: other.touched).secret if len(self._open) >= MOST else ""
        self.end(eldest, "sign_in_displaced")
        with self._lock:
            self._open[one.secret] = one
        return one

    def of(self, secret: str, *, touched: bool = False) -> Session | Refused | None:
        """The session of a cookie as it stands now, or why it is over; ``None``: there is none. ``touched``: the clerk did
        something."""
        with self._lock:
            one = self._open.get(secret)
            ended = self._over.get(secret)
        if one is None:
            return ended
        if (why := self._why_over(one)) is not None:
            self.end(secret, why)
            return self._over.get(secret)
        now = self._monotonic()
        who = self._staff.stands(one.who)
        if isinstance(who, Refused):
            self.end(secret, who.fault)
            return who
        return self._keep(replace(one, who=who, heard=now, touched=now if touched else one.touched))

    def lasts(self, secret: str) -> bool:
        """Whether it is still open; asked each second for a stream, so that an end is seen at once."""
        with self._lock:
            one = self._open.get(secret)
        return one is not None and self._why_over(one) is None

    def end(self, secret: str, cause: str = "left") -> None:
        with self._lock:
            one = self._open.pop(secret, None)
            if one is not None and cause != "left":
                # Whose browser asks next is told; of those that never do the oldest is forgotten.
                self._over[secret] = Refused(cause, None, one.who.login)
                if len(self._over) > MOST:
                    del self._over[next(iter(self._over))]
        if one is not None:
            self._staff.sign_out(one.who, cause)

    def end_badge(self) -> None:
        """The badge was lifted: whoever signed in by it is signed out."""
        for secret in [one.secret for one in self._all() if one.who.method == "badge"]:
            self.end(secret, "sign_in_badge_gone")

    def end_all(self) -> None:
        for one in self._all():
            self.end(one.secret, "stopped")

    def present(self, name: str) -> bool:
        """Whether the clerk of this session is there: signed in, and their browser heard of lately."""
        one = next((one for one in self._all() if one.name == name), None)
        return one is not None and self._monotonic() - one.heard < AWAY and self._why_over(one) is None

    def _why_over(self, one: Session) -> str | None:
        now = self._monotonic()
        if now - one.touched >= self._times.idle:
            return "sign_in_idle"
        return "sign_in_over" if now - one.began >= self._times.total else None

    def _all(self) -> tuple[Session, ...]:
        with self._lock:
            return tuple(self._open.values())

    def _keep(self, one: Session) -> Session:
        with self._lock:
            if one.secret in self._open:
                self._open[one.secret] = one
        return one
