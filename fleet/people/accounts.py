"""Accounts: login, Argon2id password, RFC 6238 one-time code, grants. All functions work inside the caller's transaction."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fleet import database
from fleet.people import record
from fleet.people.rights import ALL, CENTRAL, WORDS, Grant, Role

LOGIN = re.compile(r"[a-z0-9][a-z0-9.-]{1,39}")
LEAST_PASSWORD = 10
MOST_PASSWORD = 200
"""Characters; beyond it hashing would be work for whoever sends them."""
TRIES = 5
LOCKED = 900.0
"""Seconds nobody signs in with a login after :data:`TRIES` wrong ones in a row."""
STEP = 30
_ISSUER = "通办中心"
_HASHER = PasswordHasher()


class AccountError(ValueError):
    """An account cannot be made or changed so; the text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Person:
    login: str
    name: str
    grants: tuple[Grant, ...]
    disabled: bool = False


def add(db: database.Connection, login: str, name: str, password: str, now: float, by: str, why: str = "") -> str:
    """The new account's one-time code as an ``otpauth`` address, shown once; :class:`AccountError`."""
    if not LOGIN.fullmatch(login):
        raise AccountError("登录名用小写字母、数字、点和连字符，2 至 40 个字")
    if not 1 <= len(name.strip()) <= 40:
        raise AccountError("姓名 1 至 40 个字")
    if db.execute("SELECT 1 FROM people WHERE login = ?", (login,)).fetchone():
        raise AccountError(f"已经有 {login} 这个登录名")
    secret = pyotp.random_base32()
    db.execute(
        "INSERT INTO people (login, name, password, totp, made) VALUES (?, ?, ?, ?, ?)",
        (login, name.strip(), _hashed(password, login), secret, now),
    )
    record.write(db, now, by, "person.add", login, why)
    return _address(login, secret)


def reset(db: database.Connection, login: str, password: str, now: float, by: str, why: str = "") -> str:
    """A new password and a new one-time code; every session ends. As :func:`add`."""
    _known(db, login)
    secret = pyotp.random_base32()
    db.execute(
        "UPDATE people SET password = ?, totp = ?, step = 0, wrong = 0, locked = NULL WHERE login = ?",
        (_hashed(password, login), secret, login),
    )
    db.execute("DELETE FROM console_sessions WHERE login = ?", (login,))
    record.write(db, now, by, "person.reset", login, why)
    return _address(login, secret)


def disable(db: database.Connection, login: str, now: float, by: str, why: str = "", *, disabled: bool = True) -> None:
    """Shut an account out at once, or let it in again. :class:`AccountError`."""
    _known(db, login)
    db.execute("UPDATE people SET disabled = ?, wrong = 0, locked = NULL WHERE login = ?", (disabled, login))
    db.execute("DELETE FROM console_sessions WHERE login = ?", (login,))
    record.write(db, now, by, "person.disable" if disabled else "person.enable", login, why)


