"""ISO/IEC 7816-4 as a host needs it: short command APDUs, answers, their chaining, and BER-TLV. No I/O.

:func:`exchange` is the loop every command goes through: ``transmit`` carries one APDU to the card and brings back its answer
(data, then SW1 SW2), and the loop does what neither PC/SC nor pyscard does by itself::

    61 xx   more is waiting: GET RESPONSE, until another status comes (T=0 gives even a SELECT's answer this way)
    6C xx   the length asked for was wrong: the same command once more with Le = xx

A card is not trusted: whatever it says is held against the limits below, and what goes beyond them is :class:`CardAnswerError`,
never a buffer that grows. Extended APDUs and command chaining are left out: nothing we read needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

MAX_DATA = 255
"""Bytes of data in a short command."""
MAX_LE = 256
"""Bytes a short command can ask for; written ``00``."""
MAX_ROUNDS = 48
"""Answers to one command: 61xx chains and repetitions counted together. A PIV certificate of 4 kB takes 17."""
MAX_TOTAL = 8192
"""Bytes of data gathered for one command. The largest object of a PIV card is 3 kB."""
MAX_ELEMENTS = 64
"""TLV elements on one level."""
MAX_LENGTH_BYTES = 3
"""Of a TLV's length, after the first: 16 MB can be claimed, and is then held against what there is."""

Transmit = Callable[[bytes], bytes]


class Sw(IntEnum):
    """Status words that mean something to us. ``61xx``, ``63Cx`` and ``6Cxx`` carry a number and are told by :class:`Answer`."""

    OK = 0x9000
    SECURITY_STATUS_NOT_SATISFIED = 0x6982
    BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_EF = 0x6986
    WRONG_DATA = 0x6A80
    NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    WRONG_P1P2 = 0x6A86
    KEY_NOT_FOUND = 0x6A88
    WRONG_LENGTH = 0x6700
    INS_NOT_SUPPORTED = 0x6D00
    CLA_NOT_SUPPORTED = 0x6E00
    APPLICATION_LOCKED = 0x9303
    """Of Chinese cards (JR/T 0025): the application is blocked for good."""


class CardAnswerError(Exception):
    """What the card answered is none, or goes beyond a limit. The text says which rule was broken and shows no byte of it."""


@dataclass(frozen=True, slots=True)
class Command:
    """A short command. ``le``: bytes wanted, 1 … 256, or ``None`` for none. ``data`` may be a secret (a PIN) and is not shown."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    le: int | None = None

    def encode(self) -> bytes:
        """``ValueError`` when it does not fit a short command."""
        if len(self.data) > MAX_DATA or (self.le is not None and not 1 <= self.le <= MAX_LE):
            raise ValueError("not a short command")
        body = bytes([len(self.data)]) + self.data if self.data else b""
        tail = b"" if self.le is None else bytes([self.le % MAX_LE])
        return bytes([self.cla, self.ins, self.p1, self.p2]) + body + tail


@dataclass(frozen=True, slots=True)
class Answer:
    """All data of an answer and its last status word. The data may be a person's and is not shown."""

    data: bytes = field(repr=False)
    sw: int

    @property
    def ok(self) -> bool:
        return self.sw == Sw.OK

    @property
    def tries_left(self) -> int | None:
        """What ``63Cx`` says; ``None`` for other statuses."""
        return self.sw & 0x0F if self.sw & 0xFFF0 == 0x63C0 else None


def select(name: bytes, *, le: int | None = MAX_LE) -> Command:
    """SELECT by name (AID), first occurrence, FCI wanted."""
    return Command(0x00, 0xA4, 0x04, 0x00, name, le)


def exchange(command: Command, transmit: Transmit) -> Answer:
    """The whole answer to ``command``; :class:`CardAnswerError`. What ``transmit`` raises goes through."""
    asked, gathered, corrected = command, b"", False
    for _ in range(MAX_ROUNDS):
        answer = _split(transmit(asked.encode()), asked.le)
        sw1, sw2 = divmod(answer.sw, 0x100)
        if sw1 == 0x6C and not corrected:
            asked, corrected = replace(asked, le=sw2 or MAX_LE), True
            continue
        gathered += answer.data
        if len(gathered) > MAX_TOTAL:
            raise CardAnswerError("the card sends more data than any object holds")
        if sw1 != 0x61:
            return Answer(gathered, answer.sw)
        asked, corrected = Command(command.cla, 0xC0, 0x00, 0x00, le=sw2 or MAX_LE), False
    raise CardAnswerError("the card's answer has no end")


def _split(raw: bytes, le: int | None) -> Answer:
    if len(raw) < 2:
        raise CardAnswerError("an answer without a status word")
    if len(raw) - 2 > (le or MAX_LE):
        raise CardAnswerError("an answer longer than was asked for")
    return Answer(raw[:-2], int.from_bytes(raw[-2:], "big"))


# --- BER-TLV (ISO/IEC 7816-4, ISO/IEC 8825-1) -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tlv:
    """One element. ``tag`` is its bytes read as one number (``0x9F0C``)."""

    tag: int
    value: bytes = field(repr=False)


def elements(data: bytes) -> Iterator[Tlv]:
    """The elements of one level, in order; :class:`CardAnswerError` at the first that is none.

    ``00`` and ``FF`` between elements are filler.
    """
    at = count = 0
    while at < len(data):
        if data[at] in (0x00, 0xFF):
            at += 1
            continue
        count += 1
        if count > MAX_ELEMENTS:
            raise CardAnswerError("too many elements")
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if length > len(data) - at:
            raise CardAnswerError("an element is longer than what holds it")
        yield Tlv(tag, data[at : at + length])
        at += length


def find(data: bytes, *path: int) -> bytes | None:
    """Value of the first element at ``path``, outermost tag first; ``None`` when there is none. :class:`CardAnswerError`."""
    for tag in path:
        value = next((element.value for element in elements(data) if element.tag == tag), None)
        if value is None:
            return None
        data = value
    return data


def encode(tag: int, value: bytes) -> bytes:
    """One element, its length in the shortest form."""
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(digits)]) + digits
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


def _tag(data: bytes, at: int) -> tuple[int, int]:
    """One byte, or (low five bits all set) up to two more while their top bit is set."""
    end = at + 1
    if data[at] & 0x1F == 0x1F:
        while end < len(data) and end - at < 2 and data[end] & 0x80:
            end += 1
        if end >= len(data) or data[end] & 0x80:
            raise CardAnswerError("a tag that does not end")
        end += 1
    return int.from_bytes(data[at:end], "big"), end


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise CardAnswerError("an element without a length")
    first = data[at]
    at += 1
    if first < 0x80:
        return first, at
    count = first & 0x7F
    if not 1 <= count <= MAX_LENGTH_BYTES or at + count > len(data):
        raise CardAnswerError("a length that is none")
    return int.from_bytes(data[at : at + count], "big"), at + count
