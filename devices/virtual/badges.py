"""An invented office that makes staff badges: its authority, the badges it gives out, its revocation list. For bench and tests.

What a real office does with its own tools (certificates by ``docs/decisions/staff-badge.md``); nothing of a terminal uses this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHENTICATION = (ExtendedKeyUsageOID.CLIENT_AUTH,)
CARD_AUTHENTICATION = (x509.ObjectIdentifier("2.16.840.1.101.3.6.8"),)
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge holds: one key and DER certificate for slot 9A, one for 9E, and its PIN."""

    certificate: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    card_certificate: bytes
    card_key: ec.EllipticCurvePrivateKey = field(repr=False)
    pin: str = field(repr=False, default="246810")

    @property
    def serial(self) -> int:
        return x509.load_der_x509_certificate(self.certificate).serial_number


class Office:
    """One authority. ``now``: the moment all its certificates and lists are made at."""

    def __init__(self, name: str = "示范工作证发证机构", *, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self.certificate = _certificate(
            self._name, self._name, self.key.public_key(), self.key, self.now - timedelta(days=1), self.now + 10 * YEAR, ca=True
        )

    @classmethod
    def load(cls, pem: bytes, now: datetime | None = None) -> Office:
        """The office from its key and certificate as :meth:`dump` wrote them."""
        office = cls.__new__(cls)
        office.now = now or datetime.now(UTC)
        key = serialization.load_pem_private_key(pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("an office's key lies on P-256")
        office.key, office.certificate = key, x509.load_pem_x509_certificate(pem)
        office._name = office.certificate.subject
        return office

    def dump(self) -> bytes:
        return _private(self.key) + self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def pem(self) -> bytes:
        """What a terminal pins."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def badge(
        self,
        role: str | None = "technician",
        *,
        purposes: tuple[x509.ObjectIdentifier, ...] = AUTHENTICATION,
        begins: timedelta = timedelta(hours=-1),
        ends: timedelta = YEAR,
        units: Iterable[str] | None = None,
        curve: ec.EllipticCurve | None = None,
        signing: bool = True,
        pin: str = "246810",
    ) -> Badge:
        """A badge of this office; the arguments after ``role`` make it wrong in one way each."""
        key, card_key = ec.generate_private_key(curve or ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        named = list(units) if units is not None else [f"tongban:{role}"] if role else []
        subject = _name("示范工作证", named)
        since, until = self.now + begins, self.now + ends

        def certificate(public: ec.EllipticCurvePublicKey, purposes: tuple[x509.ObjectIdentifier, ...]) -> bytes:
            made = _certificate(subject, self._name, public, self.key, since, until, purposes=purposes, signing=signing)
            return made.public_bytes(serialization.Encoding.DER)

        return Badge(
            certificate(key.public_key(), purposes),
            key,
            certificate(card_key.public_key(), CARD_AUTHENTICATION),
            card_key,
            pin,
        )

    def revocation(
        self, serials: Iterable[int] = (), *, age: timedelta = timedelta(0), lasts: timedelta = timedelta(days=30)
    ) -> bytes:
        """The list of revoked serial numbers, PEM, made ``age`` ago."""
        made = self.now - age
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name).last_update(made).next_update(made + lasts)
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(made).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def dump(badge: Badge) -> bytes:
    """A badge as one PEM file, for the bench to keep."""
    parts = (badge.certificate, badge.card_certificate)
    pems = (x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM) for der in parts)
    return _private(badge.key) + _private(badge.card_key) + b"".join(pems)


def load(pem: bytes) -> Badge:
    """What :func:`dump` wrote."""
    end = b"-----END PRIVATE KEY-----\n"
    first, second, rest = pem.split(end)
    keys = [serialization.load_pem_private_key(part + end, None) for part in (first, second)]
    certificates = [c.public_bytes(serialization.Encoding.DER) for c in x509.load_pem_x509_certificates(rest)]
    key, card_key = keys
    if not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(card_key, ec.EllipticCurvePrivateKey)):
        raise TypeError("a badge's keys lie on P-256")
    return Badge(certificates[0], key, certificates[1], card_key)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _name(common: str, units: Iterable[str] = ()) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    key: ec.EllipticCurvePrivateKey,
    since: datetime,
    until: datetime,
    *,
    ca: bool = False,
    purposes: tuple[x509.ObjectIdentifier, ...] = (),
    signing: bool = True,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=signing and not ca,
        content_commitment=False,
        key_encipherment=not signing,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca, 0 if ca else None), critical=True)
        .add_extension(usage, critical=True)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(key, hashes.SHA256())
