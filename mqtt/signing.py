"""Orders of the centre, signed: JWS in compact form (RFC 7515), EdDSA with Ed25519 (RFC 8037), the key's certificate in ``x5c``.

What is signed is carried as the very bytes that were signed, so nothing is ever brought into a canonical form. The certificate is
the fleet's authority's, for signing only (``codeSigning``): who trusts the authority needs to be told no key, and a new key needs
no visit to a terminal. A key that was replaced is refused by whoever has seen a newer one.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID
from msgspec import Meta, Struct

from mqtt.wire import MAX_PAYLOAD, ContractError

Purpose = Literal["tongban-command", "tongban-desired", "tongban-accounts"]
"""``typ`` of the header: what is signed for one purpose is worth nothing for another."""
HOSTILE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    CryptographyDeprecationWarning,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for bytes that are no certificate, or, where that warning is made an error, one that breaks RFC 5280 (a
serial number below 1); the last three are no ``ValueError``."""


class BadSignatureError(ContractError):
    """Not the centre's word; the text names the rule."""


class _Header(Struct, frozen=True):
    alg: Literal["EdDSA"]
    typ: str
    x5c: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1)]
    crit: msgspec.UnsetType | msgspec.Raw = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Signer:
    """The centre's key for orders, and its certificate."""

    key: Ed25519PrivateKey = field(repr=False)
    certificate: x509.Certificate

    def sign(self, purpose: Purpose, payload: bytes) -> bytes:
        der = self.certificate.public_bytes(Encoding.DER)
        header = _Header("EdDSA", purpose, (base64.b64encode(der).decode(),))
        signed = _letters(msgspec.json.encode(header)) + b"." + _letters(payload)
        return signed + b"." + _letters(self.key.sign(signed))


@dataclass(frozen=True, slots=True)
class Verified:
    """``since``: from when the key that signed was good, seconds since 1970: it tells an older key from a newer one."""

    payload: bytes = field(repr=False)
    since: int


def verify(
    order: bytes,
    purpose: Purpose,
    authority: x509.Certificate,
    newest: int = 0,
    now: datetime | None = None,
    most: int = MAX_PAYLOAD,
) -> Verified:
    """What the centre signed. :class:`BadSignatureError`; hostile bytes are the normal case.

    ``newest``: ``since`` of the newest key seen. ``now``: ``None`` where no clock can be trusted; then dates are not looked at.
    ``most``: bytes that are looked at.
    """
    if len(order) > most:
        raise BadSignatureError(f"larger than {most} bytes")
    parts = order.split(b".")
    if len(parts) != 3:
        raise BadSignatureError("not signed")
    try:
        header = msgspec.json.decode(_bytes(parts[0]), type=_Header)
        payload, signature = _bytes(parts[1]), _bytes(parts[2])
        certificate = x509.load_der_x509_certificate(base64.b64decode(header.x5c[0], validate=True))
        public = certificate.public_key()
    except (msgspec.MsgspecError, RecursionError, *HOSTILE) as error:
        raise BadSignatureError("signature cannot be read") from error
    if header.crit is not msgspec.UNSET:
        raise BadSignatureError("signature asks for what is not known here")
    if header.typ != purpose:
        raise BadSignatureError("signed for another purpose")
    if not isinstance(public, Ed25519PublicKey) or not _may_sign(certificate) or not _issued(certificate, authority):
        raise BadSignatureError("signed with a key that is not the centre's")
    since = int(certificate.not_valid_before_utc.timestamp())
    if since < newest:
        raise BadSignatureError("signed with a key that was replaced")
    if now is not None and now > certificate.not_valid_after_utc:
        raise BadSignatureError("signed with a key out of date")
    try:
        public.verify(signature, parts[0] + b"." + parts[1])
    except InvalidSignature:
        raise BadSignatureError("signature does not match") from None
    return Verified(payload, since)


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *HOSTILE):
        return False
    return list(usage) == [ExtendedKeyUsageOID.CODE_SIGNING]


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _letters(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _bytes(letters: bytes) -> bytes:
    """Base64url without padding, one spelling for each content."""
    try:
        data = base64.b64decode(letters + b"=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _letters(data) != letters:
        raise ValueError("not base64url")
    return data
