"""Says at which edges of the picture a page runs out of it. Two signs, each of which is enough:

1. a corner lies outside, or as good as outside;
2. the look at the picture (``look.py``) says that the page goes on there, and the full picture shows no side of it along that edge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.camera.look import Looked
from devices.camera.picture import Picture
from devices.camera.sides import Sides

Floats = NDArray[np.float64]

EDGES = ("top", "right", "bottom", "left")

BORDER = 0.001
"""A corner nearer than this to the border (share of the longer side) may as well be outside: 5 pixels of a still."""

LIKELY = 0.5
"""From here on a place is more likely page than not."""

BEYOND = 1.0
"""Cells beyond the border from which on it is believed that there is page, and"""
ENOUGH = 3
"""how many such."""


NEAR = 0.03
"""Share of the picture within which a side lies along its edge, and"""
SEEN = 0.8
"""share of such a side that is seen when the page ends there; but"""
DEEP, SEEN_DEEP = 1.0, 0.95
"""with as many cells of page beyond :data:`BEYOND`, to each cell of the side, it takes that much: a line of print is seen, too."""


def cut_at(picture: Picture, sides: Sides, seen: Looked) -> tuple[str, ...]:
    """Edges of the picture the page runs out at, none for a whole page."""
    size = np.array((picture.width, picture.height), np.float64)
    out = _beyond(sides.corners, picture, BORDER * max(size))
    rows, columns = np.nonzero(seen.page > LIKELY)
    cells = np.stack((columns, rows), axis=1).astype(np.float64) + 0.5
    past = BEYOND * (seen.scale()[::-1] if seen.upright else seen.scale())
    away = _from_edges(seen.onto(cells), size) / np.tile(past, 2)[[1, 0, 3, 2]]
    start, end = sides.corners, np.roll(sides.corners, -1, axis=0)
    along = np.maximum(*(np.abs(_from_edges(at, size)) / np.tile(size, 2)[[1, 0, 3, 2]] for at in (start, end))) < NEAR
    long = np.hypot(*(end - start).T) / seen.scale().mean()
    for n, edge in enumerate(EDGES):
        beyond = int((away[:, n] < -1).sum())
        ends = along[:, n] & (sides.seen >= np.where(beyond < DEEP * long, SEEN, SEEN_DEEP))
        if beyond >= ENOUGH and not ends.any():
            out.add(edge)
    return tuple(edge for edge in EDGES if edge in out)


def _from_edges(points: Floats, size: Floats) -> Floats:
    """How far inwards of each of :data:`EDGES` points (n × 2) lie: n × 4."""
    (x, y), (far_x, far_y) = points.T, size - 1
    return np.stack((y, far_x - x, far_y - y, x), axis=1)


def _beyond(corners: Floats, picture: Picture, margin: float) -> set[str]:
    x, y = corners.T
    far_x, far_y = picture.width - 1 - margin, picture.height - 1 - margin
    beyond = ((y < margin).any(), (x > far_x).any(), (y > far_y).any(), (x < margin).any())
    return {edge for edge, is_out in zip(EDGES, beyond, strict=True) if is_out}
