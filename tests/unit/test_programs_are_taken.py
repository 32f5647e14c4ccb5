"""A program that is wanted is checked, brought, switched to when nobody is there, tried, and gone back from."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec
import pytest
from support.orders import Floor
from support.updates import LAUNCHER, Box, Made, made, until_left

from kiosk.program.place import Stood
from kiosk.program.updating import Updater


def archives(*several: Made) -> dict[str, Path]:
    return {one.manifest.sha256: one.archive for one in several}


def taken(box: Box, one: Made, rev: int = 1) -> Updater:
    """Brought, laid for the next start; nothing has started yet."""
    updater = box.updater(box.start(), archives(one))
    assert until_left(box, updater, rev, (one.signed,)).why == "program_trial"
    return updater


def test_a_new_program_is_unpacked_beside_the_old_and_runs_from_the_next_start(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    assert box.left == 1
    started = box.start()
    assert started.running == "1.1"
    assert started.trial() is not None
    started.stand()
    assert started.trial() is None
    assert (started.before, box.start().running) == (None, "1.1")
    assert box.updater(started, {}).look(1, (one.signed,), True).state == "applied"


def test_every_account_of_the_machine_may_read_it_however_closely_the_terminal_keeps_what_it_makes(tmp_path: Path) -> None:
    """The screen and the camera run it as users of their own; the terminal's unit has UMask=0077."""
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    before = os.umask(0o077)
    try:
        taken(box, one)
    finally:
        os.umask(before)
    lies = box.programs / "1.1"
    wanted = {path: 0o755 if path.is_dir() else 0o644 for path in (lies, *lies.rglob("*"))}
    assert any(path.suffix == ".pyc" for path in wanted)
    assert {path: path.stat().st_mode & 0o777 for path in wanted} == wanted


