"""A slip as a picture: 576 dots wide on most printers, black and white, set for somebody of seventy without glasses.

::

              省内通办 收件凭证           Heading     7 mm, centred
    ─────────────────────────────────    Rule
    事    项  养老保险关系转移接续         Pair        short labels: label and value side by side
    身份证                 原件 1份      Pair        long labels, short values: a table, values at the right
    本凭证只证明收件地已收到……            Paragraph   4 mm
                 ▛▀▜ ▞▚                  Code        error level M, four modules of quiet zone, modules of 0.6 mm or more
                 ▙▄▟ ▚▞

Neighbouring pairs are set as one table, so that their columns agree. Sizes are in dots, 8 to the millimetre.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import segno
from PIL import Image, ImageDraw

from devices.port import Code, Heading, Pair, Paragraph, Rule, Slip
from devices.printer.text import FONTS, Face, plain

WIDTH = 576
MAX_HEIGHT = 8000
"""One metre. Nobody is served by a longer slip, and a roll holds fifty of these."""

_MARGIN = 8
_GAP = 24
"""Between two columns."""
_LABELS = 180
"""Widest label column beside values; longer labels make a table of names and amounts."""
_AMOUNTS = 220
"""Widest right-hand column of such a table; longer values go below their label."""
_INDENT = 32
_CODE = 336
"""A code grows to about this size (42 mm); it may grow on to the width of the paper when its content asks for it."""
_QUIET = 4
"""Modules of white around a code (ISO/IEC 18004, 6.3.8)."""
_MODULE = (5, 8)
"""Smallest and largest module in dots."""

Mark = Callable[[ImageDraw.ImageDraw], None]


class UnprintableSlipError(ValueError):
    """The slip cannot be set truthfully. ``characters``: those the font has no glyph for; none when it is too long.

    The text says code points only: the characters may be a person's.
    """

    def __init__(self, why: str, characters: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.characters = characters


class Typesetter:
    """Sets slips. Opens its fonts once, on construction: :class:`~devices.printer.text.MissingFontError`.

    Keeps widths of characters, never a slip. Belongs to one thread.
    """

    def __init__(self, fonts: Path = FONTS, width: int = WIDTH) -> None:
        self.fonts = fonts
        self.width = width
        self._inner = width - 2 * _MARGIN
        self.heading = Face("Bold", 58, fonts)
        self.large = Face("Regular", 40, fonts)
        self.large_strong = Face("Bold", 40, fonts)
        self.body = Face("Regular", 32, fonts)
        self.strong = Face("Bold", 32, fonts)

    def render(self, slip: Slip) -> Image.Image:
        """A picture of mode "1", as wide as the head, white 1 and black 0. :class:`UnprintableSlipError`."""
        self.refuse_boxes(slip)
        sheet = _Sheet(self.width)
        for kind, blocks in groupby(slip.blocks, type):
            if kind is Pair:
                self._pairs(sheet, [block for block in blocks if isinstance(block, Pair)])
                continue
            for block in blocks:
                self._block(sheet, block)
        return sheet.image()

    def _block(self, sheet: _Sheet, block: Heading | Paragraph | Pair | Rule | Code) -> None:
        if isinstance(block, Heading):
            sheet.text(self._one_line(block.text, self.heading, self.large_strong), block.text, centred=True)
            sheet.space(14)
        elif isinstance(block, Paragraph):
            normal = self.strong if block.strong else self.body
            large = self.large_strong if block.strong else self.large
            face = self._one_line(block.text, large, normal) if block.large else normal
            sheet.text(face, block.text, centred=block.centred)
            sheet.space(14)
        elif isinstance(block, Code):
            self._code(sheet, block)
        elif isinstance(block, Rule):
            sheet.rule()

    def _pairs(self, sheet: _Sheet, pairs: Sequence[Pair]) -> None:
        labels = max(self.body.width(plain(pair.label)) for pair in pairs)
        values = max(self.strong.width(plain(pair.value)) for pair in pairs)
        for pair in pairs:
            if labels <= _LABELS:
                left = labels + _GAP
                sheet.row((self.body, pair.label, 0, labels, False), (self.strong, pair.value, left, self._inner - left, False))
            elif values <= _AMOUNTS:
                left = self._inner - values
                sheet.row((self.body, pair.label, 0, left - _GAP, False), (self.strong, pair.value, left, values, True))
            else:
                sheet.row((self.body, pair.label, 0, self._inner, False))
                sheet.row((self.strong, pair.value, _INDENT, self._inner - _INDENT, False))
            sheet.space(10)
        sheet.space(6)

    def _code(self, sheet: _Sheet, code: Code) -> None:
        sheet.space(10)
        sheet.picture(_qr(code.content, self.width))
        sheet.text(self.body, code.caption, centred=True)
        sheet.space(16)

    def _one_line(self, text: str, larger: Face, smaller: Face) -> Face:
        """The larger face, unless only the smaller one keeps ``text`` (a case number) on one line."""
        text = plain(text)
        return smaller if larger.width(text) > self._inner >= smaller.width(text) else larger

    def refuse_boxes(self, slip: Slip) -> None:
        """:class:`UnprintableSlipError` when a character has no glyph."""
        texts = "".join(plain(text) for block in slip.blocks for text in _texts(block))
        missing = tuple(sorted({c for c in texts if c != "\n" and not (self.body.has(c) and self.strong.has(c))}))
        if missing:
            raise UnprintableSlipError("no glyph for " + ", ".join(f"U+{ord(c):04X}" for c in missing), missing)


Cell = tuple[Face, str, float, float, bool]
"""Face, text, left edge and width within the margins, set to the right."""


class _Sheet:
    """Paper being filled from the top. What is set is remembered, and drawn when its height is known."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._inner = width - 2 * _MARGIN
        self._y = 8.0
        self._marks: list[Mark] = []

    def space(self, dots: float) -> None:
        self._y += dots
        if self._y > MAX_HEIGHT:
            raise UnprintableSlipError(f"longer than {MAX_HEIGHT // 8} mm")

    def text(self, face: Face, text: str, *, centred: bool = False) -> None:
        for line in face.lines(plain(text), self._inner):
            self._line(face, line, (self._inner - face.width(line)) / 2 if centred else 0.0, self._y)
            self.space(_leading(face))

    def row(self, *cells: Cell) -> None:
        """Cells side by side, their first lines level; as high as the highest."""
        tallest = 0.0
        for face, text, left, width, to_the_right in cells:
            y = self._y
            for line in face.lines(plain(text), width):
                self._line(face, line, left + (width - face.width(line) if to_the_right else 0), y)
                y += _leading(face)
            tallest = max(tallest, y - self._y)
        self.space(tallest)

    def rule(self) -> None:
        self.space(10)
        top = round(self._y)
        self._marks.append(lambda pen: pen.rectangle((_MARGIN, top, self._width - _MARGIN - 1, top + 1), fill=0))
        self.space(14)

    def picture(self, picture: Image.Image) -> None:
        corner = ((self._width - picture.width) // 2, round(self._y))
        self._marks.append(lambda pen: pen.bitmap(corner, picture, fill=0))
        self.space(picture.height)

    def image(self) -> Image.Image:
        paper = Image.new("L", (self._width, max(1, round(self._y))), 255)
        pen = ImageDraw.Draw(paper)
        for mark in self._marks:
            mark(pen)
        return paper.point(_THRESHOLD, "1")

    def _line(self, face: Face, line: str, left: float, top: float) -> None:
        x, baseline = _MARGIN + left, top + face.size * 1.02
        self._marks.append(lambda pen: face.draw(pen, x, baseline, line))


_THRESHOLD = [0] * 150 + [255] * 106
"""Above the middle: a thermal head prints thin strokes thinner than they are, so grey edges go to black a little more."""


def _leading(face: Face) -> float:
    return round(face.size * 1.38)


def _texts(block: Heading | Paragraph | Pair | Rule | Code) -> tuple[str, ...]:
    if isinstance(block, Heading | Paragraph):
        return (block.text,)
    if isinstance(block, Pair):
        return (block.label, block.value)
    return (block.caption,) if isinstance(block, Code) else ()


def _qr(content: str, width: int) -> Image.Image:
    """The code with its quiet zone as a mask: black is 255."""
    try:
        code = segno.make_qr(content, error="m")
    except segno.DataOverflowError as error:
        raise UnprintableSlipError("too much for a QR code") from error
    side = len(code.matrix) + 2 * _QUIET
    smallest, largest = _MODULE
    module = max(smallest, min(largest, _CODE // side))
    module = min(module, width // side)
    if module < smallest:
        raise UnprintableSlipError("too much for a QR code as wide as the paper")
    mask = Image.new("L", (side, side), 0)
    for y, row in enumerate(code.matrix):
        mask.paste(Image.frombytes("L", (len(row), 1), bytes(255 if dark else 0 for dark in row)), (_QUIET, y + _QUIET))
    return mask.resize((side * module, side * module), Image.Resampling.NEAREST)
