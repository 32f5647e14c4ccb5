"""What the window's listener shows: judged as a clerk's browser would, so that nobody is taught to click a warning away."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from kiosk.enrolment.files import issued_by

MISSING = "clerk_certificate_missing"
FOREIGN = "clerk_certificate_foreign"
EXPIRED = "clerk_certificate_expired"


def fault(certificate: Path, key: Path, authority: Path, name: str, now: datetime) -> str | None:
    """Why it cannot be shown at ``now`` (a code of ``faults.toml``); ``None``: it can. Files are PEM, ``authority`` the fleet's."""
    try:
        shown = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        own = x509.load_pem_x509_certificate(authority.read_bytes())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return MISSING
    if private.public_key() != shown.public_key():
        return MISSING
    if not issued_by(shown, own) or not _for(shown, name):
        return FOREIGN
    at = now.astimezone(UTC)
    return None if shown.not_valid_before_utc <= at < shown.not_valid_after_utc else EXPIRED


def _for(certificate: x509.Certificate, name: str) -> bool:
    """Whether it is a server's, of ``name``."""
    try:
        alias = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    try:
        named = ipaddress.ip_address(name) in alias.get_values_for_type(x509.IPAddress)
    except ValueError:
        named = name.lower() in (one.lower() for one in alias.get_values_for_type(x509.DNSName))
    return named and ExtendedKeyUsageOID.SERVER_AUTH in usage
