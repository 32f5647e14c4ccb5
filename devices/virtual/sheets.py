"""Draws a sheet of paper: what stands on it in millimetres, in, its picture out. Fonts: Debian's fonts-noto-cjk."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import segno
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/opentype/noto")
"""Where fonts-noto-cjk lies."""

SIMPLIFIED = 2
"""Index of the simplified Chinese face in Noto's collections."""

DPI = 278
"""Dots per inch of a drawn sheet: what a 12 MP camera over the desk resolves, so that nothing is gained by more."""

MARGIN = 24.0
INK = (38, 38, 42)
SEAL_RED = (206, 30, 36)
SAMPLE_GREY = (150, 150, 156)
PEN = (28, 42, 120)


class FontMissingError(RuntimeError):
    """fonts-noto-cjk is not installed; a page of empty boxes would be worse than none."""


@dataclass(frozen=True, slots=True)
class Title:
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph with the first line indented by two characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Ruled rows; the cells of one row share its width in the proportions ``columns``."""

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """Set to the right at the end, with a round seal over it where ``seal`` names its owner. ``strength`` 0..1: how red it is."""

    lines: tuple[str, ...]
    seal: str = ""
    strength: float = 0.85


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, ``size`` millimetres across with its quiet zone."""

    text: str
    size: float = 60.0


@dataclass(frozen=True, slots=True)
class Stripes:
    """A Code 128, as on a waybill, with its text below; ``width`` and ``height`` in millimetres."""

    text: str
    width: float = 75.0
    height: float = 18.0


@dataclass(frozen=True, slots=True)
class Printed:
    """The whole sheet as it came out of a printer: ``picture`` as Pillow reads it. ``strokes``: written on it with a pen, each
    through points in millimetres right and down of the sheet's corner."""

    picture: bytes
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()


SCRAWL = (
    ((128, 252), (141, 246), (134, 263), (128, 258)),
    ((140, 250), (155, 248), (146, 268)),
    ((152, 246), (158, 262), (170, 248), (176, 264), (184, 252)),
)
"""Somebody's hand, low on the right of an A4 sheet."""

Part = Title | Text | Table | Signed | Code | Stripes | Printed


@dataclass(frozen=True, slots=True)
class Sheet:
    """``size`` in millimetres; ``paper`` its colour R, G, B. ``parts`` empty: a blank sheet, without even the mark of a sample."""

    parts: tuple[Part, ...] = ()
    size: tuple[float, float] = (210.0, 297.0)
    paper: tuple[int, int, int] = (244, 243, 239)
    body: float = 4.6
    """Height of running text, in millimetres."""
    pattern: bool = False
    """A pale wavy ground, as certificates have."""


def draw(sheet: Sheet) -> NDArray[np.uint8]:
    """The sheet as R, G, B at :data:`DPI`. :class:`FontMissingError`."""
    image = Image.new("RGB", (_px(sheet.size[0]), _px(sheet.size[1])), sheet.paper)
    pen = ImageDraw.Draw(image)
    if sheet.pattern:
        _wavy_ground(pen, image.size)
    if sheet.parts:
        _parts(image, pen, sheet)
    return np.asarray(image)


