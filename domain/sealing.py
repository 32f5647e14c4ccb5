"""Sealing of documents (age, age-encryption.org/v1, X25519) behind one small port.

A sealed document starts with our own header line, so that another algorithm (SM2/SM4) can take its place beside this
one, followed by what the algorithm gives. The header names the algorithm and the key ids of the recipients.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import pyrage
from msgspec import Struct

ALGORITHM = "age-x25519"
_MAGIC = b"tongban-sealed/1 "
_MAX_HEADER = 1024
KEY_ID = r"^[A-Za-z0-9._-]{1,80}$"


class BadKeyError(ValueError):
    """A key that is none, or a key id that cannot stand in a header. The text is Chinese, for whoever set it."""


class SealError(ValueError):
    """The bytes are no sealed document, are damaged, or this key may not open them."""


class Recipient(Struct, frozen=True):
    """Whom a document is sealed to: a party's desk, an intake window, the recovery key."""

    key_id: str
    public: str


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """A private key; it lives with a desk or a recovery officer, never on a terminal or at the centre."""

    key_id: str
    private: str = field(repr=False)


def new_key(owner: str) -> tuple[Recipient, OpeningKey]:
    """A fresh key pair; the key id is the owner and the start of the public key's SHA-256."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    key_id = f"{owner}.{hashlib.sha256(public.encode()).hexdigest()[:8]}"
    return Recipient(key_id, public), OpeningKey(key_id, str(identity))


def recipient_of(key: OpeningKey) -> Recipient:
    """The public half of ``key``; :class:`BadKeyError`."""
    return Recipient(key.key_id, str(check_opening_key(key).to_public()))


def seal(plain: bytes, recipients: tuple[Recipient, ...]) -> bytes:
    """``plain`` sealed so that each of ``recipients`` alone can open it. :class:`BadKeyError` for a key that is none."""
    if not recipients:
        raise BadKeyError("没有可以密封给谁的公钥")
    keys = [check_key(r) for r in recipients]
    names = ",".join(r.key_id for r in recipients)
    return _MAGIC + f"{ALGORITHM} {names}\n".encode() + bytes(pyrage.encrypt(plain, keys))


def check_key(recipient: Recipient) -> Any:
    """The key as the library knows it; :class:`BadKeyError`."""
    if not re.fullmatch(KEY_ID, recipient.key_id):
        raise BadKeyError(f"密钥编号 {recipient.key_id!r} 只能用字母、数字、点、横线和下划线")
    try:
        return pyrage.x25519.Recipient.from_str(recipient.public)
    except pyrage.RecipientError:
        raise BadKeyError(f"公钥 {recipient.key_id} 不是有效的 age 公钥") from None


def check_opening_key(key: OpeningKey) -> Any:
    """The private key as the library knows it; :class:`BadKeyError`."""
    try:
        return pyrage.x25519.Identity.from_str(key.private)
    except pyrage.IdentityError:
        raise BadKeyError(f"私钥 {key.key_id} 不是有效的 age 私钥") from None


def key_ids(sealed: bytes) -> tuple[str, ...]:
    """Who may open it, from the header; :class:`SealError` when there is none or the algorithm is not known."""
    return _split(sealed)[0]


def unseal(sealed: bytes, key: OpeningKey) -> bytes:
    """The plain bytes; :class:`SealError` when damaged or not sealed to this key, :class:`BadKeyError` for a key that is none."""
    _, body = _split(sealed)
    try:
        return bytes(pyrage.decrypt(body, [check_opening_key(key)]))
    except pyrage.DecryptError as error:
        raise SealError(f"cannot be opened with {key.key_id}: {error}") from None


def digest(sealed: bytes) -> str:
    """SHA-256 of the sealed bytes in hexadecimal: the document's name everywhere."""
    return hashlib.sha256(sealed).hexdigest()


def _split(sealed: bytes) -> tuple[tuple[str, ...], bytes]:
    end = sealed.find(b"\n", 0, _MAX_HEADER)
    if not sealed.startswith(_MAGIC) or end < 0:
        raise SealError("not a sealed document")
    try:
        algorithm, names = sealed[len(_MAGIC) : end].decode("ascii").split(" ")
    except ValueError:
        raise SealError("header of the sealed document is damaged") from None
    if algorithm != ALGORITHM:
        raise SealError(f"sealed with {algorithm}, which is not known here")
    return tuple(names.split(",")), sealed[end + 1 :]
