"""The badge's conversation, with cards that say anything."""

from __future__ import annotations

from itertools import cycle

from hypothesis import example, given
from hypothesis import strategies as st

from devices.port import BadgeDeclined, BadgeProven, BadgeShown
from devices.protocols import piv
from devices.protocols.apdu import encode
from devices.smartcard import badge

HELD = encode(0x53, encode(0x70, b"held") + b"\x71\x01\x00") + b"\x90\x00"
ANSWERS = st.lists(
    st.one_of(
        st.binary(max_size=260),
        st.sampled_from([b"\x90\x00", b"\x63\xc3", b"\x63\xc1", b"\x63\xc0", b"\x69\x83", b"\x61\x10", b"\x6c\x08", b"\x69\x82"]),
        st.binary(max_size=40).map(lambda der: encode(0x53, encode(0x70, der) + b"\x71\x01\x00") + b"\x90\x00"),
        st.binary(max_size=80).map(lambda signature: encode(0x7C, encode(0x82, signature)) + b"\x90\x00"),
    ),
    min_size=1,
    max_size=12,
)


@example([b"l\x00", b"S\x06p\x01\x00q\x01\x00\x90\x00"])
@given(ANSWERS)
def test_whatever_a_card_says_showing_ends_and_gives_it_no_pin(answers: list[bytes]) -> None:
    said = cycle(answers)
    heard: list[bytes] = []

    def transmit(command: bytes) -> bytes:
        heard.append(command)
        return next(said)

    shown = badge.show(transmit)
    assert isinstance(shown, BadgeShown | BadgeDeclined)
    assert not isinstance(shown, BadgeShown) or shown.left >= badge.FEWEST_TRIES
    # A card may have the question for the tries repeated with a length (6Cxx), which makes it five bytes and no PIN.
    assert not [command for command in heard if command[1] == 0x20 and len(command) > 5]


@example([b"\x63\xc3", b"\x6c\x08"])
@example([b"\x63\xc3", b"\x61\x08"])
@given(ANSWERS)
def test_whatever_a_card_says_proving_ends_with_the_pin_wiped_and_sent_at_most_once(answers: list[bytes]) -> None:
    said = cycle(answers)
    sent: list[bytes] = []

    def transmit(command: bytes) -> bytes:
        if command[:4] == piv.verify_status().encode() and len(command) > 5:
            sent.append(command)
        return HELD if command[1] == 0xCB else next(said)

    pin = bytearray(b"246810")
    outcome = badge.prove(transmit, b"held", pin, bytes(32))
    assert isinstance(outcome, BadgeProven | BadgeDeclined)
    assert pin == bytes(6)
    assert len(sent) <= 1


def test_another_card_than_the_one_shown_gets_no_pin() -> None:
    heard: list[bytes] = []

    def transmit(command: bytes) -> bytes:
        heard.append(command)
        return HELD

    pin = bytearray(b"246810")
    assert badge.prove(transmit, b"another", pin, bytes(32)) == BadgeDeclined("card_removed")
    assert (pin, [command[1] for command in heard]) == (bytes(6), [0xCB])
