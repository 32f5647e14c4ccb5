"""Frames of rating pads in every shape we know: whole, byte by byte, with noise; and what a profile may not be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import WAYS, drain, events

from devices.protocols import rating
from devices.rating.profile import parse, profiles

SHAPES = {name: profile.shape for name, profile in profiles().items()}
NOISE = bytes(range(0x80, 0xA0)) + b"\xaa\x55\xaa"


def levels(found: list[rating.Event]) -> list[int]:
    return [event.level for event in found if isinstance(event, rating.Key)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SHAPES)
def test_every_key_of_every_pad_means_its_official_level(name: str, way: str) -> None:
    shape = SHAPES[name]
    keys = (*shape.keys.values(), 2, 2)
    stream = b"".join(shape.frame(shape.key_of(level)) for level in keys)
    found = events(rating.Receiver(shape), WAYS[way](stream))
    assert found == [rating.Key(level) for level in keys]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SHAPES)
def test_noise_before_and_between_keys_hides_none(name: str, way: str) -> None:
    shape = SHAPES[name]
    stream = NOISE + shape.frame(shape.key_of(4)) + NOISE + shape.frame(shape.key_of(2)) + NOISE
    assert levels(events(rating.Receiver(shape), WAYS[way](stream))) == [4, 2]


def test_the_bytes_of_known_pads_are_pinned() -> None:
    assert SHAPES["framed"].frame(b"\x05") == bytes.fromhex("AA5505FA")
    assert SHAPES["reversed"].frame(b"\0") == bytes.fromhex("AA5500FF")
    assert SHAPES["ascii"].frame(b"5") == b"5\r\n"
    assert SHAPES["reversed"].key_of(5) == b"\0"
    assert SHAPES["three"].frame(b"A") == bytes.fromhex("0241BD03")
    assert SHAPES["asked"].frame(b"05") == b"$KEY=05\r\n"
    assert SHAPES["polled"].frame(b"\x05") == bytes.fromhex("FE020505")


def test_a_crc_is_that_of_modbus() -> None:
    """MODBUS over Serial Line V1.02, 6.2.2: CRC-16 of "123456789" is 4B37 in every catalogue of CRCs."""
    assert rating.CHECKSUMS["crc16"](b"123456789") == bytes.fromhex("374B")


@pytest.mark.parametrize("name", SHAPES)
def test_a_key_let_go_is_no_key(name: str) -> None:
    shape = SHAPES[name]
    released = b"".join(shape.frame(bytes([key[0] | 0x80]) + key[1:]) for key in shape.keys)
    assert levels(events(rating.Receiver(shape), [released + shape.frame(shape.key_of(2))])) == [2]


@pytest.mark.parametrize("name", SHAPES)
def test_a_frame_cut_anywhere_is_no_key_and_hides_none(name: str) -> None:
    shape = SHAPES[name]
    whole = shape.frame(shape.key_of(4))
    for at in range(len(whole)):
        assert levels(events(rating.Receiver(shape), [whole[:at], shape.frame(shape.key_of(2))])) == [2]


def test_an_idle_answer_is_no_key() -> None:
    shape = SHAPES["polled"]
    assert events(rating.Receiver(shape), [shape.idle + shape.frame(b"\x04") + shape.idle]) == [
        rating.Idle(),
        rating.Key(4),
        rating.Idle(),
    ]


def test_a_wrong_checksum_is_no_key() -> None:
    assert levels(events(rating.Receiver(SHAPES["framed"]), [bytes.fromhex("AA5505FB AA550600 AA5504FB")])) == [4]


def test_a_cut_frame_does_not_swallow_the_next_key() -> None:
    assert levels(events(rating.Receiver(SHAPES["framed"]), [bytes.fromhex("AA5505 AA5501FE")])) == [1]


@pytest.mark.parametrize("name", SHAPES)
def test_a_press_begun_before_clear_is_forgotten(name: str) -> None:
    shape = SHAPES[name]
    frame = shape.frame(shape.key_of(3))
    receiver = rating.Receiver(shape)
    receiver.receive_data(frame[:-1])
    assert list(drain(receiver)) == []
    receiver.clear()
    assert levels(events(receiver, [frame[-1:], shape.frame(shape.key_of(2))])) == [2]


@given(name=st.sampled_from(sorted(SHAPES)), pieces=st.lists(st.binary(max_size=200), max_size=8))
def test_any_bytes_at_all_are_counted_and_upset_nothing(name: str, pieces: list[bytes]) -> None:
    shape = SHAPES[name]
    receiver = rating.Receiver(shape)
    found = events(receiver, pieces)
    size = len(shape.frame(shape.key_of(4)))
    idle = len(shape.idle) * sum(isinstance(event, rating.Idle) for event in found)
    taken = size * len(levels(found)) + idle + sum(event.count for event in found if isinstance(event, rating.Garbage))
    assert 0 <= sum(map(len, pieces)) - taken < size


def test_a_flood_is_held_within_the_buffer() -> None:
    shape = SHAPES["framed"]
    receiver = rating.Receiver(shape)
    receiver.receive_data(shape.frame(b"\x05") * 100_000)
    found = list(drain(receiver))
    assert len(levels(found)) <= rating.MAX_BUFFER // 4
    assert isinstance(found[0], rating.Garbage)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('checksum = "crc"', "checksum"),
        ("colour = 1", "colour"),
        ('keys = { "01" = 5 }', "bad one"),
        ('keys = { "01" = 5, "02" = 4, "03" = 3, "04" = 2, "05" = 2 }', "levels"),
        ('keys = { "01" = 5, "0102" = 1 }', "equally long"),
        ('keys = { "" = 5 }', "bad one"),
        ('keys = { "01" = 6, "02" = 1 }', "levels"),
        ('keys = { "01" = 5, "02" = 4 }', "bad one"),
        ("keys = 5", "items"),
        ('head = ""', "head, fill or tail"),
        ("uncounted = 2", "uncounted"),
        ("uncounted = -1", "uncounted"),
        ('tail = "' + "00" * 70 + '"', "longer than 64"),
        ('poll = "01"', "go together"),
        ("every = 0.2", "go together"),
        ('idle = "AA00"', "no poll|there is none"),
        ("head = 5", "argument"),
        ('head = "zz"', "hex"),
    ],
)
def test_a_profile_that_cannot_work_is_refused_by_name(line: str, says: str) -> None:
    table = {
        "about": '"x"',
        "baud": "9600",
        "head": '"AA"',
        "keys": '{ "01" = 5, "02" = 4, "03" = 3, "04" = 2, "05" = 1 }',
    }
    key, _, value = line.partition(" = ")
    table[key] = value
    with pytest.raises(ValueError, match=says) as caught:
        parse("[odd]\n" + "\n".join(f"{name} = {text}" for name, text in table.items()))
    assert str(caught.value).startswith("odd: ")


def test_a_profile_without_a_speed_is_refused() -> None:
    with pytest.raises(ValueError, match="odd: baud is missing"):
        parse('[odd]\nabout = "x"\nhead = "AA"\nkeys = { "01" = 5, "02" = 4, "03" = 3, "04" = 2, "05" = 1 }')
