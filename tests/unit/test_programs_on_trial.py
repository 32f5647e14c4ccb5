"""What a new program must come up to, and what ends one that does not: the same bar as before it, and the kernel's alarm."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from support.updates import LAUNCHER, Box, made, until_left

from kiosk.program.gate import FIRM, WITHIN, Now, Stood, judge
from kiosk.program.trial import TrialWatch

BEFORE = Stood(("printer", "idcard"), link=True, glass=True)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (Now(("页面",), BEFORE), "program_part_dead"),
        (Now((), Stood(("printer",), link=True, glass=True)), "program_lost_device"),
        (Now((), Stood(BEFORE.devices, link=True)), "program_no_glass"),
        (Now((), Stood(BEFORE.devices, glass=True)), "program_no_link"),
        (Now((), Stood(BEFORE.devices, link=True, glass=True, unwell=("heat", "memory"))), "program_unwell"),
    ],
)
def test_what_was_there_and_is_not_keeps_it_from_standing_and_is_named(now: Now, why: str) -> None:
    assert judge(BEFORE, now, 0.0, WITHIN - 1).verdict == "waits"
    said = judge(BEFORE, now, 0.0, WITHIN)
    assert (said.verdict, said.why) == ("failed", why)


def test_what_was_not_there_before_is_nobodys_fault() -> None:
    assert judge(Stood(), Now((), Stood()), FIRM, FIRM).verdict == "stands"
    full = Stood(BEFORE.devices, link=True, glass=True, unwell=("disk",))
    assert judge(full, Now((), full), FIRM, FIRM).verdict == "stands"


def test_a_day_that_grows_hot_is_not_the_programs_doing() -> None:
    hot = Stood(BEFORE.devices, link=True, glass=True, unwell=("power", "heat", "clock"))
    assert judge(BEFORE, Now((), hot), FIRM, FIRM).verdict == "stands"


def test_it_stands_once_all_of_it_was_so_for_a_while_without_a_break() -> None:
    now = Now((), BEFORE)
    assert judge(BEFORE, now, FIRM - 1, 60.0).verdict == "waits"
    assert judge(BEFORE, now, FIRM, 60.0).verdict == "stands"
    assert judge(BEFORE, now, FIRM - 1, WITHIN).why == "program_falls"


def on_trial(folder: Path) -> tuple[Box, TrialWatch, list[Now], list[str]]:
    box, one = Box(folder / "box", stood=BEFORE), made(folder / "made", "1.1")
    until_left(box, box.updater(box.start(), {one.manifest.sha256: one.archive}), 1, (one.signed,))
    now, did = [Now((), BEFORE)], list[str]()

    def stands() -> bool:
        did.append("serves")
        return len(did) > 1  # at first somebody stands in the way

    programs = box.start()
    return box, TrialWatch(programs, box.clock, lambda: now[0], stands, lambda: did.append("left")), now, did


def test_a_program_that_stands_serves_and_its_trial_is_over(tmp_path: Path) -> None:
    box, watch, now, did = on_trial(tmp_path)
    now[0] = Now((), Stood())
    assert not watch.round()
    now[0] = Now((), BEFORE)
    assert not watch.round()
    box.clock.at += FIRM
    assert not watch.round(), "it stands, and cannot serve yet"
    assert watch.round()
    assert did == ["serves", "serves"]
    assert box.start().trial() is None
    assert box.start().running == "1.1"


def test_one_that_comes_and_goes_gives_itself_up_and_says_what_was_missing(tmp_path: Path) -> None:
    box, watch, now, did = on_trial(tmp_path)
    for _ in range(11):
        now[0] = Now((), BEFORE)
        watch.round()
        now[0] = Now((), Stood(("idcard",), link=True, glass=True))
        box.clock.at += WITHIN / 10
        watch.round()
    assert did[0] == "left"
    told = box.start().refused()
    assert told is not None
    assert (told.why, told.detail) == ("program_lost_device", "printer")


def test_a_program_that_hangs_at_its_start_is_ended_by_the_kernel_and_gone_back_from(tmp_path: Path) -> None:
    """The launcher as it is installed, but that its patience is a second."""
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    until_left(box, box.updater(box.start(), {one.manifest.sha256: one.archive}), 1, (one.signed,))
    shutil.rmtree(box.programs / "1.1" / "site" / "kiosk" / "__pycache__")  # compiled when it was unpacked, for good
    cli = box.programs / "1.1" / "site" / "kiosk" / "cli.py"
    cli.write_text("import ctypes\n\n\ndef main():\n    ctypes.PyDLL(None).pause()  # with the interpreter's lock\n")
    (box.factory / "bin").mkdir()
    launcher = box.factory / "bin" / "tongban"
    text = LAUNCHER.read_text("utf-8")
    launcher.write_text(text.replace("PATIENCE = 180", "PATIENCE = 1"), "utf-8")
    starts = []
    for _ in range(4):
        asked = ["python3", "-I", str(launcher), "run"]
        environment = {**os.environ, "TONGBAN_PROGRAMS": str(box.programs)}
        starts.append(subprocess.run(asked, env=environment, capture_output=True, text=True, check=False))
    assert [done.returncode for done in starts] == [-signal.SIGALRM] * 3 + [0]
    assert starts[-1].stdout == "1.0\n"
    assert "没有立住（program_not_up）" in starts[-1].stderr
