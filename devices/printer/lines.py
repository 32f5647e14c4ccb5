"""A slip as lines of text in the printer's own characters: for slow serial lines, where a picture takes a minute and more.

::

    ESC a n   GS ! n   ESC E n   FS &   text in GBK   LF        a line, complete in itself
    ESC a 1   GS ( k … (five commands)                          a QR code, drawn by the printer
    ESC a 0   GS v 0 …                                          a line the ROM cannot print, as a strip of picture

The characters stand in cells, half and full width, 48 half ones across 80 mm (24 dots high). Every character is looked up:
one that the ROM does not hold turns its *line* into a picture of the same cells, so a rare name comes out right and nothing
ever comes out as ``?``. Only what neither ROM nor fonts hold is refused, by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest

import segno
from PIL import Image, ImageDraw

from devices.port import Code, Heading, Pair, Paragraph, Rule, Slip
from devices.printer.model import Model
from devices.printer.raster import Strip, strips
from devices.printer.slip import MAX_HEIGHT, Typesetter, UnprintableSlipError
from devices.printer.text import Face, clings, plain, wrapped
from devices.protocols.escpos import CHINESE, align, embolden, enlarge, qr_code

CELL = 12
"""Dots across a half-width character; full width is twice that, and as high."""
_ROWS = 30
"""From line to line, the printer's default."""
_LABELS = 12
"""Widest label column in cells beside values."""
_AMOUNTS = 16
_MODULE = 6
_CODE_LIMIT = 400
"""Bytes of a code's content: its command must be over within the clean-up's NULs."""


@dataclass(frozen=True, slots=True)
class _Style:
    size: int = 1
    """Both ways: 1 or 2."""
    bold: bool = False
    centred: bool = False


_BODY = _Style()
_STRONG = _Style(bold=True)
_LARGE = _Style(size=2)


