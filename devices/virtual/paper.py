"""Thermal paper as a physical thing: a roll that gets shorter, dots burnt into it, pieces cut off it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

DOTS_PER_MM = 8
PAPER_MM = 80
HEAD_BYTES = 72
HEAD_TO_CUTTER_MM = 12
"""The cutter sits this far above the head: what was printed last is still below the blade."""

_HEAD_TO_CUTTER = HEAD_TO_CUTTER_MM * DOTS_PER_MM
_LONGEST = 3000 * DOTS_PER_MM
"""A piece longer than three metres is a driver gone wild; its older end is no longer kept."""


@dataclass(slots=True)
class Piece:
    """One piece of paper as it came out, oldest row first. ``n`` counts from 1.

    ``cut`` by the cutter, or still ``hanging`` in the mouth; neither is the end of a roll that fell out.
    """

    n: int
    cut: bool = False
    hanging: bool = False
    rows: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def height_mm(self) -> float:
        return len(self.rows) / HEAD_BYTES / DOTS_PER_MM

    @property
    def blank(self) -> bool:
        return not any(self.rows)

    def png(self) -> bytes:
        """What one sees: paper, ink, the cutter's teeth at the end, or the printer's mouth it hangs from. PNG."""
        height = max(1, len(self.rows) // HEAD_BYTES)
        ink = Image.frombytes("1", (HEAD_BYTES * 8, height), bytes(self.rows) or bytes(HEAD_BYTES))
        width = PAPER_MM * DOTS_PER_MM
        view = Image.new("L", (width, height + 2 * _EDGE), _PAPER)
        view.paste(_INK, ((width - ink.width) // 2, _EDGE), ink)
        pen = ImageDraw.Draw(view)
        _teeth(pen, width, 0, up=True)
        if self.cut:
            _teeth(pen, width, view.height - 1, up=False)
        elif self.hanging:
            pen.rectangle((0, view.height - _EDGE // 2, width, view.height), fill=_MOUTH)
        data = io.BytesIO()
        view.save(data, "PNG")
        return data.getvalue()


class Paper:
    """The roll and everything that has come off it. Not thread-safe: its printer holds a lock."""

    def __init__(self, roll_mm: float) -> None:
        self._roll_mm = roll_mm
        self._count = 0
        self.left_mm = roll_mm
        self.finished: list[Piece] = []
        self.binned: list[Piece] = []
        """Taken back by a presenter."""
        self.hanging = self._piece()

    def burn(self, row: bytes) -> None:
        """Print one row of dots and feed on."""
        self.hanging.rows += row[:HEAD_BYTES].ljust(HEAD_BYTES, b"\0")
        if len(self.hanging.rows) > _LONGEST * HEAD_BYTES:
            del self.hanging.rows[:HEAD_BYTES]
        self.left_mm = max(0.0, self.left_mm - 1 / DOTS_PER_MM)

    def cut(self) -> None:
        """Cut where the blade is: what lies between blade and head begins the next piece."""
        rows = self.hanging.rows
        blade = max(0, len(rows) - _HEAD_TO_CUTTER * HEAD_BYTES)
        below = bytes(rows[blade:])
        del rows[blade:]
        if rows:
            self._finish(cut=True)
        self.hanging.rows[:] = below

    def new_roll(self) -> None:
        """The end of the old roll falls out as it is; printing goes on at the beginning of the new one."""
        if self.hanging.blank:
            self.hanging.rows.clear()
        else:
            self._finish(cut=False)
        self.left_mm = self._roll_mm

    def pieces(self, held: Piece | None = None) -> list[Piece]:
        """Copies of all there is to see: finished, held by a presenter, and last the hanging one if anything is printed on it."""
        shown = [*self.finished, *([] if held is None else [held]), *([] if self.hanging.blank else [self.hanging])]
        return [Piece(piece.n, piece.cut, piece is self.hanging, bytearray(piece.rows)) for piece in shown]

    def _finish(self, *, cut: bool) -> None:
        self.hanging.cut = cut
        self.finished.append(self.hanging)
        self.hanging = self._piece()

    def _piece(self) -> Piece:
        self._count += 1
        return Piece(self._count)


_EDGE = 24
_PAPER, _INK, _MOUTH, _BEHIND = 250, 24, 60, 200


def _teeth(pen: ImageDraw.ImageDraw, width: int, edge: int, *, up: bool) -> None:
    """The zigzag of a cutter along ``edge``, background showing through."""
    depth = 5 if up else -5
    for x in range(0, width, 10):
        pen.polygon(((x, edge), (x + 10, edge), (x + 5, edge + depth)), fill=_BEHIND)
