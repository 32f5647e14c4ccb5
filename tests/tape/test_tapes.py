"""Tapes: a driver hears byte for byte what was recorded; what is read from a card nobody listed is never kept."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.printing import TYPESETTER, Journal
from support.tapes import TAPES, card, until

from devices.idcard.reader import SdtReader
from devices.port import CardRead, CardRemoved, DeviceEvent, RatingKey
from devices.printer.driver import EscposPrinter
from devices.protocols import chip, sdt
from devices.rating.pad import SerialPad
from devices.tape.listed import NotListedError, cards
from devices.tape.play import MismatchError, Player
from devices.tape.record import keep
from devices.tape.tape import FROM_DEVICE, TO_DEVICE, Piece, Tape, TapeError, dump, load
from devices.transports.tcp import TcpLink
from devices.virtual.people import PEOPLE

LIU = next(one for one in PEOPLE if one.id == "liu")


def tape(name: str) -> Tape:
    return load((TAPES / f"{name}.tape").read_text("utf-8"))


def read(player: Player, folder: Path) -> list[DeviceEvent]:
    """What the reader's driver says while the tape plays."""
    events: list[DeviceEvent] = []
    driver = SdtReader(player.serial(folder / "line"))
    driver.arm()
    player.start()
    driver.start(events.append)
    try:
        player.wait()
        until(lambda: any(isinstance(event, CardRemoved) for event in events))
    finally:
        driver.stop()
        player.stop()
    return events


@pytest.mark.parametrize("path", sorted(TAPES.glob("*.tape")), ids=lambda path: path.stem)
def test_every_tape_kept_here_may_be_kept_and_is_written_as_it_is_read(path: Path) -> None:
    text = path.read_text("utf-8")
    kept = load(text)
    assert (" ".join(cards(kept)) or "-") == kept.headers["cards"]
    assert dump(kept) == text


def test_a_card_laid_read_and_lifted_is_read_from_its_tape(tmp_path: Path) -> None:
    events = read(Player(tape("idcard-liu")), tmp_path)
    (found,) = [event for event in events if isinstance(event, CardRead)]
    assert found.document.number == LIU.text.number
    assert found.document.name == LIU.text.name


@pytest.mark.parametrize("profile", ["framed", "asked"])
def test_two_keys_are_two_ratings_from_their_tape(tmp_path: Path, profile: str) -> None:
    events: list[DeviceEvent] = []
    player = Player(tape(f"rating-{profile}"), speed=1.0)
    driver = SerialPad(player.serial(tmp_path / "line"), profile)
    driver.ask("case-1")
    driver.start(events.append)
    try:
        until(lambda: driver.state().usable and not driver._notes.qsize())
        player.start()
        until(lambda: RatingKey("case-1", 4) in events)
        driver.ask("case-2")
        player.wait()
        until(lambda: RatingKey("case-2", 2) in events)
    finally:
        driver.stop()
        player.stop()
    assert len([event for event in events if isinstance(event, RatingKey)]) == 2


@pytest.mark.parametrize(("name", "fault"), [("printer-ready", None), ("printer-paper-out", "paper_out")])
def test_a_printer_s_state_is_understood_from_its_tape(name: str, fault: str | None) -> None:
    player = Player(tape(name))
    driver = EscposPrinter(partial(TcpLink, "127.0.0.1", player.tcp()), Journal(), typesetter=TYPESETTER)
    player.start()
    driver.start(lambda event: None)
    try:
        until(lambda: driver.state().usable if fault is None else driver.state().fault == fault)
    finally:
        driver.stop()
        player.stop()


def test_a_driver_that_asks_something_else_is_told_apart_at_that_byte(tmp_path: Path) -> None:
    first, *rest = tape("idcard-liu").pieces
    player = Player(replace(tape("idcard-liu"), pieces=(replace(first, data=b"\xaa\xaa\xaa\x96\x69\x00\x03\x55"), *rest)))
    driver = SdtReader(player.serial(tmp_path / "line"))
    player.start()
    driver.start(lambda event: None)
    try:
        with pytest.raises(MismatchError, match="piece 1: the tape has aa aa aa 96 69 00 03 55"):
            player.wait()
    finally:
        driver.stop()
        player.stop()


def test_a_driver_that_asks_for_less_is_told(tmp_path: Path) -> None:
    player = Player(tape("rating-asked"))
    driver = SerialPad(player.serial(tmp_path / "line"), "asked")
    player.start()
    driver.start(lambda event: None)
    try:
        with pytest.raises(MismatchError, match="the rest"):
            player.wait(0.3)
    finally:
        driver.stop()
        player.stop()


def test_what_is_recorded_again_is_the_same_but_for_its_times(tmp_path: Path) -> None:
    again, kept = card(tmp_path), tape("idcard-liu")
    assert again.stream(TO_DEVICE)[:45] == kept.stream(TO_DEVICE)[:45]
    assert cards(again) == ("liu",)
    path = tmp_path / "again.tape"
    assert keep(again, path) == ("liu",)
    assert path.read_text("utf-8").splitlines()[5].startswith("# about: 放卡")