class LineSetter:
    """Sets slips for ``model``, which has a Chinese ROM. Draws what the ROM lacks with the typesetter's fonts."""

    def __init__(self, model: Model, typesetter: Typesetter) -> None:
        if model.text is None:
            raise ValueError(f"{model.name} has no text of its own")
        self._rom = model.text
        self._dots = model.dots
        self._columns = model.dots // CELL
        self._typesetter = typesetter
        self._faces = {size: Face("Regular", 2 * CELL * size, typesetter.fonts) for size in (1, 2)}

    def set(self, slip: Slip) -> tuple[Strip, ...]:
        """:class:`UnprintableSlipError`."""
        self._typesetter.refuse_boxes(slip)
        set_: list[Strip] = []
        for kind, blocks in groupby(slip.blocks, type):
            if kind is Pair:
                set_ += self._pairs([block for block in blocks if isinstance(block, Pair)])
            else:
                set_ += (strip for block in blocks for strip in self._block(block))
        if sum(strip.rows for strip in set_) > MAX_HEIGHT:
            raise UnprintableSlipError(f"longer than {MAX_HEIGHT // 8} mm")
        return tuple(set_)

    def _block(self, block: Heading | Paragraph | Pair | Rule | Code) -> Iterator[Strip]:
        if isinstance(block, Heading):
            yield from self._text(block.text, replace(_LARGE, bold=True, centred=True))
        elif isinstance(block, Paragraph):
            fits = 2 * _cells(plain(block.text)) <= self._columns
            yield from self._text(block.text, _Style(2 if block.large and fits else 1, block.strong, block.centred))
        elif isinstance(block, Code):
            yield self._code(block)
            yield from self._text(block.caption, replace(_BODY, centred=True))
        elif isinstance(block, Rule):
            yield from self._line("-" * self._columns, _BODY)

    def _text(self, text: str, style: _Style) -> Iterator[Strip]:
        for line in self._wrapped(text, self._columns // style.size):
            yield from self._line(line, style)

    def _pairs(self, pairs: Sequence[Pair]) -> Iterator[Strip]:
        """One table: label and value side by side, or values at the right of long labels, or below them."""
        labels = max(_cells(plain(pair.label)) for pair in pairs)
        values = max(_cells(plain(pair.value)) for pair in pairs)
        for pair in pairs:
            if labels <= _LABELS:
                yield from self._row(pair, labels, self._columns - labels - 2, to_the_right=False)
            elif values <= _AMOUNTS:
                yield from self._row(pair, self._columns - values - 2, values, to_the_right=True)
            else:
                yield from self._text(pair.label, _BODY)
                for line in self._wrapped(pair.value, self._columns - 2):
                    yield from self._line("  " + line, _STRONG)

    def _row(self, pair: Pair, left: int, right: int, *, to_the_right: bool) -> Iterator[Strip]:
        """Two columns of ``left`` and ``right`` cells, two apart."""
        columns = self._wrapped(pair.label, left), self._wrapped(pair.value, right)
        for label, value in zip_longest(*columns, fillvalue=""):
            before = right - _cells(value) if to_the_right else 0
            yield from self._line(label + " " * (left - _cells(label) + 2 + before) + value, _STRONG)

    def _line(self, text: str, style: _Style) -> Iterator[Strip]:
        encoded = self._encoded(text)
        if encoded is None:
            for strip in strips(self._picture(text, style)):
                yield Strip(align(0) + strip.data, strip.rows)
            return
        how = align(1 if style.centred else 0) + enlarge(style.size) + embolden(style.bold) + CHINESE
        yield Strip(how + encoded + b"\n", _ROWS + 2 * CELL * (style.size - 1))

    def _encoded(self, text: str) -> bytes | None:
        """Bytes of the ROM's code; ``None`` when it lacks a character."""
        pieces = []
        for character in text:
            try:
                piece = character.encode(self._rom)
            except UnicodeEncodeError:
                return None
            if not (" " <= character <= "~" or len(piece) == 2):
                return None
            pieces.append(piece)
        return b"".join(pieces)

    def _picture(self, text: str, style: _Style) -> Image.Image:
        """The same cells, drawn. A character wider than its cell is narrowed to it."""
        cell, face = CELL * style.size, self._faces[style.size]
        paper = Image.new("L", (self._dots, _ROWS + 2 * CELL * (style.size - 1)), 255)
        x = (self._dots - _cells(text) * cell) // 2 if style.centred else 0
        for character in _stacked(text):
            width = _cells(character) * cell
            glyph = Image.new("L", (max(width, round(face.width(character))), paper.height), 255)
            face.draw(ImageDraw.Draw(glyph), 0, face.size * 0.88, character)
            paper.paste(glyph if glyph.width == width else glyph.resize((width, glyph.height)), (x, 0))
            if style.bold:
                paper.paste(0, (x + 1, 0), glyph.resize((width, glyph.height)).point(lambda dot: 255 - dot))
            x += width
        return paper.point([0] * 150 + [255] * 106, "1")

    def _code(self, code: Code) -> Strip:
        content = code.content.encode()
        if len(content) > _CODE_LIMIT:
            raise UnprintableSlipError("too much for a QR code")
        if min(content, default=0) < 0x20:  # printers obey DLE EOT within it
            raise UnprintableSlipError("nothing, or control characters, for a QR code")
        side = len(segno.make_qr(content, error="m", boost_error=False).matrix)
        module = min(_MODULE, self._dots // (side + 8))
        return Strip(align(1) + qr_code(content, module) + b"\n", side * module + _ROWS)

    def _wrapped(self, text: str, columns: int) -> list[str]:
        return wrapped(plain(text), columns, lambda piece: float(_cells(piece)))


def _cells(text: str) -> int:
    """Half-width cells ``text`` takes: ASCII one, everything else two, as the ROM has it."""
    return sum(0 if clings(character) else 1 if character <= "~" else 2 for character in text)


def _stacked(text: str) -> list[str]:
    """Characters with what clings to each."""
    found: list[str] = []
    for character in text:
        if found and clings(character):
            found[-1] += character
        else:
            found.append(character)
    return found
