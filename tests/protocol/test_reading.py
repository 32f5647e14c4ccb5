"""The pipe to the process that reads: whole, byte by byte, in pieces; and what a hostile one can do, which is nothing."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import WAYS, drain, events

from devices.protocols import reading
from devices.protocols.reading import MAX_ANSWER, MAX_PICTURE, Line, Lines, Page, ReadingError, Ready, Receiver, Refusal, Why

JPEG = bytes(range(256)) * 5
LINES = (Line("居 住 证 明", (3000, 800, 7000, 1200), 0.5), Line("兹证明刘试安，女", (1000, 1500, 9000, 10_000), 1.0))


def receiver() -> Receiver:
    return Receiver(MAX_PICTURE)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_message_arrives_however_the_stream_is_cut(way):
    page = reading.page_header(7, len(JPEG)) + JPEG
    stream = reading.ready("RapidOCR") + page + reading.lines(8, LINES) + reading.refusal(9, Why.TOO_LARGE) + reading.lines(10, ())
    assert events(receiver(), way(stream)) == [
        Ready("RapidOCR"),
        Page(7, JPEG),
        Lines(8, LINES),
        Refusal(9, Why.TOO_LARGE),
        Lines(10, ()),
    ]


def test_nothing_of_a_page_or_its_text_shows_in_a_repr():
    said = events(receiver(), [reading.page_header(7, len(JPEG)) + JPEG + reading.lines(8, LINES)])
    assert all(word not in repr((said, LINES)) for word in ("居", "刘", "\\x01"))


def test_an_unknown_refusal_is_given_as_a_number():
    refusal = reading.HEADER.pack(reading.MAGIC, 1, 255, 99, 5, 0)
    assert events(receiver(), [refusal]) == [Refusal(5, 99)]


def test_a_message_before_garbage_is_still_given():
    one = receiver()
    with pytest.raises(ReadingError):
        one.receive_data(reading.ready("x") + b"Traceback (most recent call last)")
    assert one.next_event() == Ready("x")
    with pytest.raises(ReadingError):
        one.receive_data(b"")


def test_a_text_too_long_is_cut_between_characters_and_lines_too_many_are_left_out():
    many = [Line("字" * 500, (0, 0, 1, 1), 0.9)] * (reading.MAX_LINES + 5)
    (answer,) = events(receiver(), [reading.lines(1, many)])
    assert len(answer.lines) == reading.MAX_LINES
    assert answer.lines[0].text == "字" * (reading.MAX_TEXT // 3)


def header(kind=130, *, version=1, length=0):
    return reading.HEADER.pack(reading.MAGIC, version, kind, 0, 1, length)


def one_line(score=0.5, box=(0, 0, 10, 10), text=b"x", length=None):
    payload = reading.LINE.pack(score, *box, len(text) if length is None else length) + text
    return header(length=len(payload)) + payload


@pytest.mark.parametrize(
    "hostile",
    {
        "an answer of 4 GB": header(length=2**32 - 1),
        "an answer larger than any page's": header(length=MAX_ANSWER + 1),
        "a page larger than any": header(1, length=MAX_PICTURE + 1),
        "a refusal with a body": header(255, length=1),
        "a name of 4 GB": header(129, length=2**32 - 1),
        "a kind that is none": header(77),
        "another version": header(version=2),
        "another protocol": b"HTTP/1.1 200 OK\r\n\r\n",
        "half a line": header(length=5) + b"12345",
        "a text that is not there": one_line(length=400),
        "a text that is none": one_line(text=b"\xff\xfe"),
        "a score above one": one_line(score=1.5),
        "a score that is no number": one_line(score=float("nan")),
        "a box off the page": one_line(box=(0, 0, 10_001, 5)),
        "a box inside out": one_line(box=(9, 0, 3, 5)),
    }.items(),
    ids=lambda case: case[0],
)
def test_what_breaks_the_rules_ends_the_stream(hostile):
    one = receiver()
    with pytest.raises(ReadingError):
        events(one, [hostile[1]])
    with pytest.raises(ReadingError):
        one.receive_data(reading.ready("x"))


def test_whoever_only_answers_sends_no_picture():
    with pytest.raises(ReadingError):
        events(Receiver(MAX_ANSWER), [reading.page_header(1, MAX_ANSWER + 1)])


def test_more_lines_than_a_page_has_are_refused():
    payload = struct.pack("<f5H", 0.5, 0, 0, 1, 1, 0) * (reading.MAX_LINES + 1)
    with pytest.raises(ReadingError):
        events(receiver(), [header(length=len(payload)) + payload])


boxes = st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.integers(5000, 10_000), st.integers(5000, 10_000))
a_line = st.builds(Line, st.text(max_size=120), boxes, st.floats(0, 1, width=32))


@given(st.lists(a_line, max_size=20), st.integers(0, 2**32 - 1), st.integers(1, 50))
def test_lines_come_back_as_they_were(found, serial, step):
    stream = reading.lines(serial, found)
    (answer,) = events(receiver(), [stream[at : at + step] for at in range(0, len(stream), step)])
    assert answer == Lines(serial, tuple(found))


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_are_more_than_refused(data, after_magic):
    one = receiver()
    with contextlib.suppress(ReadingError):
        one.receive_data((reading.MAGIC + b"\x01" if after_magic else b"") + data)
        list(drain(one))
