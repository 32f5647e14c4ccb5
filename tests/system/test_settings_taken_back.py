"""``tongban run`` on settings that were checked and still do not come up: no loop, and the last good ones by itself."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path

import pytest
from support.hall import hall, until

from kiosk.care import taking
from kiosk.demo.processes import tongban

pytestmark = pytest.mark.long


def run(settings: Path) -> int:
    """One start, to its end; 0 while it would go on."""
    return subprocess.run(tongban("run", str(settings)), capture_output=True, timeout=90, check=False).returncode


def test_a_port_that_is_taken_costs_two_starts_and_then_the_terminal_serves_as_before(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one, socket.socket() as holder:
        settings = one.layout.base / "terminal.toml"
        good = settings.read_text("utf-8")
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = re.sub(r"(?<=\[glass\]\nport = )\d+", str(holder.getsockname()[1]), good)
        assert taken != good
        one.stop("terminal")
        taking.take(settings, taken, "test", "now")
        assert [run(settings), run(settings)] == [1, 1]
        one.start("terminal")
        assert settings.read_text("utf-8") == good
        assert taking.beside(settings, "refused").read_text("utf-8") == taken
        assert "new settings were taken back" in one.log("terminal")
        until(lambda: one.glass().look() == "welcome", "it serves")


def test_settings_that_are_wrong_for_this_machine_are_taken_back_within_the_same_start(tmp_path: Path) -> None:
    """Checked as settings, and still none to start with: the folder in memory is none."""
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        settings = one.layout.base / "terminal.toml"
        good = settings.read_text("utf-8")
        wrong = re.sub(r"(?<=\nruntime = ).*", f'"{tmp_path / "on-disk"}"', good)
        assert wrong != good
        one.stop("terminal")
        taking.take(settings, wrong, "test", "now")
        one.start("terminal")
        assert settings.read_text("utf-8") == good
        until(lambda: one.glass().look() == "welcome", "it serves")


def test_good_ones_stay_once_the_terminal_has_stood(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        settings = one.layout.base / "terminal.toml"
        new = re.sub(r"(?<=\nphone = ).*", '"028-87654321"', settings.read_text("utf-8"))
        one.stop("terminal")
        taking.take(settings, new, "test", "now")
        one.start("terminal")
        until(lambda: taking.on_trial(settings) is None, "the trial ends")
        one.glass().see("welcome")
        assert "028-87654321" in one.glass().html or settings.read_text("utf-8") == new
