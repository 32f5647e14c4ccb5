"""The identity on the disk: a folder of few files, each of them whole or not there.

==================  ======================================================================================================
``ca.pem``          the centre's authority: whom this terminal believes
``identity.pem``    private key and certificate in one file, so that there is never one without the other; 0600
``pending.pem``     key of an enrolment that has not been answered: asking again with it gets the same certificate
``next.pem``        key, then key and certificate of a renewal; it takes the place of ``identity.pem`` once it has worked
==================  ======================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from msgspec import Struct

from domain.durable import sync_folder
from kiosk.store.files import write_durably
from mqtt.tls import Tls


class IdentityDamagedError(Exception):
    """A file of the identity is there and cannot be used; the text (Chinese) names it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A key with its certificate, and until when."""

    key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)
    certificate: x509.Certificate

    @property
    def terminal(self) -> str:
        (name,) = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(name.value)

    @property
    def since(self) -> datetime:
        return self.certificate.not_valid_before_utc

    @property
    def until(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def pem(self) -> bytes:
        return private_pem(self.key) + self.certificate.public_bytes(Encoding.PEM)


class IdentityFiles:
    """``folder`` belongs to this terminal alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = folder / "ca.pem"
        self.current = folder / "identity.pem"
        self.pending = folder / "pending.pem"
        self.following = folder / "next.pem"

    def tls(self) -> Tls:
        """What every connection to the centre uses."""
        return Tls(str(self.authority), str(self.current))

    def held(self) -> Held | None:
        """The present identity; ``None`` when this terminal was never enrolled. :class:`IdentityDamagedError`."""
        if not self.current.exists():
            return None
        found = self._read(self.current)
        if found is None or found.certificate is None:
            raise IdentityDamagedError(f"{self.current} 损坏，需要重新登记")
        return Held(found.key, found.certificate)

    def stamp(self) -> int:
        """Another number when ``identity.pem`` is another file."""
        try:
            found = self.current.stat()
        except OSError:
            return 0
        return found.st_mtime_ns ^ found.st_ino

    def prepared(self, path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate | None]:
        """The key in ``path``, and its certificate if it has one; made now, on the disk when this returns, if there is none."""
        found = self._read(path) if path.exists() else None
        if found is not None:
            return found.key, found.certificate
        key = ec.generate_private_key(ec.SECP256R1())
        write_durably(path, private_pem(key))
        return key, None

    def enrolled(self, held: Held, authority: bytes) -> None:
        """The authority first: an identity nobody would be believed with is harmless, and asked for again."""
        write_durably(self.authority, authority)
        write_durably(self.current, held.pem())
        self.pending.unlink(missing_ok=True)
        self.following.unlink(missing_ok=True)

    def store(self, path: Path, held: Held) -> None:
        """``held`` in ``path``, on the disk when this returns."""
        write_durably(path, held.pem())

    def renewed(self) -> None:
        """What lies in ``next.pem`` has worked: it is the identity now."""
        self.following.rename(self.current)
        sync_folder(self._folder)

    def authority_certificate(self) -> x509.Certificate:
        """:class:`IdentityDamagedError`."""
        try:
            return x509.load_pem_x509_certificate(self.authority.read_bytes())
        except (OSError, ValueError):
            raise IdentityDamagedError(f"{self.authority} 读不出来，需要重新登记") from None

    def _read(self, path: Path) -> _Read | None:
        try:
            data = path.read_bytes()
            key = serialization.load_pem_private_key(data, None)
            certificate = x509.load_pem_x509_certificate(data) if b"BEGIN CERTIFICATE" in data else None
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            return None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            return None
        if certificate is not None and certificate.public_key() != key.public_key():
            return None
        return _Read(key, certificate)


class _Read(Struct, frozen=True):
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate | None


def request_for(key: ec.EllipticCurvePrivateKey, terminal: str) -> bytes:
    """PKCS#10 (DER), signed by ``key``. The centre takes the name from its own register, not from here."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, terminal)])
    return x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
