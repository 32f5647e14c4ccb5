"""Settings: a mistake is an error with its line, never a surprise."""

from __future__ import annotations

import itertools
import re
import shutil
from datetime import date
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest
from support.hall import prepared

import devices.a4.options
from devices.printer.options import Options as Printer
from domain.sealing import new_key
from kiosk import settings as conf
from kiosk.demo.layout import Layout, Ports
from kiosk.drafted import private_keys


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's own settings files."""
    folder = tmp_path_factory.mktemp("settings")
    prepared(Layout(folder, folder / "memory", Ports(9600)))
    return folder


@pytest.fixture
def good(made: Path, tmp_path: Path) -> Path:
    """The terminal's, to be spoilt."""
    return Path(shutil.copy(made / "terminal.toml", tmp_path))


def test_the_demonstration_s_settings_are_good(good: Path) -> None:
    settings = conf.load(good)
    assert settings.terminal.code == "K01"
    assert settings.visit.idle_warning == 60
    assert settings.terminal.in_english()["示范丙区"] == "Demo District C"
    assert {r.key_id.split(".")[0] for r in settings.keys.recipients("demo-jia")} == {"demo-jia", "demo-bing", "recovery"}


def test_preparing_twice_keeps_the_keys(tmp_path: Path, memory: Path) -> None:
    layout = Layout(tmp_path, memory, Ports(9600))
    prepared(layout, signed=True)
    first = (tmp_path / "terminal.toml").read_text()
    prepared(layout, signed=True)
    assert (tmp_path / "terminal.toml").read_text() == first


def test_a_signed_demonstration_lays_keys_that_sign_at_the_centre_and_none_that_opens(tmp_path: Path, memory: Path) -> None:
    prepared(Layout(tmp_path, memory, Ports(9600)), signed=True)
    named = [line for line in (tmp_path / "centre.toml").read_text().splitlines() if "key_file" in line]
    assert named
    assert all("/secrets/catalogue-" in line or "/secrets/key-ratings" in line for line in named), named
    assert conf.load(tmp_path / "terminal.toml").catalogue is not None


def test_no_private_key_is_named_in_the_terminal_s_or_the_centre_s_settings(made: Path) -> None:
    for name, keys in (("terminal.toml", {"hall", "demo-bing"}), ("centre.toml", {"ratings"})):
        text = (made / name).read_text()
        assert "AGE-SECRET-KEY" not in text
        named = {line.rpartition("/key-")[2].rstrip('"') for line in text.splitlines() if "key_file" in line}
        # A window's terminal opens what is sealed to its hall and to its window, the centre what raters wrote, and nothing else.
        assert named == keys


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("port = 9600", "prot = 9600", "prot"),
        ("port = 9600", "port = 96000", "port"),
        ("port = 9600", 'port = "9600"', "port"),
        ('code = "K01"', 'code = "k1"', "code"),
        ('place = "demo-bing"', f'place = "{"b" * 65}"', "place"),
        ("[glass]", '[glass]\nhost = "0.0.0.0"', "host"),
        ("[glass]", "[glass]\ncolour = 1", "colour"),
        ("[glass]", "[glass", "TOML"),
        ("https://", "http://", "documents"),
        ('profile = "framed"', 'profile = "frmaed"', "frmaed.*reversed"),
        ("[devices.idcard]", "[devices.idcard]\nbaud = 300", "baud"),
        ("[devices.printer]", "[devices.printer]\nidentity = 7", "identity"),
        ('host = "127.0.0.1"', 'host = "192.168..1"', "host"),
        ('[devices.idcard]\npath = "', '[devices.idcard]\npath = "\\u0000', "path"),
        ('[devices.camera]\nsocket = "', '[devices.camera]\nsocket = "/' + "很" * 36, "107"),
        ("[devices.smartcard]", '[devices.smartcard]\nsecurity_module = {url = "https://"}', "url"),
        ("[devices.smartcard]", '[devices.smartcard]\nsecurity_module = {url = "https://m", key = "/k"}', "certificate"),
    ],
)
def test_a_mistake_is_named_with_its_line(good: Path, was: str, becomes: str, says: str) -> None:
    text = good.read_text()
    assert was in text
    good.write_text(text.replace(was, becomes))
    with pytest.raises(conf.SettingsError, match=says) as caught:
        conf.load(good)
    assert "行" in str(caught.value) or "line" in str(caught.value)


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("port = 9600", "prot = 9600", "第 .* 行：glass：没有 `prot` 这一项"),
        ("port = 9600", "port = 96000", "glass.port：超出范围，应 <= 65535"),
        ("port = 9600", 'port = "9600"', "glass.port：类型不对，应为整数，现在是文字"),
        ('code = "K01"', 'code = "k1"', "terminal.code：写法不对，应是三个大写字母或数字"),
        ('broker = "127.0.0.1:9606"', 'broker = "10.8.0.2"', "centre.broker：写法不对，应是“主机:端口”"),
        ("https://", "http://", "写法不对，应是https:// 开头的地址"),
        ('code = "K01"', "", "terminal：少了 `code` 这一项"),
        ('place = "demo-bing"', f'place = "{"b" * 65}"', "terminal.place：太长，最多 64 个字"),
        ('setting = "window"', 'setting = "bar"', "terminal.setting：没有 'bar' 这一种"),
    ],
)
def test_a_mistake_is_told_in_chinese(good: Path, was: str, becomes: str, says: str) -> None:
    text = good.read_text()
    assert was in text
    good.write_text(text.replace(was, becomes))
    with pytest.raises(conf.SettingsError, match=says):
        conf.load(good)


