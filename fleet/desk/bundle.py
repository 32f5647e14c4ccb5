"""All pages of one material as one PDF: the masters themselves, unchanged, at true size, in order.

Made in memory when a clerk asks for it. Nothing in it is of a person but the pages: no title, author, program. Where pages were
read, their text lies invisibly below (render mode 3), to be searched and copied.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from domain.case.content import ReadLine
from fleet.desk.pictures import Master

POINTS = 72 / 200
"""PDF points of a pixel: masters have 200 dpi."""

A4 = (595.28, 841.89)
"""Points."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the material, and what was read on it."""

    master: Master
    lines: tuple[ReadLine, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Placed:
    leaf: Leaf
    left: float
    bottom: float


def pdf(leaves: Sequence[Leaf], made: datetime, sides: int = 1) -> bytes:
    """A PDF 1.7. ``made``: its creation date, the case's own so that the same pages always give the same bytes. ``sides``: pages
    of one document that belong on one sheet, 2 for a card: front above back on A4, at true size."""
    with Pdf.new() as document:
        for first in range(0, len(leaves), max(1, sides)):
            _sheet(document, leaves[first : first + max(1, sides)], on_a4=sides > 1)
        document.docinfo[Name.CreationDate] = String(f"D:{made.astimezone(UTC):%Y%m%d%H%M%S}Z")
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _sheet(document: Pdf, leaves: Sequence[Leaf], *, on_a4: bool) -> None:
    size, placed = _laid(leaves) if on_a4 else (_size(leaves[0]), [_Placed(leaves[0], 0, 0)])
    document.add_blank_page(page_size=size)
    page = document.pages[-1]
    pictures, drawn, used = Dictionary(), [], _Glyphs()
    for n, one in enumerate(placed):
        width, height = _size(one.leaf)
        pictures[f"/P{n}"] = _picture(document, one.leaf.master)
        matrix = " ".join(f"{value:.3f}" for value in _matrix(one, width, height))
        drawn.append(f"q {matrix} cm /P{n} Do Q")
        drawn += [_written(line, one, used) for line in one.leaf.lines]
    resources = Dictionary(XObject=pictures)
    if used.numbers:
        resources[Name.Font] = Dictionary(F0=_font(document, used))
    page.obj[Name.Resources] = resources
    page.obj[Name.Contents] = Stream(document, "\n".join(drawn).encode())


def _size(leaf: Leaf) -> tuple[float, float]:
    """As it is shown."""
    sides = leaf.master.width * POINTS, leaf.master.height * POINTS
    return sides[::-1] if leaf.master.turns % 2 else sides


def _matrix(one: _Placed, width: float, height: float) -> tuple[float, ...]:
    """From the unit square to where the picture stands, turned (ISO 32000-1, 8.3.4)."""
    x, y = one.left, one.bottom
    return (
        (width, 0, 0, height, x, y),
        (0, -height, width, 0, x, y + height),
        (-width, 0, 0, -height, x + width, y + height),
        (0, height, -width, 0, x + width, y),
    )[one.leaf.master.turns]


def _laid(leaves: Sequence[Leaf]) -> tuple[tuple[float, float], list[_Placed]]:
    """One below the other in the middle of an A4 sheet; of whatever does not fit there, the sheet takes the size."""
    sizes = [_size(leaf) for leaf in leaves]
    gap = 28.0
    high = sum(height for _, height in sizes) + gap * (len(sizes) + 1)
    sheet = (max(A4[0], *(width for width, _ in sizes)), max(A4[1], high))
    top, placed = sheet[1] - (sheet[1] - high) / 2, []
    for leaf, (width, height) in zip(leaves, sizes, strict=True):
        top -= gap + height
        placed.append(_Placed(leaf, (sheet[0] - width) / 2, top))
    return sheet, placed


def _picture(document: Pdf, master: Master) -> Stream:
    """The JPEG as it is: PDF's DCTDecode (ISO 32000-1, 7.4.8)."""
    return Stream(
        document,
        master.jpeg,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=master.width,
        Height=master.height,
        ColorSpace=Name.DeviceGray if master.grey else Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )


# --- what was read ----------------------------------------------------------------------------------------------------


class _Glyphs:
    """Numbers of the characters used: a font of a page's own, which shows nothing and says what it means (9.10.3, ToUnicode)."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def code(self, text: str) -> str:
        return "".join(f"{self.numbers.setdefault(letter, len(self.numbers) + 1):04X}" for letter in text)


def _written(line: ReadLine, one: _Placed, used: _Glyphs) -> str:
    width, height = _size(one.leaf)
    left, top, right, bottom = (part / 10_000 for part in line.box)
    size = max(1.0, (bottom - top) * height * 0.8)
    wide = max(1.0, (right - left) * width / max(1, len(line.text)) / size * 100)
    x, y = one.left + left * width, one.bottom + (1 - bottom) * height + size * 0.2
    return f"BT 3 Tr /F0 {size:.2f} Tf {wide:.1f} Tz 1 0 0 1 {x:.2f} {y:.2f} Tm <{used.code(line.text)}> Tj ET"


def _font(document: Pdf, used: _Glyphs) -> pikepdf.Object:
    meant = "\n".join(f"<{n:04X}> <{letter.encode('utf-16-be', 'replace').hex().upper()}>" for letter, n in used.numbers.items())
    lines = meant.split("\n")
    blocks = [lines[at : at + 100] for at in range(0, len(lines), 100)]  # 100 in a block, says Adobe's note 5014
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Read def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange\n{mapped}\nendcmap end end"
    )
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.Unseen,
        Flags=4,
        FontBBox=Array([0, 0, 1000, 1000]),
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=800,
        StemV=0,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.Unseen,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=document.make_indirect(descriptor),
        DW=1000,
    )
    return document.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name.Unseen,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([document.make_indirect(descendant)]),
            ToUnicode=Stream(document, to_unicode.encode()),
        )
    )
