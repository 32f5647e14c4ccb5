"""The authority's folder: its key and certificate, the revocation list, and what the centre's own servers show.

==================  ======================================================================================================
``ca.pem``          the authority's certificate: what terminals, desks and the broker trust
``ca.key``          its private key, 0600; encrypted when the settings name a passphrase file
``crl.pem``         the revocation list the broker reads
``server.pem``      certificate of broker and API; ``server.key`` its key
``fleet.pem``       the centre's own certificate and key at the broker; ``fleet-2.pem`` …: of further ingest workers
``orders.pem``      key and certificate that sign orders to terminals
``authority.db``    the books
==================  ======================================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.durable import write_durably
from fleet.authority.ca import BACKDATED, SERVER_LIFE, Ca, Revoked, make
from fleet.settings import SettingsError, private, secret
from mqtt.broker import CENTRE_USER, CENTRE_USERS
from mqtt.signing import Signer
from mqtt.tls import Tls

_RENEWED_BEFORE = SERVER_LIFE / 3
_MINUTE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Folder:
    """``passphrase``: file of the passphrase of ``ca.key``, or ``None`` when it is not encrypted."""

    path: Path
    passphrase: Path | None = None

    @property
    def authority(self) -> Path:
        return self.path / "ca.pem"

    @property
    def key(self) -> Path:
        return self.path / "ca.key"

    @property
    def revoked(self) -> Path:
        return self.path / "crl.pem"

    @property
    def server(self) -> Path:
        return self.path / "server.pem"

    @property
    def server_key(self) -> Path:
        return self.path / "server.key"

    @property
    def books(self) -> Path:
        return self.path / "authority.db"

    def centre(self, number: int = 1) -> Tls:
        """The centre's own end at the broker: of ingest worker ``number``."""
        return Tls(str(self.authority), str(self._worker(number)))

    def keep_worker(self, ca: Ca, number: int, now: datetime) -> None:
        """Make what ingest worker ``number`` shows the broker, if it is missing, old or of another authority."""
        if self._outdated(self._worker(number), ca, now):
            self._identity(self._worker(number), ca, CENTRE_USERS[number - 1], now, SERVER_LIFE)

    def _worker(self, number: int) -> Path:
        return self.path / f"{CENTRE_USERS[number - 1]}.pem"

    def make(self, names: Sequence[str], now: datetime) -> Ca:
        """A new authority; :class:`SettingsError` when there is one already: terminals trust it.

        A key alone, without certificate and books, is what a making that was broken off has left.
        """
        if self.authority.exists() or (self.key.exists() and self.books.exists()):
            raise SettingsError(f"{self.path} 里已经有签发机构；换掉它，所有终端都要重新登记")
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        ca = make(names, now)
        lock = serialization.BestAvailableEncryption(secret(self.passphrase).encode()) if self.passphrase else NoEncryption()
        write_durably(self.key, ca.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        write_durably(self.authority, ca.certificate.public_bytes(Encoding.PEM), 0o644)
        return ca

    def load(self) -> Ca:
        """:class:`SettingsError` says which file cannot be used and why."""
        private(self.key)
        try:
            certificate = x509.load_pem_x509_certificate(self.authority.read_bytes())
            phrase = secret(self.passphrase).encode() if self.passphrase else None
            key = serialization.load_pem_private_key(self.key.read_bytes(), phrase)
        except OSError as error:
            raise SettingsError(f"签发机构的文件读不了：{error}") from None
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SettingsError(f"{self.path} 里签发机构的证书或私钥不能用（{type(error).__name__}）") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise SettingsError(f"{self.path} 里的私钥不是这张证书的")
        return Ca(certificate, key)

    def write_revoked(self, ca: Ca, revoked: Sequence[Revoked], now: datetime) -> None:
        write_durably(self.revoked, ca.revocation_list(revoked, now).public_bytes(Encoding.PEM), 0o644)

    def keep_servers(self, ca: Ca, names: Sequence[str], now: datetime) -> bool:
        """Make what the centre's servers show, if it is missing, old, of another authority or for other names; whether it was."""
        old = [self._outdated(path, ca, now) for path in (self.server, self.path / "fleet.pem")]
        if old[0] or not self.server_key.exists() or self._names() != set(names):
            key = ec.generate_private_key(ec.SECP256R1())
            write_durably(self.server_key, _plain(key))
            write_durably(self.server, ca.server(names, key.public_key(), now).public_bytes(Encoding.PEM), 0o644)
            old[0] = True
        if old[1]:
            self._identity(self.path / "fleet.pem", ca, CENTRE_USER, now, SERVER_LIFE)
        return any(old)

    def serve(self, ca: Ca, name: str, folder: Path, now: datetime) -> tuple[Path, Path]:
        """A certificate and key for pages that are served as ``name``, in ``folder``. ``ValueError``: a name this authority's
        servers do not lie below, which no browser would believe."""
        key = ec.generate_private_key(ec.SECP256R1())
        issued = ca.server((name,), key.public_key(), now)
        if not ca.believed(issued, name, now):
            raise ValueError(f"{name} 不在签发机构可以签的范围里（中心设置 [authority] within）")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        certificate, private_key = folder / "window.pem", folder / "window.key"
        write_durably(private_key, _plain(key))
        write_durably(certificate, issued.public_bytes(Encoding.PEM), 0o644)
        return certificate, private_key

    def keep_orders(self, ca: Ca, now: datetime, *, anew: bool = False) -> bool:
        """Make the key for orders, if it is missing, old or of another authority, or ``anew``; whether it was made.

        Each is newer than the one before, also by a clock that went back: terminals refuse an older one.
        """
        path = self.path / "orders.pem"
        if not anew and not self._outdated(path, ca, now):
            return False
        before = _certificate(path)
        if before is not None:
            now = max(now, before.not_valid_before_utc + BACKDATED + timedelta(seconds=1))
        key = Ed25519PrivateKey.generate()
        write_durably(path, _plain(key) + ca.orders(key.public_key(), now).public_bytes(Encoding.PEM))
        return True

    def signer(self) -> Signer:
        """As the file stands now: it may have been replaced while the centre runs. :class:`SettingsError`."""
        path = self.path / "orders.pem"
        private(path)
        try:
            data = path.read_bytes()
            key, certificate = serialization.load_pem_private_key(data, None), x509.load_pem_x509_certificate(data)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SettingsError(f"{path} 不能用（{type(error).__name__}）") from None
        if not isinstance(key, Ed25519PrivateKey) or key.public_key() != certificate.public_key():
            raise SettingsError(f"{path} 里的私钥不是这张证书的")
        return Signer(key, certificate)

    def borrowed(self, ca: Ca, terminal: str, now: datetime) -> Tls:
        """The centre as ``terminal`` itself, for some minutes: the way to take its session at the broker over."""
        path = self.path / "takeover.pem"
        self._identity(path, ca, terminal, now, _MINUTE)
        return Tls(str(self.authority), str(path))

    def _identity(self, path: Path, ca: Ca, name: str, now: datetime, life: timedelta) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = ca.terminal(name, key.public_key(), now, life)
        write_durably(path, _plain(key) + certificate.public_bytes(Encoding.PEM))

    def _outdated(self, path: Path, ca: Ca, now: datetime) -> bool:
        found = _certificate(path)
        if found is None:
            return True
        end = found.not_valid_after_utc
        if end - now < _RENEWED_BEFORE and end < ca.certificate.not_valid_after_utc:  # else a new one would last no longer
            return True
        try:
            found.verify_directly_issued_by(ca.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return True
        return False

    def _names(self) -> set[str]:
        found = _certificate(self.server)
        if found is None:
            return set()
        alias = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return {*alias.get_values_for_type(x509.DNSName), *map(str, alias.get_values_for_type(x509.IPAddress))}


def _certificate(path: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def _plain(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