def small_png(sheet: Sheet, dpi: int = 40) -> bytes:
    """The sheet as one sees it from afar: PNG."""
    image = Image.fromarray(draw(sheet)).reduce(DPI // dpi)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _parts(image: Image.Image, pen: ImageDraw.ImageDraw, sheet: Sheet) -> None:
    margin = MARGIN * sheet.size[0] / 210.0
    left, right, y = _px(margin), image.width - _px(margin), _px(margin)
    for part in sheet.parts:
        match part:
            case Title(text):
                font = _font("Serif", "Bold", sheet.body * 1.75)
                pen.text(((left + right) / 2, y), text, INK, font, anchor="ma")
                y += _px(sheet.body * 3.6)
            case Text(text):
                y = _text(pen, text, sheet.body, left, right, y) + _px(sheet.body * 0.5)
            case Table():
                y = _table(pen, part, sheet.body, left, right, y) + _px(sheet.body * 1.2)
            case Signed():
                y = _signed(image, part, sheet.body, right, y + _px(sheet.body * 1.5))
            case Code(text, size):
                y = _code(image, text, _px(size), (left + right) // 2, y)
            case Printed():
                _printed(image, pen, part)
            case Stripes():
                y = _stripes(image, part, sheet.body, (left + right) // 2, y)
    mark = _font("Sans", "Regular", sheet.body * 0.75)
    where = (image.width / 2, image.height - _px(margin * 0.45))
    pen.text(where, "样本 · 仅供演示 · 人名、单位、号码均为虚构，无任何效力", SAMPLE_GREY, mark, anchor="mm")


def _printed(image: Image.Image, pen: ImageDraw.ImageDraw, part: Printed) -> None:
    with Image.open(io.BytesIO(part.picture)) as page:
        image.paste(page.convert("RGB").resize(image.size, Image.Resampling.LANCZOS), (0, 0))
    for stroke in part.strokes:
        pen.line([(_px(x), _px(y)) for x, y in stroke], fill=PEN, width=_px(0.7), joint="curve")


def _code(image: Image.Image, text: str, side: int, middle: int, y: int) -> int:
    with io.BytesIO() as drawn:
        segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=8)
        image.paste(Image.open(drawn).convert("RGB").resize((side, side), Image.Resampling.NEAREST), (middle - side // 2, y))
    return y + side


def _stripes(image: Image.Image, stripes: Stripes, body: float, middle: int, y: int) -> int:
    made = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(stripes.text, zxingcpp.BarcodeFormat.Code128), scale=4)
    size = _px(stripes.width), _px(stripes.height)
    bars = Image.fromarray(np.asarray(made)).convert("RGB").resize(size, Image.Resampling.NEAREST)
    image.paste(bars, (middle - size[0] // 2, y))
    font = _font("Sans", "Regular", body)
    ImageDraw.Draw(image).text((middle, y + size[1] + _px(1.5)), stripes.text, INK, font, anchor="ma")
    return y + size[1] + _px(body * 2)


def _text(pen: ImageDraw.ImageDraw, text: str, body: float, left: int, right: int, y: int) -> int:
    font = _font("Serif", "Regular", body)
    for line in _wrap("　　" + text, font, right - left):
        pen.text((left, y), line, INK, font)
        y += _px(body * 1.8)
    return y


def _table(pen: ImageDraw.ImageDraw, table: Table, body: float, left: int, right: int, y: int) -> int:
    font = _font("Serif", "Regular", body * 0.92)
    pad, line_height = _px(body * 0.45), _px(body * 1.5)
    edges = [left + round((right - left) * part / sum(table.columns)) for part in np.cumsum((0.0, *table.columns))]
    for row in table.rows:
        cells = [_wrap(cell, font, edges[i + 1] - edges[i] - 2 * pad) for i, cell in enumerate(row)]
        height = max(len(lines) for lines in cells) * line_height + 2 * pad
        for i, lines in enumerate(cells):
            pen.rectangle((edges[i], y, edges[i + 1], y + height), outline=INK, width=max(1, _px(0.22)))
            for n, line in enumerate(lines):
                pen.text((edges[i] + pad, y + pad + n * line_height), line, INK, font)
        y += height
    return y


def _signed(image: Image.Image, signed: Signed, body: float, right: int, y: int) -> int:
    font = _font("Serif", "Regular", body)
    pen = ImageDraw.Draw(image)
    middle = right - round(max(font.getlength(line) for line in signed.lines) / 2)
    top = y
    for line in signed.lines:
        pen.text((middle, y), line, INK, font, anchor="ma")
        y += _px(body * 1.9)
    if signed.seal:
        _seal(image, signed.seal, signed.strength, body, (middle, (top + y) // 2))
    return y


def _seal(image: Image.Image, owner: str, strength: float, body: float, centre: tuple[int, int]) -> None:
    """A round seal: ring, star, the owner's name along the ring, 样本 below. Ink lets the print below shine through."""
    side = _px(body * 8.6)
    radius = side // 2 - 4
    ink = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(ink)
    pen.ellipse((4, 4, side - 4, side - 4), outline=255, width=max(2, _px(body * 0.22)))
    star = [
        (side / 2 + math.sin(i * math.pi / 5) * r, side / 2 - math.cos(i * math.pi / 5) * r)
        for i, r in enumerate((radius * 0.3, radius * 0.115) * 5)
    ]
    pen.polygon(star, fill=255)
    font = _font("Serif", "Bold", body * 1.05)
    for n, letter in enumerate(owner):
        angle = (n - (len(owner) - 1) / 2) * min(24.0, 240.0 / len(owner))
        glyph = Image.new("L", (side, side), 0)
        ImageDraw.Draw(glyph).text((side / 2, side / 2 - radius * 0.74), letter, 255, font, anchor="mm")
        ink.paste(255, (0, 0), glyph.rotate(-angle, Image.Resampling.BICUBIC))
    pen.text((side / 2, side / 2 + radius * 0.62), "样本", 255, _font("Serif", "Bold", body * 0.85), anchor="mm")
    corner = (centre[0] - side // 2, centre[1] - side // 2)
    ground = image.crop((*corner, corner[0] + side, corner[1] + side))
    under = np.asarray(ground, np.float32)
    wet = np.asarray(ink, np.float32)[..., None] * (strength / 255)
    stamped = under * (1 - wet) + under / 255 * np.array(SEAL_RED, np.float32) * wet  # print shows through ink
    image.paste(Image.fromarray(stamped.round().astype(np.uint8)), corner)


def _wavy_ground(pen: ImageDraw.ImageDraw, size: tuple[int, int]) -> None:
    xs = np.arange(0, size[0] + 8, 8)
    for n, y in enumerate(range(0, size[1], _px(3.0))):
        wave = y + _px(1.2) * np.sin(xs / _px(7.0) + n * 0.9)
        pen.line([(float(x), float(w)) for x, w in zip(xs, wave, strict=True)], fill=(222, 232, 226), width=max(1, _px(0.25)))


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines, line = [], ""
    for letter in text:
        if line and font.getlength(line + letter) > width and letter not in "，。、；：）》":
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line]


@lru_cache(maxsize=32)
def _font(family: str, weight: str, millimetres: float) -> ImageFont.FreeTypeFont:
    path = FONTS / f"Noto{family}CJK-{weight}.ttc"
    try:
        return ImageFont.truetype(str(path), _px(millimetres), index=SIMPLIFIED)
    except OSError as error:
        raise FontMissingError(f"{path}: {error} (Debian: apt install fonts-noto-cjk)") from error


def _px(millimetres: float) -> int:
    return round(millimetres / 25.4 * DPI)
