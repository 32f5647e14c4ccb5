"""kill -9 before every step an update takes on the disk, in the updater, the launcher and the program on trial: what starts next is
a whole program, the old one or the new one, its databases with it; and the update goes on from there."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

import pytest
from support.updates import Box, Made, made

from domain.program.manifest import Manifest
from kiosk.program import updating
from kiosk.program.choosing import Chosen
from kiosk.program.place import Programs, Trial
from kiosk.program.updating import Means

STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.chmod", "shutil.rmtree", "os.truncate")
"""What the interpreter tells of before it does it (``sys.addaudithook``): everything here that changes a folder."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def life(box: Box, one: Made, ends: str) -> None:
    """Fetched, unpacked, laid, started, and at its end it stands or is gone back from. Every line may be the last."""
    updating._compile = lambda _site: None  # type: ignore[assignment]  # a process of its own, which nobody here kills
    programs = box.start()
    if programs.running is None and (programs.refused() is None) and programs.trial() is None:
        bring(box, programs, one)
        programs.lay(Trial("1.1", one.manifest.sha256, 1, None, tuple(map(str, programs.databases(box.data)))))
        programs = box.start()
    if programs.running == "1.1" and programs.trial() is not None:
        box.database(7, "new")
        if ends == "stands":
            programs.stand()
        else:
            programs.fail("program_part_dead", "页面")
        programs = box.start()


def bring(box: Box, programs: Programs, one: Made) -> None:
    def fetch(_manifest: Manifest, path: Path, _wait: object) -> None:
        aside = path.with_suffix(".part")
        aside.write_bytes(one.archive.read_bytes())
        aside.rename(path)

    means = Means(fetch, lambda: "", lambda: box.stood, box.data, 0, lambda: None)
    job = updating._Job(Chosen(one.manifest, one.signed), programs, means)
    if not programs.lies("1.1"):
        job.work()
        assert job.phase == "ready", (job.why, job.detail)


def killed(folder: Path, one: Made, ends: str, step: int) -> bool:
    """A life in a process of its own, killed before this step; whether it came to it."""
    child = os.fork()
    if child == 0:
        box, left = Box(folder), [step]

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event not in STEPS or (event == "open" and not (isinstance(arguments[2], int) and arguments[2] & WRITES)):
                return
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(hook)
            life(box, one, ends)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("ends", ["stands", "fails"])
def test_killed_before_a_step_what_starts_is_whole_and_the_update_goes_on(tmp_path: Path, ends: str) -> None:
    one = made(tmp_path / "made", "1.1", store=7)
    first = Box(tmp_path / "first")
    first.database(6, "old")
    for step in count(1):
        folder = tmp_path / str(step)
        _copied(first.folder, folder)
        if not killed(folder, one, ends, step):
            break
        box = Box(folder)
        started = box.start()  # asserts that it is whole
        version, said = box.said()
        assert said[0] == "old", f"step {step}"
        if started.running is None:
            assert (version, said) == (6, ["old"]), f"step {step}: the old program with databases of the new one"
        assert not killed(folder, one, ends, 10**9)
        ended = box.start()
        if ends == "stands":
            assert (ended.running, box.said()[0]) == ("1.1", 7), f"step {step}"
            assert sorted(path.name for path in box.programs.iterdir()) == ["1.1", "current"], f"step {step}"
        else:
            told = ended.refused()
            assert (ended.running, told and told.why) == (None, "program_part_dead"), f"step {step}"
            assert box.said() == (6, ["old"]), f"step {step}"
    assert step > 40


def _copied(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(source, target)
