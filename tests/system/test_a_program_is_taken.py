"""A whole hall takes another program: from the publisher's key to the terminal that runs it, over a real broker and centre, with
the launcher as it is installed; what does not start is gone back from, and the centre reads why."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.hall import Hall, command, hall, until
from support.updates import LAUNCHER

REPOSITORY = LAUNCHER.parents[2]
OURS = ("kiosk", "domain", "devices", "ui", "mqtt")


def program(folder: Path, version: str) -> Path:
    """This very program under another version, as a package has it."""
    site = folder / "site"
    for room in OURS:
        shutil.copytree(REPOSITORY / room, site / room, ignore=shutil.ignore_patterns("__pycache__"))
    about = site / f"tongban-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tongban\nVersion: {version}\n")
    return folder


class Machine:
    """The terminal's, with a service manager that starts what has ended: :meth:`restarted`."""

    def __init__(self, one: Hall, folder: Path) -> None:
        self.hall = one
        self.programs = folder / "programs"
        self.programs.mkdir()
        factory = program(folder / "factory", "0.9")
        (factory / "bin").mkdir()
        shutil.copy(LAUNCHER, factory / "bin")
        self.settings = one.layout.base / "terminal.toml"
        asked = ("env", f"TONGBAN_PROGRAMS={self.programs}", sys.executable, "-I", str(factory / "bin" / "tongban"))
        one.specs["terminal"] = replace(one.specs["terminal"], command=(*asked, "run", str(self.settings)))

    def restarted(self) -> None:
        until(lambda: self.hall.ended("terminal"), "the program ends for the other one")
        self.hall.start("terminal")

    def crashes(self) -> None:
        """A start that comes to nothing."""
        spec = self.hall.specs["terminal"]
        with spec.log.open("ab") as log:
            assert subprocess.run(spec.command, stdout=log, stderr=log, timeout=60, check=False).returncode != 0

    def runs(self) -> str:
        return command("program", "show", str(self.settings))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    key = tmp_path / "publisher.key"
    public = command("program", "key", "--out", str(key)).strip()
    with hall(tmp_path / "hall", "broker") as one:
        centre, terminal = one.layout.base / "centre.toml", one.layout.base / "terminal.toml"
        centre.write_text(f'publisher = ["{public}"]\n{centre.read_text("utf-8")}', "utf-8")
        terminal.write_text(f'{terminal.read_text("utf-8")}\n[program]\npublisher = ["{public}"]\nrate = 1000000\n', "utf-8")
        machine = Machine(one, tmp_path)
        one.start("centre", "terminal")
        yield machine


def published(machine: Machine, folder: Path, tree: Path, version: str) -> None:
    centre = str(machine.hall.layout.base / "centre.toml")
    arch, python = os.uname().machine, f"3.{sys.version_info.minor}"
    key = str(folder / "publisher.key")
    command(
        *("program", "pack", str(tree), "--version", version, "--arch", arch, "--python", python),
        *("--key", key, "--out", str(folder / "out"), "--day", "2026-11-26"),
    )
    command("centre", "program", "add", centre, str(folder / "out" / f"tongban-{version}-{arch}-py{python}.jws"))
    command("centre", "program", "publish", centre, version, "--why", "试验")


def reported(machine: Machine) -> tuple[str, str | None] | None:
    db = sqlite3.connect(machine.hall.layout.base / "centre" / "centre.db")
    found = db.execute("SELECT state, reason FROM reported WHERE what = 'program'").fetchone()
    db.close()
    return found


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_terminal_takes_a_program_stands_and_goes_back_from_one_that_does_not_start(machine: Machine, tmp_path: Path) -> None:
    one = machine.hall
    glass = one.glass()
    glass.see("welcome")
    assert "正在运行：0.9" in machine.runs()

    published(machine, tmp_path, program(tmp_path / "new", "1.0"), "1.0")
    until(lambda: "已经放好" in machine.runs(), "the program lies there")
    glass.do("begin")
    assert "✓" in command("program", "take", str(machine.settings))
    glass.look()
    assert glass.screen != "welcome", "nobody is interrupted"
    glass.do("leave").do("end")
    glass.see("welcome")
    machine.restarted()
    assert "正在运行：1.0" in machine.runs()
    assert "刚更新" in (glass.look(), glass.html)[1]
    until(lambda: reported(machine) == ("applied", None), "the centre reads that it stands")
    glass.see("welcome")
    assert str((machine.programs / "current").readlink()) == "1.0"
    assert "tongban 1.0" in one.console()

    broken = program(tmp_path / "broken", "1.1")
    (broken / "site" / "kiosk" / "terminal.py").write_text("raise RuntimeError('broken')\n")
    published(machine, tmp_path, broken, "1.1")
    until(lambda: "等着换的：1.1：已经放好" in machine.runs(), f"the next lies there; {one.log('terminal')[-2000:]}", 200)
    command("program", "take", str(machine.settings))
    until(lambda: one.ended("terminal"), "the program ends for the other one")
    for _ in range(3):
        machine.crashes()
    one.start("terminal")
    assert "正在运行：1.0" in machine.runs()
    glass.see("welcome")
    until(lambda: reported(machine) == ("refused", "program_not_up"), "the centre reads why it went back")
