"""The end of setting up: the system's disk is locked where somebody said so, and the console gives way to the screen."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from kiosk.health.kernel import Kernel
from kiosk.settings import PathSettings
from kiosk.setup import locking, outcome, showing
from kiosk.setup.system import System

SYSTEMD = Path(__file__).parents[2] / "systemd"
SCREEN = SYSTEMD / "units/tongban-screen.service"
LOGIN = SYSTEMD / "units/tongban-login.service"
GETTY, SERIAL = (
    SYSTEMD / f"root/terminal/usr/lib/systemd/system/{name}@.service.d/60-tongban.conf" for name in ("getty", "serial-getty")
)
SETTINGS, ANSWERS = "/var/lib/tongban/settings/terminal.toml", "/boot/firmware/tongban/setup.toml"
OPENED, CONSOLE = "/boot/firmware/tongban/console", "/run/tongban-console"


def starts(unit: Path, files: set[str]) -> bool:
    """Whether systemd would start it (systemd.unit(5): all conditions, and one at least of those with a bar)."""
    lines = [line.partition("=")[2] for line in unit.read_text("utf-8").splitlines() if line.startswith("ConditionPathExists=")]

    def holds(line: str) -> bool:
        path = line.removeprefix("|")
        return (path.removeprefix("!") in files) != path.startswith("!")

    bars = [holds(line) for line in lines if line.startswith("|")]
    return all(holds(line) for line in lines if not line.startswith("|")) and (not bars or any(bars))


def test_a_machine_has_its_console_until_it_is_set_up_and_the_screen_from_then_on_and_never_both() -> None:
    for files in map(set, itertools.chain.from_iterable(itertools.combinations((SETTINGS, ANSWERS, OPENED), n) for n in range(4))):
        there = files | ({CONSOLE} if starts(LOGIN, files) else set())
        screen, console = starts(SCREEN, there), starts(GETTY, there)
        assert screen is not console, files
        assert starts(SERIAL, there) is console, files
        assert screen is (OPENED not in files and bool(files & {SETTINGS, ANSWERS})), files


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """A machine whose ``lock-root`` locks unless ``why`` says why not; what the service manager is told is written down."""
    program = tmp_path / "usr/lib/tongban/bin/lock-root"
    program.parent.mkdir(parents=True)
    conf = tmp_path / "etc/overlayroot.local.conf"
    conf.parent.mkdir()
    program.write_text(
        f"#!/bin/sh\n[ ! -e {tmp_path}/why ] || {{ cat {tmp_path}/why >&2; exit 1; }}\n"
        f"[ $1 != on ] || [ -z $OUTSIDE ] || echo 'overlayroot=\"tmpfs:recurse=0\"' >{conf}\n"
    )
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/told\n[ "$1" != is-active ]\n')
    (tmp_path / "tools/systemd-run").write_text('#!/bin/sh\nwhile [ "${1#--}" != "$1" ]; do shift; done\nOUTSIDE=yes "$@"\n')
    for path in (program, *(tmp_path / "tools").iterdir()):
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/tools:/usr/bin:/bin")
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    (tmp_path / "run/tongban-console").touch()
    return System(tmp_path)


def test_it_is_locked_where_somebody_said_so_and_told_where_it_is_not(system: System) -> None:
    told = locking.locked(system, wanted=False)
    assert told is not None
    assert (told.verdict, "lock-root on" in told.remedy) == ("unknown", True)
    told = locking.locked(system, wanted=True)
    assert told is not None
    assert (told.verdict, told.says) == ("passed", "重新启动后只读")
    assert locking.ordered(system), "outside the fence that hides the kernel's modules"
    assert locking.locked(system, wanted=True) is None, "it is so already"


def test_what_hinders_it_is_told_in_its_own_words(system: System) -> None:
    (system.root / "why").write_text("没有装 overlayroot：apt install overlayroot\n")
    told = locking.locked(system, wanted=True)
    assert told is not None
    assert told.verdict == "failed"
    assert "没有装 overlayroot：apt install overlayroot" in told.says
    assert not locking.ordered(system)


def test_a_supply_that_sags_is_told_while_the_technician_is_there_and_one_nobody_measures_is_not(tmp_path: Path) -> None:
    paths = PathSettings(tmp_path / "store", tmp_path)
    firmware = tmp_path / "sys/devices/platform/soc/soc:firmware/get_throttled"
    kernel, settings = Kernel(tmp_path / "sys", tmp_path / "proc"), SimpleNamespace(paths=paths)
    assert "供电电压" not in {one.title for one in outcome.machine(settings, kernel)}  # type: ignore[arg-type]
    firmware.parent.mkdir(parents=True)
    firmware.write_text("50005\n")
    (told,) = (one for one in outcome.machine(settings, kernel) if one.title == "供电电压")  # type: ignore[arg-type]
    assert (told.verdict, "换" in told.remedy) == ("failed", True)


@pytest.mark.parametrize(
    ("person", "typed", "anew", "told"),
    [
        (False, "", False, ["stop getty@tty1.service", "start --no-block tongban-screen.service"]),
        (False, "", True, ["--no-block reboot"]),
        (True, "\n", False, ["--no-block reboot"]),
        (True, "是的\n好\n", False, ["--no-block reboot"]),
        (True, "否\n", False, ["stop getty@tty1.service", "start --no-block tongban-screen.service"]),
        (True, "n\n", False, ["stop getty@tty1.service", "start --no-block tongban-screen.service"]),
    ],
)
def test_the_glass_is_the_terminals_at_the_end(system: System, person: bool, typed: str, anew: bool, told: list[str]) -> None:
    with CliRunner().isolation(input=typed):
        showing.shown(system, anew=anew, good=True, person=person)
    lines = (system.root / "told").read_text().splitlines()
    assert [line for line in lines if not line.startswith("is-active")] == told


@pytest.mark.parametrize(("terminal", "there"), [("tty1", True), ("tty63", True), ("ttyS0", False), ("pts/0", False), ("", False)])
def test_whoever_sits_at_the_machines_own_console_is_known_behind_sudo_and_the_terminal_drawn_there(
    tmp_path: Path, terminal: str, there: bool
) -> None:
    """tty(4), devices.txt of the kernel: 4:1 to 4:63 are virtual consoles, serial lines are 4:64 and above."""
    device = {"tty1": 4 << 8 | 1, "tty63": 4 << 8 | 63, "ttyS0": 4 << 8 | 64, "pts/0": 136 << 8, "": 0}[terminal]
    lines = {os.getpid(): (700, 136 << 8 | 1), 700: (511, 136 << 8), 511: (1, device), 1: (0, 0)}
    for number, (parent, line) in lines.items():
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "stat").write_text(f"{number} (a (b) c) S {parent} 1 1 {line} 1 0")
    assert showing.on_console(tmp_path) is there


@pytest.mark.parametrize("by_person", [True, False])
def test_who_sits_at_the_console_does_not_lose_it_unasked(system: System, monkeypatch: pytest.MonkeyPatch, by_person: bool) -> None:
    monkeypatch.setattr(showing, "on_console", lambda: True)
    with CliRunner().isolation(input="n\n"):
        showing.shown(system, anew=False, good=True, person=by_person)
    assert [line for line in (system.root / "told").read_text().splitlines() if not line.startswith("is-active")] == []
