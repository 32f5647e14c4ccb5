"""Clerks' accounts at the centre: made, changed, locked, ended by who administers their party; every act in the record.

All functions work inside the caller's transaction. Of a password and of the secret of one-time codes the centre keeps nothing it
could read (``domain/staff/accounts.py``): both are told once, when the account is made or reset.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pyotp

from domain.code import grouped, write
from domain.staff.accounts import MOST_CLERKS, SECRET, Clerk, Proof, login_of, prove
from domain.staff.duties import WORDS, Duty
from domain.staff.sign_in import STEP, base32
from fleet import database
from fleet.people import record
from fleet.people.accounts import AccountError, check_password


@dataclass(frozen=True, slots=True)
class Account:
    """``hall``: ``None``, every hall of the party. ``locked``, ``ended``: since when, seconds since 1970."""

    party: str
    login: str
    name: str
    duties: tuple[Duty, ...]
    hall: str | None
    proof: Proof = field(repr=False)
    badge: str | None
    made: float
    locked: float | None
    ended: float | None

    @property
    def active(self) -> bool:
        return self.locked is None and self.ended is None

    @property
    def clerk(self) -> Clerk:
        return Clerk(self.login, self.name, self.duties, self.proof, self.badge)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told once: the password, and the ``otpauth`` address of the one-time codes for the person's telephone."""

    login: str
    password: str = field(repr=False)
    address: str = field(repr=False)

    @property
    def secret(self) -> str:
        """What is typed into an authenticator that scans nothing, in groups."""
        whole = parse_qs(urlsplit(self.address).query)["secret"][0]
        return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def add(
    db: database.Connection,
    party: str,
    login: str,
    name: str,
    duties: Iterable[Duty],
    now: float,
    by: str,
    why: str = "",
    *,
    hall: str | None = None,
    password: str = "",
) -> Told:
    """``password``: chosen by the clerk; one is drawn where there is none. :class:`AccountError`."""
    login, name, held = _login(login), _name(name), _duties(duties)
    if found(db, party, login) is not None:
        raise AccountError(f"工号 {login} 已经有账号，停用过的工号也不再发给别人")
    if sum(one.ended is None for one in of(db, party)) >= MOST_CLERKS:
        raise AccountError(f"一个签约方最多 {MOST_CLERKS} 个账号，先停用不用的")
    told, proof = _drawn(party, login, password)
    db.execute(
        "INSERT INTO clerks (party, login, name, duties, hall, proof, made, changed) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        (party, login, name, _json(held), hall, msgspec.json.encode(proof).decode(), now),
    )
    _changed(db, party, login, "clerk.add", now, by, why, f"{_said(held)}；{hall or '全部大厅'}")
    return told


def change(
    db: database.Connection,
    party: str,
    login: str,
    name: str,
    duties: Iterable[Duty],
    hall: str | None,
    now: float,
    by: str,
    why: str = "",
) -> None:
    """Another name, other duties, another hall; sessions go on with what they may now. :class:`AccountError`."""
    one, name, held = _living(db, party, login), _name(name), _duties(duties)
    values = (name, _json(held), hall, party, one.login)
    db.execute("UPDATE clerks SET name = ?, duties = ?, hall = ? WHERE (party, login) = (?, ?)", values)
    renamed = "；改了姓名" if name != one.name else ""
    _changed(db, party, one.login, "clerk.change", now, by, why, f"{_said(held)}；{hall or '全部大厅'}{renamed}")


def reset(db: database.Connection, party: str, login: str, now: float, by: str, why: str = "", password: str = "") -> Told:
    """A new password and new one-time codes; sessions of before end. As :func:`add`."""
    one = _living(db, party, login)
    told, proof = _drawn(party, one.login, password)
    db.execute("UPDATE clerks SET proof = ? WHERE (party, login) = (?, ?)", (msgspec.json.encode(proof).decode(), party, one.login))
    _changed(db, party, one.login, "clerk.reset", now, by, why)
    return told


def lock(db: database.Connection, party: str, login: str, now: float, by: str, why: str = "", *, locked: bool = True) -> None:
    """Out at once, or in again. :class:`AccountError`."""
    one = _living(db, party, login)
    db.execute("UPDATE clerks SET locked = ? WHERE (party, login) = (?, ?)", (now if locked else None, party, one.login))
    _changed(db, party, one.login, "clerk.lock" if locked else "clerk.unlock", now, by, why)


def end(db: database.Connection, party: str, login: str, now: float, by: str, why: str = "") -> None:
    """For good: who left. The login stays theirs, for what they did under it."""
    one = _living(db, party, login)
    db.execute("UPDATE clerks SET ended = ?, badge = NULL WHERE (party, login) = (?, ?)", (now, party, one.login))
    _changed(db, party, one.login, "clerk.end", now, by, why)


