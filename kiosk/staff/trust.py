"""Whom a badge's certificate makes its holder: judged against one pinned authority and its revocation list. No I/O.

A staff certificate (X.509) is good when all of this holds; the first that does not is the refusal:

- it was issued by the pinned authority itself, on P-256 (``badge_foreign``, ``badge_unfit``);
- it is an end's certificate for signing, for client authentication and **not** for card authentication: the certificate of
  the slot that asks for no PIN (9E) does not serve in the slot that does (9A) (``badge_unfit``);
- today lies in its validity (``badge_expired``, ``badge_not_yet``);
- the revocation list is the authority's own, fresh, and does not name it (``revocation_*``, ``badge_revoked``);
- its subject carries exactly one organisational unit ``tongban:<role>`` with a role we know (``badge_without_role``).

Codes are those of ``kiosk/faults.toml``.
"""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from domain.staff.roles import Role
from mqtt.signing import HOSTILE

CARD_AUTHENTICATION = x509.ObjectIdentifier("2.16.840.1.101.3.6.8")
"""id-PIV-cardAuth (FIPS 201-3): the purpose of slot 9E, which answers whoever holds the card."""
ROLE_PREFIX = "tongban:"
SKEW = timedelta(minutes=5)
"""How far the authority's clock may be ahead of ours."""
_UNDERSTOOD = {
    x509.BasicConstraints.oid,
    x509.KeyUsage.oid,
    x509.ExtendedKeyUsage.oid,
    x509.CertificatePolicies.oid,
    x509.SubjectAlternativeName.oid,
}


class BadAnchorError(ValueError):
    """The pinned authority's file cannot be used; the text is Chinese, for whoever set it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """``serial``: the certificate's, hexadecimal; it names the badge, never the person."""

    serial: str
    role: Role
    key: ec.EllipticCurvePublicKey = field(repr=False)
    until: datetime


class Refused(Struct, frozen=True):
    """``fault`` is a code; ``serial`` and ``role`` as far as they can be believed: only of a certificate our authority issued."""

    fault: str
    serial: str | None = None
    role: Role | None = None


class Anchor:
    """The one authority whose certificates count."""

    def __init__(self, pem: bytes) -> None:
        try:
            certificates = x509.load_pem_x509_certificates(pem)
            if len(certificates) != 1:
                raise BadAnchorError("发证机构文件里应当只有一张证书")
            (self._ca,) = certificates
            authority = self._ca.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
            authority = authority and self._ca.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
        except BadAnchorError:
            raise
        except (ValueError, x509.ExtensionNotFound) as error:
            raise BadAnchorError(f"发证机构文件不是可用的 PEM 证书：{error}") from None
        if not authority:
            raise BadAnchorError("发证机构文件里的证书不能签发别的证书")

    def judge(self, der: bytes, revocation: bytes | None, max_age: timedelta, now: datetime) -> Holder | Refused:
        """Whom the certificate ``der`` of a badge makes its holder at ``now``. ``revocation``: the list that lies here, if any."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", CryptographyDeprecationWarning)
                certificate = x509.load_der_x509_certificate(der)
            extensions = certificate.extensions
            key = certificate.public_key()
        except HOSTILE:
            return Refused("badge_unfit")
        # A signature is whole bytes (X.690 11.2.1): with another count of unused bits it would be a second form of the same.
        if not der.endswith(b"\x00" + certificate.signature):
            return Refused("badge_unfit")
        try:
            certificate.verify_directly_issued_by(self._ca)
        except (ValueError, TypeError, InvalidSignature):
            return Refused("badge_foreign")
        serial, role = f"{certificate.serial_number:x}", _role(certificate)

        def refused(fault: str) -> Refused:
            return Refused(fault, serial, role)

        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1) or not _fit(extensions):
            return refused("badge_unfit")
        if not self._ca.not_valid_before_utc <= now <= self._ca.not_valid_after_utc:
            return refused("badge_authority_expired")
        if now > certificate.not_valid_after_utc:
            return refused("badge_expired")
        if now < certificate.not_valid_before_utc:
            return refused("badge_not_yet")
        if fault := self._revoked(certificate, revocation, max_age, now):
            return refused(fault)
        if role is None:
            return refused("badge_without_role")
        return Holder(serial, role, key, certificate.not_valid_after_utc)

    def _revoked(self, certificate: x509.Certificate, data: bytes | None, max_age: timedelta, now: datetime) -> str | None:
        if data is None:
            return "revocation_missing"
        try:
            crl = x509.load_pem_x509_crl(data) if data.startswith(b"-----") else x509.load_der_x509_crl(data)
            own = crl.issuer == self._ca.subject and crl.is_signature_valid(self._ca.public_key())  # type: ignore[arg-type]
            # A list with critical extensions speaks of a part of the certificates only (RFC 5280, 5.2.5).
            own = own and not any(extension.critical for extension in crl.extensions)
        except (*HOSTILE, InvalidSignature):
            own = False
        if not own:
            return "revocation_damaged"
        if crl.last_update_utc > now + SKEW:
            return "staff_clock_untrusted"  # the list was made in our future: it is our clock that is behind
        if now - crl.last_update_utc > max_age or (crl.next_update_utc is not None and now > crl.next_update_utc):
            return "revocation_stale"
        named = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        return "badge_revoked" if named is not None else None


def signed(holder: Holder, digest: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (DER, ECDSA) over the SHA-256 ``digest`` was made with the holder's key."""
    with contextlib.suppress(InvalidSignature, ValueError):
        holder.key.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        return True
    return False


def _fit(extensions: x509.Extensions) -> bool:
    """Whether this is an end's certificate for slot 9A."""
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in extensions):
        return False
    try:
        purposes = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        signs = extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        return False
    with contextlib.suppress(x509.ExtensionNotFound):
        if extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
    return signs and ExtendedKeyUsageOID.CLIENT_AUTH in purposes and CARD_AUTHENTICATION not in purposes


def _role(certificate: x509.Certificate) -> Role | None:
    """The one role the subject names; none when there is none, an unknown one, or more than one."""
    units = [str(unit.value) for unit in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
    named = [unit.removeprefix(ROLE_PREFIX) for unit in units if unit.startswith(ROLE_PREFIX)]
    return Role(named[0]) if len(named) == 1 and named[0] in set(Role) else None
