"""The centre's package on Debian 13 and on Debian 12: centre, desk and broker up; then the same centre in several processes at a
PostgreSQL of that Debian, as its guide says. Each in a container of its own (``tests/support/machine``).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tomli_w
from support.machine.booted import Machine, booted
from support.machine.inside import install, modules_that_fail, names
from support.machine.packages import NEXT, following, package, packages
from support.machine.root import BASE, depends, made, own_arch

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

SYSTEMS = {"trixie": "3.13", "bookworm": "3.11"}
"""Debian's releases, and the Python of each."""
SETTINGS = "/etc/tongban/centre.toml"
DATA = "/var/lib/tongban-centre"
CONSOLE, OTHER_CONSOLE = "http://127.0.0.1:8602", "http://127.0.0.1:8612"
PROCESSES = ("tongban-ingest@1", "tongban-ingest@2", "tongban-console@1", "tongban-console@2")
BROKER = """[Service]
User=tongban-centre
ExecStartPre=
ExecStart=
ExecStart=/usr/sbin/mosquitto -c /etc/tongban/broker/mosquitto.conf
"""


@pytest.fixture(scope="module", params=SYSTEMS)
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Installed, its authority made, its broker up; nothing is kept from the release before."""
    built = packages("tongban-centre", python=SYSTEMS[request.param])
    of = {*BASE, *depends("tongban-centre"), "postgresql"}
    root = made(f"centre-{request.param}", of, arch=own_arch(), suite=request.param)
    after = tmp_path_factory.mktemp("after")
    following(package(built, "tongban-centre"), after)
    with booted(root, f"tongban-{request.param}", packages=built, after=after, terminal=packages()) as machine:
        machine.run("install -d /etc/tongban")
        machine.write(SETTINGS, tomli_w.dumps(_settings()))
        install(machine, f"/packages/{package(built, 'tongban-centre').name}")
        _as_centre(machine, f"tongban centre init-ca {SETTINGS}")
        machine.write("/etc/systemd/system/mosquitto.service.d/tongban.conf", BROKER)
        _broker(machine)
        machine.run("systemctl restart tongban-centre")
        yield machine


def test_a_centre_has_no_device_and_no_terminal() -> None:
    site = {
        name.removeprefix("usr/lib/tongban/site/")
        for name in names(package(packages("tongban-centre"), "tongban-centre"))
        if name.startswith("usr/lib/tongban/site/")
    }
    assert {"fleet/centre.py", "fleet/static/vendor/uplot.js", "kiosk/cli.py", "sqlalchemy/__init__.py"} <= site
    assert [name for name in site if name.startswith(("devices", "ui/", "kiosk/terminal", "kiosk/visit", "serial", "escpos"))] == []


def test_the_centre_is_ready_and_a_desk_answers(centre: Machine) -> None:
    centre.until("systemctl is-active tongban-centre", "the centre is up", "tongban-centre")
    _ready(centre, CONSOLE, "tongban-centre", "mosquitto")
    assert centre.get(f"{CONSOLE}/sign-in") == 200
    centre.run(f"install -m 644 {DATA}/authority/ca.pem /etc/tongban/ca.pem")
    centre.write("/etc/tongban/desk-jia.toml", tomli_w.dumps(_desk()))
    centre.run("tongban keys new demo-jia /root/key && echo 0123456789abcdef0123456789abcdef >/root/token")
    centre.run("install -d -m 700 /etc/tongban/credentials-jia")
    for name in ("key", "token"):
        centre.run(f"systemd-creds encrypt --with-key=host --name=secret_{name} /root/{name} /etc/tongban/credentials-jia/{name}")
    centre.run("systemctl start tongban-desk@jia")
    assert centre.get("http://127.0.0.1:8603/") in (200, 401, 403)
    assert _failed(centre) == ""


def test_every_module_of_the_centre_finds_what_it_imports(centre: Machine) -> None:
    assert modules_that_fail(centre, "tongban-centre") == ""


def test_the_centre_moves_to_postgresql_and_runs_in_several_processes(centre: Machine) -> None:
    centre.until("runuser -u postgres -- psql -c 'SELECT 1'", "PostgreSQL is up", "postgresql@*")
    centre.run("systemctl stop tongban-centre")
    for line in ("createuser tongban-centre", "createdb --owner=tongban-centre --encoding=UTF8 --template=template0 tongban"):
        centre.run(f"runuser -u postgres -- {line}")
    several = {"database": {"conninfo": "postgresql:///tongban?host=/run/postgresql"}, "ingest": {"workers": 2}}
    centre.write(SETTINGS, tomli_w.dumps(_settings() | several))
    _as_centre(centre, f"tongban centre move-to-postgresql {SETTINGS}")
    _broker(centre)
    centre.run("systemctl disable --now tongban-centre")
    centre.write("/etc/tongban/console-2.env", "PORTS=--console-port 8612 --api-port 8614")
    centre.run(f"systemctl enable --now {' '.join(PROCESSES)}", patience=300)
    for unit in PROCESSES:
        assert centre.state(unit) == "active", centre.journal(unit)
    for console in (CONSOLE, OTHER_CONSOLE):
        _ready(centre, console, *PROCESSES)
    centre.run("systemctl stop tongban-ingest@2")
    centre.until(f"! {_asked(CONSOLE)}", "one is missed", *PROCESSES)
    centre.run("systemctl start tongban-ingest@2")
    _ready(centre, CONSOLE, *PROCESSES)
    assert _failed(centre) == ""


def test_an_upgrade_starts_every_process_anew(centre: Machine) -> None:
    pids = f"systemctl show -P MainPID {' '.join((*PROCESSES, 'tongban-desk@jia'))}"
    before = centre.run(pids).split()
    install(centre, "/after/*.deb")
    assert centre.run("dpkg-query -W -f '${Version}' tongban-centre") == NEXT
    _ready(centre, CONSOLE, *PROCESSES)
    after = centre.run(pids).split()
    assert len({*before, *after} - {"0"}) == 2 * len(before)


def test_a_terminal_is_not_installed_where_a_centre_is(centre: Machine) -> None:
    deb = f"/terminal/{package(packages(), 'tongban-terminal').name}"
    said = centre.run(f"dpkg -i {deb} 2>&1; echo $?", check=False, patience=300)
    assert "tongban-centre" in said
    assert not said.endswith("\n0")


def test_removed_nothing_runs_and_purged_only_the_data_stays(centre: Machine) -> None:
    centre.run("apt-get remove -qq tongban-centre 2>&1")
    centre.run("systemctl stop mosquitto")
    assert centre.run("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep '/[t]ongban' || true") == ""
    said = centre.run("apt-get purge -qq tongban-centre 2>&1")
    assert f"没有删除 {DATA}" in said
    left = "find / -xdev -iname '*tongban*'"
    ours = {DATA, "/var/lib/tongban-desk", "/etc/tongban", "/etc/systemd/system/mosquitto.service.d/tongban.conf"}
    assert set(centre.run(left).split()) <= ours


def _as_centre(machine: Machine, command: str) -> None:
    machine.run(f"runuser -u tongban-centre -- {command} 2>&1", patience=300)


def _broker(machine: Machine) -> None:
    """Its configuration of these settings, and started with it."""
    machine.run(f"tongban centre broker-config {SETTINGS} /etc/tongban/broker --user tongban-centre")
    machine.run("chown -R tongban-centre: /etc/tongban/broker && systemctl daemon-reload && systemctl restart mosquitto")


def _asked(console: str) -> str:
    program = f"import urllib.request as r; r.urlopen('{console}/health/ready', timeout=5)"
    return f'python3 -c "{program}" 2>&1'


def _ready(machine: Machine, console: str, *units: str) -> None:
    """Database, broker, every process and thread of it."""
    machine.until(_asked(console), f"{console} is ready", *units)


def _failed(machine: Machine) -> str:
    return machine.run("systemctl --failed --no-legend --plain", check=False)


def _settings() -> dict[str, object]:
    return {
        "data": DATA,
        "authority": {"folder": f"{DATA}/authority", "names": ["127.0.0.1"]},
        "broker": {"port": 8883},
        "api": {"port": 8605},
        "console": {"port": 8602},
        "terminals": [{"id": "t-0001", "place": "示范丙区政务服务中心 一楼大厅"}],
        "homes": [{"party": "demo-jia", "name": "示范甲市", "token_sha256": "0" * 64}],
    }


def _desk() -> dict[str, object]:
    secrets = "/run/credentials/tongban-desk@jia.service"
    return {
        "party": "demo-jia",
        "name": "示范甲市",
        "data": "/var/lib/tongban-desk/jia",
        "centre": "https://127.0.0.1:8605",
        "ca": "/etc/tongban/ca.pem",
        "token_file": f"{secrets}/secret_token",
        "key_file": f"{secrets}/secret_key",
        "listen": {"port": 8603},
        "parties": {"demo-bing": "示范丙区"},
    }
