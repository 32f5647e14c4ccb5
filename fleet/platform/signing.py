"""How a record is signed, and sealed where the platform asks for it: a port, and a reference in SM2, SM3, SM4.

A platform's own scheme (one signs time, application and a shared secret, another the whole body) is a class of the same shape
beside these.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from domain.calendar import CHINA
from fleet.platform.sm import PrivateKey, SmError, check_public, encrypt, sm3, sm4_seal
from fleet.settings import SettingsError, secret
from mqtt.wire import Code


class SmSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``app``: by which name the platform knows this desk; ``key_file``: an SM2 private key, 64 hexadecimal digits, mode 0600.
    ``seal_to``: the platform's SM2 public key (hexadecimal), where records are to be sealed."""

    app: Code
    key_file: Path
    seal_to: str | None = None


class Signing(Protocol):
    """Makes of a record what goes over the wire: the body, and headers beside it."""

    def dress(self, id: str, body: bytes) -> tuple[bytes, dict[str, str]]: ...


class Unsigned:
    """Where the connection itself is enough."""

    def dress(self, id: str, body: bytes) -> tuple[bytes, dict[str, str]]:
        return body, {}


class Envelope(Struct, frozen=True):
    """A sealed record: ``key`` (SM2, GM/T 0009's ASN.1) opens ``data`` (SM4-GCM: nonce, ciphertext, tag); both Base64."""

    id: str
    key: str
    data: str


class Sm:
    """Signs, with SM2 over SM3, the lines ``app``, ``time``, ``id`` and the SM3 of the body (hexadecimal), joined by ``\\n``."""

    def __init__(self, settings: SmSettings, now: Callable[[], datetime] = lambda: datetime.now(CHINA)) -> None:
        self._app, self._to, self._now = settings.app, settings.seal_to, now
        self._key = PrivateKey(secret(settings.key_file))
        try:
            self.public = self._key.public
        except SmError:
            raise SettingsError(f"{settings.key_file} 不是 SM2 私钥（64 位十六进制）") from None
        try:
            if self._to is not None:
                check_public(self._to)
        except SmError:
            raise SettingsError("seal_to 不是 SM2 公钥（04 开头，130 位十六进制）") from None

    def dress(self, id: str, body: bytes) -> tuple[bytes, dict[str, str]]:
        if self._to is not None:
            key = secrets.token_bytes(16)
            sealed = (base64.b64encode(one).decode() for one in (encrypt(self._to, key), sm4_seal(key, body)))
            body = msgspec.json.encode(Envelope(id, *sealed))
        at = self._now().strftime("%Y-%m-%d %H:%M:%S")
        signature = base64.b64encode(self._key.sign(to_sign(self._app, at, id, body))).decode()
        return body, {"X-App": self._app, "X-Time": at, "X-Signature": signature}


def to_sign(app: str, at: str, id: str, body: bytes) -> bytes:
    return "\n".join((app, at, id, sm3(body).hex())).encode()


def signing(settings: SmSettings | None) -> Signing:
    """:class:`SettingsError`."""
    return Unsigned() if settings is None else Sm(settings)