def bind(db: database.Connection, party: str, login: str, badge: str, now: float, by: str, why: str = "") -> None:
    """``badge``: serial number of its certificate, hexadecimal in any grouping; empty takes it away. :class:`AccountError`."""
    one = _living(db, party, login)
    serial = "".join(c for c in badge.lower().removeprefix("0x") if c not in " :-").lstrip("0")
    if badge.strip() and (not 1 <= len(serial) <= 40 or any(c not in "0123456789abcdef" for c in serial)):
        raise AccountError("工作证序列号是证书的序列号，十六进制，最多 40 位")
    other = db.execute("SELECT login FROM clerks WHERE (party, badge) = (?, ?)", (party, serial)).fetchone()
    if other is not None and other[0] != one.login:
        raise AccountError(f"这张工作证已经绑定给 {other[0]}")
    db.execute("UPDATE clerks SET badge = ? WHERE (party, login) = (?, ?)", (serial or None, party, one.login))
    _changed(db, party, one.login, "clerk.badge", now, by, why, serial or "解除绑定")


def found(db: database.Connection, party: str, login: str) -> Account | None:
    rows = db.execute(f"{_SELECT} WHERE (party, login) = (?, ?)", (party, login_of(login)))
    return next((_account(row) for row in rows), None)


def of(db: database.Connection, party: str) -> tuple[Account, ...]:
    """All that ever were, by login; those ended last."""
    return tuple(_account(row) for row in db.execute(f"{_SELECT} WHERE party = ? ORDER BY ended IS NOT NULL, login", (party,)))


def newest(db: database.Connection) -> int:
    """Another value after every change."""
    (last,) = db.execute("SELECT coalesce(max(changed), 0) FROM clerks").fetchone()
    return int(last)


_SELECT = "SELECT party, login, name, duties, hall, proof, badge, made, locked, ended FROM clerks"


def _account(row: Iterable[Any]) -> Account:
    party, login, name, duties, hall, proof, badge, made, locked, ended = row
    held = tuple(Duty(one) for one in msgspec.json.decode(duties))
    return Account(party, login, name, held, hall, msgspec.json.decode(proof, type=Proof), badge, made, locked, ended)


def _drawn(party: str, login: str, password: str) -> tuple[Told, Proof]:
    if password:
        check_password(password, login)
    else:
        password = grouped(write(secrets.token_bytes(8), 12)).lower()
    secret = secrets.token_bytes(SECRET)
    address = pyotp.TOTP(base32(secret), interval=STEP).provisioning_uri(name=f"{login}@{party}", issuer_name="通办")
    return Told(login, password, address), prove(party, login, password, secret)


def _changed(db: database.Connection, party: str, login: str, act: str, now: float, by: str, why: str, result: str = "ok") -> None:
    """Whoever looks for changes finds one; the record names who did it."""
    db.execute("UPDATE clerks SET changed = (SELECT max(changed) + 1 FROM clerks) WHERE (party, login) = (?, ?)", (party, login))
    record.write(db, now, by, act, f"{party}/{login}", why, result)


def _living(db: database.Connection, party: str, login: str) -> Account:
    one = found(db, party, login)
    if one is None:
        raise AccountError(f"没有 {login_of(login)} 这个工号")
    if one.ended is not None:
        raise AccountError(f"{one.login} 的账号已停用，不能再改")
    return one


def _login(typed: str) -> str:
    login = login_of(typed)
    if not _fits(login):
        raise AccountError("工号用字母、数字和连字符，2 至 20 个字")
    return login


def _fits(login: str) -> bool:
    body = login.replace("-", "")
    return 2 <= len(login) <= 20 and login[0] != "-" and body.isascii() and body.isalnum()


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not 1 <= len(name) <= 40 or not name.isprintable():
        raise AccountError("姓名 1 至 40 个字")
    return name


def _duties(given: Iterable[Duty]) -> tuple[Duty, ...]:
    held = set(given)
    if not held:
        raise AccountError("至少给一个岗位")
    if Duty.APPROVER in held and held & {Duty.INTAKE, Duty.DISPATCH, Duty.LEADER}:
        raise AccountError("收受分离：收件的人不能同时是审批人员")
    return tuple(duty for duty in Duty if duty in held)


def _json(held: tuple[Duty, ...]) -> str:
    return msgspec.json.encode(held).decode()


def _said(held: tuple[Duty, ...]) -> str:
    return "、".join(WORDS[duty] for duty in held)