DEVICES = {
    "idcard": {"path": "/dev/tongban/tty-1"},
    "printer": {"host": "192.0.2.50"},
    "camera": {"socket": "/run/tongban-camera/camera"},
    "rating": {"path": "/dev/tongban/tty-2", "profile": "framed"},
    "a4": {"printer": "ipp://192.0.2.20/ipp/print", "cups": "/run/tongban-cups"},
    "smartcard": {"security_module": {"url": "https://sam.example.invalid"}},
}
WRONG = (True, -1, 10**9, 1.5, "", "x y", "x" * 5000, [], {}, {"x": 1}, date(2026, 11, 27))


@pytest.mark.parametrize("device", DEVICES)
def test_whatever_is_wrong_with_a_device_is_told_in_chinese_and_names_its_key(device: str) -> None:
    kind = get_type_hints(conf.DeviceSettings)[device]
    struct = next((one for one in get_args(kind) if one is not type(None)), kind)
    told = []
    for name, wrong in itertools.product(("x", *struct.__struct_fields__), WRONG):
        try:
            conf.devices_of({**DEVICES, device: {**DEVICES[device], name: wrong}})
        except conf.SettingsError as error:
            told.append(str(error))
    assert len(told) > len(struct.__struct_fields__)
    assert [one for one in told if not one.startswith(device)] == []
    assert [one for one in told if re.search("Expected|Invalid|Object|got|is a | - at ", one)] == []


def test_an_unknown_key_is_told_with_the_line_it_stands_on(good: Path) -> None:
    text = good.read_text().replace("[glass]", "[glass]\ncolour = 1")
    good.write_text(text)
    line = text.splitlines().index("colour = 1") + 1
    with pytest.raises(conf.SettingsError, match=f"第 {line} 行"):
        conf.load(good)


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(conf.SettingsError, match=r"absent\.toml"):
        conf.load(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [('key_id = "recovery', 'key_id = "恢复 ', "key_id"), ('public = "age1', 'public = "age2', "公钥")],
)
def test_a_key_that_could_never_be_opened_is_refused_at_once(good: Path, was: str, becomes: str, says: str) -> None:
    text = good.read_text()
    assert was in text
    good.write_text(text.replace(was, becomes, 1))
    with pytest.raises(conf.SettingsError, match=says):
        conf.load(good)


@pytest.mark.parametrize(
    "printer",
    [
        'host = "10.0.0.9"',
        'host = "10.0.0.9"\nport = 9101\nmodel = "epson-tm-t88"',
        'serial = "/dev/serial/by-id/printer"\nbaud = 19200\nflow = "xonxoff"\nmodel = "generic-gbk"\nmode = "text"',
        'usb = "/dev/usb/lp0"',
    ],
)
def test_a_printer_is_at_one_of_three_places(good: Path, printer: str) -> None:
    good.write_text(re.sub(r"(\[devices\.printer\]\n).*?\n\n", rf"\g<1>{printer}\n\n", good.read_text(), flags=re.DOTALL))
    wanted = conf.load(good).devices.printer
    assert [wanted.host, wanted.serial, wanted.usb].count(None) == 2


