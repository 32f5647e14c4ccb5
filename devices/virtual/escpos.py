"""The interpreter of a virtual printer: ESC/POS bytes in their order, to dots on paper and answers.

It knows what such printers commonly know: raster pictures, text with a Chinese ROM (``FS &``), sizes, bold, alignment, QR codes,
feeding, cutting, ASB, GS r, GS I, process ids, and the commands of one maker's presenter. Bytes that are no command are printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import segno
from PIL import Image

from devices.virtual.mechanism import Mechanism
from devices.virtual.paper import DOTS_PER_MM, HEAD_BYTES, HEAD_TO_CUTTER_MM
from devices.virtual.rom import HEIGHT, CharacterRom

MODEL = "TB-80V"
Presenter = Literal["custom", "citizen"]

_HEAD = HEAD_BYTES * 8
_LINE_ROWS = 30
_ARGUMENTS = {
    0x1B: dict.fromkeys(b"!%-3=GMRTUVc{ rt", 1) | {ord("p"): 3, ord("$"): 2, ord("\\"): 2, ord("c"): 2, ord("D"): 0},
    0x1C: {ord("!"): 1, ord("-"): 1, ord("W"): 1, ord("C"): 1, ord("S"): 2},
    0x1D: dict.fromkeys(b"BHbfhw", 1) | {ord("L"): 2, ord("W"): 2, ord("P"): 2, ord("$"): 2, ord("\\"): 2},
}
"""Bytes after commands that change nothing here."""


@dataclass
class _Style:
    """What ESC @ puts back. ``align``: 0 left, 1 centre, 2 right."""

    chinese: bool
    width: int = 1
    height: int = 1
    bold: bool = False
    align: int = 0


@dataclass
class _Symbol:
    """A QR code being prepared by ``GS ( k``."""

    module: int = 3
    level: str = "l"
    content: bytes = b""


class Interpreter:
    """Runs on one thread. ``take(n)`` gives the next n bytes of the receive buffer; ``reply`` answers; ``report`` switches ASB.

    ``take`` raises :class:`~devices.virtual.mechanism.PowerLostError` as the mechanism does; then :meth:`reset`.
    """

    def __init__(
        self,
        mechanism: Mechanism,
        rom: CharacterRom,
        presenter: Presenter | None,
        *,
        take: Callable[[int], bytes],
        reply: Callable[[bytes], None],
        report: Callable[[bool], None],
    ) -> None:
        self._mechanism = mechanism
        self._rom = rom
        self._presenter = presenter
        self._take_bytes = take
        self._reply = reply
        self._report = report
        self._commands = self._plain()
        self.reset()

    def reset(self) -> None:
        """As after power-up, or ESC @."""
        self._style = _Style(self._rom.chinese)
        self._symbol = _Symbol()
        self._line: list[Image.Image] = []
        self._report(False)

    def command(self) -> None:
        """Obey one command, or print one character."""
        byte = self._take()
        with self._mechanism.changed:
            self._mechanism.wait_until(lambda: not self._mechanism.offline and "mute" not in self._mechanism.active)
        if byte in (0x1B, 0x1C, 0x1D):
            self._escape(byte, self._take())
        elif byte == 0x10:
            self._take_bytes(4 if self._take() == 0x14 else 1)
        elif byte == 0x0A:
            self._end_line()
        elif byte >= 0x20:
            self._character(byte)

    def _escape(self, prefix: int, command: int) -> None:
        key = bytes((prefix, command))
        if plain := self._commands.get(key):
            plain()
        elif key in (b"\x1c&", b"\x1c."):
            self._style.chinese = key == b"\x1c&" and self._rom.chinese
        elif key == b"\x1de" and self._presenter == "custom":
            self._custom(self._take())
        elif key == b"\x1dR" and self._presenter == "citizen":
            self._citizen(self._take())
        else:
            self._take_bytes(_ARGUMENTS[prefix].get(command, 0))

    def _plain(self) -> dict[bytes, Callable[[], None]]:
        return {
            b"\x1b@": self.reset,
            b"\x1bJ": lambda: self._mechanism.feed(self._take()),
            b"\x1bd": lambda: self._mechanism.feed(self._take() * _LINE_ROWS),
            b"\x1ba": lambda: self._align(self._take()),
            b"\x1bE": lambda: self._embolden(self._take()),
            b"\x1d!": lambda: self._enlarge(self._take()),
            b"\x1dv": self._picture,
            b"\x1dV": lambda: self._cut(self._take()),
            b"\x1da": lambda: self._report(bool(self._take())),
            b"\x1dr": self._paper,
            b"\x1dI": lambda: self._name(self._take()),
            b"\x1d(": lambda: self._parenthesis(self._take()),
            b"\x1c(": lambda: self._parenthesis(0, self._take()),
        }

    # --- settings and questions ---------------------------------------------------------------------------------------

    def _align(self, where: int) -> None:
        self._style.align = where & 3

    def _embolden(self, on: int) -> None:
        self._style.bold = bool(on & 1)

    def _enlarge(self, size: int) -> None:
        self._style.width, self._style.height = (size >> 4 & 7) + 1, (size & 7) + 1

    def _paper(self) -> None:
        if self._take() in (1, 49) and "no gs r" not in self._mechanism.active:
            self._reply(bytes(((0x03 if self._mechanism.near else 0) | (0x0C if self._mechanism.out else 0),)))

    def _name(self, what: int) -> None:
        self._reply({67: b"_" + MODEL.encode() + b"\0", 66: b"_TONGBAN\0"}.get(what, b"\x02"))

    def _parenthesis(self, family: int, _kanji: int = 0) -> None:
        data = self._take_bytes(self._word())
        if family == ord("H") and data[:2] == b"00" and len(data) == 6 and "no process id" not in self._mechanism.active:
            self._mechanism.rest()
            self._reply(b"\x37\x22" + data[2:] + b"\0")
        elif family == ord("k") and data[:1] == b"1" and len(data) >= 3:
            self._qr(data[1], data[2:])

    def _custom(self, what: int) -> None:
        if what in (3, 32):
            self._take_bytes(1 if what == 3 else 2)
            self._mechanism.present()
        elif what == 2:
            self._mechanism.retract()
        elif what == 5:
            with self._mechanism.changed:
                self._mechanism.take()

    def _citizen(self, what: int) -> None:
        if what == 1:
            self._take_bytes(1)
            self._mechanism.present()
        else:
            self._mechanism.retract()

    # --- dots ---------------------------------------------------------------------------------------------------------

    def _picture(self) -> None:
        self._take_bytes(2)
        width, height = self._word(), self._word()
        left = max(0, (HEAD_BYTES - width) * self._style.align // 2)
        for _ in range(height):
            self._mechanism.burn([bytes(left) + self._take_bytes(width)])

    def _cut(self, kind: int) -> None:
        if kind in (65, 66):
            self._mechanism.feed(self._take() + HEAD_TO_CUTTER_MM * DOTS_PER_MM)
        if not self._line:
            self._mechanism.cut(presenter=self._presenter is not None)

    def _character(self, byte: int) -> None:
        """One more glyph in the line; full lines wrap."""
        style = self._style
        pair = style.chinese and byte >= 0x81
        glyph = self._rom.pair(byte, self._take()) if pair else self._rom.single(byte)
        glyph = glyph.resize((glyph.width * style.width, glyph.height * style.height), Image.Resampling.NEAREST)
        if style.bold:
            thick = glyph.copy()
            thick.paste(1, (1, 0), glyph.crop((0, 0, glyph.width - 1, glyph.height)))
            glyph = thick
        if sum(cell.width for cell in self._line) + glyph.width > _HEAD:
            self._end_line()
        self._line.append(glyph)

    def _end_line(self) -> None:
        cells, self._line = self._line, []
        height = max((cell.height for cell in cells), default=HEIGHT)
        line = Image.new("1", (_HEAD, height), 0)
        x = (_HEAD - sum(cell.width for cell in cells)) * self._style.align // 2
        for cell in cells:
            line.paste(cell, (x, height - cell.height))
            x += cell.width
        self._burn(line)
        self._mechanism.feed(_LINE_ROWS - HEIGHT)

    def _qr(self, function: int, data: bytes) -> None:
        """GS ( k, cn 49: model, module size, level, store, print."""
        if function == 67 and data:
            self._symbol.module = max(1, min(16, data[0]))
        elif function == 69 and data:
            self._symbol.level = "lmqh"[(data[0] - 48) & 3]
        elif function == 80:
            self._symbol.content = data[1:]
        elif function == 81 and self._symbol.content:
            code = segno.make_qr(self._symbol.content, error=self._symbol.level, boost_error=False)
            rows = [bytes(255 if dark else 0 for dark in row) for row in code.matrix]
            side = len(rows) * self._symbol.module
            picture = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows)).resize((side, side), Image.Resampling.NEAREST)
            line = Image.new("1", (_HEAD, side), 0)
            line.paste(picture.convert("1"), ((_HEAD - side) * self._style.align // 2, 0))
            self._burn(line)

    def _burn(self, picture: Image.Image) -> None:
        dots = picture.tobytes()
        self._mechanism.burn([dots[at : at + HEAD_BYTES] for at in range(0, len(dots), HEAD_BYTES)])

    def _take(self) -> int:
        return self._take_bytes(1)[0]

    def _word(self) -> int:
        return int.from_bytes(self._take_bytes(2), "little")


def full_status(mechanism: Mechanism) -> bytes:
    """DLE EOT 20 of printers with a Custom presenter: paper, user, recoverable, unrecoverable."""
    paper = (0x01 if mechanism.out else 0) | (0x04 if mechanism.near else 0) | (0x20 if mechanism.ticket is not None else 0)
    user = 0x02 if "cover open" in mechanism.active else 0
    return bytes((0x10, 0x0F, paper, user, 0x01 if mechanism.errors & 0x40 else 0, 0x01 if mechanism.errors & 0x08 else 0))
