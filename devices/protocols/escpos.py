"""ESC/POS as a receipt printer speaks it: commands as bytes, answers as frozen events, status as a small closed union.

No I/O. Commands are constants and two functions; :class:`Answers` sorts what the printer sends, whatever the pieces it
arrives in, by the masks of Epson's ESC/POS reference:

=====================  ==========================================  ===================================================
DLE EOT answer         one byte ``0xx1xx10``                       :class:`RealTime`; says not which question it answers
ASB block              ``0xx1xx00`` and three ``0xx0xxxx``         :class:`Changed`; comes unasked once switched on
GS r, GS I (one byte)  ``0xx0xxxx``                                :class:`InOrder`
process id             ``37 22 d d d d 00``                        :class:`Printed`
GS I (text)            ``5F … 00``                                 :class:`Named`
XON, XOFF              ``11``, ``13``                              :class:`Flow`
DLE EOT 20             ``10 0F`` and four bytes of any kind        :class:`FullStatus`; only where ``full_status`` says so
=====================  ==========================================  ===================================================

A real-time answer may fall into the middle of an ASB block; the masks still tell them apart. Anything else is noise and
is passed over, never an exception: a printer that babbles is answered by the questions it leaves open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

ROW_BYTES = 72
"""A dot row of 80 mm paper: 576 dots, 72 mm, at 203 dpi."""
STRIP_ROWS = 24
"""Rows in one raster command. An interrupted command swallows what follows until it is full: the fewer, the less."""
RASTER_HEADER = 8

RESET = b"\x1b@"
"""ESC @: settings as after power-up, line buffer dropped, ASB off. The receive buffer is *not* emptied."""
REPORT_CHANGES = b"\x1da\x0e"
"""GS a 14: from now on an ASB block at every change of offline, error and paper, and one at once. In order; ESC @ ends it."""
ASK_PAPER = b"\x1dr\x01"
"""GS r 1: answered in order, after what was sent before it. Not executed while offline: a marker, not a question."""
ASK_MODEL = b"\x1dIC"
"""GS I 67: the model's name."""
CUT = b"\x1dVB\x00"
"""GS V 66 0: feed the last line to the cutter, partial cut."""
FLUSH = bytes(STRIP_ROWS * ROW_BYTES + RASTER_HEADER)
"""NULs enough to complete any strip that was cut off. Outside of a command a printer ignores them."""

CHINESE = b"\x1c&"
"""FS &: Kanji mode; what follows is ASCII and two-byte characters. Chinese models have it on at power-up, others not."""

MARK_LENGTH = 4
_BLOCK_LIMIT = 80
"""Longest text block taken (GS I answers stay below 80 bytes by Epson's reference); a longer one has lost its end."""


ASK_PRESENTER = b"\x10\x04\x14"
"""DLE EOT 20 of printers with a Custom presenter: :class:`FullStatus`."""


class Query(IntEnum):
    """What DLE EOT can ask."""

    PRINTER = 1
    OFFLINE = 2
    ERROR = 3
    PAPER = 4


def ask(query: Query) -> bytes:
    """DLE EOT n: answered on reception, also while offline or printing. Never put it into the middle of another command."""
    return b"\x10\x04" + bytes((query,))


def mark(identity: bytes) -> bytes:
    """GS ( H fn 48: ``identity`` (four bytes 0x20..0x7E) comes back when all printing before it is completed."""
    if len(identity) != MARK_LENGTH or not all(0x20 <= byte <= 0x7E for byte in identity):
        raise ValueError("a process id is four printable ASCII characters")
    return b"\x1d(H\x06\x0000" + identity


def align(where: int) -> bytes:
    """ESC a n, at the beginning of a line: 0 left, 1 centre. Text, codes and raster pictures alike."""
    return b"\x1ba" + bytes((where,))


def enlarge(times: int) -> bytes:
    """GS ! n: characters ``times`` (1..8) as wide and as high."""
    return b"\x1d!" + bytes(((times - 1) * 0x11,))


def embolden(on: bool) -> bytes:
    """ESC E n."""
    return b"\x1bE" + bytes((on,))


def qr_code(content: bytes, module: int) -> bytes:
    """GS ( k, cn 49: model 2, ``module`` dots, level M, data, print (functions 165, 167, 169, 180, 181)."""
    commands = (b"1A2\0", b"1C" + bytes((module,)), b"1E1", b"1P0" + content, b"1Q0")
    return b"".join(b"\x1d(k" + len(command).to_bytes(2, "little") + command for command in commands)


