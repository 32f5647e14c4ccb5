"""The configuration of a broker of several nodes, a folder for each: what is in it is laid on that node as it is."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from cryptography import x509

from domain.durable import write_durably
from fleet.authority.keys import Folder
from fleet.settings import CentreSettings
from mqtt import ejabberd, rabbitmq

PLACES = {"rabbitmq": PurePosixPath("/etc/rabbitmq"), "ejabberd": PurePosixPath("/etc/ejabberd")}
"""Where Debian's packages look."""
COOKIE = "erlang.cookie"
"""What the nodes know each other by: the same for all, a secret, made once; it belongs in the service's home."""


def write(folder: Path, authority: Folder, settings: CentreSettings, revoked: Iterable[str]) -> list[Path]:
    """Below ``folder``, by the host's name; all of them. ``settings``: which hosts, of which kind, with one port; which terminals.

    ``ValueError``: the hosts do not have one port.
    """
    broker, terminals = settings.broker, [entry.id for entry in settings.terminals]
    hosts, ports = [host for host, _ in broker.addresses], {port for _, port in broker.addresses}
    if len(ports) > 1:
        raise ValueError("集群的各个节点要用同一个端口")
    (port,) = ports
    at = PLACES[broker.kind]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / COOKIE).exists():
        write_durably(folder / COOKIE, secrets.token_hex(24).encode(), 0o400)
    common = {name: (authority.path / name).read_bytes() for name in ("ca.pem", "server.pem", "server.key")}
    common |= {COOKIE: (folder / COOKIE).read_bytes()}
    if broker.kind == "rabbitmq":
        nodes = [f"rabbit@{host}" for host in hosts]
        issuer = x509.load_pem_x509_certificate(common["ca.pem"]).subject
        common |= {
            "rabbitmq.conf": rabbitmq.configuration(at, port=port, nodes=nodes).encode(),
            "advanced.config": rabbitmq.advanced(at).encode(),
            "definitions.json": rabbitmq.definitions(terminals, settings.ingest.workers).encode(),
            "enabled_plugins": rabbitmq.PLUGINS.encode(),
            f"crl/{rabbitmq.revocation_file(issuer)}": authority.revoked.read_bytes(),
        }
        own = {host: {"rabbitmq-env.conf": rabbitmq.environment(host)} for host in hosts}
    else:
        common |= {"ejabberd.yml": ejabberd.configuration(at, port=port, revoked=revoked).encode()}
        own = {host: {"ejabberdctl.cfg": ejabberd.control(host)} for host in hosts}
    for host in hosts:
        for name, content in (common | {name: text.encode() for name, text in own[host].items()}).items():
            path = folder / host / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(path, content)
    return [folder / host for host in hosts]
