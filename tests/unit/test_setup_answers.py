"""Answers to the questions of setting up: each wrong one is named, and whatever a file holds gives settings or a named error."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from support.setting_up import PLACE, Machine, key

from devices.survey import SILENT, Certainty, Found, Kind
from domain import profile as profiles
from domain.profile import ProfileError
from kiosk import settings as conf
from kiosk.setup import composing, hardware, laying, panel, questions
from kiosk.setup.composing import Places
from kiosk.setup.errors import AnswerError
from kiosk.setup.panel import Panel
from kiosk.setup.questions import BY_KEY, QUESTIONS, Seen
from kiosk.store.db import Database

PROFILE: dict[str, Any] = {
    "name": "示范丙区",
    "terminal": PLACE,
    "centre": {"broker": "mq.invalid:8883", "documents": "https://api.invalid"},
    "keys": {"intake": key("a"), "recovery": key("b"), "homes": {"demo-jia": key("c")}},
    "terminals": [{"id": "bing-k01", "hall": "一楼大厅", "phone": "0800-1"}],
    "time": ["ntp.invalid"],
}
GOOD = {"id": "bing-k01", "devices": "idcard=/dev/tongban/tty-1 printer=192.0.2.50"}


def made(given: dict[str, object], seen: Seen) -> conf.Settings:
    """As the command does, without a person: file, defaults, settings as they are read again."""
    read = questions.from_file(tomli_w.dumps(given), "setup.toml")
    answers: dict[str, Any] = {}
    for question in QUESTIONS[1:]:
        if question.key in read:
            answers[question.key] = read[question.key]
        elif (default := question.default(seen, answers)) is None:
            raise AnswerError(f"{question.text} 没有写")
        else:
            answers[question.key] = questions.answer(question, default)
    places = Places()
    tree = composing.tree(seen.before or {}, seen.profile, answers, seen.panel, places)
    return conf.parse(composing.text(tree), places.settings)


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen(profiles.parse(tomli_w.dumps(PROFILE), "profile.toml"), panel=Panel(1080, 1920, 21.5))


def test_every_choice_can_be_typed_on_a_keyboard_without_chinese() -> None:
    for name, typed, meant in [
        ("setting", "hall", "大厅"),
        ("setting", "window", "窗口"),
        ("network", "keep", "不改"),
        ("network", "dhcp", "自动"),
        ("enrol", "pai", "拍"),
        ("lock", "y", "是"),
        ("lock", "n", "否"),
    ]:
        assert questions.answer(BY_KEY[name], typed) == questions.answer(BY_KEY[name], meant), name
        assert typed in BY_KEY[name].hint, "and is told"


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("id", "ＢＩＮＧ－Ｋ０１　", "bing-k01"),
        ("code", " k01", "K01"),
        ("setting", "Hall", "大厅"),
        ("diagonal", "２１．５ 英寸", "21.5"),
        ("network", "192。0。2。10／255.255.255.0，192.0.2.1、192.0.2.53,", "192.0.2.10/24 192.0.2.1 192.0.2.53"),
        ("network", "Keep", "不改"),
        ("time", "ntp.invalid、192。0。2。1", "ntp.invalid 192.0.2.1"),
        ("devices", "IDCARD＝/dev/x　printer=192.0.2.50：9100", "idcard=/dev/x printer=192.0.2.50:9100"),
        ("enrol", "ＰＡＩ", "拍"),
        ("lock", "好", "y"),
        ("lock", "Ｎ", "否"),
    ],
)
def test_what_an_input_method_makes_of_an_answer_is_that_answer(name: str, typed: str, meant: str) -> None:
    assert questions.answer(BY_KEY[name], typed) == questions.answer(BY_KEY[name], meant)


def test_what_is_shown_is_kept_sign_by_sign() -> None:
    assert questions.answer(BY_KEY["hall"], "政务大厅（一楼）、东区 ") == "政务大厅（一楼）、东区"


def test_two_devices_with_a_comma_between_are_told_apart() -> None:
    with pytest.raises(AnswerError, match="前面要空一格"):
        questions.answer(BY_KEY["devices"], "idcard=/dev/x，printer=192.0.2.50")


def test_an_option_no_device_can_have_is_told_by_its_key() -> None:
    with pytest.raises(AnswerError, match=r"^设备：printer\.baud：没有 1200 这一种$"):
        composing.usable(hardware.read("idcard=/dev/a printer=/dev/b,baud=1200"))


def test_there_are_at_most_twelve_questions() -> None:
    assert len(QUESTIONS) <= 12
    assert tuple(question.key for question in QUESTIONS) == profiles.ANSWERS


def test_what_the_centre_knows_of_a_terminal_need_not_be_said(seen: Seen) -> None:
    found = made(GOOD, seen)
    assert (found.terminal.code, found.terminal.hall, found.terminal.phone) == ("K01", "一楼大厅", "0800-1")
    assert found.glass.ppi == 102.5
    assert (found.devices.printer.host, found.devices.printer.port) == ("192.0.2.50", 9100)
    assert found.centre.broker == "mq.invalid:8883"


WRONG = {
    "id": ["RS HALL", "ab", "一号机", ""],
    "code": ["K1", "K-1", "K001"],
    "setting": ["lobby", ""],
    "hall": ["", "厅" * 81],
    "phone": [""],
    "diagonal": ["twenty", "3", "nan", "1e9"],
    "network": ["192.0.2.10", "192.0.2.10/24 192.0.3.1 192.0.2.53", "192.0.2.10/24 192.0.2.10 192.0.2.53", "192.0.2.300/24 a b"],
    "time": ["a b;c", "-x"],
    "devices": ["", "idcard=/dev/x", "scanner=/dev/x", "idcard=/dev/x idcard=/dev/y printer=h", "idcard=/dev/x printer=h:99999"],
    "enrol": ["1234", "U" * 36],
}


@pytest.mark.parametrize(("name", "typed"), [(name, typed) for name, ones in WRONG.items() for typed in ones])
def test_a_wrong_answer_is_named_by_its_question_and_in_a_file_by_its_line(name: str, typed: str) -> None:
    with pytest.raises(AnswerError, match=BY_KEY[name].text.split("（")[0]):
        questions.answer(BY_KEY[name], typed)
    with pytest.raises(AnswerError, match=r"setup\.toml 第 2 行"):
        questions.from_file(f"# 一行\n{tomli_w.dumps({name: typed})}", "setup.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id = "bing-k01"\nhal = "大厅"\n', "第 2 行：没有“hal”这一项"),
        ("id = [1]\n", "要写成文字或数字"),
        ("id = true\n", "要写成文字或数字"),
        ("id = \n", "不是正确的 TOML"),
        ("x = " + "[" * 5000, "不是正确的 TOML"),
        ("#" * 200_000, "超过"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(text: str, said: str) -> None:
    with pytest.raises(AnswerError, match=said):
        questions.from_file(text, "setup.toml")


_VALUES = st.one_of(st.text(max_size=60), st.integers(), st.floats(), st.booleans(), st.lists(st.text(max_size=3), max_size=2))
_KEYS = st.one_of(st.sampled_from([question.key for question in QUESTIONS]), st.text(min_size=1, max_size=8))


@given(st.dictionaries(_KEYS, _VALUES, max_size=6))
@settings(max_examples=60)
def test_any_file_gives_settings_or_a_named_error(extra: dict[str, object]) -> None:
    seen = Seen(profiles.parse(tomli_w.dumps(PROFILE), "profile.toml"))
    with suppress(AnswerError, conf.SettingsError):
        assert made(GOOD | extra, seen).centre.documents == "https://api.invalid"


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
@settings(max_examples=60)
def test_any_text_is_a_profile_or_a_named_error(text: str) -> None:
    with pytest.raises(ProfileError, match="profile"):
        profiles.parse(text, "profile.toml")


def test_again_whatever_nobody_asked_about_stays(seen: Seen) -> None:
    places = Places()
    before = {
        "terminal": {"id": "bing-k01", "code": "K09", "hall": "二楼", "phone": "0800-2", "setting": "hall"},
        "visit": {"total": 900},
        "glass": {"port": 8600, "ppi": 81.6},
        "devices": {"smartcard": {"reader": "ACS ACR39U 00", "security_module": {"url": "https://hsm.invalid"}}},
    }
    again = Seen(seen.profile, before, panel=Panel())
    line = hardware.matched([], before["devices"])[0]
    found = made({"devices": f"{line} {GOOD['devices']}"}, again)
    assert (found.terminal.code, found.terminal.hall, found.visit.total, found.glass.ppi) == ("K09", "二楼", 900, 81.6)
    assert found.devices.smartcard is not None
    assert found.devices.smartcard.security_module is not None
    assert found.devices.smartcard.reader == "ACS ACR39U 00"
    assert places.settings.is_absolute()


def test_what_is_sure_is_taken_and_what_is_doubtful_is_told() -> None:
    reader = Found(Kind.SERIAL, "/dev/tongban/tty-1", device="idcard", certainty=Certainty.SURE, baud=115200)
    silent = Found(Kind.SERIAL, "/dev/tongban/tty-2", note=SILENT)
    line, doubts = hardware.matched([reader, silent], {})
    assert line == "idcard=/dev/tongban/tty-1,baud=115200 rating=/dev/tongban/tty-2,profile=framed"
    assert doubts == ("没有找到凭证打印机", "/dev/tongban/tty-2 没有应答，当作评价器；不是就去掉 rating=…")
    printer = Found(Kind.USB_PRINTER, "/dev/usb/lp0", device="printer", certainty=Certainty.SURE)
    (named,) = hardware.stable([printer], {"/dev/usb/lp0": "/dev/tongban/printer-1"})
    line, doubts = hardware.matched([reader, named], {})
    assert (line.split()[1], doubts) == ("printer=/dev/tongban/printer-1", ())
    assert hardware.read(line)["printer"] == {"usb": "/dev/tongban/printer-1"}


def test_the_panel_says_its_pixels_and_its_size(tmp_path: Path) -> None:
    assert panel.look(tmp_path) == panel.USUAL
    connector = tmp_path / "card1-HDMI-A-1"
    connector.mkdir()
    (connector / "status").write_text("connected\n")
    (connector / "modes").write_text("1080x1920\n640x480\n")
    (connector / "edid").write_bytes(b"\x00\xff\xff\xff\xff\xff\xff\x00" + bytes(13) + bytes([27, 48]) + bytes(105))
    assert panel.look(tmp_path) == Panel(1080, 1920, 21.7)
    (connector / "status").write_text("disconnected\n")
    assert panel.look(tmp_path) == panel.USUAL


def test_another_name_is_refused_while_something_waits_or_cannot_be_read(tmp_path: Path) -> None:
    was = {"terminal": {"id": "bing-k01"}}
    Database(tmp_path / "terminal.db").close()
    laying.may_be_called("bing-k02", was, None, tmp_path)
    with sqlite3.connect(tmp_path / "terminal.db") as db:
        db.execute("INSERT INTO outbox (type, time, data) VALUES ('x', 'now', x'7b7d')")
    with pytest.raises(AnswerError, match="还有 1 件没有送到中心"):
        laying.may_be_called("bing-k02", was, None, tmp_path)
    laying.may_be_called("bing-k01", was, "bing-k01", tmp_path)
    with pytest.raises(AnswerError, match="已登记为 bing-k01"):
        laying.may_be_called("bing-k02", {}, "bing-k01", tmp_path)
    (tmp_path / "terminal.db").write_bytes(b"no database")
    with pytest.raises(AnswerError, match="读不出来"):
        laying.may_be_called("bing-k02", was, None, tmp_path)


def test_a_catalogue_the_profile_names_is_asked_for_where_it_belongs(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {**PROFILE, "catalogue": {"root": "a" * 64, "pack": "catalogue.pack"}})
    ended = machine.by_file(**GOOD)
    assert ended.exit_code == 78
    assert f"没有目录包 {machine.boot / 'catalogue.pack'}" in ended.output


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"id": "bing-k77"}, "名单里没有 bing-k77"),
        ({"diagonal": 100}, "不会有这样的屏幕"),
        ({"profile": "/nowhere.toml"}, "读不出来"),
    ],
)
def test_what_does_not_go_together_ends_with_78_and_lays_nothing(tmp_path: Path, answers: dict[str, object], said: str) -> None:
    machine = Machine(tmp_path, PROFILE)
    ended = machine.by_file(**(GOOD | answers))
    assert ended.exit_code == 78
    assert said in ended.output
    assert not machine.settings.exists()
    assert said in machine.settings.with_name("terminal.toml.setup").read_text("utf-8")


def test_who_stops_it_midway_is_told_to_run_it_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, PROFILE)
    ended = machine.run(typed=f"{machine.profile}\nbing-k01\n")
    assert ended.exit_code == 130
    assert "中途停了。再运行一次" in ended.output
    assert not machine.settings.exists()
