"""ISO/IEC 7816-4: commands, answers, their chaining, BER-TLV. Every limit is reached, and no card's answer upsets anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from devices.protocols import apdu
from devices.protocols.apdu import Answer, CardAnswerError, Command, Sw, Tlv

READ = Command(0x00, 0xB2, 0x09, 0x00, le=0x20)


def card(*answers: str) -> tuple[Callable[[bytes], bytes], list[str]]:
    """A card that gives these answers, and what it was asked."""
    waiting: Iterator[str] = iter(answers)
    asked: list[str] = []

    def transmit(command: bytes) -> bytes:
        asked.append(command.hex())
        return bytes.fromhex(next(waiting))

    return transmit, asked


@pytest.mark.parametrize(
    ("command", "encoded"),
    [
        (Command(0x00, 0x84, 0x00, 0x00), "00840000"),
        (Command(0x00, 0x84, 0x00, 0x00, le=8), "0084000008"),
        (Command(0x00, 0xA4, 0x02, 0x00, b"\xef\x05"), "00a4020002ef05"),
        (Command(0x00, 0xA4, 0x04, 0x00, b"\xa0\x00", 256), "00a4040002a00000"),
    ],
)
def test_a_command_is_encoded_in_its_short_form(command: Command, encoded: str) -> None:
    assert command.encode().hex() == encoded


@pytest.mark.parametrize("command", [Command(0, 0, 0, 0, bytes(256)), Command(0, 0, 0, 0, le=0), Command(0, 0, 0, 0, le=257)])
def test_what_fits_no_short_command_is_our_mistake(command: Command) -> None:
    with pytest.raises(ValueError, match="short"):
        command.encode()


def test_data_that_waits_is_fetched_until_there_is_no_more() -> None:
    transmit, asked = card("61 02", "AA BB 61 01", "CC 90 00")
    assert apdu.exchange(READ, transmit) == Answer(b"\xaa\xbb\xcc", Sw.OK)
    assert asked == ["00b2090020", "00c0000002", "00c0000001"]


def test_a_wrong_length_is_asked_again_with_the_right_one_once() -> None:
    transmit, asked = card("6C 03", "09 01 41 90 00")
    assert apdu.exchange(READ, transmit) == Answer(b"\x09\x01\x41", Sw.OK)
    assert asked == ["00b2090020", "00b2090003"]
    transmit, _ = card("6C 03", "6C 04")
    assert apdu.exchange(READ, transmit) == Answer(b"", 0x6C04)


def test_a_refusal_is_an_answer() -> None:
    transmit, _ = card("63 C2")
    assert apdu.exchange(READ, transmit).tries_left == 2
    transmit, _ = card("69 82")
    assert apdu.exchange(READ, transmit).tries_left is None


@pytest.mark.parametrize("answer", ["", "90", "00" * 300 + "9000", "00" * 33 + "9000"])
def test_an_answer_that_is_none_or_longer_than_asked_is_refused(answer: str) -> None:
    transmit, _ = card(answer)
    with pytest.raises(CardAnswerError):
        apdu.exchange(READ, transmit)


@pytest.mark.parametrize("endless", [b"\x61\xff", bytes(255) + b"\x61\xff", b"\x6c\x10"])
def test_no_card_is_asked_without_end(endless: bytes) -> None:
    asked = []

    def transmit(command: bytes) -> bytes:
        asked.append(command)
        return endless if len(asked) > 1 or endless != bytes(255) + b"\x61\xff" else b"\x61\xff"

    try:
        apdu.exchange(READ, transmit)
    except CardAnswerError:
        pass
    else:
        assert endless == b"\x6c\x10"
    assert len(asked) <= apdu.MAX_ROUNDS


def test_elements_are_found_by_their_path_and_filler_is_passed_over() -> None:
    fci = apdu.encode(0x6F, b"\x00" + apdu.encode(0x84, b"name") + b"\xff" + apdu.encode(0xA5, apdu.encode(0x9F0C, b"\x03")))
    assert apdu.find(fci, 0x6F, 0xA5, 0x9F0C) == b"\x03"
    assert apdu.find(fci, 0x6F, 0x85) is None
    assert next(apdu.elements(fci)).tag == 0x6F


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_every_form_of_a_length_is_read(size: int) -> None:
    assert list(apdu.elements(apdu.encode(0x53, bytes(size)))) == [Tlv(0x53, bytes(size))]


@pytest.mark.parametrize("data", ["70", "9F", "9F81", "9F8181", "7002AA", "7081", "70820001", "7080", "7084000000010A", "70FF"])
def test_a_lying_or_cut_element_is_refused(data: str) -> None:
    with pytest.raises(CardAnswerError):
        list(apdu.elements(bytes.fromhex(data)))


def test_a_level_of_endless_elements_is_refused() -> None:
    with pytest.raises(CardAnswerError, match="many"):
        list(apdu.elements(b"\x01\x00" * 100))


def test_no_repr_shows_what_a_card_or_a_command_carries() -> None:
    secret = b"123456"
    assert "123456" not in repr((Command(0, 0x20, 0, 0x80, secret), Answer(secret, 0x9000), Tlv(0x70, secret)))
