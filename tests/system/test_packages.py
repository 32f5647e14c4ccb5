"""The packages on a Debian 13 that was just started: installed, up, upgraded, removed, purged. In a container with systemd as its
first process, made and started by ``tests/support/machine``; needs root, and says so rather than pass without.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from support.authority import authority, enrolled
from support.machine.booted import Machine, booted
from support.machine.packages import NEXT, package, packages
from support.machine.root import root

from domain.catalogue.catalogue import load
from domain.sealing import new_key
from kiosk.enrolment.files import IdentityFiles

# Building and installing take four minutes on a machine that has done neither yet, which `make test` has not left.
pytestmark = pytest.mark.long

SYSTEMD = Path(__file__).parents[2] / "systemd"
PAGE = "http://127.0.0.1:8600"
ENABLED = (
    "opt-tongban.mount",
    "tongban-terminal.service",
    "tongban-screen.service",
    "tongban-screen-anew.timer",
    "tongban-reboot.path",
)
INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get install -qq --allow-downgrades /packages/{} 2>&1"
NAME = "t-0001"
DATA = "/var/lib/tongban"
_ALIVE = f"import urllib.request as r; assert b'alive' in r.urlopen('{PAGE}/pulse', timeout=5).read()"
ALL_MODULES = """
import importlib, pkgutil, sys
from pathlib import Path
for room in ("domain", "kiosk", "devices", "ui", "mqtt", "fleet"):
    if not (Path(sys.path[0]) / room).is_dir():
        continue
    for found in pkgutil.walk_packages(importlib.import_module(room).__path__, room + "."):
        # libcamera comes with Raspberry Pi OS; Alembic runs its files itself.
        if found.name.endswith("__main__") or found.name.startswith(("devices.camera.process", "fleet.migrations")):
            continue
        try:
            importlib.import_module(found.name)
        except ImportError as error:
            print(found.name, error)
"""


@pytest.fixture(scope="module")
def built() -> Path:
    return packages()


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``tongban enrol`` leaves behind, of a centre that cannot be reached from there."""
    folder = tmp_path_factory.mktemp("identity")
    enrolled(authority(tmp_path_factory.mktemp("authority") / "authority"), NAME, IdentityFiles(folder))
    return folder


@pytest.fixture(scope="module")
def machine(built: Path, identity: Path) -> Iterator[Machine]:
    with booted(root(), "tongban-packages", packages=built, identity=identity) as started:
        yield started


@pytest.fixture(scope="module")
def terminal(machine: Machine, built: Path) -> Machine:
    """Installed as a technician does it, over settings that are there already: nothing is asked, and no device is attached."""
    # No card in this machine: the compositor draws into memory. Everything else of the screen's unit is as it is.
    machine.write(
        "/etc/systemd/system/tongban-screen.service.d/headless.conf",
        "[Service]\nEnvironment=WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 WLR_RENDERER=pixman",
    )
    machine.run(f"systemd-sysusers - <<'.'\nu tongban - -\n.\ninstall -d -m 700 -o tongban -g tongban {DATA}/settings")
    machine.run(f"cp -r /identity {DATA}/identity && chown -R tongban: {DATA}/identity && chmod 700 {DATA}/identity")
    machine.write(f"{DATA}/settings/terminal.toml", _terminal(), "600", "tongban")
    machine.run(INSTALL.format(package(built, "tongban-terminal").name), patience=300)
    return machine


def test_a_terminal_holds_what_it_needs_and_nothing_else(built: Path) -> None:
    names = _names(package(built, "tongban-terminal"))
    site = {name.removeprefix("usr/lib/tongban/site/") for name in names if name.startswith("usr/lib/tongban/site/")}
    assert {
        "kiosk/terminal.py",
        "ui/static/vendor/glass.js",
        "ui/clerk/static/vendor/clerk.js",
        "kiosk/typing/pinyin/tongban.table.bin",
    } <= site
    assert {"bin/tongban", "bin/disk-in-use"} <= {name.removeprefix("usr/lib/tongban/") for name in names}
    developers = (
        "devices/virtual",
        "devices/tape",
        "kiosk/demo/",
        "ui/bench",
        "pytest",
        "hypothesis",
        "playwright",
        "mypy",
        "ruff",
        "uv/",
    )
    assert [name for name in site if name.startswith((*developers, "fleet", "sqlalchemy", "rapidocr", "onnxruntime"))] == []
    assert [name for name in names if name.endswith((".pyc", "/RECORD", "/direct_url.json", ".pyi"))] == []
    around = {
        name for name in names if not name.startswith(("usr/lib/tongban/site/", "usr/share/man/man1/tongban", "usr/share/doc/"))
    }
    assert around == _laid_out()


def test_a_centre_has_no_device_and_no_terminal(built: Path) -> None:
    names = _names(package(built, "tongban-centre"))
    site = {name.removeprefix("usr/lib/tongban/site/") for name in names if name.startswith("usr/lib/tongban/site/")}
    assert {"fleet/centre.py", "fleet/static/vendor/uplot.js", "kiosk/cli.py", "sqlalchemy/__init__.py"} <= site
    assert [name for name in site if name.startswith(("devices", "ui/", "kiosk/terminal", "kiosk/visit", "serial", "escpos"))] == []


