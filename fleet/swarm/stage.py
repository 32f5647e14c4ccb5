"""A stage for a swarm in one folder: authority, broker's configuration, centre's settings, a certificate for each terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import tomli_w
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.durable import write_durably
from fleet.authority.authority import Authority
from fleet.authority.broker import write_configuration
from fleet.authority.keys import Folder
from mqtt.connection import Broker
from mqtt.tls import Tls

HOST = "127.0.0.1"
HALLS, PARTIES = 250, 11
"""Places and parties the terminals are spread over."""


@dataclass(frozen=True, slots=True)
class Stage:
    """``folder`` as :func:`prepare` left it."""

    folder: Path

    @property
    def centre(self) -> Path:
        """Settings of ``tongban centre run``."""
        return self.folder / "centre.toml"

    @property
    def broker_configuration(self) -> Path:
        return self.folder / "broker" / "mosquitto.conf"

    @property
    def authority(self) -> Folder:
        return Folder(self.folder / "authority")

    def broker(self, terminal: str) -> Broker:
        """Where ``terminal`` finds its broker, and who it is there."""
        identity = str(self.folder / "identities" / f"{terminal}.pem")
        return Broker(HOST, _port(self.centre), Tls(str(self.authority.authority), identity))

    def terminals(self) -> list[str]:
        """Their names, in order."""
        return sorted(path.stem for path in (self.folder / "identities").iterdir())


@cache
def _port(centre: Path) -> int:
    """Of the broker; read once, for the settings name every terminal."""
    return int(msgspec.toml.decode(centre.read_bytes())["broker"]["port"])


def name(index: int) -> str:
    return f"swarm-{index:06d}"


def prepare(folder: Path, count: int, *, broker: int, api: int, console: int) -> Stage:
    """``count`` terminals, and the ports of the three servers. ``OSError`` (``FileExistsError``: something lies there)."""
    folder.mkdir(parents=True)
    stage, now = Stage(folder), datetime.now(UTC)
    authority = stage.authority
    ca = authority.make((HOST,), now)
    authority.keep_servers(ca, (HOST,), now)
    authority.keep_orders(ca, now)
    books = Authority(authority, ())
    books.write_revoked()
    books.close()
    write_configuration(folder / "broker", authority, port=broker, host=HOST)
    entries = []
    identities = folder / "identities"
    identities.mkdir(mode=0o700)
    for index in range(count):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = ca.terminal(name(index), key.public_key(), now)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = identities / f"{name(index)}.pem"
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
        path.chmod(0o600)
        hall = index % HALLS
        place = f"示范大厅{hall:03d} {index // HALLS + 1}号机"
        entries.append({"id": name(index), "place": place, "hall": f"hall-{hall:03d}", "party": party(hall)})
    settings = {
        "data": str(folder / "centre"),
        "authority": {"folder": str(authority.path), "names": [HOST]},
        "broker": {"host": HOST, "port": broker, "pid_file": str(folder / "broker" / "mosquitto.pid")},
        "api": {"host": HOST, "port": api},
        "console": {"port": console},
        "terminals": entries,
        "homes": [{"party": party(index), "name": f"示范地{index + 1}"} for index in range(PARTIES)],
    }
    write_durably(stage.centre, tomli_w.dumps(settings).encode())
    return stage


def party(hall: int) -> str:
    return f"swarm-{hall % PARTIES + 1:02d}"
