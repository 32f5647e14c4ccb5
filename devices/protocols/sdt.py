"""SDT frames of Chinese ID-card readers (SAM-V module): bytes in, frozen events out. No I/O.

::

    request   AA AA AA 96 69 | LenHi LenLo | CMD PARA    | data | CHK
    answer    AA AA AA 96 69 | LenHi LenLo | SW1 SW2 SW3 | data | CHK

``Len`` is big endian and counts everything after itself, CHK included; CHK is the XOR of everything between preamble and CHK.
Source: public sheets and programs following GA 450 (the standard itself is not public), cross-checked in test vectors.

Believed of the wire, and kept here: the preamble overlaps itself (``AA AA AA AA AA 96 69`` holds one frame); a photo may hold a
preamble, so a frame's length is trusted until its checksum fails; a cut frame would swallow the next one by its length, so
the owner calls :meth:`Receiver.give_up` when the line falls silent inside a frame, and the bytes are scanned again.
Frames are never compared with literals: IIN and SN may be anything, and SW1 SW2 carry the card's own words for some SW3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import reduce
from operator import xor

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
HEAD = len(PREAMBLE) + 2
MIN_REQUEST = 3
"""Smallest ``Len`` of a request: CMD, PARA, CHK."""
MIN_ANSWER = 4
"""Smallest ``Len`` of an answer: SW1, SW2, SW3, CHK. A request echoed by a half-duplex line is told apart by this alone."""
MAX_LEN = 2560
"""Largest ``Len`` taken: text, photo and two fingerprints make 2314; more is a damaged length, not a card."""
MAX_BUFFER = 2 * (HEAD + MAX_LEN)
"""Bytes held at most: a cut frame and the whole one behind it. What exceeds it is dropped from the front, as garbage."""


class Sw3(IntEnum):
    """Status of the reader module, last of the three status bytes. Others exist; treat them as failures."""

    DONE = 0x90
    CARD_FOUND = 0x9F
    CHECKSUM_WRONG = 0x10
    LENGTH_WRONG = 0x11
    COMMAND_INVALID = 0x21
    NOT_ALLOWED = 0x23
    UNRECOGNISED = 0x24
    CARD_REFUSED_SAM = 0x31
    SAM_REFUSED_CARD = 0x32
    INFORMATION_CHECK = 0x33
    CARD_NOT_FOUND_YET = 0x34
    FINGERPRINT_CHECK = 0x37
    INFORMATION_LENGTH = 0x3F
    CARD_TYPE_UNKNOWN = 0x40
    READ_FAILED = 0x41
    RANDOM_NUMBER = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    NO_SUCH_ITEM = 0x91


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole answer. ``data`` is what stands between SW3 and CHK; it may be a person's and is not shown."""

    sw1: int
    sw2: int
    sw3: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request, as a reader sees it."""

    cmd: int
    para: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Garbage:
    """``count`` bytes that belong to no frame."""

    count: int


@dataclass(frozen=True, slots=True)
class BadLength:
    """A preamble with a ``Len`` no frame can have."""

    length: int


@dataclass(frozen=True, slots=True)
class BadChecksum:
    """A frame of plausible length whose XOR is ``want`` and whose last byte is ``got``."""

    want: int
    got: int


Event = Frame | Request | Garbage | BadLength | BadChecksum


def frame(body: bytes) -> bytes:
    """``body`` (CMD PARA data, or SW1 SW2 SW3 data) as it goes over the wire."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + counted + bytes([checksum(counted)])


def answer(sw3: int, data: bytes = b"", sw1: int = 0, sw2: int = 0) -> bytes:
    return frame(bytes([sw1, sw2, sw3]) + data)


def checksum(counted: bytes) -> int:
    """XOR over ``Len`` and everything behind it except CHK."""
    return reduce(xor, counted, 0)


SAM_RESET = frame(b"\x10\xff")
SAM_STATUS = frame(b"\x11\xff")
SAM_ID = frame(b"\x12\xff")
FIND = frame(b"\x20\x01")
SELECT = frame(b"\x20\x02")
READ_BASE = frame(b"\x30\x01")
"""Text and photo."""
READ_NEW_ADDRESS = frame(b"\x30\x03")
READ_BODY_NUMBERS = frame(b"\x30\x05")
"""IIN, SN and DN of the card's body: the cheapest question whose failure says that the card is gone."""


def sam_id(data: bytes) -> str:
    """The 16 bytes of a SAM id as printed on the module; ``ValueError`` for another length."""
    if len(data) != 16:
        raise ValueError(f"a SAM id has 16 bytes, not {len(data)}")
    words = [int.from_bytes(data[at : at + size], "little") for at, size in ((0, 2), (2, 2), (4, 4), (8, 4), (12, 4))]
    return "{:02d}.{:02d}-{:d}-{:010d}-{:010d}".format(*words)


class Receiver:
    """Finds answers in a stream. Feed :meth:`receive_data`, take :meth:`next_event` until ``None``."""

    _least = MIN_ANSWER

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._overflow = 0

    def receive_data(self, data: bytes) -> None:
        self._buffer += data
        if (excess := len(self._buffer) - MAX_BUFFER) > 0:
            del self._buffer[:excess]
            self._overflow += excess

    @property
    def inside(self) -> bool:
        """Whether a frame has begun and is not whole: silence now means it was cut."""
        return bool(self._buffer)

    def give_up(self) -> None:
        """The line fell silent inside a frame: its first byte was no beginning. What follows is scanned again."""
        if self._buffer:
            del self._buffer[0]
            self._overflow += 1

    def clear(self) -> None:
        """Forget everything held, as after flushing the line."""
        self._buffer.clear()
        self._overflow = 0

    def next_event(self) -> Event | None:
        """The next event, or ``None`` when more bytes are needed."""
        if dropped := self._overflow + self._skip_to_preamble():
            self._overflow = 0
            return Garbage(dropped)
        if len(self._buffer) < HEAD:
            return None
        length = int.from_bytes(self._buffer[HEAD - 2 : HEAD], "big")
        if not self._least <= length <= MAX_LEN:
            self.give_up()
            return BadLength(length)
        end = HEAD + length
        if len(self._buffer) < end:
            return None
        want, got = checksum(bytes(self._buffer[len(PREAMBLE) : end - 1])), self._buffer[end - 1]
        if want != got:
            self.give_up()
            return BadChecksum(want, got)
        body = bytes(self._buffer[HEAD : end - 1])
        del self._buffer[:end]
        return self._whole(body)

    def _whole(self, body: bytes) -> Event:
        return Frame(body[0], body[1], body[2], body[3:])

    def _skip_to_preamble(self) -> int:
        """Drop what cannot begin a frame; how many bytes that was."""
        at = self._buffer.find(PREAMBLE)
        if at < 0:
            at = len(self._buffer) - _overlap(self._buffer)
        del self._buffer[:at]
        return at


class RequestReceiver(Receiver):
    """The reader's side of the line: finds requests."""

    _least = MIN_REQUEST

    def _whole(self, body: bytes) -> Event:
        return Request(body[0], body[1], body[2:])


def _overlap(buffer: bytearray) -> int:
    """How many of the last bytes may be the beginning of a preamble."""
    return next(size for size in range(min(len(buffer), len(PREAMBLE) - 1), -1, -1) if buffer.endswith(PREAMBLE[:size]))
