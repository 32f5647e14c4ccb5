"""The camera link's framing: whole, byte by byte, in pieces; and what a hostile stream can do, which is nothing."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import WAYS, drain, events

from devices.protocols import frames
from devices.protocols.frames import Ask, Camera, Frame, FrameError, Receiver, Refusal, Request, Why

PIXELS = bytes(range(256)) * 3
A_FRAME = frames.frame_header(7, 24, 16, 32) + PIXELS
HELLO = frames.camera(1, "imx708_wide", (4608, 2592), (1152, 648))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_message_arrives_however_the_stream_is_cut(way):
    stream = frames.request(Ask.STILL, 3) + HELLO + A_FRAME + frames.refusal(9, Why.NO_CAMERA) + frames.request(Ask.HELLO, 4)

    request, camera, frame, refusal, last = events(Receiver(), way(stream))

    assert request == Request(Ask.STILL, 3)
    assert camera == Camera(1, "imx708_wide", (4608, 2592), (1152, 648))
    assert (frame.serial, frame.width, frame.height, frame.stride, bytes(frame.data)) == (7, 24, 16, 32, PIXELS)
    assert refusal == Refusal(9, Why.NO_CAMERA)
    assert last == Request(Ask.HELLO, 4)


def test_a_frame_shows_nothing_of_its_picture_in_its_repr():
    (frame,) = events(Receiver(), [A_FRAME])
    assert isinstance(frame, Frame)
    assert "data" not in repr(frame)


def test_unknown_requests_and_refusals_are_given_as_numbers():
    header = frames.HEADER.pack(frames.MAGIC, frames.VERSION, 77, 0, 5, 0, 0, 0, 0)
    refusal = frames.HEADER.pack(frames.MAGIC, frames.VERSION, 255, 99, 5, 0, 0, 0, 0)
    assert events(Receiver(), [header, refusal]) == [Request(77, 5), Refusal(5, 99)]


def test_a_frame_may_not_be_changed_by_whoever_gets_it():
    (frame,) = events(Receiver(), [A_FRAME])
    with pytest.raises(TypeError):
        frame.data[0] = 1


def test_garbage_before_a_message_is_refused_at_its_first_wrong_byte():
    receiver = Receiver()
    with pytest.raises(FrameError):
        receiver.receive_data(b"\x00")
    with pytest.raises(FrameError):
        receiver.receive_data(A_FRAME)


def test_a_message_before_garbage_is_still_given():
    receiver = Receiver()
    with pytest.raises(FrameError):
        receiver.receive_data(HELLO + b"GET / HTTP/1.1\r\n\r\n")
    assert [type(message) for message in drain(receiver)] == [Camera]


def header(kind=130, *, version=frames.VERSION, width=24, height=16, stride=32, length=16 * 3 // 2 * 32):
    return frames.HEADER.pack(frames.MAGIC, version, kind, 0, 1, width, height, stride, length)


@pytest.mark.parametrize(
    "hostile",
    {
        "a frame of 4 GB": header(length=2**32 - 1),
        "a length that does not fit the sizes": header(length=16 * 32),
        "sizes whose product is 128 MB": header(width=9248, height=9248, stride=9248, length=9248 * 9248 * 3 // 2),
        "a width of none": header(width=0),
        "a height of none": header(height=0, length=0),
        "an odd width": header(width=23),
        "an odd height": header(height=17, length=17 * 3 // 2 * 32),
        "an odd stride": header(stride=33, length=16 * 3 // 2 * 33),
        "rows shorter than the picture": header(stride=22, length=16 * 3 // 2 * 22),
        "rows of a million bytes": header(stride=2**20, height=2, length=3 * 2**20),
        "another version": header(version=2),
        "a request with a body": header(kind=2, length=4),
        "a refusal with a body": header(kind=255, length=1),
        "a camera without sizes": header(kind=129, length=8),
        "a camera with an endless name": header(kind=129, length=2**31),
        "a camera of no size": frames.camera(1, "x", (0, 0), (0, 0)),
        "a camera wider than any": frames.camera(1, "x", (100_000, 10), (10, 10)),
        "a name that is no text": HELLO[:-4] + b"\xff\xfe\xff\xfe",
    }.items(),
    ids=lambda case: case[0],
)
def test_a_hostile_header_ends_the_stream_and_reserves_no_memory(hostile):
    receiver = Receiver()
    with pytest.raises(FrameError):
        receiver.receive_data(hostile[1])
    assert receiver.next_event() is None
    assert len(receiver._payload) <= frames.SIZES.size + frames.MAX_MODEL


@given(st.lists(st.binary(max_size=80), max_size=6))
def test_whatever_comes_only_frame_errors_are_raised(pieces):
    receiver = Receiver()
    with contextlib.suppress(FrameError):
        events(receiver, pieces)


@given(st.binary(min_size=28, max_size=28), st.integers(0, 27))
def test_a_header_damaged_anywhere_is_a_message_or_an_error(noise, keep):
    receiver = Receiver()
    with contextlib.suppress(FrameError):
        for message in events(receiver, [A_FRAME[:keep] + noise[keep:]]):
            assert isinstance(message, Request | Refusal)


@given(st.integers(1, 60), st.integers(1, 40), st.integers(0, 8), st.integers(0, 2**32 - 1))
def test_every_even_size_goes_through_and_comes_back(half_width, half_height, padding, serial):
    width, height, stride = 2 * half_width, 2 * half_height, 2 * (half_width + padding)
    data = bytes(n % 251 for n in range(height * 3 // 2 * stride))
    (frame,) = events(Receiver(), [frames.frame_header(serial, width, height, stride) + data])
    assert (frame.serial, frame.width, frame.height, frame.stride) == (serial, width, height, stride)
    assert bytes(frame.data) == data


def test_it_says_how_many_bytes_it_waits_for():
    receiver = Receiver()
    assert receiver.wanted == 28
    receiver.receive_data(A_FRAME[:30])
    assert receiver.wanted == len(A_FRAME) - 30
