"""The data partition beside a new system, whose accounts have other numbers (``systemd/lock/disk-ours``)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "systemd/lock/disk-ours"
OURS, BEFORE = 65534, 4711
"""nobody, and a number of no account."""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def partition(tmp_path: Path) -> Path:
    """As a system left it whose terminal had the number before; the folders themselves are right already (tmpfiles)."""
    base = tmp_path / "data"
    for path in ("store/terminal.db", "store/pages/a/1.age", "settings/t.toml", "identity/key.pem", "programs/1/site/x.py"):
        (base / path).parent.mkdir(parents=True, exist_ok=True)
        (base / path).write_text("x")
    (tmp_path / "elsewhere").write_text("root's")
    (base / "store/pages/out").symlink_to(tmp_path / "elsewhere")
    (base / "credentials").mkdir()
    (base / "credentials/hall-keys").write_text("sealed")
    for path in base.rglob("*"):
        if not path.is_relative_to(base / "credentials"):
            os.chown(path, BEFORE, BEFORE, follow_symlinks=False)
    for name in ("store", "settings", "identity", "programs"):
        os.chown(base / name, OURS, OURS)
    return base


def run(partition: Path) -> None:
    subprocess.run(["sh", str(PROGRAM), str(partition), "nobody"], check=True, timeout=30)


def owners(partition: Path) -> set[int]:
    return {path.lstat().st_uid for name in ("store", "settings", "identity", "programs") for path in (partition / name).rglob("*")}


def test_what_another_system_wrote_is_the_terminals_and_nothing_else_is_touched(partition: Path) -> None:
    run(partition)
    assert owners(partition) == {OURS}
    assert (partition.parent / "elsewhere").stat().st_uid == 0, "a link is not followed"
    assert (partition / "credentials").stat().st_uid == (partition / "credentials/hall-keys").stat().st_uid == 0
    assert partition.stat().st_uid == 0


def test_cut_off_halfway_it_is_done_at_the_next_start(partition: Path) -> None:
    """A folder is given away after what lies in it."""
    os.chown(partition / "store/terminal.db", OURS, OURS)
    os.chown(partition / "store/pages/a/1.age", OURS, OURS)
    run(partition)
    assert owners(partition) == {OURS}


def test_where_all_is_right_nothing_is_written(partition: Path) -> None:
    run(partition)
    before = {path: path.lstat().st_ctime_ns for path in partition.rglob("*")}
    run(partition)
    assert {path: path.lstat().st_ctime_ns for path in partition.rglob("*")} == before


def test_a_partition_that_is_not_there_or_new_stops_nothing(tmp_path: Path) -> None:
    run(tmp_path)
