"""One question to a SAM-V reader and its answer: the commands with their time limits, over a serial line.

Never two requests in flight; the line is flushed before each. An answer is taken by its SW3 and the length of its data, never
by comparing literals, so that a late answer to another question is passed over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import Struct

from devices.protocols import sdt
from devices.protocols.sdt import Sw3
from devices.supervisor import DeviceFaultError
from devices.transports.serial import SerialLine

GAP = 0.2
"""Seconds of silence inside a frame after which it is taken as cut."""
FLOOD = sdt.MAX_BUFFER
"""Bytes taken for one answer: the longest one, and a late one before it. A reader that goes on talking is told to be ill."""
SLICE = 0.25
"""Longest single wait, so that a stopping driver does not sit out a silent reader's three seconds."""


@dataclass(frozen=True, slots=True)
class Command:
    """A request, the seconds its answer may take, its SW3 of success and the bytes of data that come with it. ``card``: whether it
    is about a card, so that the answer may be as well.
    """

    request: bytes
    seconds: float
    success: int = Sw3.DONE
    least: int = 0
    most: int = 0
    card: bool = True


OF_A_CARD = frozenset(
    {
        Sw3.CARD_REFUSED_SAM,
        Sw3.SAM_REFUSED_CARD,
        Sw3.INFORMATION_CHECK,
        Sw3.CARD_NOT_FOUND_YET,
        Sw3.FINGERPRINT_CHECK,
        Sw3.INFORMATION_LENGTH,
        Sw3.CARD_TYPE_UNKNOWN,
        Sw3.READ_FAILED,
        Sw3.RANDOM_NUMBER,
        Sw3.NO_CARD,
        Sw3.SELECT_FAILED,
        Sw3.NO_SUCH_ITEM,
    }
)
"""What a module says of a card. Asked how the module itself is, "no card" is the late answer to the question before."""
STATUS = Command(sdt.SAM_STATUS, 0.6, card=False)
RESET = Command(sdt.SAM_RESET, 1.0, card=False)
SAM_ID = Command(sdt.SAM_ID, 0.6, least=16, most=16, card=False)
FIND = Command(sdt.FIND, 0.6, Sw3.CARD_FOUND, most=16)
SELECT = Command(sdt.SELECT, 1.0, most=27)
READ = Command(sdt.READ_BASE, 3.0, least=200, most=sdt.MAX_LEN)
BODY_NUMBERS = Command(sdt.READ_BODY_NUMBERS, 0.6, least=28, most=28)
NEW_ADDRESS = Command(sdt.READ_NEW_ADDRESS, 2.0, least=70, most=70)


class Answer(Struct, frozen=True):
    """``frame`` and the monotonic time at which the first byte after the request was seen."""

    frame: sdt.Frame
    at: float

    @property
    def sw3(self) -> int:
        return self.frame.sw3


class NoAnswerError(Exception):
    """No usable answer in time. ``silent``: not one byte came; else what came was damaged or cut."""

    def __init__(self, silent: bool) -> None:
        super().__init__("silence" if silent else "damaged or cut")
        self.silent = silent


class Exchange:
    """The line as a place to ask at. ``OSError`` when it goes away. ``cancelled`` ends a wait early."""

    def __init__(
        self, line: SerialLine, clock: Callable[[], float] = time.monotonic, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        self._line = line
        self._clock = clock
        self._cancelled = cancelled
        self._receiver = sdt.Receiver()
        self._damaged = False

    def ask(self, command: Command) -> Answer:
        """The answer to ``command``, whatever its SW3; :class:`NoAnswerError`. One without end is a :class:`DeviceFaultError`."""
        self._receiver.clear()
        self._line.discard()
        self._line.write(command.request)
        self._damaged = False
        end = self._clock() + command.seconds
        first: float | None = None
        quiet_at = end
        taken = 0
        while (now := self._clock()) < end and not self._damaged and not self._cancelled():
            data = self._line.read(min(end - now, quiet_at - now, SLICE))
            if data:
                first = self._clock() if first is None else first
                self._receiver.receive_data(data)
                taken += len(data)
            frame = self._next_answer(command)
            if frame is None and not data and self._clock() >= quiet_at:
                frame = self._rescan(command)
            if frame is not None:
                return Answer(frame, end if first is None else first)
            if taken > FLOOD:
                raise DeviceFaultError("reader_babbles")
            if data:
                quiet_at = self._clock() + GAP if self._receiver.inside else end
        raise NoAnswerError(silent=first is None)

    def _next_answer(self, command: Command) -> sdt.Frame | None:
        while (event := self._receiver.next_event()) is not None:
            match event:
                case sdt.Frame() if _answers(event, command):
                    return event
                case sdt.BadChecksum():
                    self._damaged = True
                case sdt.BadLength(length) if length >= sdt.MIN_ANSWER:
                    self._damaged = True
        return None

    def _rescan(self, command: Command) -> sdt.Frame | None:
        """The line fell silent inside a frame: it was cut, and a whole one may lie behind its beginning."""
        self._damaged = True
        while self._receiver.inside:
            self._receiver.give_up()
            if (frame := self._next_answer(command)) is not None:
                return frame
        return None


def _answers(frame: sdt.Frame, command: Command) -> bool:
    if frame.sw3 in (Sw3.DONE, Sw3.CARD_FOUND):
        return frame.sw3 == command.success and command.least <= len(frame.data) <= command.most
    return not frame.data and (command.card or frame.sw3 not in OF_A_CARD)
