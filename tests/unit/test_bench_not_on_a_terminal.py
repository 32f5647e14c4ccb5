"""The bench, the virtual hardware and the demonstration are a developer's: what a terminal installs has none of them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from unit.test_import_rules import LEFT_OUT, under

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


def test_what_a_terminal_installs_has_no_bench_and_no_virtual_hardware(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"devices/port.py", "kiosk/terminal.py", "ui/app.py"} <= set(names)
    assert [name for name in names if any(under(name.replace("/", "."), each) for each in LEFT_OUT)] == []


def test_a_terminal_has_no_command_that_would_start_them(wheel: Path, tmp_path: Path) -> None:
    """From the wheel's own files: the source this test lies in is never looked at for a module of ours."""
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import kiosk.cli, click\n"
        f"assert kiosk.cli.__file__.startswith({str(tmp_path)!r})\n"
        "context = click.Context(kiosk.cli.main)\n"
        "print(*kiosk.cli.main.list_commands(context))\n"
        "print(*(kiosk.cli.main.get_command(context, name) for name in ('virtual', 'bench', 'demo')))\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    commands, started = done.stdout.splitlines()
    assert {"run", "doctor", "status"} <= set(commands.split())
    assert not {"virtual", "bench", "demo"} & set(commands.split())
    assert started == "None None None"
