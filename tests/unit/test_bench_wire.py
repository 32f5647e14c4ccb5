"""The wire as the bench shows it: bounded, in words, and without a PIN."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.protocols import frames, sdt
from devices.virtual.rating import VirtualPad
from devices.virtual.rig import Rig
from devices.virtual.said import said
from devices.virtual.smartcard import VirtualPcsc, _Contacts
from devices.virtual.wire import KEPT, LONGEST, TOGETHER, Wire

NAMES = ("idcard", "smartcard", "camera", "printer", "a4", "rating", "toaster")


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def wire(now: list[float]) -> Wire:
    return Wire(lambda: now[0])


def test_a_device_that_is_asked_the_same_again_and_again_takes_two_rows(wire: Wire, now: list[float]) -> None:
    for _ in range(500):
        for heard, data in ((True, sdt.FIND), (False, sdt.answer(sdt.Sw3.NO_CARD))):
            now[0] += 0.2
            wire.tell("idcard", heard, data)
    assert [(row.heard, row.said, row.times) for row in wire.rows()] == [(False, "没有卡（SW3 80）", 500), (True, "找卡", 500)]


def test_what_comes_in_pieces_is_one_row_of_its_whole_size_and_little_of_it_is_kept(wire: Wire, now: list[float]) -> None:
    for _ in range(40):
        wire.tell("printer", True, b"\x1dv0\0\x48\0\x18\0" + bytes(1016))
        now[0] += TOGETHER / 2
    (row,) = wire.rows()
    assert (row.size, len(row.data), row.said) == (40 * 1024, LONGEST, "图像 576 × 24 点")


def test_a_chatty_device_is_bounded_and_pushes_out_no_other(wire: Wire, now: list[float]) -> None:
    wire.tell("rating", False, b"\xaa\x55\x05\xfa")
    for at in range(10 * KEPT):
        now[0] += 1
        wire.tell("smartcard", False, at.to_bytes(2, "big"))
    rows = wire.rows()
    assert len(rows) == KEPT + 1
    assert [row.said for row in rows if row.device == "rating"] == ["按键：非常满意"]
    assert [row.n for row in rows] == sorted((row.n for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("device", "heard", "data", "words"),
    [
        ("idcard", True, sdt.READ_BASE, "读文字和照片"),
        ("idcard", False, sdt.answer(sdt.Sw3.READ_FAILED), "读卡失败（SW3 41）"),
        ("idcard", False, b"\x00\xff", "不成帧的字节"),
        ("camera", True, frames.request(frames.Ask.STILL, 7), "要一张照片"),
        ("camera", False, frames.frame_header(7, 1152, 648, 1152), "画面 1152 × 648"),
        ("printer", True, b"\x10\x04\x02", "问为何脱机（DLE EOT 2）"),
        ("printer", False, b"\x1c\x00\x0f\x00", "自动状态：脱机、缺纸"),
        ("printer", False, b"\x37\x220001\x00", "进程标识：到这里都打完了"),
        ("rating", False, b"\xaa\x55\x01\xfe", "按键：非常不满意"),
        ("rating", False, b"\xaa\x55\x01\xff", "不成帧的字节"),
        ("smartcard", True, bytes.fromhex("00A4040008"), "SELECT 选应用或文件"),
        ("smartcard", False, bytes.fromhex("6A82"), "没有这个应用或文件（6A82）"),
        ("a4", True, bytes.fromhex("0101000B00000001"), "Get-Printer-Attributes 问打印机"),
        ("a4", False, bytes.fromhex("0101040600000001"), "不成（0406）"),
        ("toaster", True, b"bread", "数据"),
    ],
)
def test_bytes_are_told_in_words(device: str, heard: bool, data: bytes, words: str) -> None:
    assert said(device, heard, data) == words


@given(st.sampled_from(NAMES), st.booleans(), st.binary(max_size=64))
@settings(max_examples=60)
def test_whatever_is_on_the_wire_is_told_somehow(device: str, heard: bool, data: bytes) -> None:
    assert said(device, heard, data)


def test_a_pin_is_never_on_the_wire_one_sees(tmp_path: Path) -> None:
    class Card:
        atr = b"\x3b\x00"

        def reset(self) -> None: ...

        def transmit(self, command: bytes) -> bytes:
            return b"\x90\x00"

    reader = VirtualPcsc(tmp_path)
    rig = Rig([reader])
    _Contacts(reader, Card()).transmit(bytes.fromhex("00200080 08") + b"246810\xff\xff")
    asked = rig.wire.rows()[-1]
    assert (asked.said, asked.size) == ("VERIFY 验 PIN（内容不显示）", 13)
    assert b"246810" not in asked.data


def test_a_rig_hears_what_its_devices_say(tmp_path: Path) -> None:
    pad = VirtualPad(tmp_path / "rating")
    rig = Rig([pad])
    rig.start()
    try:
        pad.press(4)
        deadline = time.monotonic() + 20
        while not rig.wire.serial and time.monotonic() < deadline:
            time.sleep(0.002)
    finally:
        rig.stop()
    assert [(row.device, row.heard, row.said) for row in rig.wire.rows()] == [("rating", False, "按键：满意")]
    assert pad.pressed() == (1, 4)
