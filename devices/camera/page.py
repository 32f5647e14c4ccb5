"""Finds the one page that lies on the desk: its four corners, and whether all of it is in the picture.

1. ``look.py``: a small learned net says, place by place, what is a page, its corners, a hand, a second page;
2. ``shape.py``: the four corners that agree best with that;
3. ``sides.py``: each side fitted once more through the strongest steps of the full picture;
4. ``cut.py``: does it run out of the picture, and where.

What was tried and measured: docs/decisions/finding-the-page.md; ``python -m bench 找页`` does it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from devices.camera.cut import cut_at
from devices.camera.look import Looked, look
from devices.camera.picture import Picture
from devices.camera.shape import Shape, shape, within
from devices.camera.sides import Sides, refine

Floats = NDArray[np.float64]

LEAST = 0.5
"""Overlap of the shape with what was seen of a page below which nothing is said to be one."""

MOST_HAND = 0.3
"""Share of a page that hands cover, from which on it is a hand and no page; held pages reach .21."""

SEEN = 0.8
"""Share of a side that must show a step in the full picture: of three sides of a whole page, of two of one that is cut off."""

LEAST_SEEN = 0.4
"""Share of the fourth side of a whole page, where no hand lies over it."""

REACHES = (0.020, 0.010, 0.0035)
"""How far the sides are sought about the shape's, as in ``sides.py``: a cell of the answers is up to 1.4 %."""

PLACES = 24
"""Places along each side at which is asked whether a hand covers it, and how it bends."""

COVERED = 0.35
"""From here on a hand lies over a place."""

WINDOW = 0.1
"""How far to either side of a side it may bend, as a share of its length."""

LEAST_BEND = 0.35
"""Cells below which a side is straight for all that can be seen there."""


class Page(Struct, frozen=True):
    """``corners``: top left, top right, bottom right, bottom left, each (x, y) in pixels of the picture it was found in.

    ``cut``: part of it lies outside the picture, at ``edges`` of it (``top``, ``right``, ``bottom``, ``left``); some corners
    are then guesses.
    """

    corners: tuple[tuple[float, float], ...]
    cut: bool
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """What was seen on the way to ``page``, for who wants to say more of it."""

    page: Page | None
    seen: Looked = field(repr=False)
    shape: Shape | None = field(repr=False)


def find_page(picture: Picture) -> Page | None:
    """The page on the desk, or ``None`` where nothing looks like one."""
    return seek(picture).page


def seek(picture: Picture) -> Sought:
    """The same with what was seen on the way."""
    seen = look(picture)
    found = shape(seen)
    return Sought(None if found is None else _page(picture, seen, found), seen, found)


def _page(picture: Picture, seen: Looked, found: Shape) -> Page | None:
    if found.overlap < LEAST or seen.hand[within(seen.hand, found.corners) > 0].mean() > MOST_HAND:
        return None
    covered, bends = _along(seen, found.corners)
    sides = refine(picture, seen.onto(found.corners), bends, covered, REACHES)
    edges = cut_at(picture, sides, seen)
    if not _firm(sides, covered, bool(edges)):
        return None
    corners = np.roll(sides.corners, -int(np.argmin(sides.corners.sum(axis=1))), axis=0)
    return Page(tuple((float(x), float(y)) for x, y in corners), bool(edges), edges)


def _firm(sides: Sides, covered: NDArray[np.bool_], cut: bool) -> bool:
    """Whether the full picture confirms what the small one shows: cups and glasses have sides there only."""
    seen = np.sort(sides.seen)
    if cut:
        return float(seen[2]) >= SEEN
    least = int(np.argmin(sides.seen))
    return float(seen[1]) >= SEEN and (float(seen[0]) >= LEAST_SEEN or bool(covered[least].any()))


def _along(seen: Looked, quad: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Of each side: over which places a hand lies, and by how many pixels of the picture its middle lies inwards."""
    following = np.roll(quad, -1, axis=0)
    length = np.maximum(np.hypot(*(following - quad).T), 1e-6)
    inward = (quad - following)[:, ::-1] * (1.0, -1.0) / length[:, None]
    places = quad[:, None] + np.linspace(0.02, 0.98, PLACES)[:, None] * (following - quad)[:, None]
    over = _at(cv2.dilate(seen.hand, np.ones((3, 3), np.uint8)), places) > COVERED
    reach = np.linspace(-1, 1, 17)[None, :] * (WINDOW * length)[:, None]
    middle = places[:, PLACES // 2 - 2 : PLACES // 2 + 2]
    inside = _at(seen.sheet, middle[:, :, None] + reach[:, None, :, None] * inward[:, None, None]).mean(axis=(1, 2))
    bends = (1 - 2 * inside) * WINDOW * length
    bends[np.abs(bends) < LEAST_BEND] = 0.0
    return over, bends * float(seen.scale().mean())


def _at(plane: NDArray[np.float32], places: Floats) -> NDArray[np.float32]:
    """A plane's values at places among its cells (… × 2), which may lie outside."""
    flat = np.float32(places.reshape(-1, 1, 2) - 0.5)
    return np.asarray(cv2.remap(plane, flat, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(places.shape[:-1]))
