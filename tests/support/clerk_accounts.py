"""Clerks of tests: accounts whose password check costs nothing worth waiting for, and the code their telephone would show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pyotp

from domain.staff.accounts import Clerk, Cost, Document, prove
from domain.staff.duties import Duty
from domain.staff.sign_in import STEP, base32

CHEAP = Cost(memory=8, passes=1)
PASSWORD = "正确的马 battery staple"
PARTY = "demo-c"
PLACE = "terminal:demo-c-01"


def secret(login: str) -> bytes:
    """Of the telephone of ``login``."""
    return login.encode().ljust(20, b".")


def code(login: str, now: datetime | float) -> str:
    at = now.timestamp() if isinstance(now, datetime) else now
    return pyotp.TOTP(base32(secret(login)), interval=STEP).at(int(at))


def clerk(
    login: str, name: str = "周试岗", duties: Iterable[Duty] = (Duty.INTAKE,), badge: str | None = None, party: str = PARTY
) -> Clerk:
    return Clerk(login, name, tuple(duties), prove(party, login, PASSWORD, secret(login), CHEAP), badge)


def document(
    *clerks: Clerk, now: datetime, place: str = PLACE, party: str = PARTY, good: timedelta = timedelta(hours=72)
) -> Document:
    return Document(1, place, party, now, now + good, clerks)
