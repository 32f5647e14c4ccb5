"""Type for paper: the faces of one font family, what they can print, how wide it is, and where a line may end.

Noto Sans CJK has what people commonly are called: GB 18030-2022's basic block and extension A whole, and few of the later ones.
Hanazono Mincho B has every character of the extensions B to F, so that together they hold what the standard's level 3 asks for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont, features

FONTS = Path("/usr/share/fonts/opentype/noto")
"""Where Debian's fonts-noto-cjk lies."""
FAMILY = "Noto Sans CJK SC"
RARE = Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf")
"""Where Debian's fonts-hanazono lies."""
LETTERS = {
    Path("/usr/share/fonts/truetype/tibetan/DDC_Uchen.ttf"): range(0x0F00, 0x1000),
    Path("/usr/share/fonts/truetype/nuosusil/NuosuSIL-Regular.ttf"): range(0xA000, 0xA4D0),
}
"""Tibetan and Yi: where Debian's fonts-ddc-uchen and fonts-sil-nuosusil lie, and the code points each is asked for: the glyphs they
have for private use mean something to them only. Without these fonts their letters are refused by name."""
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

    def __init__(self, weight: str, size: int, directory: Path = FONTS, rare: Path = RARE) -> None:
        self.size = size
        self._bold = weight == "Bold"
        letters = [path for path in LETTERS if path.is_file()]
        drawn = (open_font(directory / f"NotoSansCJK-{weight}.ttc", size), _open_rare(rare, size))
        self._fonts = (*drawn, *(_open_letters(path, size) for path in letters))
        self._asked = (None, None, *(LETTERS[path] for path in letters))
        self._nothing = [_glyph(font, "\uffff") for font in self._fonts]
        self._font: dict[str, int | None] = {" ": 0, "\u3000": 0}
        self._widths: dict[str, float] = {}

    def width(self, text: str) -> float:
        """Dots from the beginning of ``text`` to its end."""
        widths = self._widths
        total = 0.0
        for character in text:
            if character not in widths:
                which = self._which(character) or 0
                # A letter below or above another takes no room of its own.
                widths[character] = 0.0 if which >= 2 and clings(character) else self._fonts[which].getlength(character)
            total += widths[character]
        return total

    def has(self, character: str) -> bool:
        """Whether ``character`` has a glyph of its own, and would not come out as a font's box."""
        return self._which(character) is not None

    def mask(self, character: str) -> bytes:
        """Its dots, grey, of whichever font has it."""
        return _glyph(self._fonts[self._which(character) or 0], character)[1]

    def lines(self, text: str, width: float) -> list[str]:
        """``text`` in lines of at most ``width`` dots, see :func:`wrapped`."""
        return wrapped(text, width, self.width, self.size)

    def draw(self, pen: ImageDraw.ImageDraw, x: float, y: float, line: str) -> None:
        """``line`` with its left edge at ``x`` and its baseline at ``y``."""
        for which, run in groupby(line, lambda character: self._which(character) or 0):
            text = "".join(run)
            for again in range(1 + (self._bold and which > 0)):  # the second font has one weight
                pen.text((round(x) + again, round(y)), text, font=self._fonts[which], fill=0, anchor="ls")
            x += self.width(text)

    def _which(self, character: str) -> int | None:
        """Which font has it; ``None``: neither."""
        if character not in self._font:
            asked = (n for n, only in enumerate(self._asked) if only is None or ord(character) in only)
            found = (n for n in asked if _glyph(self._fonts[n], character) != self._nothing[n])
            self._font[character] = next(found, None)
        return self._font[character]


def wrapped(text: str, width: float, measure: Callable[[str], float], size: float = 2.0) -> list[str]:
    """``text`` in lines of at most ``width``, as ``measure`` has it; ``size`` is a full character's width.

    Breaks between Chinese characters, at spaces, and within a word only when it is wider than a line; no line begins
    with a closing mark or ends with an opening one (GB/T 15834-2011, 5.1). A last line of a character or two borrows
    from the one before.
    """
    units = list(_units(text, width, measure))
    lines = _filled(units, width, measure)
    narrower = width - size
    while len(lines) > 1 and measure(lines[-1]) < 3 * size and narrower > width * 0.6:
        if len(tried := _filled(units, narrower, measure)) > len(lines):
            break
        lines, narrower = tried, narrower - size
    return lines


def _filled(units: list[str], width: float, measure: Callable[[str], float]) -> list[str]:
    """Every line as full as it gets."""
    lines: list[str] = []
    line, used = "", 0.0
    for unit in units:
        if unit == "\n":
            lines.append(line.rstrip())
            line, used = "", 0.0
            continue
        needs = measure(unit)
        if line and used + measure(unit.rstrip()) > width:
            lines.append(line.rstrip())
            line, used = "", 0.0
        if line or not unit.isspace():
            line, used = line + unit, used + needs
    return [*lines, line.rstrip()]


def _units(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """Pieces a line may not be broken in: marks cling to their neighbour, unless that makes them wider than a line."""
    held = ""
    for unit in _UNIT.findall(text):
        if held and held != "\n" and unit != "\n" and (unit in _NO_BEGINNING or held[-1] in _NO_END):
            held += unit
            continue
        yield from _fitting(held, width, measure)
        held = unit
    yield from _fitting(held, width, measure)


def _fitting(unit: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    if unit and measure(unit.rstrip()) <= width:
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


def open_font(path: Path, size: int, family: str = FAMILY) -> ImageFont.FreeTypeFont:
    """The font ``family`` in the collection ``path``; :class:`MissingFontError`."""
    if not path.is_file():  # Pillow would look for a font of that name elsewhere
        raise MissingFontError(f"{path} is missing (Debian: apt install fonts-noto-cjk)")
    for index in range(_COLLECTION_LIMIT):
        try:
            font = ImageFont.truetype(str(path), size, index=index, layout_engine=ImageFont.Layout.BASIC)
        except OSError as error:
            raise MissingFontError(f"{path} holds no {family}: {error}") from error
        if font.getname()[0] == family:
            return font
    raise MissingFontError(f"{path} holds no {family}")


def _open_rare(path: Path, size: int) -> ImageFont.FreeTypeFont:
    if not path.is_file():
        raise MissingFontError(f"{path} is missing (Debian: apt install fonts-hanazono)")
    try:
        return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise MissingFontError(f"{path} is no font: {error}") from error


def _open_letters(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """Stacked letters are put together by the font's own rules, where Pillow was built with what follows them."""
    layout = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(path), size, layout_engine=layout)


def clings(character: str) -> bool:
    """Whether it stands on, over or under the one before."""
    return unicodedata.category(character)[0] == "M"


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)