# --- what may not be kept ---------------------------------------------------------------------------------------------


def reading(number: str) -> bytes:
    text = chip.build(replace(LIU.text, number=number))
    return sdt.answer(sdt.Sw3.DONE, chip.join(text, b"\0" * 1024))


def recorded(*answers: bytes, device: str = "idcard") -> Tape:
    return Tape({"device": device}, tuple(Piece(float(at), FROM_DEVICE, data) for at, data in enumerate(answers)))


STRANGER = reading("11010519491231002X")


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ((STRANGER,), "名单"),
        ((LIU_READ := sdt.answer(sdt.Sw3.DONE, LIU.data()), STRANGER), "名单"),
        ((STRANGER[:200],), "不完整"),
        ((STRANGER[100:],), "看不懂"),
        ((STRANGER[:300] + LIU_READ,), "不完整|看不懂"),
        ((sdt.answer(sdt.Sw3.DONE, b"\x0f\x5c" * 40),), "解不开"),
        ((LIU_READ, sdt.answer(sdt.Sw3.DONE, "北京市东城区某街一号".encode("utf-16-le").ljust(70, b" "))), "解不开"),
        ((sdt.answer(sdt.Sw3.DONE, b"\x01" * 28),), "没有读出来"),
        ((LIU_READ, sdt.answer(sdt.Sw3.DONE, b"\x01" * 28), sdt.answer(sdt.Sw3.DONE, b"\x02" * 28)), "没有读出来"),
    ],
)
def test_a_card_nobody_listed_leaves_no_file_whole_or_in_part(tmp_path: Path, answers: tuple[bytes, ...], says: str) -> None:
    path = tmp_path / "a.tape"
    with pytest.raises(NotListedError, match=says) as caught:
        keep(recorded(*answers), path)
    assert not list(tmp_path.iterdir())
    assert "11010519491231002X" not in str(caught.value)


def test_the_same_cards_listed_are_kept(tmp_path: Path) -> None:
    assert keep(recorded(LIU_READ, sdt.answer(sdt.Sw3.DONE, b"\x01" * 28)), tmp_path / "a.tape") == ("liu",)


def test_the_newest_address_of_a_listed_card_is_kept(tmp_path: Path) -> None:
    assert cards(card(tmp_path, "qian")) == ("qian",)


def test_a_printed_picture_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(NotListedError, match="打印内容"):
        keep(Tape({"device": "printer"}, (Piece(0.0, TO_DEVICE, b"\x1b@\x1dv0\0\1\0\1\0\xff"),)), tmp_path / "a.tape")


def test_a_device_without_a_rule_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(NotListedError, match="没有判定规则"):
        keep(recorded(b"x", device="piv"), tmp_path / "a.tape")


@given(cut=st.integers(min_value=1, max_value=len(STRANGER) - 1), flip=st.integers(min_value=0, max_value=len(STRANGER) - 1))
def test_however_a_stranger_s_reading_is_damaged_it_is_refused(cut: int, flip: int) -> None:
    damaged = bytearray(STRANGER)
    damaged[flip] ^= 0x01
    for stream in (STRANGER[:cut], STRANGER[cut:], bytes(damaged)):
        with pytest.raises(NotListedError):
            cards(recorded(stream))


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1"),
        ("# tongban tape 2\n", "line 1"),
        ("# tongban tape 1\n# colour: red\n", "line 2: 'colour'"),
        ("# tongban tape 1\n0.000 > zz\n", "line 2"),
        ("# tongban tape 1\n0.100 > aa\n0.050 < bb\n", "line 3: back in time"),
        ("# tongban tape 1\n0.000 ? aa\n", "line 2"),
    ],
)
def test_what_is_no_tape_is_refused_with_its_line(text: str, says: str) -> None:
    with pytest.raises(TapeError, match=says):
        load(text)


@given(st.lists(st.tuples(st.sampled_from("<>"), st.binary(min_size=1, max_size=40)), max_size=20))
def test_a_tape_written_and_read_is_the_same(pieces: list[tuple[str, bytes]]) -> None:
    one = Tape({"device": "rating"}, tuple(Piece(at / 8, way, data) for at, (way, data) in enumerate(pieces)))
    again = load(dump(one))
    assert again.pieces == one.pieces


# --- the package ------------------------------------------------------------------------------------------------------


def test_no_tape_is_in_the_terminal_s_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hatchling.builders.wheel import WheelBuilder

    (built,) = WheelBuilder(str(Path(__file__).parents[2])).build(directory=str(tmp_path), versions=["standard"])
    names = zipfile.ZipFile(built).namelist()
    assert "devices/port.py" in names
    assert not [name for name in names if name.startswith(("devices/tape/", "tests/", "bench/")) or name.endswith(".tape")]
