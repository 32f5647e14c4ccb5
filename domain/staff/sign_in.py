"""Signing a clerk in: by login, password and one-time code, or by a badge that was proven at a terminal's reader.

The contract for every server end (window terminal, intake window, home desk)::

    sign_in = SignIn(memory)                                    # memory: below; kept across restarts
    match sign_in(document, login, password, code, now):        # document: accounts.Document, as it is held now, or None
        case Session() as session: ...                          # cookie → session is the caller's, as are its times of idleness
        case Refused(fault, wait): ...                          # a code of kiosk/faults.toml; wait: until the lock ends
    match sign_in.by_badge(document, serial, now): ...          # after kiosk.staff.door opened by a badge of this serial
    match stands(document, session, now): ...                   # at EVERY request: the session as it is now, or why it is over

``now`` is civil time with a zone; by a clock that nobody keeps nothing is opened, which is the caller's to ask beforehand
(``staff_clock_untrusted``). All calls are thread-safe; password checks are made one at a time, so that many at once cannot take the
machine's memory. An answer takes as long for a login that is none, and says no more.

A session ends at :attr:`Session.until` at the latest; a lock at the centre ends it as soon as the new document is here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

import pyotp
from msgspec import Struct

from domain.staff.accounts import SECRET, Clerk, Cost, Document, Proof, fault, login_of, opened
from domain.staff.duties import Duty, Right, may

STEP = 30
"""Seconds a code is shown for (RFC 6238); one step before and after count as well."""
SHIFT = timedelta(hours=12)
"""How long a session lasts at most."""
_BUCKETS = 256
"""Logins that are none share so many counts of failures: locked out alike, and no table grows by what is typed."""

Method = Literal["password", "badge"]


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in. ``login``: 工号. ``mark``: of what they proved themselves by; another one after a reset."""

    party: str
    login: str
    name: str = field(repr=False)
    duties: tuple[Duty, ...]
    method: Method
    began: datetime
    until: datetime
    mark: str = field(repr=False)

    def may(self, right: Right) -> bool:
        return may(self.duties, right)

    @property
    def said(self) -> str:
        """How acts, journals and papers name them: name and 工号."""
        return f"{self.name}（{self.login}）"


class Refused(Struct, frozen=True):
    """``fault``: a code; ``wait``: until the lock ends. ``login``: as far as it is an account's."""

    fault: str
    wait: timedelta | None = None
    login: str | None = None


class Memory(Protocol):
    """What must outlast a restart (``tries.py``), and the audit lines. Each call is one transaction, on the disk when it returns.

    ``who``: a login or a bucket; ``login``: an account's, or ``None``: what was typed for one that is none is written nowhere.
    """

    def account_attempt(self, who: str, login: str | None, now: datetime) -> timedelta | None:
        """Count a failure beforehand; or what has still to be waited, with an audit line."""

    def account_entered(self, session: Session, step: int | None, now: datetime) -> bool:
        """Spend the step, end the failures, write the line, all or nothing; ``False``: the step was spent before."""

    def account_refused(self, login: str | None, method: Method, fault: str, now: datetime) -> None: ...


class SignIn:
    """``cost``: of comparing for logins that are none, where the document names nobody."""

    def __init__(self, memory: Memory, cost: Cost | None = None) -> None:
        self._memory = memory
        self._one_at_a_time = threading.Lock()
        self._key = secrets.token_bytes(32)
        self._nobody = Proof(secrets.token_bytes(16), secrets.token_bytes(SECRET + 16), cost or Cost())

    def __call__(self, document: Document | None, login: str, password: str, code: str, now: datetime) -> Session | Refused:
        """``login``, ``password``, ``code`` as typed."""
        if wrong := fault(document, now):
            return self._refuse(None, "password", wrong, now)
        assert document is not None
        login = login_of(login)
        clerk = document.clerk(login)
        known = clerk.login if clerk is not None else None
        who = known or self._bucket(login)
        if (left := self._memory.account_attempt(who, known, now)) is not None:
            return Refused("staff_locked", left, known)
        proof = clerk.proof if clerk is not None else self._decoy(document)
        with self._one_at_a_time:
            secret = opened(proof, document.party, login, password)
        step = _step(secret or bytes(SECRET), "".join(code.split()), now)
        if clerk is None or secret is None or step is None:
            return self._refuse(known, "password", "sign_in_wrong", now)
        session = _session(document, clerk, "password", now)
        if not self._memory.account_entered(session, step, now):
            return self._refuse(known, "password", "sign_in_code_used", now)
        return session

    def by_badge(self, document: Document | None, serial: str, now: datetime) -> Session | Refused:
        """``serial``: of a badge that was proven with its PIN just now (``kiosk.staff.door.Open``)."""
        if wrong := fault(document, now):
            return self._refuse(None, "badge", wrong, now)
        assert document is not None
        clerk = document.holder(serial)
        if clerk is None:
            return self._refuse(None, "badge", "badge_without_account", now)
        session = _session(document, clerk, "badge", now)
        self._memory.account_entered(session, None, now)
        return session

    def _refuse(self, login: str | None, method: Method, why: str, now: datetime) -> Refused:
        self._memory.account_refused(login, method, why, now)
        return Refused(why, None, login)

    def _decoy(self, document: Document) -> Proof:
        """Costs what the others of this document cost."""
        cost = document.clerks[0].proof.cost if document.clerks else self._nobody.cost
        return Proof(self._nobody.salt, self._nobody.box, cost)

    def _bucket(self, login: str) -> str:
        return f"?{hmac.digest(self._key, login.encode('utf-8', 'surrogatepass'), 'sha256')[0] % _BUCKETS}"


def stands(document: Document | None, session: Session, now: datetime) -> Session | Refused:
    """``session`` with the name and duties the document gives now; or why it is over. Writes nothing."""
    if wrong := fault(document, now):
        return Refused(wrong, None, session.login)
    assert document is not None
    if now >= session.until:
        return Refused("sign_in_over", None, session.login)
    clerk = document.clerk(session.login)
    if clerk is None or document.party != session.party or _mark(clerk, session.method) != session.mark:
        return Refused("account_withdrawn", None, session.login)
    return Session(session.party, clerk.login, clerk.name, clerk.duties, session.method, session.began, session.until, session.mark)


def _session(document: Document, clerk: Clerk, method: Method, now: datetime) -> Session:
    return Session(document.party, clerk.login, clerk.name, clerk.duties, method, now, now + SHIFT, _mark(clerk, method))


def _mark(clerk: Clerk, method: Method) -> str:
    if method == "badge":
        return hashlib.sha256(f"badge {clerk.badge}".encode()).hexdigest()[:16]
    return clerk.proof.mark


def _step(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step ``code`` belongs to, one before or after included."""
    totp, at = pyotp.TOTP(base32(secret), interval=STEP), int(now.timestamp()) // STEP
    found = [step for step in (at - 1, at, at + 1) if secrets.compare_digest(totp.at(step * STEP).encode(), code.encode())]
    return found[0] if found else None


def base32(secret: bytes) -> str:
    """As telephones' authenticators take it."""
    return base64.b32encode(secret).decode()
