"""What a start must not pay for: the page is awaited, on a board with one slow card. Each in a Python of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PRINTER = """
from devices.printer.driver import EscposPrinter
EscposPrinter(lambda: None, None)
"""
SLIP = """
from PIL import Image
from devices.printer.raster import strips
strips(Image.new("1", (576, 24), 1))
from escpos import capabilities
print("profiles:", *capabilities.CAPABILITIES["profiles"])
"""


def loaded(program: str, folder: Path) -> set[str]:
    """The modules there are at the end of ``program``, and what it said."""
    told = "\nimport sys\nprint(*sys.modules, sep='\\n')"
    environment = {"PATH": "/usr/bin", "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    asked = [sys.executable, "-c", program + told]
    return set(subprocess.run(asked, capture_output=True, text=True, check=True, env=environment).stdout.splitlines())


def test_the_screens_program_loads_no_library_but_click(tmp_path: Path) -> None:
    modules = {name.partition(".")[0] for name in loaded("import kiosk.screen.command", tmp_path)}
    assert "kiosk" in modules
    assert modules.isdisjoint({"jwt", "cryptography", "msgspec", "flask", "httpx", "numpy", "PIL"})


@pytest.mark.parametrize("program", ["import kiosk.terminal", PRINTER], ids=["a terminal", "a printer"])
def test_python_escpos_is_loaded_by_the_first_slip_only(program: str, tmp_path: Path) -> None:
    assert not any(name.partition(".")[0] == "escpos" for name in loaded(program, tmp_path))


def test_python_escpos_is_told_of_one_printer_and_leaves_nothing_behind(tmp_path: Path) -> None:
    assert "profiles: default" in loaded(SLIP, tmp_path)
    assert not list(tmp_path.iterdir())
