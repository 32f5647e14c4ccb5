"""The authority's own craft: certificates and the revocation list, X.509 by ``cryptography``. No disk, no clock, no registry.

One authority, pathlen 0, P-256, ten years. Its name constraints keep a stolen key from speaking for anybody else's servers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from mqtt.signing import HOSTILE

LIFE = timedelta(days=30)
"""Of a terminal's certificate; it is renewed from two thirds on."""
SERVER_LIFE = timedelta(days=398)
AUTHORITY_LIFE = timedelta(days=3653)
BACKDATED = timedelta(hours=1)
"""A terminal's clock may be so much behind the centre's."""
TERMINALS = "terminal.tongban.invalid"
"""Domain of terminals' names in certificates: no real one can be meant (RFC 2606)."""
_SERVER = "tongban server"
_ORDERS = "orders"
MAX_CSR = 8 * 1024
"""Bytes of a PKCS#10 (DER)."""

_EVERYWHERE = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


class BadRequestError(ValueError):
    """A certificate request that is refused; the text names the rule."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """A line of the revocation list."""

    serial: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ca:
    """The authority's certificate and private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def terminal(self, name: str, public: ec.EllipticCurvePublicKey, now: datetime, life: timedelta = LIFE) -> x509.Certificate:
        """A client certificate of ``name`` (a terminal, or the centre itself at the broker)."""
        alias = x509.SubjectAlternativeName([x509.DNSName(f"{name}.{TERMINALS}")])
        return self._issue(name, public, now, life, ExtendedKeyUsageOID.CLIENT_AUTH, alias)

    def server(self, names: Sequence[str], public: ec.EllipticCurvePublicKey, now: datetime) -> x509.Certificate:
        """A server certificate for ``names`` (host names and addresses). Its common name is none: OpenSSL would hold one against
        the name constraints.
        """
        alias = x509.SubjectAlternativeName([_general_name(name) for name in names])
        return self._issue(_SERVER, public, now, SERVER_LIFE, ExtendedKeyUsageOID.SERVER_AUTH, alias)

    def believed(self, certificate: x509.Certificate, name: str, now: datetime) -> bool:
        """Whether who trusts this authority believes ``certificate`` to be the server ``name`` (RFC 5280, name constraints)."""
        subject = _general_name(name)
        assert isinstance(subject, (x509.DNSName, x509.IPAddress))
        verifier = PolicyBuilder().store(Store([self.certificate])).time(now).build_server_verifier(subject)
        try:
            verifier.verify(certificate, [])
        except VerificationError:
            return False
        return True

    def orders(self, public: ed25519.Ed25519PublicKey, now: datetime) -> x509.Certificate:
        """A certificate for signing orders to terminals (``mqtt/signing.py``), and for nothing else."""
        alias = x509.SubjectAlternativeName([x509.DNSName(f"{_ORDERS}.{TERMINALS}")])
        return self._issue(_ORDERS, public, now, SERVER_LIFE, ExtendedKeyUsageOID.CODE_SIGNING, alias)

    def revocation_list(self, revoked: Iterable[Revoked], now: datetime) -> x509.CertificateRevocationList:
        """Good as long as the authority: it is rewritten at every revocation, and an outdated one would shut everybody out."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - BACKDATED)
            .next_update(self.certificate.not_valid_after_utc)
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.at).build()
            made = made.add_revoked_certificate(entry)
        return made.sign(self.key, hashes.SHA256())

    def _issue(
        self,
        name: str,
        public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey,
        now: datetime,
        life: timedelta,
        usage: x509.ObjectIdentifier,
        alias: x509.SubjectAlternativeName,
    ) -> x509.Certificate:
        own = self.certificate
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(own.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(max(now - BACKDATED, own.not_valid_before_utc))
            .not_valid_after(min(now + life, own.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(alias, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key()), critical=False)  # type: ignore[arg-type]
            .sign(self.key, hashes.SHA256())
        )


def make(names: Sequence[str], now: datetime) -> Ca:
    """A new authority whose servers are ``names`` or lie below them (host names, domains, addresses)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("tongban authority")
    general = [_constraint(name) for name in names]
    permitted: list[x509.GeneralName] = [*general, x509.DNSName(TERMINALS)]
    addresses = any(isinstance(name, x509.IPAddress) for name in general)
    excluded = None if addresses else [x509.IPAddress(network) for network in _EVERYWHERE]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, excluded), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Ca(certificate, key)


def requested_key(request: bytes) -> ec.EllipticCurvePublicKey:
    """The key a PKCS#10 (DER) asks a certificate for, proven to be held by who asks; its subject is nobody's business.

    :class:`BadRequestError`; hostile bytes are the normal case.
    """
    if len(request) > MAX_CSR:
        raise BadRequestError("request too large")
    try:
        csr = x509.load_der_x509_csr(request)
        public = csr.public_key()
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            raise BadRequestError("not a P-256 key")
        proven = csr.is_signature_valid and isinstance(csr.signature_hash_algorithm, hashes.SHA256 | hashes.SHA384 | hashes.SHA512)
    except BadRequestError:
        raise
    except HOSTILE as error:
        raise BadRequestError("not a PKCS#10 request") from error
    if not proven:
        raise BadRequestError("the request is not signed by the key it names")
    return public


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _constraint(name: str) -> x509.GeneralName:
    found = _general_name(name)
    return x509.IPAddress(ipaddress.ip_network(name)) if isinstance(found, x509.IPAddress) else found


def _key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
