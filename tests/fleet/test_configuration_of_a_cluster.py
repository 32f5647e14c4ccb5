"""``tongban centre broker-config`` for several nodes: a folder for each, to be laid there as it is. What the nodes make of it:
``contract/test_brokers_of_a_cluster.py``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from msgspec.structs import replace
from support.authority import authority
from support.fleet import OTHER_TERMINAL, TERMINAL, centre_settings

from fleet.authority.cluster import write
from fleet.settings import BrokerSettings, CentreSettings, IngestSettings, TerminalEntry
from mqtt.rabbitmq import revocation_file

TWO = BrokerSettings("node-1.invalid", 8883, more=("node-2.invalid:8883",), kind="rabbitmq")


def told(folder: Path, broker: BrokerSettings, *terminals: str) -> CentreSettings:
    settings = centre_settings(folder / "centre", broker, authority(folder / "authority"))
    return replace(settings, terminals=tuple(TerminalEntry(one, one) for one in terminals), ingest=IngestSettings(workers=2))


def test_each_node_has_a_folder_with_all_it_needs_and_they_know_each_other(tmp_path: Path) -> None:
    keys = authority(tmp_path / "authority")
    first, second = write(tmp_path / "nodes", keys, told(tmp_path, TWO, TERMINAL), ())
    assert [first.name, second.name] == ["node-1.invalid", "node-2.invalid"]
    for one in (first, second):
        lines = (one / "rabbitmq.conf").read_text()
        assert "nodes.1 = rabbit@node-1.invalid" in lines
        assert "nodes.2 = rabbit@node-2.invalid" in lines
        assert f"NODENAME=rabbit@{one.name}\nUSE_LONGNAME=true" in (one / "rabbitmq-env.conf").read_text()
        assert (one / "server.key").stat().st_mode & 0o077 == 0
    cookie = (first / "erlang.cookie").read_bytes()
    again, _ = write(tmp_path / "nodes", keys, told(tmp_path, TWO, TERMINAL, OTHER_TERMINAL), ())
    assert cookie == (second / "erlang.cookie").read_bytes() == (again / "erlang.cookie").read_bytes()
    users = json.loads((again / "definitions.json").read_text())["users"]
    assert [one["name"] for one in users] == ["fleet", "fleet-2", TERMINAL, OTHER_TERMINAL]
    assert {one["password_hash"] for one in users} == {""}


def test_the_revocation_list_has_the_name_openssl_gives_it(tmp_path: Path) -> None:
    keys = authority(tmp_path / "authority")
    issuer = x509.load_pem_x509_crl(keys.revoked.read_bytes()).issuer
    asked = ["openssl", "crl", "-hash", "-noout", "-in", str(keys.revoked)]
    assert revocation_file(issuer) == subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() + ".r0"


def test_ejabberd_shuts_the_revoked_out_by_name(tmp_path: Path) -> None:
    broker = BrokerSettings("node-1", 8883, kind="ejabberd")
    settings = told(tmp_path, broker, TERMINAL, OTHER_TERMINAL)
    (only,) = write(tmp_path / "nodes", authority(tmp_path / "authority"), settings, (OTHER_TERMINAL,))
    assert f'revoked: {{user: ["{OTHER_TERMINAL}"]}}' in (only / "ejabberd.yml").read_text()
    assert (only / "ejabberdctl.cfg").read_text() == "ERLANG_NODE=ejabberd@node-1\n"


def test_nodes_of_several_ports_are_refused(tmp_path: Path) -> None:
    broker = BrokerSettings("node-1", 8883, more=("node-2:8884",), kind="rabbitmq")
    with pytest.raises(ValueError, match="同一个端口"):
        write(tmp_path / "nodes", authority(tmp_path / "authority"), told(tmp_path, broker), ())