class Reading(StrEnum):
    """What is known of one part of the printer. No answer is ``UNKNOWN``: neither good nor bad."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class Paper(StrEnum):
    OK = "ok"
    NEAR_END = "near_end"
    OUT = "out"
    UNKNOWN = "unknown"


class Trouble(StrEnum):
    """Why the printer does not print, in the order a person should look."""

    COVER = "cover"
    PAPER = "paper"
    CUTTER = "cutter"
    ERROR = "error"
    HEAD = "head"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """All that ESC/POS tells of a printer. ``BAD`` means: offline, cover open, cutter stuck, head too hot, mechanical or
    unrecoverable error."""

    online: Reading = Reading.UNKNOWN
    cover: Reading = Reading.UNKNOWN
    cutter: Reading = Reading.UNKNOWN
    head: Reading = Reading.UNKNOWN
    mechanism: Reading = Reading.UNKNOWN
    paper: Paper = Paper.UNKNOWN

    @property
    def known(self) -> bool:
        """Every part has been heard of."""
        parts = (self.online, self.cover, self.cutter, self.head, self.mechanism)
        return Reading.UNKNOWN not in parts and self.paper is not Paper.UNKNOWN

    @property
    def trouble(self) -> Trouble | None:
        """The first thing known to be wrong. ``None`` is "nothing known to be wrong": ask :attr:`known` before trusting it."""
        bad = Reading.BAD
        wrong = {
            Trouble.COVER: self.cover is bad,
            Trouble.PAPER: self.paper is Paper.OUT,
            Trouble.CUTTER: self.cutter is bad,
            Trouble.ERROR: self.mechanism is bad,
            Trouble.HEAD: self.head is bad,
            Trouble.OFFLINE: self.online is bad,
        }
        return next((trouble for trouble, is_so in wrong.items() if is_so), None)

    def answered(self, query: Query, byte: int) -> PrinterStatus:
        """This status, with a DLE EOT answer taken in."""
        if query is Query.PRINTER:
            return replace(self, online=_bad_if(byte & 0x08))
        if query is Query.OFFLINE:
            paper = Paper.OUT if byte & 0x20 else self.paper
            return replace(self, cover=_bad_if(byte & 0x04), paper=paper)
        if query is Query.ERROR:
            return replace(self, cutter=_bad_if(byte & 0x08), head=_bad_if(byte & 0x40), mechanism=_bad_if(byte & 0x24))
        return replace(self, paper=_paper(near=byte & 0x0C, out=byte & 0x60))


@dataclass(frozen=True, slots=True)
class RealTime:
    """A DLE EOT answer. The printer answers in the order of the questions, so ask one at a time."""

    byte: int


@dataclass(frozen=True, slots=True)
class Changed:
    """An ASB block: the whole status, unasked."""

    status: PrinterStatus


@dataclass(frozen=True, slots=True)
class InOrder:
    """The answer to GS r: everything sent before it has been taken out of the receive buffer."""

    byte: int


@dataclass(frozen=True, slots=True)
class Printed:
    """A process id came back: everything before it is on paper."""

    identity: bytes


@dataclass(frozen=True, slots=True)
class Named:
    """GS I text, printable ASCII only."""

    text: str


@dataclass(frozen=True, slots=True)
class Flow:
    """XON (``go``) or XOFF of a serial line."""

    go: bool


@dataclass(frozen=True, slots=True)
class FullStatus:
    """DLE EOT 20. ``ticket``: one waits in the presenter's mouth."""

    ticket: bool


Answer = RealTime | Changed | InOrder | Printed | Named | Flow | FullStatus


class Answers:
    """Sorts a printer's bytes. ``receive`` takes any piece of the stream and gives the answers completed by it.

    ``full_status``: the printer knows DLE EOT 20, whose answer begins like an ASB block that cannot be (0F is no error).
    """

    def __init__(self, *, full_status: bool = False) -> None:
        self._full_status = full_status
        self._full: bytearray | None = None
        self._asb: bytearray | None = None
        self._block: bytearray | None = None

    def receive(self, data: bytes) -> list[Answer]:
        return [answer for byte in data if (answer := self._byte(byte)) is not None]

    def _byte(self, byte: int) -> Answer | None:
        if self._full is not None:
            self._full.append(byte)
            if len(self._full) < 4:
                return None
            full, self._full = self._full, None
            return FullStatus(bool(full[0] & 0x20))
        if self._full_status and byte == 0x0F and self._asb is not None and bytes(self._asb) == b"\x10":
            self._asb, self._full = None, bytearray()
            return None
        if self._block is not None:
            if byte == 0x00:
                block, self._block = bytes(self._block), None
                return _from_block(block)
            if 0x20 <= byte <= 0x7E and len(self._block) < _BLOCK_LIMIT:
                self._block.append(byte)
                return None
            self._block = None
        if byte & 0x93 == 0x12:
            return RealTime(byte)
        if byte in (0x11, 0x13):
            return Flow(byte == 0x11)
        if byte & 0x93 == 0x10:
            self._asb = bytearray((byte,))
            return None
        if self._asb is not None and byte & 0x90 == 0:
            self._asb.append(byte)
            if len(self._asb) < 4:
                return None
            asb, self._asb = self._asb, None
            return Changed(_from_asb(asb))
        self._asb = None
        if byte in (0x37, 0x5F):
            self._block = bytearray((byte,))
            return None
        return InOrder(byte) if byte & 0x90 == 0 else None


def _bad_if(bit: int) -> Reading:
    return Reading.BAD if bit else Reading.GOOD


def _paper(near: int, out: int) -> Paper:
    if out:
        return Paper.OUT
    return Paper.NEAR_END if near else Paper.OK


def _from_asb(asb: bytearray) -> PrinterStatus:
    printer, errors, paper, _ = asb
    return PrinterStatus(
        online=_bad_if(printer & 0x08),
        cover=_bad_if(printer & 0x20),
        cutter=_bad_if(errors & 0x08),
        head=_bad_if(errors & 0x40),
        mechanism=_bad_if(errors & 0x24),
        paper=_paper(near=paper & 0x03, out=paper & 0x0C),
    )


def _from_block(block: bytes) -> Answer | None:
    if block[:1] == b"\x5f":
        return Named(block[1:].decode("ascii"))
    if block[:2] == b"\x37\x22" and len(block) == 2 + MARK_LENGTH:
        return Printed(block[2:])
    return None
