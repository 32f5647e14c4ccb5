"""Type for paper: the faces of one font family, what they can print, how wide it is, and where a line may end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from PIL import ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/opentype/noto")
"""Where Debian's fonts-noto-cjk lies."""
FAMILY = "Noto Sans CJK SC"
_COLLECTION_LIMIT = 32
"""A .ttc holds the same font for several languages; more than this many are not looked through."""

_UNIT = re.compile(r"\n|[^\S\n]+|[!-~\u00c0-\u024f]+|.", re.DOTALL)
"""A forced break, a gap, a word or number, or one Chinese character."""
_NO_BEGINNING = frozenset("，。、；：？！）》」』】〉〕”’…—·％～")
_NO_END = frozenset("（《「『【〈〔“‘￥")


class MissingFontError(OSError):
    """The font is not on this machine, or not the one it should be. Meant to end the start of the program."""


class Face:
    """One weight at one size in dots. Advances and glyphs are looked up once: most of setting a line is measuring it."""

    def __init__(self, weight: str, size: int, directory: Path = FONTS) -> None:
        path = directory / f"NotoSansCJK-{weight}.ttc"
        self.size = size
        self.font = _open(path, size)
        self._nothing = self._glyph("\uffff")
        self._widths: dict[str, float] = {}
        self._has: dict[str, bool] = {" ": True, "\u3000": True}

    def width(self, text: str) -> float:
        """Dots from the beginning of ``text`` to its end."""
        widths = self._widths
        total = 0.0
        for character in text:
            if character not in widths:
                widths[character] = self.font.getlength(character)
            total += widths[character]
        return total

    def has(self, character: str) -> bool:
        """Whether ``character`` has a glyph of its own, and would not come out as the font's box."""
        if character not in self._has:
            self._has[character] = self._glyph(character) != self._nothing
        return self._has[character]

    def lines(self, text: str, width: float) -> list[str]:
        """``text`` in lines of at most ``width`` dots.

        Breaks between Chinese characters, at spaces, and within a word only when it is wider than a line; no line begins
        with a closing mark or ends with an opening one (GB/T 15834-2011, 5.1). A last line of a character or two borrows
        from the one before.
        """
        units = list(self._units(text, width))
        lines = self._filled(units, width)
        narrower = width - self.size
        while len(lines) > 1 and self.width(lines[-1]) < 3 * self.size and narrower > width * 0.6:
            if len(tried := self._filled(units, narrower)) > len(lines):
                break
            lines, narrower = tried, narrower - self.size
        return lines

    def draw(self, pen: ImageDraw.ImageDraw, x: float, y: float, line: str) -> None:
        """``line`` with its left edge at ``x`` and its baseline at ``y``."""
        pen.text((round(x), round(y)), line, font=self.font, fill=0, anchor="ls")

    def _filled(self, units: list[str], width: float) -> list[str]:
        """Every line as full as it gets."""
        lines: list[str] = []
        line, used = "", 0.0
        for unit in units:
            if unit == "\n":
                lines.append(line.rstrip())
                line, used = "", 0.0
                continue
            needs = self.width(unit)
            if line and used + self.width(unit.rstrip()) > width:
                lines.append(line.rstrip())
                line, used = "", 0.0
            if line or not unit.isspace():
                line, used = line + unit, used + needs
        return [*lines, line.rstrip()]

    def _glyph(self, character: str) -> tuple[tuple[int, int], bytes]:
        mask = self.font.getmask(character)
        return mask.size, bytes(mask)

    def _units(self, text: str, width: float) -> Iterator[str]:
        """Pieces a line may not be broken in: marks cling to their neighbour, unless that makes them wider than a line."""
        held = ""
        for unit in _UNIT.findall(text):
            if held and held != "\n" and unit != "\n" and (unit in _NO_BEGINNING or held[-1] in _NO_END):
                held += unit
                continue
            yield from self._fitting(held, width)
            held = unit
        yield from self._fitting(held, width)

    def _fitting(self, unit: str, width: float) -> Iterator[str]:
        if unit and self.width(unit.rstrip()) <= width:
            yield unit
        else:
            yield from unit


def plain(text: str) -> str:
    """``text`` without what has no shape on paper: controls become gaps; format characters and variation selectors go."""
    return "".join(_shape(character) for character in text.replace("\r\n", "\n"))


def _shape(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return "\u3000" if character == "\u3000" else " "
    if category == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return ""
    return character


def _open(path: Path, size: int) -> ImageFont.FreeTypeFont:
    if not path.is_file():  # Pillow would look for a font of that name elsewhere
        raise MissingFontError(f"{path} is missing (Debian: apt install fonts-noto-cjk)")
    for index in range(_COLLECTION_LIMIT):
        try:
            font = ImageFont.truetype(str(path), size, index=index, layout_engine=ImageFont.Layout.BASIC)
        except OSError as error:
            raise MissingFontError(f"{path} holds no {FAMILY}: {error}") from error
        if font.getname()[0] == FAMILY:
            return font
    raise MissingFontError(f"{path} holds no {FAMILY}")
