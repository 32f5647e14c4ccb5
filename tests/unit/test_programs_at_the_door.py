"""Which program runs, which waits, taken now or gone back from: at the terminal's own screen and over SSH alike."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from support.updates import Box, Made, made, until_left
from support.upkeep import HERE, Place, place

from kiosk.care.control import Control
from kiosk.cli import main
from kiosk.program.updating import Updater
from kiosk.staff.port import Program


def waiting(box: Box, one: Made) -> Updater:
    """A program that lies there and waits for its hour."""
    updater = box.updater(box.start(), {one.manifest.sha256: one.archive})
    while updater.look(1, (one.signed,), False).why != "not_its_time":
        pass
    return updater


def facts(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]*)</dd>", page))


def test_what_waits_is_taken_now_and_written_down(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    updater = waiting(box, one)
    with place(tmp_path, updater=updater) as here:
        browser = here.sign_in()
        shown = facts(browser.get("/staff/program").text)
        assert (shown["正在运行"], shown["等着换的"], shown["可以换回"]) == ("1.0", "1.1：已经放好，没有人用的时候换", "没有")
        assert "没有人办事就马上换" in browser.post("/staff/program", data={"do": "take"}, headers=HERE).text
        assert until_left(box, updater, 1, (one.signed,), rounds=1).why == "program_trial"
        assert "program_taken" in here.audit()
    assert box.start().running == "1.1"


def test_what_stood_is_gone_back_from_and_why_it_could_not_stand_is_said(tmp_path: Path) -> None:
    box, one, two = Box(tmp_path / "box"), made(tmp_path / "made", "1.1"), made(tmp_path / "made", "1.2")
    until_left(box, waiting(box, one), 1, (one.signed,))
    box.start().stand()
    until_left(box, box.updater(box.start(), {two.manifest.sha256: two.archive}), 2, (two.signed,))
    box.start().fail("program_lost_device", "printer")
    with place(tmp_path, updater=box.updater(box.start(), {})) as here:
        browser = here.sign_in()
        page = browser.get("/staff/program").text
        assert facts(page)["可以换回"] == "出厂的程序"
        assert "1.2：换上以后有设备不能用了（原来能用）（printer）" in page
        assert "正在换回上一个程序" in browser.post("/staff/program", data={"do": "back"}, headers=HERE).text
    assert box.start().running is None


def test_the_same_over_ssh(tmp_path: Path) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    with place(tmp_path, updater=waiting(box, one)) as here:
        line = Control(_runtime(here), here.upkeep)
        line.start()
        try:
            said = CliRunner().invoke(main, ["program", "show", str(here.file)])
            assert "等着换的：1.1：已经放好" in said.output, said.output
            taken = CliRunner().invoke(main, ["program", "take", str(here.file)])
            assert (taken.exit_code, "✓" in taken.output) == (0, True)
            nothing = CliRunner().invoke(main, ["program", "back", str(here.file)])
            assert (nothing.exit_code, "没有可以换回的" in nothing.output) == (1, True)
        finally:
            line.stop()


def test_where_the_terminal_does_not_come_up_the_next_start_is_changed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, one = Box(tmp_path / "box"), made(tmp_path / "made", "1.1")
    until_left(box, waiting(box, one), 1, (one.signed,))
    box.start().stand()
    with place(tmp_path) as here:
        file = here.file
    monkeypatch.setenv("TONGBAN_PROGRAMS", str(box.programs))
    monkeypatch.setenv("TONGBAN_FACTORY", str(box.factory))
    said = CliRunner().invoke(main, ["program", "back", str(file)])
    assert (said.exit_code, said.output) == (0, "下一次启动用 出厂的程序\n")
    assert box.start().running is None
    monkeypatch.delenv("TONGBAN_PROGRAMS")
    assert "没有可以换回的" in CliRunner().invoke(main, ["program", "back", str(file)]).output


def test_what_is_shown_travels_as_it_is() -> None:
    told = Program("1.0", "1.1", "正在后台下载", False, "0.9", "", "", "")
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(told)), Program) == told


def _runtime(here: Place) -> Path:
    from kiosk import settings as conf

    folder = conf.load(here.file).paths.runtime
    folder.mkdir(parents=True, exist_ok=True)
    return folder