def grant(db: database.Connection, login: str, given: Grant, now: float, by: str, why: str = "") -> None:
    _known(db, login)
    if given.role in CENTRAL and given.party != ALL:
        raise AccountError(f"“{WORDS[given.role]}”是中心的权限，只能给全部签约方")
    db.execute("INSERT INTO grants VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (login, given.role.value, given.party))
    record.write(db, now, by, "person.grant", login, why, f"{given.role}@{given.party}")


def withdraw(db: database.Connection, login: str, taken: Grant, now: float, by: str, why: str = "") -> None:
    _known(db, login)
    db.execute("DELETE FROM grants WHERE (login, role, party) = (?, ?, ?)", (login, taken.role.value, taken.party))
    record.write(db, now, by, "person.withdraw", login, why, f"{taken.role}@{taken.party}")


def person(db: database.Connection, login: str) -> Person | None:
    row = db.execute("SELECT name, disabled FROM people WHERE login = ?", (login,)).fetchone()
    if row is None:
        return None
    rows = db.execute("SELECT role, party FROM grants WHERE login = ? ORDER BY role, party", (login,))
    return Person(login, row[0], tuple(Grant(Role(role), party) for role, party in rows), bool(row[1]))


def people(db: database.Connection) -> tuple[Person, ...]:
    logins = [login for (login,) in db.execute("SELECT login FROM people ORDER BY login")]
    return tuple(found for login in logins if (found := person(db, login)))


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a login before what was typed is looked at. ``exists`` false: compared all the same, to nobody's."""

    login: str
    exists: bool
    password: str = field(repr=False)
    secret: str = field(repr=False)
    step: int
    locked: float | None
    disabled: bool


def claim(db: database.Connection, login: str) -> Claim:
    row = db.execute("SELECT password, totp, step, locked, disabled FROM people WHERE login = ?", (login,)).fetchone()
    if row is None:
        return Claim(login, False, _nobody(), pyotp.random_base32(), 0, None, True)
    return Claim(login, True, row[0], row[1], row[2], row[3], bool(row[4]))


@cache
def _nobody() -> str:
    """Compared against for a login that is none, so that its answer takes as long. Made when the first is tried: a centre
    starts without that work, and only that one answer takes longer.
    """
    return _HASHER.hash(secrets.token_hex(16))


def step_of(claimed: Claim, password: str, code: str, now: float) -> int | None:
    """The time step the one-time code belongs to, if all is right. Takes as long whatever is wrong; outside any transaction."""
    right = len(password) <= MOST_PASSWORD and _verified(claimed.password, password)
    step = _step(claimed.secret, code, claimed.step, now)
    free = claimed.locked is None or now >= claimed.locked
    return step if right and free and not claimed.disabled else None


def proven(db: database.Connection, claimed: Claim, step: int | None, now: float) -> bool:
    """Write down how it went: a code is good once, and many wrong ones in a row lock the login for a while."""
    if step is not None:
        changed = db.execute(
            "UPDATE people SET step = ?1, wrong = 0, locked = NULL WHERE login = ?2 AND step < ?1 AND disabled = 0",
            (step, claimed.login),
        )
        if changed.rowcount == 1:
            return True
    who = claimed.login if claimed.exists else "-"
    if claimed.locked is not None and now < claimed.locked:
        record.write(db, now, who, "sign-in", result="locked")
        return False
    db.execute(
        "UPDATE people SET wrong = CASE WHEN wrong + 1 >= ?1 THEN 0 ELSE wrong + 1 END, "
        "locked = CASE WHEN wrong + 1 >= ?1 THEN ?2 ELSE NULL END WHERE login = ?3",
        (TRIES, now + LOCKED, claimed.login),
    )
    record.write(db, now, who, "sign-in", result="wrong")
    return False


def _step(secret: str, code: str, last: int, now: float) -> int | None:
    """The time step ``code`` belongs to, one before or after included, if it was not used yet."""
    totp, at = pyotp.TOTP(secret, interval=STEP), int(now) // STEP
    found = [step for step in (at - 1, at, at + 1) if secrets.compare_digest(totp.at(step * STEP), code)]
    return found[0] if found and found[0] > last else None


def _verified(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def check_password(password: str, login: str) -> None:
    """:class:`AccountError`: too short, too long, or guessed at once."""
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise AccountError(f"密码 {LEAST_PASSWORD} 至 {MOST_PASSWORD} 个字")
    if len(set(password)) < 5 or login.lower() in password.lower():
        raise AccountError("密码太容易猜：不要重复几个字，不要带登录名")


def _hashed(password: str, login: str) -> str:
    check_password(password, login)
    return _HASHER.hash(password)


def _known(db: database.Connection, login: str) -> None:
    if db.execute("SELECT 1 FROM people WHERE login = ?", (login,)).fetchone() is None:
        raise AccountError(f"没有 {login} 这个登录名")


def _address(login: str, secret: str) -> str:
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=login, issuer_name=_ISSUER)
