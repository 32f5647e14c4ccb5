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
    stream = b"".join(shape.frame(shape.key_of(level)) for level in (5, 4, 3, 2, 1, 1))
    found = events(rating.Receiver(shape), WAYS[way](stream))
    assert found == [rating.Key(level) for level in (5, 4, 3, 2, 1, 1)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SHAPES)
def test_noise_before_and_between_keys_hides_none(name: str, way: str) -> None:
    shape = SHAPES[name]
    stream = NOISE + shape.frame(shape.key_of(5)) + NOISE + shape.frame(shape.key_of(1)) + NOISE
    assert levels(events(rating.Receiver(shape), WAYS[way](stream))) == [5, 1]


def test_the_bytes_of_known_pads_are_pinned() -> None:
    assert SHAPES["framed"].frame(5) == bytes.fromhex("AA5505FA")
    assert SHAPES["reversed"].frame(0) == bytes.fromhex("AA5500FF")
    assert SHAPES["ascii"].frame(ord("5")) == b"5\r\n"
    assert SHAPES["reversed"].key_of(5) == 0


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
    size = len(shape.frame(shape.key_of(5)))
    taken = size * len(levels(found)) + sum(event.count for event in found if isinstance(event, rating.Garbage))
    assert 0 <= sum(map(len, pieces)) - taken < size


def test_a_flood_is_held_within_the_buffer() -> None:
    shape = SHAPES["framed"]
    receiver = rating.Receiver(shape)
    receiver.receive_data(shape.frame(5) * 100_000)
    found = list(drain(receiver))
    assert len(levels(found)) <= rating.MAX_BUFFER // 4
    assert isinstance(found[0], rating.Garbage)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('checksum = "crc"', "checksum"),
        ("colour = 1", "colour"),
        ('keys = { "01" = 5 }', "levels"),
        ('keys = { "01" = 5, "02" = 4, "03" = 3, "04" = 2, "05" = 2 }', "levels"),
        ('keys = { "0102" = 5 }', "one byte"),
        ('head = ""', "head or tail"),
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
