"""Clerks' accounts (工作人员账号), as one place needs them to sign clerks in without a network: a document the centre signed.

One document is for one place: a window terminal, a party's intake window, a party's home desk. It names those clerks alone who
work there, and is good until :attr:`Document.until`, some hours after the centre last made it anew. Pure: whoever holds a document
checks the signature (``mqtt/signing.py``, purpose ``tongban-accounts``), then :func:`read`.

**What lies at the place is the least that signing in needs.** There is no password hash and no readable TOTP secret: the secret is
sealed (ChaCha20-Poly1305) with a key that Argon2id makes of the password. That it opens *is* the proof of the password, and only
then is there a secret to check the code with. Who steals a terminal has to guess a password at Argon2id's price for each guess, and
without it has nothing of the second factor. See ``docs/decisions/clerks-accounts.md``.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from msgspec import Meta, Struct

from domain.staff.duties import Duty

VERSION = 1
MOST_CLERKS = 400
MAX_DOCUMENT = 256 * 1024
"""Bytes of a document that is looked at; :data:`MOST_CLERKS` clerks with the longest names take less."""
MOST_PASSWORD = 200
"""Characters; beyond it hashing would be work for whoever sends them."""
LONGEST = timedelta(days=31)
"""No document is good for longer, whatever it says."""
SKEW = timedelta(minutes=5)
"""How far the centre's clock may be ahead of ours."""
SECRET = 20
"""Bytes of a TOTP secret (RFC 4226, 4: the length of SHA-1's output)."""
_LABEL = "tongban clerk account 1"
_ONCE = bytes(12)
"""The nonce: each key is made of a fresh salt and seals one secret, once."""

Login = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{1,19}$")]
"""工号, of one party: 2 to 20 letters, digits, hyphens; small and large letters are the same."""
Name = Annotated[str, Meta(min_length=1, max_length=40)]
Moment = Annotated[datetime, Meta(tz=True)]


class BadAccountsError(ValueError):
    """No document of accounts, damaged, or another place's; the text names the rule and never quotes."""


class Cost(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a guess costs: Argon2id (RFC 9106) with one lane. ``memory`` in KiB; bounded, for a terminal has 2 GB."""

    memory: Annotated[int, Meta(ge=8, le=256 * 1024)] = 46 * 1024
    passes: Annotated[int, Meta(ge=1, le=8)] = 2


class Proof(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A TOTP secret, sealed with a password."""

    salt: Annotated[bytes, Meta(min_length=16, max_length=16)]
    box: Annotated[bytes, Meta(min_length=SECRET + 16, max_length=SECRET + 16)]
    cost: Cost = Cost()

    def __repr__(self) -> str:
        return "Proof()"

    @property
    def mark(self) -> str:
        """Another one after every reset, so that sessions of before are told apart; says nothing of the secret."""
        return hashlib.sha256(self.salt + self.box).hexdigest()[:16]


class Clerk(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``badge``: serial number of their badge's certificate, hexadecimal as ``kiosk/staff/trust.py`` says it."""

    login: Login
    name: Name
    duties: Annotated[tuple[Duty, ...], Meta(min_length=1, max_length=len(Duty))]
    proof: Proof
    badge: Annotated[str, Meta(pattern=r"^[0-9a-f]{1,40}$")] | None = None


class Document(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """``place``: ``terminal:<id>``, ``window:<party>`` or ``desk:<party>``. ``issued``: by the centre's clock."""

    v: int
    place: Annotated[str, Meta(min_length=1, max_length=80)]
    party: Annotated[str, Meta(min_length=1, max_length=64)]
    issued: Moment
    until: Moment
    clerks: Annotated[tuple[Clerk, ...], Meta(max_length=MOST_CLERKS)]

    @cached_property
    def _by_login(self) -> dict[str, Clerk]:
        return {one.login: one for one in self.clerks}

    def clerk(self, login: str) -> Clerk | None:
        return self._by_login.get(login)

    def holder(self, badge: str) -> Clerk | None:
        """Whose badge this is."""
        return next((one for one in self.clerks if one.badge == badge), None)


def read(payload: bytes, place: str) -> Document:
    """What the centre signed, if it is for ``place``; whether it is good *now* is :func:`fault`'s. :class:`BadAccountsError`."""
    if len(payload) > MAX_DOCUMENT:
        raise BadAccountsError(f"larger than {MAX_DOCUMENT} bytes")
    try:
        found = msgspec.json.decode(payload, type=Document)
    except RecursionError:
        raise BadAccountsError("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadAccountsError(str(error).split("'", 1)[0].split(" (byte", 1)[0][:100]) from None
    if found.v != VERSION:
        raise BadAccountsError("version not known here")
    if found.place != place:
        raise BadAccountsError("for another place")
    if not timedelta(0) < found.until - found.issued <= LONGEST:
        raise BadAccountsError("good for no time, or for too long")
    badges = [one.badge for one in found.clerks if one.badge is not None]
    if len({one.login for one in found.clerks}) != len(found.clerks) or len(set(badges)) != len(badges):
        raise BadAccountsError("names one account or badge twice")
    if any(not one.name.isprintable() for one in found.clerks):
        raise BadAccountsError("a name that cannot be shown")
    return found


def encode(document: Document) -> bytes:
    """What is to be signed."""
    return msgspec.json.encode(document)


def fault(document: Document | None, now: datetime) -> str | None:
    """Why nobody can sign in by ``document`` at ``now`` (a code of ``kiosk/faults.toml``); ``None``: they can."""
    if document is None:
        return "accounts_missing"
    if now < document.issued - SKEW:
        return "staff_clock_untrusted"
    return "accounts_stale" if now >= document.until else None


def login_of(typed: str) -> str:
    """A 工号 as it is written in accounts; what was typed may be none."""
    return unicodedata.normalize("NFKC", typed[:40]).strip().upper()


def prove(party: str, login: str, password: str, secret: bytes, cost: Cost | None = None) -> Proof:
    """A fresh proof for ``login`` of ``party``. ``secret``: :data:`SECRET` bytes. The rules for passwords are the centre's."""
    salt, cost = secrets.token_bytes(16), cost or Cost()
    box = ChaCha20Poly1305(_key(password, salt, cost)).encrypt(_ONCE, secret, _bound(party, login))
    return Proof(salt, box, cost)


def opened(proof: Proof, party: str, login: str, password: str) -> bytes | None:
    """The TOTP secret, if the password is right; one Argon2id computation, whatever comes of it."""
    key = _key(password[:MOST_PASSWORD], proof.salt, proof.cost)
    try:
        return ChaCha20Poly1305(key).decrypt(_ONCE, proof.box, _bound(party, login)) if len(password) <= MOST_PASSWORD else None
    except InvalidTag:
        return None


def _key(password: str, salt: bytes, cost: Cost) -> bytes:
    raw = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hash_secret_raw(raw, salt, cost.passes, cost.memory, 1, 32, Type.ID)


def _bound(party: str, login: str) -> bytes:
    return "\0".join((_LABEL, party, login)).encode()
