"""A disk that is full just as a program is tried or gone back from: the program of before serves on, and what it takes in stays."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.updates import Box, made, until_left

from kiosk.program.place import Programs


def on_trial(folder: Path) -> Box:
    """The next start is of a program with a new schema."""
    box, one = Box(folder / "box"), made(folder / "made", "1.1", store=7)
    box.database(6, "before it")
    until_left(box, box.updater(box.start(), {one.manifest.sha256: one.archive}), 1, (one.signed,))
    return box


def start(box: Box, *full: str) -> Programs:
    """As `Box.start`, with a disk that has no room for files so named."""
    launcher = box.launcher()

    def refusing(does: Callable[..., Any], named: Callable[..., str]) -> Callable[..., Any]:
        def tried(*arguments: Any) -> Any:
            if named(*arguments) in full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return does(*arguments)

        return tried

    launcher._write = refusing(launcher._write, lambda name, _content: name)
    launcher._copy = refusing(launcher._copy, lambda _source, target: Path(target).name)
    return box.running(launcher.chosen(["run"]))


def test_copies_of_a_start_that_could_not_be_counted_are_made_anew(tmp_path: Path) -> None:
    box = on_trial(tmp_path)
    assert start(box, "trial.json").running is None
    assert (box.programs / "kept").is_dir()
    box.database(6, "taken in meanwhile")
    assert box.start().running == "1.1"
    box.database(7, "by the new one")
    box.start().fail("program_part_dead")
    assert box.start().running is None
    assert box.said() == (6, ["before it", "taken in meanwhile"])


def test_a_way_back_that_is_begun_anew_undoes_nothing_taken_in_since(tmp_path: Path) -> None:
    box = on_trial(tmp_path)
    started = box.start()
    box.database(7, "by the new one")
    started.fail("program_part_dead")
    assert start(box, "refused.json").running is None
    assert box.said() == (6, ["before it"])
    box.database(6, "taken in meanwhile")
    assert box.start().running is None
    assert box.said() == (6, ["before it", "taken in meanwhile"])
    assert not (box.programs / "kept").exists()


@pytest.mark.parametrize("full", ["terminal.db.part", "terminal.db-wal.part"])
def test_a_database_is_put_back_with_its_log_or_not_at_all(tmp_path: Path, full: str) -> None:
    box = on_trial(tmp_path)
    started = box.start()
    kept = box.programs / "kept"
    (kept / "terminal.db-wal").touch()  # an empty log is one
    box.database(7, "by the new one")
    whole = shutil.copytree(box.data, tmp_path / "whole")
    started.fail("program_part_dead")
    start(box, full)
    for path in whole.iterdir():
        assert (box.data / path.name).read_bytes() == path.read_bytes()
    assert box.start().running is None
    assert box.said() == (6, ["before it"])
