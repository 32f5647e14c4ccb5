"""One connection to a printer, with time and bytes in hand: what is late, what blocks, what lies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from devices.printer.raster import strips
from devices.printer.session import BABBLE, BabbleError, NotTakingError, Session, StoppedError
from devices.protocols.escpos import ASK_PAPER, REPORT_CHANGES, RESET, Trouble

FINE, OUT = b"\x10\x00\x00\x00", b"\x18\x00\x0c\x00"
STRIPS = strips(Image.new("1", (576, 72), 0))
STATUS = {1: b"\x12", 2: b"\x12", 3: b"\x12", 4: b"\x12"}


class Wire:
    """A printer that exists between two lines of a test: ``hears`` gets what is written and says what it answers, and when."""

    def __init__(self, hears: Callable[[bytes], list[tuple[float, bytes]]]) -> None:
        self.now = 0.0
        self.takes = 1 << 20
        self._hears = hears
        self._coming: list[tuple[float, bytes]] = []

    rate = None

    def fileno(self) -> int:
        return -1

    def writable(self) -> tuple[int, ...]:
        return ()

    def paper_out(self) -> None:
        return None

    def read(self) -> bytes:
        due = b"".join(data for at, data in self._coming if at <= self.now)
        self._coming = [(at, data) for at, data in self._coming if at > self.now]
        return due

    def write(self, data: bytes) -> int:
        data = data[: self.takes]
        self.takes -= len(data)
        self.say(*self._hears(data))
        return len(data)

    def say(self, *answers: tuple[float, bytes]) -> None:
        self._coming += [(self.now + delay, data) for delay, data in answers]

    def wait(self, seconds: float, *_: int) -> bool:
        """Until something is due, or over."""
        until = min([self.now + seconds, *(at for at, _ in self._coming)])
        self.now = max(until, self.now + 0.001)
        return bool(self._coming)

    def session(self) -> Session:
        return Session(self, wait=self.wait, now=lambda: self.now, stopping=lambda: False)


class Honest:
    """Answers as a printer does, each after ``delay``; a process id after ``proof`` seconds."""

    def __init__(self, delay: float = 0.0, proof: float = 0.0) -> None:
        self.delay, self.proof = delay, proof
        self.written = b""

    def __call__(self, data: bytes) -> list[tuple[float, bytes]]:
        self.written += data
        answers = [(self.delay, FINE)] * data.count(REPORT_CHANGES)
        if data.startswith(b"\x10\x04"):
            answers.append((self.delay, STATUS[data[2]]))
        answers += [(self.delay, b"\x00")] * data.count(ASK_PAPER)
        if (at := data.find(b"\x1d(H\x06\x0000")) >= 0:
            answers.append((self.proof, b"\x37\x22" + data[at + 7 : at + 11] + b"\x00"))
        return answers


def probed(wire: Wire) -> Session:
    session = wire.session()
    session.probe()
    assert session.provable
    return session


@pytest.mark.parametrize("late", [0.0, 1.5, 7.0])
def test_a_process_id_may_come_late_and_nothing_is_called_printed_before_it(late: float) -> None:
    printer = Honest()
    wire = Wire(printer)
    session = probed(wire)
    printer.proof = late
    began = wire.now
    session.print(STRIPS)
    assert wire.now - began >= late


def test_one_that_never_comes_ends_the_wait() -> None:
    printer = Honest()
    wire = Wire(printer)
    session = probed(wire)
    printer.proof = 1e9
    with pytest.raises(TimeoutError):
        session.print(STRIPS)
    assert wire.now < 30


def test_trouble_reported_while_the_line_takes_nothing_ends_the_job_with_its_cause() -> None:
    wire = Wire(Honest())
    session = probed(wire)
    wire.takes = 1000
    wire.say((0.2, OUT))
    with pytest.raises(StoppedError) as stopped:
        session.print(STRIPS)
    assert (stopped.value.trouble, stopped.value.begun) == (Trouble.PAPER, True)
    assert wire.now < 2


def test_what_is_written_begins_with_settings_of_our_own_and_holds_no_question_within_a_strip() -> None:
    printer = Honest()
    session = probed(Wire(printer))
    printer.written = b""
    session.print(STRIPS)
    assert printer.written.startswith(RESET + REPORT_CHANGES + ASK_PAPER)
    rest = printer.written.partition(ASK_PAPER)[2]
    for strip in STRIPS:
        assert rest.startswith(strip.data + ASK_PAPER)
        rest = rest[len(strip.data) + len(ASK_PAPER) :]


def test_a_printer_that_says_more_than_any_has_to_say_is_not_listened_to() -> None:
    wire = Wire(Honest())
    session = probed(wire)
    wire.say((0.0, b"\x12" * (BABBLE + 1)))
    with pytest.raises(BabbleError):
        session.hear()


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 3), st.binary(max_size=40)), max_size=40), st.booleans())
def test_whatever_it_answers_every_question_and_every_job_ends_in_time_and_by_a_name(
    answers: list[tuple[float, bytes]], honest_at_first: bool
) -> None:
    printer = Honest()
    script = iter(answers)

    def hostile(_: bytes) -> list[tuple[float, bytes]]:
        return [answer] if (answer := next(script, None)) else []

    wire = Wire(printer if honest_at_first else hostile)
    session = wire.session()
    try:
        session.probe()
        if honest_at_first:
            wire._hears = hostile
        session.inquire()
        if session.provable:
            session.print(STRIPS)
    except (TimeoutError, StoppedError, NotTakingError, BabbleError):
        pass
    assert wire.now < 120
