"""The terminal's clock stands wrong (no battery, no network time): said by name, not as a riddle of TLS."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.authority import enrolled
from support.fleet import TERMINAL, Fleet, running_fleet
from support.hall import prepared

from fleet.authority.authority import Authority
from fleet.authority.ca import LIFE
from kiosk.cli import main
from kiosk.demo.layout import Layout, Ports
from kiosk.enrolment.files import Held, IdentityFiles, request_for


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with running_fleet(tmp_path / "fleet") as running:
        yield running


@pytest.fixture
def settings(fleet: Fleet, tmp_path: Path, memory: Path) -> Path:
    """A terminal's settings that name this centre; its identity is good."""
    prepared(Layout(tmp_path, memory, Ports(9600)), signed=True)
    path = tmp_path / "terminal.toml"
    text = (
        path.read_text()
        .replace("https://127.0.0.1:9605", fleet.centre.api_address)
        .replace('id = "demo-k01"', f'id = "{TERMINAL}"')
    )
    path.write_text(text)
    enrolled(fleet.broker.authority, TERMINAL, IdentityFiles(tmp_path / "identity"))
    return path


def at(clock: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``tongban …`` with a clock that says so."""
    return subprocess.run(
        ["faketime", "-f", clock, sys.executable, "-m", "kiosk", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_with_the_right_time_all_is_well(settings: Path) -> None:
    said = CliRunner().invoke(main, ["identity", str(settings)])
    assert (said.exit_code, "中心认可这张证书" in said.output) == (0, True)


@pytest.mark.parametrize("clock", ["-3650d", "-2h", "+2h", "+60d", "+20y"])
def test_a_wrong_clock_is_named_whichever_way(settings: Path, clock: str) -> None:
    said = at(clock, "identity", str(settings))
    assert (said.returncode, said.stderr.split("：")[0]) == (1, "clock_wrong"), said.stderr


@pytest.mark.parametrize(("clock", "way"), [("-3650d", "慢"), ("+20y", "快")])
def test_enrolling_says_it_before_the_code_is_used(settings: Path, fleet: Fleet, clock: str, way: str) -> None:
    code = fleet.centre.authority.new_code(TERMINAL)
    said = at(clock, "enrol", str(settings), "--code", str(code))
    assert (said.returncode, f"本机时钟比中心{way}了" in said.stderr) == (1, True), said.stderr
    assert CliRunner().invoke(main, ["enrol", str(settings), "--code", str(code)]).exit_code == 0


def test_a_clock_that_is_hours_late_does_not_let_the_certificate_run_out(settings: Path, fleet: Fleet, tmp_path: Path) -> None:
    identity = IdentityFiles(tmp_path / "identity")
    books = Authority(fleet.broker.authority, (TERMINAL,), lambda: time.time() - LIFE.total_seconds() * 0.7)
    key, _ = identity.prepared(identity.pending)
    old = Held(key, books.enrol(TERMINAL, books.new_code(TERMINAL).secret, request_for(key, TERMINAL)))
    identity.enrolled(old, fleet.broker.authority.authority.read_bytes())
    books.close()
    assert "clock_wrong" in at("-20m", "identity", str(settings)).stderr
    new = identity.held()
    assert new is not None
    assert new.until > old.until