def test_every_unit_of_a_terminal_is_up(terminal: Machine) -> None:
    for unit in ENABLED:
        terminal.until(f"systemctl is-active {unit}", f"{unit} is active", unit)
        assert terminal.run(f"systemctl is-enabled {unit}") == "enabled"
    terminal.until(_python(_ALIVE), "the page on the glass is alive", "tongban-terminal", "tongban-screen")
    assert terminal.state("pcscd.socket") == terminal.state("seatd.service") == "active"
    for unit in ("tongban-cups.service", "tongban-intake.service"):  # for what is not there: by the setting-up
        assert terminal.run(f"systemctl is-enabled {unit}", check=False) == "disabled"
    assert terminal.run("stat -c '%G %a' /run/pcscd/pcscd.comm") == "tongban-cards 660"
    for unit in ("cups.service", "cups.socket", "cups.path"):  # of Debian's: it listens, and keeps jobs on the disk
        assert terminal.state(unit) == "inactive"
    assert terminal.run("systemctl --failed --no-legend --plain", check=False) == ""


def test_every_module_of_a_terminal_finds_what_it_imports(terminal: Machine) -> None:
    assert _modules_that_fail(terminal, "tongban") == ""


def test_words_are_typed_with_the_dictionary_of_the_package(terminal: Machine) -> None:
    """Built with the librime of whoever built the package, read by this system's."""
    program = "from kiosk.typing.typist import Typist; t = Typist(); print(t.spell('v', 'words', 'luding', 0).words[0]); t.close()"
    assert terminal.run(_python(program)) == "泸定"


def test_a_command_answers_and_has_a_manual_page(terminal: Machine, built: Path) -> None:
    commands = terminal.run("tongban --help").partition("Commands:")[2]
    named = {line.split()[0] for line in commands.splitlines() if line.strip()}
    pages = {
        name.rpartition("/")[2].removesuffix(".1.gz") for name in _names(package(built, "tongban-terminal")) if "/man1/" in name
    }
    assert named
    assert {"tongban", *(f"tongban-{name}" for name in named)} <= pages


def test_an_upgrade_starts_the_new_one_and_keeps_the_queue(terminal: Machine, built: Path) -> None:
    rows = "SELECT sequence, type, time, hex(data) FROM outbox ORDER BY sequence"
    before = _asked(terminal, rows)
    pid = terminal.run("systemctl show -P MainPID tongban-terminal")
    terminal.run("ln -sfn 0.0.1 /opt/tongban/current")  # an update of before, older than what is installed now
    terminal.run(INSTALL.format(package(built, "tongban-terminal", NEXT).name), patience=300)
    assert terminal.run("dpkg-query -W -f '${Version}' tongban-terminal") == NEXT
    terminal.until("systemctl is-active tongban-terminal", "the new one is up", "tongban-terminal")
    assert terminal.run("systemctl show -P MainPID tongban-terminal") != pid
    assert terminal.run("ls /opt/tongban") == ""
    assert before
    assert _asked(terminal, rows)[: len(before)] == before


def test_removed_nothing_runs_and_purged_only_the_data_stays(terminal: Machine) -> None:
    terminal.run("apt-get remove -qq tongban-terminal 2>&1")
    assert terminal.run("pgrep -fa '[t]ongban' || true") == ""
    assert terminal.run(f"ls {DATA}/store/terminal.db {DATA}/settings/terminal.toml")
    said = terminal.run("apt-get purge -qq tongban-terminal 2>&1")
    assert f"没有删除 {DATA}" in said
    left = "find / -xdev -iname '*tongban*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/run/*' -not -path '/tmp/*'"
    assert set(terminal.run(left).split()) <= {DATA, "/etc/systemd/system/tongban-screen.service.d"}
    assert terminal.run(f"ls {DATA}").split() == ["identity", "settings", "store"]


@pytest.fixture(scope="module")
def centre(machine: Machine, built: Path) -> Machine:
    """On the same machine, where no terminal is any more: the two cannot be installed together."""
    machine.run("dpkg --purge tongban-terminal 2>&1", check=False)
    machine.write("/etc/tongban/centre.toml", _centre())
    machine.run(INSTALL.format(package(built, "tongban-centre").name), patience=300)
    machine.run("runuser -u tongban-centre -- tongban centre init-ca /etc/tongban/centre.toml && systemctl restart tongban-centre")
    return machine


def test_the_centre_and_a_desk_answer(centre: Machine) -> None:
    centre.until("systemctl is-active tongban-centre", "the centre is up", "tongban-centre")
    assert centre.get("http://127.0.0.1:8602/sign-in") == 200
    centre.run("install -m 644 /var/lib/tongban-centre/authority/ca.pem /etc/tongban/ca.pem")
    centre.write("/etc/tongban/desk-jia.toml", _desk())
    centre.run("tongban keys new demo-jia /root/key && echo 0123456789abcdef0123456789abcdef >/root/token")
    centre.run("install -d -m 700 /etc/tongban/credentials-jia")
    for name in ("key", "token"):
        centre.run(f"systemd-creds encrypt --with-key=host --name=secret_{name} /root/{name} /etc/tongban/credentials-jia/{name}")
    centre.run("systemctl start tongban-desk@jia")
    assert centre.get("http://127.0.0.1:8603/") in (200, 401, 403)
    assert centre.run("systemctl --failed --no-legend --plain", check=False) == ""


