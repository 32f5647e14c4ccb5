"""Tokens of programs: each belongs to an account and can do no more than that account can, now.

What a token may is a few grants of its own. Each counts only while its owner may do all of it; an owner who is shut out, or whose
grants were withdrawn, takes their tokens along. Of a token the database knows the hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from fleet import database
from fleet.people import record
from fleet.people.accounts import AccountError, person
from fleet.people.rights import RIGHTS, Grant, Role, may

LONGEST = 366
"""Days a token lasts at most."""
MOST = 20
"""Living ones of one account."""
_DAY = 86400.0
_WRITE = 60.0
"""Seconds between two notes that a token was used."""
_SHAPE = re.compile(r"tbt_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Token:
    """``used``: when last, within a minute; times are seconds since 1970."""

    id: str
    owner: str
    name: str
    grants: tuple[Grant, ...]
    made: float
    by: str
    expires: float
    used: float | None
    revoked: float | None

    def lives(self, now: float) -> bool:
        return self.revoked is None and now < self.expires


def within(grants: Iterable[Grant], wanted: Grant) -> bool:
    """Whether who has ``grants`` may do everything ``wanted`` allows."""
    held = tuple(grants)
    return all(may(held, act, wanted.party) for act in RIGHTS[wanted.role])


def make(
    db: database.Connection, owner: str, name: str, grants: Iterable[Grant], days: int, now: float, by: str, why: str = ""
) -> str:
    """A new token, shown once. :class:`AccountError` for more than ``owner`` may, for too long, or for one too many."""
    who, wanted, name = person(db, owner), tuple(dict.fromkeys(grants)), name.strip()
    if who is None or who.disabled:
        raise AccountError(f"没有 {owner} 这个账号，或已停用")
    if not 1 <= len(name) <= 40:
        raise AccountError("给令牌起个名字，1 至 40 个字，说明是哪个程序用")
    if not 1 <= days <= LONGEST:
        raise AccountError(f"有效期 1 至 {LONGEST} 天")
    if not wanted:
        raise AccountError("要写令牌有什么权限")
    for one in wanted:
        if not within(who.grants, one):
            raise AccountError(f"{one.role}@{one.party} 超出了 {owner} 自己的权限")
    if sum(one.lives(now) for one in of(db, owner)) >= MOST:
        raise AccountError(f"一个账号最多 {MOST} 个有效的令牌，先撤销不用的")
    id_ = secrets.token_hex(4)
    token = f"tbt_{id_}_{secrets.token_urlsafe(32)}"
    db.execute(
        "INSERT INTO tokens (id, owner, name, hash, made, by, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (id_, owner, name, _hash(token), now, by, now + days * _DAY),
    )
    db.executemany("INSERT INTO token_grants VALUES (?, ?, ?)", [(id_, one.role.value, one.party) for one in wanted])
    said = " ".join(f"{one.role}@{one.party}" for one in wanted)
    record.write(db, now, by, "token.make", f"{owner}#{id_}", why, f"{said} {days}d")
    return token


def revoke(db: database.Connection, id_: str, now: float, by: str, why: str = "") -> None:
    """At once; once more changes nothing."""
    row = db.execute("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL RETURNING owner", (now, id_)).fetchone()
    if row is not None:
        record.write(db, now, by, "token.revoke", f"{row[0]}#{id_}", why)


def of(db: database.Connection, owner: str) -> tuple[Token, ...]:
    """All of this account, newest first."""
    ids = [id_ for (id_,) in db.execute("SELECT id FROM tokens WHERE owner = ? ORDER BY made DESC, id", (owner,))]
    return tuple(found for id_ in ids if (found := get(db, id_)))


def living(db: database.Connection, now: float) -> tuple[Token, ...]:
    """Everybody's that still last, by owner."""
    ids = [id_ for (id_,) in db.execute("SELECT id FROM tokens WHERE revoked IS NULL AND expires > ? ORDER BY owner, made", (now,))]
    return tuple(found for id_ in ids if (found := get(db, id_)))


def get(db: database.Connection, id_: str) -> Token | None:
    row = db.execute("SELECT owner, name, made, by, expires, used, revoked FROM tokens WHERE id = ?", (id_,)).fetchone()
    if row is None:
        return None
    owner, name, made, by, expires, used, revoked = row
    rows = db.execute("SELECT role, party FROM token_grants WHERE token = ? ORDER BY role, party", (id_,))
    grants = tuple(Grant(Role(role), party) for role, party in rows)
    return Token(id_, owner, name, grants, made, by, expires, used, revoked)


def find(db: database.Connection, shown: str, now: float) -> Token | None:
    """Whose token this is, with what it may do now; ``None``: nobody's, or no longer anybody's."""
    shape = _SHAPE.fullmatch(shown)
    row = db.execute("SELECT hash FROM tokens WHERE id = ?", (shape[1],)).fetchone() if shape else None
    if shape is None or row is None or not hmac.compare_digest(row[0], _hash(shown)):
        return None
    found = get(db, shape[1])
    owner = person(db, found.owner) if found is not None else None
    if found is None or owner is None or owner.disabled or not found.lives(now):
        return None
    grants = tuple(one for one in found.grants if within(owner.grants, one))
    return Token(found.id, found.owner, found.name, grants, found.made, found.by, found.expires, found.used, None)


def due(token: Token, now: float) -> bool:
    """Whether :func:`touch` is worth a commit."""
    return token.used is None or now - token.used > _WRITE


def touch(db: database.Connection, token: Token, now: float) -> None:
    db.execute("UPDATE tokens SET used = ? WHERE id = ?", (now, token.id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
