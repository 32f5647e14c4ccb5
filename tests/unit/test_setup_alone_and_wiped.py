"""Two who set a terminal up at once, and the file of answers whose code is wiped wherever it lies."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk.care.doctor import EX_UNAVAILABLE
from kiosk.setup.command import setup
from kiosk.setup.system import System
from kiosk.setup.wiping import wiped

CODE = "ABCD-EFGH-JKLM"


def run(base: Path) -> tuple[int, str]:
    options = ("--no-system", "--base", str(base), "--runtime", str(base), "--unattended")
    ended = CliRunner().invoke(setup, options, input="\n", catch_exceptions=False)
    return ended.exit_code, ended.output


def test_a_second_one_is_told_and_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "settings").mkdir()
    first = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    code, told = run(tmp_path)
    assert code == EX_UNAVAILABLE
    assert "已经有一个 tongban setup 在运行" in told
    assert list((tmp_path / "settings").iterdir()) == [], "what the first one came to is not written over"
    os.close(first)  # as the kernel does it for one that was ended
    assert "已经有一个" not in run(tmp_path)[1]
    assert "已经有一个" not in run(tmp_path)[1], "nor does one leave anything behind that stops the next"


def test_the_file_with_the_code_is_written_over_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "setup.toml"
    path.write_text(CODE)
    with path.open("rb") as sectors:  # what lies there after the name is gone
        assert wiped(path, System(tmp_path)) == ""
        assert sectors.read() == b"#" * len(CODE)
    assert not path.exists()


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[Path]:
    """The boot partition of a machine whose system's disk was locked before."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts")
    folder = tmp_path / "boot"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "boot", folder], check=True)
    try:
        (folder / "tongban").mkdir()
        (folder / "tongban/setup.toml").write_text(CODE)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_on_a_partition_that_is_read_only_as_well_and_it_is_read_only_again(boot: Path) -> None:
    assert wiped(boot / "tongban/setup.toml", System(boot)) == ""
    assert not (boot / "tongban/setup.toml").exists()
    assert os.statvfs(boot).f_flag & os.ST_RDONLY


def test_where_it_cannot_be_wiped_it_is_said_plainly(boot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (boot.parent / "mount").write_text("#!/bin/sh\necho 写保护 >&2\nexit 32\n")
    (boot.parent / "mount").chmod(0o755)
    with monkeypatch.context() as tools:
        tools.setenv("PATH", f"{boot.parent}:/usr/bin:/bin")
        told = wiped(boot / "tongban/setup.toml", System(boot))
    assert "写保护" in told
    assert "自己删" in told