def test_while_it_is_on_trial_it_is_neither_applied_nor_refused(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    on_trial = box.start()
    told = box.updater(on_trial, {}).look(1, (one.signed,), True)
    assert (told.state, told.why) == ("waiting", "program_trial")


@pytest.mark.parametrize("cuts", [0, 1, 2])
def test_a_power_cut_while_it_is_tried_costs_a_start_and_not_the_program(tmp_path: Path, cuts: int) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    for _ in range(cuts):
        assert box.start().running == "1.1"
    box.start().stand()
    assert box.start().running == "1.1"


def test_what_never_stands_is_gone_back_from_by_the_launcher_alone_and_the_centre_is_told_why(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    for _ in range(3):
        assert box.start().running == "1.1"
    started = box.start()
    assert started.running is None
    told = box.updater(started, archives(one)).look(1, (one.signed,), True)
    assert (told.state, told.why) == ("refused", "program_not_up")
    assert box.start().running is None


def test_what_gives_itself_up_is_gone_back_from_at_the_next_start(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    box.start().fail("program_part_dead", "page")
    started = box.start()
    told = box.updater(started, archives(one)).look(1, (one.signed,), True)
    assert (started.running, told.why, told.detail) == (None, "program_part_dead", "page")


def test_asked_anew_it_is_tried_anew(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    box.start().fail("program_no_link")
    updater = box.updater(box.start(), archives(one))
    assert updater.look(1, (one.signed,), True).state == "refused"
    updater.again()
    assert until_left(box, updater, 1, (one.signed,)).why == "program_trial"
    started = box.start()
    started.stand()
    assert box.start().running == "1.1"


def test_what_stood_goes_back_to_what_stood_before_it_and_older_ones_are_removed(tmp_path: Path) -> None:
    box, several = Box(tmp_path / "box"), [made(tmp_path / "made", version) for version in ("1.1", "1.2", "1.3")]
    for rev, one in enumerate(several, 1):
        taken(box, one, rev)
        box.start().stand()
    assert sorted(path.name for path in box.programs.iterdir()) == ["1.2", "1.3", "before", "current"]
    taken(box, made(tmp_path / "more", "1.4"), 4)
    box.start().fail("program_part_dead")
    assert box.start().running == "1.3"


def test_a_new_schema_is_undone_with_the_program_that_brought_it(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1", store=7)
    box.database(6, "by the old one")
    taken(box, one)
    box.start()
    box.database(7, "by the new one")
    box.start().fail("program_part_dead")
    assert box.start().running is None
    assert box.said() == (6, ["by the old one"])


def test_a_copy_of_an_earlier_trial_is_never_put_back(tmp_path: Path) -> None:
    box, one, two = Box(tmp_path / "box"), made(tmp_path / "made", "1.1", store=7), made(tmp_path / "made", "1.2", store=8)
    box.database(6, "first")
    taken(box, one)
    started = box.start()
    box.database(7, "second")
    kept = box.programs / "kept"
    copy = {path.name: path.read_bytes() for path in kept.iterdir()}
    started.stand()
    kept.mkdir()  # as if its removal had been cut off
    for name, data in copy.items():
        (kept / name).write_bytes(data)
    taken(box, two, 2)
    box.start().fail("program_part_dead")
    assert box.start().running == "1.1"
    assert box.said() == (7, ["first", "second"])


def test_nobody_goes_back_to_a_program_that_cannot_read_what_was_written_since(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1", store=7)
    taken(box, one)
    started = box.start()
    started.stand()
    updater = box.updater(started, {})
    assert updater.back_to() == (None, "program_older_data")
    assert updater.back("technician:7") == "program_older_data"
    assert updater.look(2, (), True).why == "program_older_data"
    older = made(tmp_path / "made", "1.0.1", store=6, back=True)
    assert updater.look(3, (older.signed,), True).why == "program_older_data"


def test_staff_go_back_to_what_stood_before_on_trial_like_any_other(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    started = box.start()
    started.stand()
    updater = box.updater(started, {})
    assert updater.back("technician:7") == ""
    back = box.start()
    assert (back.running, back.trial() is not None) == (None, True)
    back.fail("program_no_link")
    assert box.start().running == "1.1", "the old one does not stand any more: the new one again"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"arch": "x86_64", "python": "3.2"}, "program_other_machine"),
        ({"stores": {"terminal.db": 5, "staff.db": 2}}, "program_older_data"),
        ({"unpacked": 10}, "program_damaged"),
        ({"files": 2}, "program_damaged"),
        ({"sha256": "0" * 64}, "program_damaged"),
    ],
)
def test_what_cannot_be_used_here_is_refused_by_name_and_nothing_of_it_stays(
    tmp_path: Path, changed: dict[str, object], why: str
) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1", **changed)
    updater = box.updater(box.start(), {**archives(one), "0" * 64: one.archive})
    assert until_left(box, updater, 1, (one.signed,)).why == why
    assert not list(box.programs.iterdir())
    assert box.start().running is None
    updater.stop()


def test_an_older_program_is_refused(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "0.9")
    assert box.updater(box.start(), archives(one)).look(1, (one.signed,), True).why == "program_older"


def test_an_older_program_is_taken_when_the_publisher_says_so(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "0.9", back=True)
    taken(box, one)
    assert box.start().running == "0.9"


def test_the_centre_may_ask_for_what_stood_before_and_for_the_factorys(tmp_path: Path) -> None:
    box, one, two = Box(tmp_path / "box"), made(tmp_path / "made", "1.1"), made(tmp_path / "made", "1.2")
    for rev, each in enumerate((one, two), 1):
        taken(box, each, rev)
        box.start().stand()
    assert until_left(box, box.updater(box.start(), {}), 3, (one.signed,)).why == "program_trial"
    started = box.start()
    assert started.running == "1.1"
    started.stand()
    assert until_left(box, box.updater(started, {}), 4, ()).why == "program_trial"
    box.start().stand()
    assert box.start().running is None


def test_what_the_publisher_did_not_sign_is_never_fetched(tmp_path: Path) -> None:
    box, one, two = Box(tmp_path / "box"), made(tmp_path / "made", "1.1"), made(tmp_path / "made", "1.2")
    head, body, _ = one.signed.split(".")
    forged = ".".join((head, two.signed.split(".")[1], one.signed.split(".")[2]))
    for signed in ("", "a.b.c", forged, f"{head}.{body}."):
        assert box.updater(box.start(), {}).look(1, (signed,), True).why == "program_untrusted"
    stranger = Updater(box.start(), ("00" * 32,), "1.0", box.floor, None, box.clock)  # type: ignore[arg-type]
    assert stranger.look(1, (one.signed,), True).why == "program_untrusted"


def test_a_terminal_that_nothing_could_take_back_takes_nothing(tmp_path: Path) -> None:
    one = made(tmp_path / "made", "1.1")
    alone = Updater(None, (), "1.0", Floor(), None, Box(tmp_path / "box").clock)  # type: ignore[arg-type]
    assert alone.look(1, (one.signed,), True).why == "program_fixed"


def test_nobody_is_interrupted(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    updater = box.updater(box.start(), archives(one))
    box.floor.busy = True
    while (found := updater.look(1, (one.signed,), True).why) != "visit_running":
        assert found.startswith("program_")
    box.floor.busy = False
    assert updater.look(1, (one.signed,), False).why == "not_its_time"
    box.busy = "help_wanted"
    assert updater.look(1, (one.signed,), True).why == "help_wanted"
    box.busy = ""
    assert updater.look(1, (one.signed,), True).why == "program_waits"
    box.clock.at += 59
    box.floor.busy = True
    updater.look(1, (one.signed,), True)
    box.floor.busy = False
    assert updater.look(1, (one.signed,), True).why == "program_waits", "the calm begins anew"
    assert box.left == 0
    assert updater.take_now()
    assert updater.look(1, (one.signed,), True).why == "program_trial"


def test_the_launcher_starts_what_it_chose_for_commands_without_counting_them(tmp_path: Path) -> None:
    """The launcher as it is installed: a process of its own, with the factory beside it."""
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    (box.factory / "bin").mkdir()
    launcher = box.factory / "bin" / "tongban"
    launcher.write_bytes(LAUNCHER.read_bytes())

    def ran(*arguments: str) -> str:
        asked = ["python3", "-I", str(launcher), *arguments]
        done = subprocess.run(
            asked, env={**os.environ, "TONGBAN_PROGRAMS": str(box.programs)}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    starts = [ran("status"), ran("run"), ran("run"), ran("status"), ran("run"), ran("--factory", "run"), ran("run")]
    assert starts == ["1.1", "1.1", "1.1", "1.1", "1.1", "1.0", "1.0"]
    assert ran("status") == "1.0"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_root_runs_nothing_that_lies_where_another_account_may_write(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    box.start().stand()
    launcher = box.launcher()
    assert launcher.ours()
    os.chown(box.programs, 65534, 65534)
    assert not launcher.ours()


def test_a_link_that_leads_nowhere_leads_to_what_stood_before_and_then_to_the_factorys(tmp_path: Path) -> None:
    box, one, two = Box(tmp_path / "box"), made(tmp_path / "made", "1.1"), made(tmp_path / "made", "1.2")
    for rev, each in enumerate((one, two), 1):
        taken(box, each, rev)
        box.start().stand()
    (box.programs / "1.2" / "site" / "kiosk" / "cli.py").unlink()
    assert box.start().running == "1.1"
    (box.programs / "1.1" / "site" / "kiosk" / "cli.py").unlink()
    assert box.start().running is None


def test_a_disk_that_cannot_be_written_starts_the_old_program_without_trying(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    taken(box, one)
    launcher = box.launcher()

    def full(_name: str, _content: object) -> None:
        raise OSError(28, "No space left on device")

    launcher._write = full  # type: ignore[attr-defined]
    assert launcher.chosen(["run"]) is None


def test_how_the_old_program_stood_is_what_the_new_one_must_come_up_to(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box", stood=Stood(("printer",), link=True, glass=True)), made(tmp_path / "made", "1.1")
    taken(box, one)
    trial = box.start().trial()
    assert trial is not None
    assert trial.stood == Stood(("printer",), link=True, glass=True)
    assert msgspec.json.decode((box.programs / "trial.json").read_bytes())["starts"] == 1
