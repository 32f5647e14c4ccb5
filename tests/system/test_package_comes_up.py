"""The terminal's package on a Debian 13 that was just started: what is in it, and every unit up. In a container with systemd as its
first process, made and started by ``tests/support/machine``. Where none can be started it is skipped on a developer's machine, with
the reason, and fails with it where ``CI`` is set: nobody would read that it was skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.machine.booted import Machine
from support.machine.inside import modules_that_fail, names, python
from support.machine.newly_installed import newly_installed
from support.machine.packages import package, packages
from support.machine.root import lacking

pytestmark = [pytest.mark.timeout(1200), pytest.mark.skipif(bool(lacking()) and "CI" not in os.environ, reason=lacking())]

SYSTEMD = Path(__file__).parents[2] / "systemd"
ENABLED = (
    "opt-tongban.mount",
    "tongban-terminal.service",
    "tongban-screen.service",
    "tongban-screen-anew.timer",
    "tongban-reboot.path",
)
ALIVE = "import urllib.request as r; assert b'alive' in r.urlopen('http://127.0.0.1:8600/pulse', timeout=5).read()"


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with newly_installed(tmp_path_factory.mktemp("made")) as one:
        yield one


def test_a_terminal_holds_what_it_needs_and_nothing_else() -> None:
    held = names(package(packages(), "tongban-terminal"))
    site = {name.removeprefix("usr/lib/tongban/site/") for name in held if name.startswith("usr/lib/tongban/site/")}
    assert {
        "kiosk/terminal.py",
        "ui/static/vendor/glass.js",
        "ui/clerk/static/vendor/clerk.js",
        "kiosk/typing/pinyin/tongban.table.bin",
    } <= site
    assert {"bin/tongban", "bin/disk-in-use"} <= {name.removeprefix("usr/lib/tongban/") for name in held}
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
    assert [name for name in held if name.endswith((".pyc", "/RECORD", "/direct_url.json", ".pyi"))] == []
    around = {
        name for name in held if not name.startswith(("usr/lib/tongban/site/", "usr/share/man/man1/tongban", "usr/share/doc/"))
    }
    assert around == _laid_out()


def test_every_unit_of_a_terminal_is_up(terminal: Machine) -> None:
    for unit in ENABLED:
        terminal.until(f"systemctl is-active {unit}", f"{unit} is active", unit)
        assert terminal.run(f"systemctl is-enabled {unit}") == "enabled"
    terminal.until(python(ALIVE), "the page on the glass is alive", "tongban-terminal", "tongban-screen")
    assert terminal.state("pcscd.socket") == terminal.state("seatd.service") == "active"
    for unit in ("tongban-cups.service", "tongban-intake.service"):  # for what is not there: by the setting-up
        assert terminal.run(f"systemctl is-enabled {unit}", check=False) == "disabled"
    assert terminal.run("stat -c '%G %a' /run/pcscd/pcscd.comm") == "tongban-cards 660"
    for unit in ("cups.service", "cups.socket", "cups.path"):  # of Debian's: it listens, and keeps jobs on the disk
        assert terminal.state(unit) == "inactive"
    assert terminal.run("systemctl --failed --no-legend --plain", check=False) == ""


def test_ctrl_alt_del_does_nothing_however_often_it_is_pressed(terminal: Machine) -> None:
    """The kernel sends its first process SIGINT, and Debian's starts anew at one."""
    for _ in range(10):
        terminal.run("kill -INT 1")
    assert terminal.run("systemctl list-jobs --no-legend") == ""
    assert terminal.state("tongban-terminal") == "active"


def test_the_last_word_about_magic_keys_is_ours(terminal: Machine) -> None:
    said = terminal.run("systemd-analyze cat-config sysctl.d | grep -v '^#' | grep sysrq")
    assert said.splitlines()[-1] == "kernel.sysrq = 0"


def test_every_module_of_a_terminal_finds_what_it_imports(terminal: Machine) -> None:
    assert modules_that_fail(terminal, "tongban") == ""


def test_words_are_typed_with_the_dictionary_of_the_package(terminal: Machine) -> None:
    """Built with the librime of whoever built the package, read by this system's."""
    program = "from kiosk.typing.typist import Typist; t = Typist(); print(t.spell('v', 'words', 'luding', 0).words[0]); t.close()"
    assert terminal.run(python(program)) == "泸定"


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
        "usr/lib/tongban/bin/disk-again",
        "usr/lib/tongban/bin/disk-ours",
        "etc/systemd/system/emergency.target",
        "etc/systemd/system/rescue.target",
        "etc/systemd/system/ctrl-alt-del.target",
        "usr/lib/tongban/bin/console",
        "usr/lib/udev/rules.d/72-tongban.rules",
        "usr/lib/sysusers.d/tongban-terminal.conf",
        "usr/lib/tmpfiles.d/tongban-terminal.conf",
        "usr/share/lintian/overrides/tongban-terminal",
        "etc/chromium/policies/managed/tongban.json",
        *(f"usr/lib/systemd/system/{name}" for name in units),
        *root_files,
    }
