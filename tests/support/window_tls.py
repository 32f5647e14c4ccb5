"""A window's certificate and key, as the centre would issue them, or worse."""

from __future__ import annotations

import ipaddress
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from support.authority import authority

from kiosk.enrolment.files import private_pem


def certified(
    folder: Path, name: str = "127.0.0.1", begins: datetime | None = None, life: timedelta = timedelta(days=30)
) -> tuple[Path, Path]:
    """(certificate, key) of a window called ``name``, by the authority in ``folder / "authority"``, good from ``begins`` on."""
    ca = authority(folder / "authority").load()
    key = ec.generate_private_key(ec.SECP256R1())
    since = begins or datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(ca.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + life)
        .add_extension(x509.SubjectAlternativeName([_general(name)]), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca.key, hashes.SHA256())
    )
    shown, private = folder / "window.pem", folder / "window.key"
    shown.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(private_pem(key))
    return shown, private


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