def test_every_module_of_the_centre_finds_what_it_imports(centre: Machine) -> None:
    assert _modules_that_fail(centre, "tongban-centre") == ""


def test_a_terminal_is_not_installed_where_a_centre_is(centre: Machine, built: Path) -> None:
    said = centre.run(f"dpkg -i /packages/{package(built, 'tongban-terminal').name} 2>&1; echo $?", check=False, patience=300)
    assert "tongban-centre" in said
    assert not said.endswith("\n0")


def _names(deb: Path) -> set[str]:
    """Files and links, without the leading ``./``."""
    listed = subprocess.run(
        f"dpkg-deb --fsys-tarfile {deb} | tar -t", shell=True, capture_output=True, text=True, check=True
    ).stdout
    return {name.removeprefix("./") for name in listed.splitlines() if not name.endswith("/")}


def _laid_out() -> set[str]:
    """What the folders of ``systemd/`` put where, as its README says."""
    units = {
        str(path.relative_to(SYSTEMD / "units"))
        for path in (SYSTEMD / "units").rglob("*")
        if path.is_file() and not path.name.startswith(("tongban-centre", "tongban-console", "tongban-desk", "tongban-ingest"))
    }
    root_files = {
        str(path.relative_to(SYSTEMD / "root" / "terminal"))
        for path in (SYSTEMD / "root" / "terminal").rglob("*")
        if path.is_file()
    }
    return {
        "usr/bin/tongban",
        "usr/lib/tongban/bin/tongban",
        "usr/lib/tongban/bin/disk-in-use",
        "usr/lib/tongban/bin/lock-root",
        "usr/lib/udev/rules.d/72-tongban.rules",
        "usr/lib/sysusers.d/tongban-terminal.conf",
        "usr/lib/tmpfiles.d/tongban-terminal.conf",
        "usr/share/lintian/overrides/tongban-terminal",
        "etc/chromium/policies/managed/tongban.json",
        *(f"usr/lib/systemd/system/{name}" for name in units),
        *root_files,
    }


def _python(program: str, user: str = "tongban") -> str:
    path = "/usr/lib/tongban/site"
    return f"runuser -u {user} -- env PYTHONPATH={path} python3 -P - <<'.'\n{program}\n."


def _modules_that_fail(machine: Machine, user: str) -> str:
    return machine.run(_python(ALL_MODULES.replace("sys.path[0]", "'/usr/lib/tongban/site'"), user))


def _asked(machine: Machine, sql: str) -> list[str]:
    database = f"sqlite3.connect('file:{DATA}/store/terminal.db?mode=ro', uri=True)"
    return machine.run(_python(f"import sqlite3\nfor row in {database}.execute({sql!r}): print(row)")).splitlines()


def _terminal() -> str:
    parties = load().parties
    keys = {name: new_key(name)[0] for name in ("intake", "recovery", *(party.party for party in parties))}
    written = {name: {"key_id": key.key_id, "public": key.public} for name, key in keys.items()}
    return tomli_w.dumps(
        {
            "terminal": {
                "id": NAME,
                "code": "K01",
                "division": "519902",
                "place": "demo-bing",
                "intake": "示范丙区",
                "hall": "示范丙区政务服务中心",
                "phone": "0800-000-0003",
                "complaint": "12345",
                "query": "https://centre.example/progress",
            },
            "paths": {"data": f"{DATA}/store", "runtime": "/run/tongban"},
            "glass": {"port": 8600},
            "devices": {
                "idcard": {"path": "/dev/tongban/tty-idcard"},
                "printer": {"host": "127.0.0.1", "port": 9100},
                "camera": {"socket": "/run/tongban-camera/camera"},
            },
            "centre": {"broker": "centre.example:8883", "documents": "https://centre.example", "identity": f"{DATA}/identity"},
            "keys": {
                "intake": written["intake"],
                "recovery": written["recovery"],
                "homes": {party.party: written[party.party] for party in parties},
            },
        }
    )


def _centre() -> str:
    return tomli_w.dumps(
        {
            "data": "/var/lib/tongban-centre",
            "authority": {"folder": "/var/lib/tongban-centre/authority", "names": ["127.0.0.1"]},
            "broker": {"port": 8883},
            "api": {"port": 8605},
            "console": {"port": 8602},
            "terminals": [{"id": NAME, "place": "示范丙区政务服务中心 一楼大厅"}],
            "homes": [{"party": "demo-jia", "name": "示范甲市", "token_sha256": "0" * 64}],
        }
    )


def _desk() -> str:
    secrets = "/run/credentials/tongban-desk@jia.service"
    return tomli_w.dumps(
        {
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
    )
