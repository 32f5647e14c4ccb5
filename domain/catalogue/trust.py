"""Who may say what in a catalogue: signatures, and the keys they are believed by.

::

    root key (pinned in a terminal's and a centre's settings; kept offline)
      └─ register: which keys the publisher, the joint list's owner and each party sign with, numbered
           ├─ approval of a part, by its owner: digest, batch, who drafted it and who approved it (never one person)
           └─ manifest, by the publisher: which parts, by their digests, are this version of the catalogue

Each is a JWS in compact form (RFC 7515) with EdDSA (RFC 8037), read and written by PyJWT; ``typ`` keeps them apart, ``kid`` names
the key. What is signed is carried as the very bytes that were signed. A key is good by the register's dates on the day it signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.api_jws import PyJWS
from msgspec import Meta, Struct

from domain.catalogue.catalogue import CatalogueDamagedError
from domain.catalogue.item import Id, Text, Title
from domain.catalogue.party import PartyKey

PUBLISHER = "publisher"
"""Who signs the manifest, among the register's names; no party is called so."""
MAX_TOKEN = 1024 * 1024
_HEX = re.compile(r"[0-9a-f]{64}")
_JWS = PyJWS(algorithms=["EdDSA"])

Purpose = Literal["tongban-register", "tongban-approval", "tongban-manifest"]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Token = Annotated[str, Meta(min_length=1, max_length=MAX_TOKEN)]


class UntrustedError(CatalogueDamagedError):
    """Not the word of who it claims to be; the text is Chinese."""


class Register(Struct, frozen=True, forbid_unknown_fields=True):
    """密钥名册. ``keys``: by party, ``joint`` and ``publisher``. ``number`` only grows: an older one is never believed again."""

    v: Literal[1]
    number: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    made: date
    keys: dict[Id, tuple[PartyKey, ...]]


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """One owner's word on its part. ``day``: when it was approved; ``batch``: with which list it is released."""

    v: Literal[1]
    part: Id
    sha256: Digest
    batch: Title
    drafted_by: Text
    approved_by: Text
    day: date


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What one version of the catalogue is made of. ``register``: the number of the one it was made by."""

    v: Literal[1]
    version: Title
    made: date
    register: int
    parts: dict[Id, Digest]


def sign(purpose: Purpose, content: Struct, key: Ed25519PrivateKey, key_id: str) -> str:
    """``content`` signed; the key's name goes into the header."""
    payload = msgspec.json.encode(content)
    return _JWS.encode(payload, key, algorithm="EdDSA", headers={"typ": purpose, "kid": key_id})


def read_register(token: str, root: str, today: date | None = None) -> Register:
    """The register, by the pinned root key (hex). ``today``: ``None`` where no clock can be trusted."""
    register: Register = _read("密钥名册", "tongban-register", token, {"root": root}, Register)
    _not_ahead("密钥名册", register.made, today)
    return register


def read_manifest(token: str, register: Register, today: date | None = None) -> Manifest:
    """The manifest, by a key of the publisher that was good on the day it was made.

    A key that ran out since does not unmake a catalogue that is held; one that was stolen is taken out of the register.
    """
    manifest: Manifest = _read("总单", "tongban-manifest", token, _keys(register, PUBLISHER), Manifest)
    _good_on("总单", register, PUBLISHER, _named(token), manifest.made)
    _not_ahead("总单", manifest.made, today)
    if manifest.register > register.number:
        raise UntrustedError(f"总单要用第 {manifest.register} 号密钥名册，这里只有第 {register.number} 号")
    return manifest


def read_approval(token: str, part: str, sha256: str, register: Register, made: date | None = None) -> Approval:
    """The approval of this very part, by a key of its owner. ``made``: of the manifest; nothing is approved after it."""
    where = f"{part} 的批准"
    approval: Approval = _read(where, "tongban-approval", token, _keys(register, part), Approval)
    _good_on(where, register, part, _named(token), approval.day)
    if approval.part != part or approval.sha256 != sha256:
        raise UntrustedError(f"{where}批的是另一份内容")
    if same_person(approval.drafted_by, approval.approved_by):
        raise UntrustedError(f"{where}：起草和批准是同一个人，须由另一人批准")
    if made is not None and approval.day > made:
        raise UntrustedError(f"{where}晚于总单的日期")
    return approval


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are spaced or written."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _read(where: str, purpose: Purpose, token: str, keys: dict[str, str], kind: Any) -> Any:
    if len(token) > MAX_TOKEN:
        raise UntrustedError(f"{where}过大")
    try:
        public = keys.get(_named(token))
        if public is None or not _HEX.fullmatch(public):
            raise UntrustedError(f"{where}不是用名册里的密钥签的")
        read = _JWS.decode_complete(token, Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)), algorithms=["EdDSA"])
        if read["header"].get("typ") != purpose:
            raise UntrustedError(f"{where}的签名是为别的用途签的")
        return msgspec.json.decode(read["payload"], type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UntrustedError(f"{where}的内容不合格式：{error}") from None
    except jwt.InvalidSignatureError:
        raise UntrustedError(f"{where}的签名不对") from None
    except (jwt.PyJWTError, TypeError, KeyError, OverflowError) as error:
        raise UntrustedError(f"{where}没有签名，或签名读不出来") from error


def _named(token: str) -> str:
    """``kid`` of the header. Nothing else of what is not checked yet is looked at."""
    name = _JWS.get_unverified_header(token).get("kid")
    return name if isinstance(name, str) else ""


def _keys(register: Register, owner: str) -> dict[str, str]:
    return {k.key_id: k.public for k in _approving(register, owner)}


def _approving(register: Register, owner: str) -> Iterable[PartyKey]:
    return (k for k in register.keys.get(owner, ()) if k.use == "approve")


def _good_on(where: str, register: Register, owner: str, key_id: str, day: date) -> None:
    """Of several spans of one key any will do."""
    spans = [k for k in _approving(register, owner) if k.key_id == key_id]
    if not any(k.since <= day <= (k.until or date.max) for k in spans):
        raise UntrustedError(f"{where}用的密钥 {key_id} 在 {day} 不在有效期内")


def _not_ahead(where: str, made: date, today: date | None) -> None:
    if today is not None and made > today:
        raise UntrustedError(f"{where}的日期 {made} 还没有到，或本机时钟不对")
