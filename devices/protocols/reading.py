"""The pipe to the process that reads pages: one picture one way, its lines of text the other. No I/O here.

Reading takes half a gigabyte and a library of other people's models, so it lives in a process of its own, on whose word nothing
is taken that is not checked. Plain standard library; serves both ends. Every message is a header of 16 bytes, little-endian, and
``length`` bytes after it::

    offset 0   4s  magic  b"TBrd"
           4   B   version 1
           5   B   kind    1 page · 129 ready, 130 lines, 255 refusal
           6   H   code    of a refusal (:class:`Why`), else 0
           8   I   serial  chosen by the asker, repeated in the answer; 0 in *ready*
          12   I   length  bytes that follow

A *page* is a JPEG. *Ready* is said once, unasked, when the models are loaded, with what reads in UTF-8. *Lines* are, one after
another, a score (``f``, 0..1), left, top, right and bottom in ten-thousandths of the page's width and height (4 × ``H``), the
text's length in bytes (``H``) and the text in UTF-8. A stream that breaks these rules is closed, never searched.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct("<4sBBHII")
LINE = struct.Struct("<f5H")
MAGIC = b"TBrd"
VERSION = 1

MAX_PICTURE = 16 * 1024 * 1024
"""Bytes of a page's JPEG; an A4 page at 200 dpi has half a megabyte."""

MAX_LINES = 400
"""Lines of a page: a tightly set A4 page has some 60, a table a few times as many boxes."""

MAX_TEXT = 600
"""Bytes of a line's text: an A4 line in 6 pt holds about 100 characters, three bytes each."""

MAX_ANSWER = MAX_LINES * (LINE.size + MAX_TEXT)

MAX_NAME = 80
"""Bytes of what reads."""

WHOLE = 10_000
"""A page's width and height, in the unit of a line's box."""

Box = tuple[int, int, int, int]


class ReadingError(ValueError):
    """The stream breaks the framing; the other end is of no more use."""


class Why(IntEnum):
    """Why a page was not read."""

    NO_PICTURE = 1
    """What was sent is no JPEG, or a damaged one."""
    TOO_LARGE = 2
    """More pixels than a page has."""
    TOO_SMALL = 3
    NO_MEMORY = 4
    FAILED = 5
    """The library failed on it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to read. Its ``repr`` shows nothing of it."""

    serial: int
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ready:
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read: ``box`` left, top, right, bottom, ``score`` 0..1. Its ``repr`` shows nothing of the text."""

    text: str = field(repr=False)
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Lines:
    serial: int
    lines: tuple[Line, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """``why`` is a plain number where it is none of :class:`Why`."""

    serial: int
    why: Why | int


Message = Page | Ready | Lines | Refusal


def page_header(serial: int, length: int) -> bytes:
    """What goes before a page's ``length`` bytes; they are sent from where they lie."""
    return HEADER.pack(MAGIC, VERSION, _PAGE, 0, serial, length)


def ready(name: str) -> bytes:
    payload = name.encode()[:MAX_NAME]
    return HEADER.pack(MAGIC, VERSION, _READY, 0, 0, len(payload)) + payload


def lines(serial: int, found: Iterable[Line]) -> bytes:
    """At most :data:`MAX_LINES`; of a text at most :data:`MAX_TEXT` bytes."""
    payload = b"".join(_packed(line) for _, line in zip(range(MAX_LINES), found, strict=False))
    return HEADER.pack(MAGIC, VERSION, _LINES, 0, serial, len(payload)) + payload


def refusal(serial: int, why: Why) -> bytes:
    return HEADER.pack(MAGIC, VERSION, _REFUSAL, why, serial, 0)


class Receiver:
    """Turns bytes into messages: ``receive_data`` as they come, ``next_event`` until ``None``. :class:`ReadingError` is final.

    Holds one unfinished message. ``largest``: bytes that may follow a header; whoever only answers is listened to with
    :data:`MAX_ANSWER`, whoever only asks with :data:`MAX_PICTURE`. Nothing is reserved ahead of what has come.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._data = bytearray()
        self._head: _Head | None = None
        self._ready: deque[Message] = deque()
        self._broken = False

    def receive_data(self, data: bytes | memoryview) -> None:
        """Take what came from the stream. Messages before a broken one are still given by ``next_event``."""
        if self._broken:
            raise ReadingError("the stream broke before")
        self._data += data
        while self._take():
            pass

    def next_event(self) -> Message | None:
        """The oldest message that is complete and was not given yet."""
        return self._ready.popleft() if self._ready else None

    def _take(self) -> bool:
        """Whether a header or a message was complete."""
        if self._head is None:
            if not MAGIC.startswith(bytes(self._data[:4])):
                raise self._break("not a reader's stream")
            if len(self._data) < HEADER.size:
                return False
            self._head = self._checked(bytes(self._data[: HEADER.size]))
            del self._data[: HEADER.size]
        head = self._head
        if len(self._data) < head.length:
            return False
        payload, self._head = bytes(self._data[: head.length]), None
        del self._data[: head.length]
        self._ready.append(self._message(head, payload))
        return True

    def _checked(self, data: bytes) -> _Head:
        _magic, version, kind, code, serial, length = HEADER.unpack(data)
        if version != VERSION:
            raise self._break(f"version {version}")
        most = {_PAGE: MAX_PICTURE, _READY: MAX_NAME, _LINES: MAX_ANSWER, _REFUSAL: 0}.get(kind, -1)
        if length > min(most, self._largest):
            raise self._break(f"kind {kind} with {length} bytes")
        return _Head(kind, code, serial, length)

    def _message(self, head: _Head, payload: bytes) -> Message:
        match head.kind:
            case k if k == _PAGE:
                return Page(head.serial, payload)
            case k if k == _READY:
                return Ready(self._text(payload))
            case k if k == _LINES:
                return Lines(head.serial, self._lines(payload))
            case _:
                return Refusal(head.serial, Why(head.code) if head.code in set(Why) else head.code)

    def _lines(self, payload: bytes) -> tuple[Line, ...]:
        found: list[Line] = []
        at = 0
        while at < len(payload):
            if len(payload) - at < LINE.size or len(found) == MAX_LINES:
                raise self._break("lines that do not end where they should")
            score, left, top, right, bottom, length = LINE.unpack_from(payload, at)
            at += LINE.size
            text = payload[at : at + length]
            if len(text) != length or length > MAX_TEXT:
                raise self._break("a line's text that is not there")
            if not (0 <= score <= 1 and left <= right <= WHOLE and top <= bottom <= WHOLE):
                raise self._break("a line that is nowhere")
            at += length
            found.append(Line(self._text(text), (left, top, right, bottom), score))
        return tuple(found)

    def _text(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise self._break("a text that is none") from None

    def _break(self, why: str) -> ReadingError:
        self._broken = True
        self._data.clear()
        return ReadingError(why)


@dataclass(frozen=True, slots=True)
class _Head:
    kind: int
    code: int
    serial: int
    length: int


_PAGE, _READY, _LINES, _REFUSAL = 1, 129, 130, 255


def _packed(line: Line) -> bytes:
    text = line.text.encode()[:MAX_TEXT].decode(errors="ignore").encode()
    return LINE.pack(line.score, *line.box, len(text)) + text
