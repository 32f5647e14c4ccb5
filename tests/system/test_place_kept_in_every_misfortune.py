"""Each device's misfortunes as the citizen meets them: told in words, the place is kept, the device serves again, no restart.

What a driver makes of each of them is in ``tests/misfortune``, a file for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from support.citizen import Citizen, Upstream
from support.hall import GlassByHttp, Hall, until

from devices.virtual.idcard import VirtualReader


@pytest.fixture
def hall(quiet_hall: Hall) -> Iterator[Hall]:
    """Nothing lies anywhere, and afterwards it is the process it was."""
    pid = quiet_hall.pid("terminal")
    yield quiet_hall
    quiet_hall.rig.clear()
    for reader in "idcard", "smartcard":
        quiet_hall.rig.reader(reader).lift()
    quiet_hall.rig.camera().clear_desk()
    if quiet_hall.glass().look() != "welcome":
        quiet_hall.glass().do("end").see("welcome")
    quiet_hall.rig.printer().tear()
    assert quiet_hall.pid("terminal") == pid
    assert quiet_hall.alive("terminal")


def at_the_reader(hall: Hall) -> GlassByHttp:
    glass = hall.glass().see("welcome").do("begin").do("choose-place", party="demo-jia")
    glass.do("choose-item", item="MED-REMOTE").do("choose-situation", situation="MED-2")
    glass.do("choose-channel", channel="here").do("next").do("agree")
    reader = hall.rig.device("idcard")
    assert isinstance(reader, VirtualReader)
    seen = reader.looks
    until(lambda: reader.looks >= seen + 2, "the reader sees that nothing lies there")
    return glass


def told(glass: GlassByHttp, screen: str, words: str) -> None:
    until(lambda: glass.look() == screen and words in glass.html, f"{words} at {screen}")


def well(glass: GlassByHttp, screen: str) -> None:
    until(lambda: "出了点问题" not in glass.see(screen).html, "the device is well")


# --- the identity card's reader ---------------------------------------------------------------------------------------------

AT_THE_READER = {
    "card pulled away": "证件拿开得早了一点",
    "endless answer": "读卡器暂时不能用",
    "unplug": "读卡器连接不上",
    "card not authentic": "这张证件核验不了",
}
AT_THE_READER_LONG = {
    "pulled when found": "证件拿开得早了一点",
    "pulled when selected": "证件拿开得早了一点",
    "wrong checksum": "没有读出来",
    "mute": "读卡器没有响应",
    "dies reading": "读卡器没有响应",
}


def quick_and_long(quick: dict[str, str], long: dict[str, str]) -> list[object]:
    return [*quick.items(), *(pytest.param(*case, marks=pytest.mark.long) for case in long.items())]


@pytest.mark.parametrize(("fault", "said"), quick_and_long(AT_THE_READER, AT_THE_READER_LONG))
def test_at_the_reader_it_is_told_and_then_the_next_card_is_read(hall: Hall, fault: str, said: str) -> None:
    glass, reader = at_the_reader(hall), hall.rig.device("idcard")
    assert isinstance(reader, VirtualReader)
    reader.inject(fault)
    reader.lay("liu")
    told(glass, "card", said)
    reader.lift()
    reader.clear()
    well(glass, "card")
    seen = reader.looks
    until(lambda: reader.looks >= seen + 2, "the reader sees that nothing lies there")
    reader.lay("chen")
    assert "陈**" in glass.see("identity").html


@pytest.mark.parametrize(
    ("fault", "card", "name"),
    [
        ("power blip", "liu", "刘**"),
        ("noise", "liu", "刘**"),
        pytest.param("pulled before address", "qian", "钱**", marks=pytest.mark.long),
        pytest.param("wrong checksum once", "liu", "刘**", marks=pytest.mark.long),
        pytest.param("id wrong at first", "liu", "刘**", marks=pytest.mark.long),
    ],
)
def test_what_the_reader_gets_over_by_itself_the_citizen_never_hears_of(hall: Hall, fault: str, card: str, name: str) -> None:
    glass = at_the_reader(hall)
    hall.rig.device("idcard").inject(fault)
    hall.rig.reader().lay(card)
    assert name in glass.see("identity").html


def test_a_card_swapped_once_it_was_read_changes_nobodys_place_or_name(hall: Hall) -> None:
    glass, reader = at_the_reader(hall), hall.rig.device("idcard")
    assert isinstance(reader, VirtualReader)
    reader.lay("liu")
    glass.see("identity")
    reader.lay("chen")
    seen = reader.looks
    until(lambda: reader.looks >= seen + 3, "the reader sees the other card")
    assert "刘**" in glass.see("identity").html
    assert "陈**" not in glass.html


def test_pcscd_killed_with_a_chip_card_in_it_the_citizen_goes_on_with_the_identity_card(hall: Hall) -> None:
    glass, chips = at_the_reader(hall), hall.rig.device("smartcard")
    hall.rig.reader("smartcard").lay("social-2")
    told(glass, "card", "这是社会保障卡")
    chips.inject("service killed")
    told(glass, "card", "居民身份证")
    chips.clear()
    hall.rig.reader("smartcard").lift()
    hall.rig.reader().lay("liu")
    glass.see("identity")


# --- the document camera ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "troubles",
    [
        {"frozen": "拍摄台没有响应", "unplug": "连接不上"},
        pytest.param({"mute": "没有响应", "no camera": "连接不上"}, marks=pytest.mark.long),
    ],
    ids=",".join,
)
def test_at_the_desk_each_trouble_of_the_camera_is_told_and_then_a_page_is_taken(hall: Hall, troubles: dict[str, str]) -> None:
    citizen, camera = Citizen(hall).identified(), hall.rig.device("camera")
    hall.rig.camera().lay("residence")
    for fault, said in troubles.items():
        camera.inject(fault)
        told(citizen.glass, "scan", said)
        camera.clear()
        well(citizen.glass, "scan")
        citizen.take().glass.see("page").do("retake-page")
    citizen.take().glass.see("page").do("keep-page").do("next")
    assert citizen.glass.screen == "delivery"


# --- the receipt printer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "troubles",
    [
        {"paper out": "打印纸用完", "cover open": "上盖没有合上", "cutter jam": "卡住了", "unplug": "连接不上"},
        pytest.param({"paper out": "打印纸用完", "head hot": "正在散热", "mute": "没有响应"}, marks=pytest.mark.long),
    ],
    ids=",".join,
)
def test_at_the_receipt_each_trouble_of_the_printer_is_told_in_turn_and_then_it_prints(
    hall: Hall, troubles: dict[str, str]
) -> None:
    """One misfortune begins before the one before it has ended, so that nothing is printed between them."""
    printer = hall.rig.device("printer")
    printer.inject("paper out")
    citizen = Citizen(hall).submitted()
    told(citizen.glass, "receipt", troubles["paper out"])
    for last, fault in pairwise(troubles):
        printer.inject(fault)
        printer.clear(last)
        told(citizen.glass, "receipt", troubles[fault])
    assert not hall.rig.printer().papers()
    printer.clear()
    citizen.took_receipt()


@pytest.mark.parametrize(
    ("fault", "said"),
    [("power cut mid-job", "连接不上"), pytest.param("power blip mid-job", "/act/print-again", marks=pytest.mark.long)],
)
def test_a_receipt_broken_off_is_offered_again_and_the_pad_rates_once_and_only_when_asked(
    hall: Hall, fault: str, said: str
) -> None:
    upstream = Upstream(hall)
    before = len(upstream.rows("SELECT 1 FROM ratings"))
    hall.rig.device("printer").inject(fault)
    citizen = Citizen(hall).submitted()
    hall.rig.pad().press(1)  # asked for nothing yet
    told(citizen.glass, "receipt", said)
    hall.rig.clear()
    told(citizen.glass, "receipt", "/act/print-again")
    citizen.glass.do("print-again")
    citizen.took_receipt()
    assert citizen.glass.screen == "rating"

    hall.rig.device("rating").inject("flood")
    hall.rig.pad().press(5)
    citizen.glass.see("farewell")
    until(lambda: len(upstream.rows("SELECT 1 FROM ratings")) > before, "the rating")
    assert upstream.rows("SELECT level FROM ratings")[before:] == [(5,)]
    citizen.left()