@pytest.mark.parametrize(
    ("printer", "says"),
    [
        ("", "要写一个"),
        ('host = "10.0.0.9"\nusb = "/dev/usb/lp0"', "只能写一个"),
        ('serial = "/dev/ttyS0"', "要写 `baud`"),
        ('usb = "/dev/usb/lp0"\nbaud = 9600', "只和 `serial`"),
        ('usb = "/dev/usb/lp0"\nport = 9100', "只和 `host`"),
        ('serial = "/dev/ttyS0"\nbaud = 9600\nflow = "dtr"', "flow"),
        ('usb = "/dev/usb/lp0"\nmode = "pdf"', "mode"),
        ('usb = "/dev/usb/lp0"\nmodel = "tm-88"', "tm-88.*generic-gbk"),
        ('usb = "/dev/usb/lp0"\nmode = "text"', "只能用 image"),
    ],
)
def test_a_printer_at_no_place_or_two_is_told_with_its_line(good: Path, printer: str, says: str) -> None:
    text = re.sub(r"(\[devices\.printer\]\n).*?\n\n", rf"\g<1>{printer}\n\n", good.read_text(), flags=re.DOTALL)
    good.write_text(text)
    with pytest.raises(conf.SettingsError, match=says) as caught:
        conf.load(good)
    line = int(re.search(r"第 (\d+) 行", str(caught.value))[1])  # type: ignore[index]
    section = text.splitlines().index("[devices.printer]") + 1
    assert section <= line <= section + 1 + printer.count("\n") + 1


@pytest.mark.parametrize(
    ("printer", "mode"),
    [
        (Printer(host="10.0.0.9"), "image"),
        (Printer(usb="/dev/usb/lp0", model="generic-gbk"), "image"),
        (Printer(serial="/dev/ttyS0", baud=9600), "image"),
        (Printer(serial="/dev/ttyS0", baud=38400, model="generic-gbk"), "text"),
        (Printer(serial="/dev/ttyS0", baud=115200, model="generic-gbk"), "image"),
        (Printer(serial="/dev/ttyS0", baud=9600, model="generic-gbk", mode="image"), "image"),
    ],
)
def test_a_slow_line_is_sent_text_where_the_model_has_it_and_every_other_one_pictures(printer: Printer, mode: str) -> None:
    assert printer.chosen_mode() == mode


@pytest.mark.parametrize(
    ("printer", "cups", "says"),
    [
        ("ipp://h:99999/x", "/run/cups", "ipp://192"),
        ("ipp://[::1/x", "/run/cups", "ipp://192"),
        ("ipp://h/x", "run/cups", "绝对路径"),
        ("ipp://h/x", "/" + "c" * 107, "107"),
    ],
)
def test_an_a4_printer_s_address_and_folder_are_such(printer: str, cups: str, says: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=says):
        msgspec.convert({"printer": printer, "cups": cups}, devices.a4.options.Options, dec_hook=lambda kind, value: kind(value))


def test_the_window_s_private_key_lies_at_a_window_only_and_for_its_owner_alone(good: Path, tmp_path: Path) -> None:
    key = tmp_path / "window-key"
    _, opening = new_key("window")
    key.write_text(f'[[keys]]\nkey_id = "{opening.key_id}"\nprivate = "{opening.private}"\n', "utf-8")
    key.chmod(0o600)
    with_key = re.sub(r'(\[window\]\nkey_file = ").*"', rf'\g<1>{key}"', good.read_text("utf-8"))
    assert str(key) in with_key
    good.write_text(with_key.replace('setting = "window"', 'setting = "hall"'), "utf-8")
    with pytest.raises(conf.SettingsError, match="窗口终端"):
        conf.load(good)
    good.write_text(with_key, "utf-8")
    assert conf.load(good).window is not None
    assert private_keys(key, "窗口") == (opening,)
    key.chmod(0o644)
    with pytest.raises(conf.SettingsError, match="其他人也能读"):
        private_keys(key, "窗口")
    key.chmod(0o600)
    key.write_text("AGE-SECRET-KEY-1", "utf-8")
    with pytest.raises(conf.SettingsError, match="读不懂") as refused:
        private_keys(key, "窗口")
    assert "AGE-SECRET" not in str(refused.value)
    with pytest.raises(conf.SettingsError, match="读不出来"):
        private_keys(tmp_path / "nowhere", "窗口")
