"""ESC/POS answers, sorted whole, byte by byte, and out of rubbish. Values from Epson's ESC/POS reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocols.escpos import (
    FLUSH,
    ROW_BYTES,
    STRIP_ROWS,
    Answer,
    Answers,
    Changed,
    Flow,
    FullStatus,
    InOrder,
    Named,
    Paper,
    Printed,
    PrinterStatus,
    Query,
    Reading,
    RealTime,
    Trouble,
    ask,
    mark,
)

GOOD, BAD, UNKNOWN = Reading.GOOD, Reading.BAD, Reading.UNKNOWN
FINE = PrinterStatus(GOOD, GOOD, GOOD, GOOD, GOOD, Paper.OK)

CASES: list[tuple[bytes, list[Answer]]] = [
    (b"\x12", [RealTime(0x12)]),
    (b"\x16\x1e\x7e\x72\x32\x52", [RealTime(byte) for byte in (0x16, 0x1E, 0x7E, 0x72, 0x32, 0x52)]),
    (b"\x10\x00\x00\x00", [Changed(FINE)]),
    (b"\x18\x00\x0f\x00", [Changed(PrinterStatus(BAD, GOOD, GOOD, GOOD, GOOD, Paper.OUT))]),
    (b"\x38\x00\x00\x00", [Changed(PrinterStatus(BAD, BAD, GOOD, GOOD, GOOD, Paper.OK))]),
    (b"\x18\x08\x03\x00", [Changed(PrinterStatus(BAD, GOOD, BAD, GOOD, GOOD, Paper.NEAR_END))]),
    (b"\x18\x40\x00\x00", [Changed(PrinterStatus(BAD, GOOD, GOOD, BAD, GOOD, Paper.OK))]),
    (b"\x18\x20\x00\x00", [Changed(PrinterStatus(BAD, GOOD, GOOD, GOOD, BAD, Paper.OK))]),
    (b"\x00\x0f", [InOrder(0x00), InOrder(0x0F)]),
    (b"\x37\x22ab01\x00", [Printed(b"ab01")]),
    (b"\x37\x222222\x00", [Printed(b"2222")]),
    (b"\x5fTM-T20II\x00", [Named("TM-T20II")]),
    (b"\x11\x13", [Flow(True), Flow(False)]),
    (b"\x10\x00\x00\x00\x12\x37\x22 ~ ~\x00\x00", [Changed(FINE), RealTime(0x12), Printed(b" ~ ~"), InOrder(0)]),
]


@pytest.mark.parametrize(("data", "answers"), CASES)
def test_answers_are_the_same_whole_and_byte_by_byte(data: bytes, answers: list[Answer]) -> None:
    assert Answers().receive(data) == answers
    receiver = Answers()
    assert [answer for byte in data for answer in receiver.receive(bytes((byte,)))] == answers


@pytest.mark.parametrize(("data", "answers"), CASES)
def test_answers_survive_noise_before_and_after(data: bytes, answers: list[Answer]) -> None:
    assert Answers().receive(b"\xff\x80\xfe" + data + b"\xff\x91") == answers


def test_a_real_time_answer_within_an_automatic_block_disturbs_neither() -> None:
    assert Answers().receive(b"\x18\x00\x12\x0f\x11\x00") == [
        RealTime(0x12),
        Flow(True),
        Changed(PrinterStatus(BAD, GOOD, GOOD, GOOD, GOOD, Paper.OUT)),
    ]


def test_a_cut_block_is_dropped_when_the_next_begins() -> None:
    assert Answers().receive(b"\x18\x00\x10\x00\x00\x00") == [Changed(FINE)]


def test_a_text_that_never_ends_gives_up_its_place() -> None:
    receiver = Answers()
    assert not any(isinstance(answer, Named) for answer in receiver.receive(b"_" + b"A" * 500))
    assert receiver.receive(b"\xff\x12") == [RealTime(0x12)]


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_from_a_printer_are_an_exception_and_pieces_never_matter(data: bytes, full_status: bool) -> None:
    whole = Answers(full_status=full_status).receive(data)
    receiver = Answers(full_status=full_status)
    assert [answer for byte in data for answer in receiver.receive(bytes((byte,)))] == whole


@given(st.binary(max_size=200), st.booleans())
def test_a_presenter_s_answer_is_understood_after_noise_and_a_plain_printer_never_gives_one(noise: bytes, ticket: bool) -> None:
    answer = bytes((0x10, 0x0F, 0x20 if ticket else 0x00, 0x93, 0x12, 0x37))  # three bytes of any kind may follow
    assert Answers(full_status=True).receive(b"\x12" + answer + b"\x12") == [RealTime(0x12), FullStatus(ticket), RealTime(0x12)]
    receiver = Answers(full_status=True)
    receiver.receive(noise + b"\xff" * 5)
    assert receiver.receive(answer) == [FullStatus(ticket)]
    assert not any(isinstance(found, FullStatus) for found in Answers().receive(noise + answer))


@given(st.binary(max_size=200))
def test_after_any_noise_a_printer_is_understood_again(noise: bytes) -> None:
    receiver = Answers()
    receiver.receive(noise + b"\xff")
    assert receiver.receive(b"\x12\x10\x00\x00\x00\x37\x22ab01\x00") == [RealTime(0x12), Changed(FINE), Printed(b"ab01")]


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=4, max_size=4).map(str.encode))
def test_every_process_id_that_may_be_sent_is_recognised_when_it_comes_back(identity: bytes) -> None:
    assert mark(identity) == b"\x1d(H\x06\x0000" + identity
    assert Answers().receive(b"\x37\x22" + identity + b"\x00") == [Printed(identity)]


@pytest.mark.parametrize("identity", [b"", b"abc", b"abcde", b"ab\x00c", b"ab\x7fc"])
def test_a_process_id_of_another_shape_is_a_mistake(identity: bytes) -> None:
    with pytest.raises(ValueError, match="four printable"):
        mark(identity)


def status(printer: int, offline: int, error: int, paper: int) -> PrinterStatus:
    known = PrinterStatus()
    for query, byte in zip(Query, (printer, offline, error, paper), strict=True):
        known = known.answered(query, byte)
    return known


@pytest.mark.parametrize(
    ("answers", "trouble", "paper"),
    [
        ((0x12, 0x12, 0x12, 0x12), None, Paper.OK),
        ((0x16, 0x12, 0x12, 0x12), None, Paper.OK),
        ((0x12, 0x12, 0x12, 0x1E), None, Paper.NEAR_END),
        ((0x1E, 0x32, 0x12, 0x7E), Trouble.PAPER, Paper.OUT),
        ((0x1E, 0x32, 0x12, 0x72), Trouble.PAPER, Paper.OUT),
        ((0x1A, 0x16, 0x12, 0x12), Trouble.COVER, Paper.OK),
        ((0x1A, 0x52, 0x1A, 0x12), Trouble.CUTTER, Paper.OK),
        ((0x1A, 0x52, 0x52, 0x12), Trouble.HEAD, Paper.OK),
        ((0x1A, 0x52, 0x32, 0x12), Trouble.ERROR, Paper.OK),
        ((0x1A, 0x52, 0x16, 0x12), Trouble.ERROR, Paper.OK),
        ((0x1A, 0x12, 0x12, 0x12), Trouble.OFFLINE, Paper.OK),
    ],
)
def test_four_answers_say_what_is_wrong(answers: tuple[int, int, int, int], trouble: Trouble | None, paper: Paper) -> None:
    known = status(*answers)
    assert known.known
    assert known.trouble is trouble
    assert known.paper is paper


def test_a_printer_nobody_has_heard_is_neither_good_nor_bad() -> None:
    nothing = PrinterStatus()
    assert not nothing.known
    assert nothing.trouble is None
    assert nothing.paper is Paper.UNKNOWN
    assert nothing.answered(Query.PRINTER, 0x12).cover is UNKNOWN


def test_an_open_cover_is_named_before_the_paper_it_seems_to_lack() -> None:
    assert status(0x1E, 0x36, 0x12, 0x7E).trouble is Trouble.COVER


def test_questions_are_real_time_commands() -> None:
    assert [ask(query) for query in Query] == [b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04"]


def test_the_clean_up_completes_even_the_largest_strip() -> None:
    assert len(FLUSH) >= STRIP_ROWS * ROW_BYTES
    assert not any(FLUSH)
