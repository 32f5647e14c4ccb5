"""New settings are checked before they are taken; a start that fails with them is undone by the next, and never a loop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.hall import prepared

from domain.profile import addresses
from kiosk import settings as conf
from kiosk.care import taking
from kiosk.care.editing import EDITABLE, edited, value
from kiosk.care.settings_command import settings as settings_command
from kiosk.demo.layout import Layout, Ports
from kiosk.settings import SettingsError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("settings")
    prepared(Layout(folder, folder / "memory", Ports(9600)))
    return (folder / "terminal.toml").read_text("utf-8")


@pytest.fixture
def path(made: str, tmp_path: Path) -> Path:
    file = tmp_path / "terminal.toml"
    file.write_text(f"# 装机人写的注释\n{made}", "utf-8")
    return file


def changed(path: Path, key: str = "terminal.phone", typed: str = "028-0000") -> str:
    return edited(path.read_text("utf-8"), key, typed)


def took(path: Path) -> None:
    taking.take(path, changed(path), "technician ab12", "2026-11-26T10:00:00+08:00")


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("glass.ppi", "九十", "数字"),
        ("glass.ppi", "4", "glass.ppi"),
        ("centre.documents", "http://centre", "centre.documents"),
        ("devices.printer.model", "none-such", "型号"),
        ("staff.idle", "0", "staff.idle"),
        ("terminal.phone", "", "phone"),
    ],
)
def test_what_is_mistyped_is_refused_by_name_and_nothing_is_changed(path: Path, key: str, typed: str, said: str) -> None:
    before = path.read_bytes()
    with pytest.raises(SettingsError, match=said):
        taking.take(path, changed(path, key, typed), "x", "t")
    assert (path.read_bytes(), [p.name for p in path.parent.glob("terminal.toml.*")]) == (before, [])


def test_a_terminal_cannot_be_given_another_name(path: Path) -> None:
    with pytest.raises(SettingsError, match=r"terminal\.id"):
        taking.take(path, path.read_text("utf-8").replace('id = "demo-k01"', 'id = "demo-k09"'), "x", "t")


def test_settings_that_are_no_toml_are_refused_with_their_line(path: Path) -> None:
    with pytest.raises(SettingsError, match="不是正确的 TOML"):
        taking.take(path, path.read_text("utf-8") + "\nphone = ", "x", "t")


def test_good_ones_lie_there_with_the_old_kept_and_the_comment_untouched(path: Path) -> None:
    before = path.read_bytes()
    took(path)
    assert conf.load(path).terminal.phone == "028-0000"
    assert path.read_text("utf-8").startswith("# 装机人写的注释\n")
    assert taking.beside(path, "good").read_bytes() == before
    assert taking.difference(before.decode(), path.read_text("utf-8"))[1] == '+phone = "028-0000"'


def test_a_terminal_that_stands_ends_the_trial(path: Path) -> None:
    took(path)
    assert taking.begin(path) is None
    assert taking.stands(path)
    assert taking.on_trial(path) is None
    assert (taking.begin(path), conf.load(path).terminal.phone) == (None, "028-0000")


def test_two_starts_that_do_not_come_up_bring_the_old_ones_back(path: Path) -> None:
    before = path.read_bytes()
    took(path)
    assert [taking.begin(path) for _ in range(3)] == [None, None, taking.NOT_UP]
    assert path.read_bytes() == before
    assert b"028-0000" in taking.beside(path, "refused").read_bytes()
    assert taking.begin(path) is None


def test_one_power_cut_while_they_are_on_trial_does_not_take_them_back(path: Path) -> None:
    took(path)
    taking.begin(path)
    assert taking.begin(path) is None
    assert taking.stands(path)


def test_with_the_way_back_taken_away_they_stay_and_no_start_fails_for_it(path: Path) -> None:
    took(path)
    taking.beside(path, "good").unlink()
    assert [taking.begin(path) for _ in range(4)] == [None] * 4
    assert conf.load(path).terminal.phone == "028-0000"


def test_nothing_else_is_taken_while_some_are_on_trial(path: Path) -> None:
    took(path)
    with pytest.raises(SettingsError, match="还在试"):
        taking.take(path, changed(path, typed="028-1111"), "x", "t")


class CutError(BaseException):
    pass


@pytest.mark.parametrize("cut", range(1, 16))
def test_power_cut_anywhere_while_they_are_taken_leaves_the_old_or_the_new_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    """At each call that touches the disk: what lies there is one or the other, and a start goes on with it."""
    old, new = path.read_text("utf-8"), changed(path)
    calls = 0

    def counted(real):  # type: ignore[no-untyped-def]
        def call(*arguments, **options):  # type: ignore[no-untyped-def]
            nonlocal calls
            calls += 1
            if calls == cut:
                raise CutError
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", counted(os.open))
        patched.setattr(os, "fsync", counted(os.fsync))
        patched.setattr(Path, "rename", counted(Path.rename))
        try:
            taking.take(path, new, "x", "t")
        except CutError:
            pass
        else:
            pytest.fail("taken in fewer steps: a smaller range will do")
    assert path.read_text("utf-8") in (old, new)
    assert taking.begin(path) is None
    conf.load(path)
    if path.read_text("utf-8") == new:
        assert taking.on_trial(path) is not None, "never new settings without the way back"
    else:
        assert taking.on_trial(path) is None


def test_every_value_that_can_be_changed_on_the_screen_can_be(path: Path) -> None:
    text = path.read_text("utf-8")
    for one in EDITABLE:
        typed = "96" if one.kind == "number" else "x1"
        assert value(edited(text, one.key, typed), one.key) == typed, one.key
        assert value(edited(edited(text, one.key, typed), one.key, ""), one.key) == "", one.key


def test_several_brokers_are_typed_in_one_line_however_they_stand_there(path: Path) -> None:
    key, two = "centre.broker", "a.invalid:8883，b.invalid:8883"
    text = edited(path.read_text("utf-8"), key, "a.invalid:8883, b.invalid:8883")
    assert value(text, key) == two
    over_lines = text.replace('"a.invalid:8883", ', '\n  "a.invalid:8883",\n  ')
    assert over_lines != text
    path.write_text(over_lines, "utf-8")
    assert addresses(conf.load(path).centre.broker) == (("a.invalid", 8883), ("b.invalid", 8883))
    assert value(edited(over_lines, key, "c.invalid:8883"), key) == "c.invalid:8883"


def test_a_value_written_in_another_shape_is_left_to_the_command() -> None:
    with pytest.raises(SettingsError, match="tongban settings take"):
        edited('terminal = { phone = "1" }\n', "terminal.phone", "2")
    with pytest.raises(SettingsError, match="tongban settings take"):
        edited("[terminal]\n", "terminal.id", "other")


def test_the_command_checks_compares_and_takes(path: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    new.write_text(changed(path), "utf-8")
    runner = CliRunner()
    assert runner.invoke(settings_command, ["check", str(path), str(new)]).exit_code == 0
    told = runner.invoke(settings_command, ["diff", str(path), str(new)])
    assert (told.exit_code, '+phone = "028-0000"' in told.output) == (1, True)
    assert runner.invoke(settings_command, ["take", str(path), str(new)]).exit_code == 0
    assert conf.load(path).terminal.phone == "028-0000"
    new.write_text("[terminal", "utf-8")
    assert runner.invoke(settings_command, ["take", str(path), str(new)]).exit_code == 78
