"""What a program that is sent to terminals is, signed by who makes it: never by the centre, which only says who is to have it.

A manifest is a JWS in compact form (RFC 7515) with EdDSA (RFC 8037), read and written by PyJWT; ``typ`` is ``tongban-program``,
``kid`` the beginning of the publisher's public key. Terminals and centres pin the publisher's keys in their settings. Whoever holds
the centre can hand out what the publisher signed, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.api_jws import PyJWS
from msgspec import Meta, Struct

PURPOSE = "tongban-program"
MAX_SIGNED = 16 * 1024
"""Characters of a signed manifest."""
MAX_ARCHIVE = 512 * 1024 * 1024
MAX_UNPACKED = 2 * 1024 * 1024 * 1024
MAX_FILES = 20_000
ANY = "any"
"""Of ``arch``: nothing in it was built for a machine."""
_JWS = PyJWS(algorithms=["EdDSA"])

Version = Annotated[str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){1,3}$")]
"""Numbers with points; as numbers they are compared."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
PublicKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class BadManifestError(ValueError):
    """Not the publisher's word, or none that can be read; the text is Chinese."""


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """One archive: ``sha256`` and ``size`` of it, ``unpacked`` bytes and ``files`` in it. ``arch`` as ``uname -m`` says it, or
    :data:`ANY`; ``python``: the minor version it was built for. ``stores``: by name, up to which version it reads each database.
    ``back``: it may be taken by a terminal that has a newer one. ``notes``: what is new, for staff.
    """

    v: Literal[1]
    version: Version
    arch: Literal["aarch64", "x86_64", "any"]
    python: Annotated[str, Meta(pattern=r"^3\.[0-9]{1,2}$")]
    sha256: Digest
    size: Annotated[int, Meta(ge=1, le=MAX_ARCHIVE)]
    unpacked: Annotated[int, Meta(ge=1, le=MAX_UNPACKED)]
    files: Annotated[int, Meta(ge=1, le=MAX_FILES)]
    stores: dict[Annotated[str, Meta(pattern=r"^[a-z]{1,20}\.db$")], Annotated[int, Meta(ge=1, le=100_000)]]
    made: date
    back: bool = False
    notes: Annotated[str, Meta(max_length=400)] = ""


def sign(manifest: Manifest, key: Ed25519PrivateKey) -> str:
    return _JWS.encode(msgspec.json.encode(manifest), key, "EdDSA", {"typ": PURPOSE, "kid": public_hex(key)[:16]})


def read(signed: str, keys: Collection[str]) -> Manifest:
    """The manifest, by one of the publisher's ``keys`` (hex). :class:`BadManifestError`; hostile text is the normal case."""
    if len(signed) > MAX_SIGNED:
        raise BadManifestError("程序清单过大")
    try:
        named = _JWS.get_unverified_header(signed).get("kid")
        public = next((key for key in keys if key[:16] == named), None)
        if public is None:
            raise BadManifestError("程序清单不是用这里认可的发布者密钥签的")
        found = _JWS.decode_complete(signed, Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)), algorithms=["EdDSA"])
        if found["header"].get("typ") != PURPOSE:
            raise BadManifestError("程序清单的签名是为别的用途签的")
        return msgspec.json.decode(found["payload"], type=Manifest)
    except jwt.InvalidSignatureError:
        raise BadManifestError("程序清单的签名不对") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadManifestError("程序清单的内容不合格式") from None
    except (jwt.PyJWTError, TypeError, KeyError, OverflowError) as error:
        raise BadManifestError("程序清单没有签名，或签名读不出来") from error


def glance(signed: str) -> Manifest:
    """What it says, whoever signed it: for showing what was checked when it was taken. :class:`BadManifestError`."""
    try:
        found = _JWS.decode_complete(signed, options={"verify_signature": False})
        return msgspec.json.decode(found["payload"], type=Manifest)
    except (msgspec.MsgspecError, jwt.PyJWTError, UnicodeDecodeError, RecursionError, TypeError, KeyError):
        raise BadManifestError("程序清单读不出来") from None


def public_hex(key: Ed25519PrivateKey) -> str:
    """What terminals and centres pin."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def order(version: str) -> tuple[int, ...]:
    """To compare by; ``1.2`` is ``1.2.0``. What is no version comes before every one."""
    numbers = [int(part) for part in version.split(".")] if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}", version) else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
