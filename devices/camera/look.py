"""Looks at a picture with a learned net and says, place by place, what is a page, its corner, a hand, a second page.

The net (``look.onnx``, 1.4 MB) was learned from drawn desks alone (``bench/finder``); OpenCV runs it. It sees the picture lying
broad, squeezed onto a *canvas* of :data:`WIDTH` × :data:`HEIGHT` with a margin about it: there it says how a page that is cut
off goes on outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Picture

Floats = NDArray[np.float32]

WIDTH, HEIGHT, MARGIN = 128, 96, 6
INNER = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
CELL = 2
"""Pixels of the canvas to a side of one answer's place."""

INSIDE = (slice(MARGIN // CELL, -MARGIN // CELL),) * 2
"""The cells that lie in the picture."""

SPREAD = np.array((64, 32, 32), np.float32)
"""Of Y, Cb and Cr, by which they are divided."""

MODEL = Path(__file__).with_name("look.onnx")


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """Each ``HEIGHT / CELL`` × ``WIDTH / CELL``, 0 to 1: ``page``, the quadrilateral of the page's corners, also under a hand
    and outside the picture; ``corner``, a spot on each; ``hand``; ``other``, what is seen of a second page; ``sheet``, the page
    as it bends. ``wide``, ``high``: the picture's; ``upright``: it was turned by a quarter, left, to lie broad."""

    page: Floats = field(repr=False)
    corner: Floats = field(repr=False)
    hand: Floats = field(repr=False)
    other: Floats = field(repr=False)
    sheet: Floats = field(repr=False)
    wide: int
    high: int
    upright: bool

    def scale(self) -> NDArray[np.float64]:
        """Pixels of the picture to a cell, across and down."""
        size = np.array((self.high, self.wide) if self.upright else (self.wide, self.high), np.float64)
        return np.asarray(size * CELL / INNER, np.float64)

    def onto(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places among the cells (x, y; 0.5 is the middle of the first) → pixels of the picture."""
        there = (cells - MARGIN / CELL) * self.scale()
        return (np.stack((self.wide - there[..., 1], there[..., 0]), axis=-1) if self.upright else there) - 0.5

    def back(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """The other way round."""
        there = pixels + 0.5
        lying = np.stack((there[..., 1], self.wide - there[..., 0]), axis=-1) if self.upright else there
        return np.asarray(lying / self.scale() + MARGIN / CELL, np.float64)


def look(picture: Picture) -> Looked:
    upright = picture.height > picture.width
    size = INNER[::-1] if upright else INNER
    ycc = np.rot90(picture.sized_ycc(size), int(upright)).astype(np.float32)
    seen = np.zeros((1, 3, HEIGHT, WIDTH), np.float32)
    seen[0, :, MARGIN:-MARGIN, MARGIN:-MARGIN] = ((ycc - 128) / SPREAD).transpose(2, 0, 1)
    with _ONE_AT_A_TIME:
        net = _net()
        net.setInput(seen)
        page, corner, hand, other, sheet = np.array(net.forward()[0], np.float32)
    return Looked(page, corner, hand, other, sheet, picture.width, picture.height, upright)


_ONE_AT_A_TIME = Lock()


@cache
def _net() -> cv2.dnn.Net:
    return cv2.dnn.readNetFromONNX(np.frombuffer(MODEL.read_bytes(), np.uint8))
