"""What a Chinese receipt printer has in its ROM: half-width ASCII, full-width characters of one code's two-byte zones, and no more.

Whatever else it is sent shows on the paper as it does on a real one: as another character, or as a box.
"""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from devices.printer.text import FONTS, open_font

HEIGHT = 24
NARROW, WIDE = 12, 24
_FAMILY = "Noto Sans Mono CJK SC"
"""Its Latin letters are half as wide as its Chinese ones, as in a printer."""
_BOX = "\u25a1"
_BASELINE = 20


class CharacterRom:
    """``code``: ``gb2312`` or ``gbk``; ``None``: no Chinese, bytes above ASCII are code page 437."""

    def __init__(self, code: str | None) -> None:
        self._code = code

    @property
    def chinese(self) -> bool:
        return self._code is not None

    def pair(self, lead: int, trail: int) -> Image.Image:
        """The glyph of a two-byte character, or a box."""
        try:
            character = bytes((lead, trail)).decode(self._code or "ascii")
        except UnicodeDecodeError:
            character = _BOX
        return _glyph(character if len(character) == 1 else _BOX, WIDE)

    def single(self, byte: int) -> Image.Image:
        return _glyph(bytes((byte,)).decode("cp437"), NARROW)


@cache
def _font() -> ImageFont.FreeTypeFont:
    return open_font(FONTS / "NotoSansCJK-Regular.ttc", HEIGHT, _FAMILY)


@cache
def _glyph(character: str, width: int) -> Image.Image:
    """White paper 0, ink 1."""
    cell = Image.new("L", (width, HEIGHT), 0)
    ImageDraw.Draw(cell).text((0, _BASELINE), character, font=_font(), fill=255, anchor="ls")
    return cell.point([0] * 110 + [255] * 146, "1")
