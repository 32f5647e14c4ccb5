"""A tape as a text file: what went over the wire, in which direction, and when.

::

    # tongban tape 1
    # device: idcard
    # line: serial 115200
    # made: 2026-11-25
    # cards: liu
    # about: a card laid, read and lifted; virtual hardware
    0.000 > aa aa aa 96 69 00 03 12 ff ee
    0.004 < aa aa aa 96 69 00 14 00 00 90 …

Seconds since the first byte; ``>`` from the driver, ``<`` from the device. Bytes that follow each other in one direction within
:data:`TOGETHER` seconds stand on one line.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

FIRST_LINE = "# tongban tape 1"
HEADERS = ("device", "line", "made", "cards", "about")
TOGETHER = 0.05
MAX_BYTES = 1 << 20
"""Bytes of a tape at most, both directions: an hour of a reader that is polled."""
_LINE = re.compile(r"(\d{1,6}\.\d{3}) ([<>]) ((?:[0-9a-f]{2} ?)+)")
TO_DEVICE, FROM_DEVICE = ">", "<"


class TapeError(ValueError):
    """The text is no tape; the message names the line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """``data`` may be a card's; only listed cards' get into a file."""

    at: float
    way: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tape:
    """``headers`` of :data:`HEADERS`, and the pieces in order."""

    headers: dict[str, str]
    pieces: tuple[Piece, ...] = field(repr=False)

    def stream(self, way: str) -> bytes:
        """All bytes of one direction."""
        return b"".join(piece.data for piece in self.pieces if piece.way == way)


def dump(tape: Tape) -> str:
    head = [FIRST_LINE, *(f"# {name}: {tape.headers.get(name, '')}".rstrip() for name in HEADERS)]
    body = [f"{piece.at:.3f} {piece.way} {piece.data.hex(' ')}" for piece in tape.pieces]
    return "\n".join([*head, *body]) + "\n"


def load(text: str) -> Tape:
    """:class:`TapeError`."""
    lines = text.splitlines()
    if not lines or lines[0] != FIRST_LINE:
        raise TapeError(f"line 1: not {FIRST_LINE!r}")
    headers: dict[str, str] = {}
    pieces: list[Piece] = []
    total, before = 0, -math.inf
    for number, line in enumerate(lines[1:], start=2):
        if line.startswith("# ") and not pieces:
            name, colon, value = line[2:].partition(":")
            if not colon or name not in HEADERS or name in headers:
                raise TapeError(f"line {number}: {name!r} is no header, or stands twice")
            headers[name] = value.strip()
            continue
        if (found := _LINE.fullmatch(line)) is None:
            raise TapeError(f"line {number}: neither header nor bytes")
        at, data = float(found[1]), bytes.fromhex(found[3])
        total += len(data)
        if at < before or total > MAX_BYTES:
            raise TapeError(f"line {number}: back in time, or more than {MAX_BYTES} bytes")
        before = at
        pieces.append(Piece(at, found[2], data))
    return Tape(headers, tuple(pieces))


class Take:
    """A recording in memory, piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[tuple[float, float, str, bytearray]] = []
        self._total = 0

    def add(self, at: float, way: str, data: bytes) -> None:
        """``at``: monotonic seconds. :class:`TapeError` when it gets too long."""
        self._total += len(data)
        if self._total > MAX_BYTES:
            raise TapeError(f"more than {MAX_BYTES} bytes")
        if self._pieces:
            first, last, before, held = self._pieces[-1]
            if before == way and at - last <= TOGETHER:
                held += data
                self._pieces[-1] = (first, at, way, held)
                return
        self._pieces.append((at, at, way, bytearray(data)))

    def tape(self, headers: dict[str, str]) -> Tape:
        zero = self._pieces[0][0] if self._pieces else 0.0
        return Tape(headers, tuple(Piece(round(first - zero, 3), way, bytes(data)) for first, _, way, data in self._pieces))
