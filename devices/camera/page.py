"""Finds the one page that lies on the desk: its four corners, and whether all of it is in the picture.

Classical, no learned model: a kiosk's own plate has none of the clutter on which classical finders lose. Three steps:

1. ``candidates.py``: four-sided hulls of edges and masks in every channel of a small picture;
2. ``judge.py``: the shape whose sides are steps of colour, the best sides of the best shapes put together;
3. ``sides.py``: each side fitted once more through the strongest steps of the full picture.

Measured on phone photos of A4 pages on wooden tables and cloths with corners set by hand, 7 to 12 megapixels
(``bench/camera.py`` does it again on any folder of such photos): mean IoU .986 of six whole pages, worst .966 (a curled
page, whose sides are no lines); three of three cut pages flagged, no whole page flagged. Whole pages score 2.3 and more,
cut ones 1.35 and less.
Left out on purpose: lines from a line detector as candidates (they help on plain tables and hurt on tiles).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.camera.candidates import quads
from devices.camera.judge import best
from devices.camera.picture import Picture
from devices.camera.sides import Floats, refine

SMALL = 480
"""Longest side, in pixels, of the picture candidates are sought in: at 320 corners get lost, at 640 nothing is gained."""

LEAST_SCORE = 1.0
"""Below this nothing on the desk looks like paper."""

WHOLE_SCORE = 1.7
"""A page with four free sides reaches this; what does not is a pattern on the desk."""

SURE_SCORE = 2.0
"""From here on one side that the full picture does not confirm (crumpled paper) is forgiven."""

SEEN = 0.4
"""Least share of a side that must show a step for the side to be confirmed."""

BORDER = 0.001
"""A corner nearer than this to the border (share of the longer side) may as well be outside: 5 pixels of a still."""

NEAR_BORDER = 0.02
"""An unconfirmed side ending this near the border is one that lies outside."""


@dataclass(frozen=True, slots=True)
class Page:
    """``corners``: top left, top right, bottom right, bottom left, each (x, y) in pixels of the picture it was found in.

    ``cut``: part of it lies outside the picture; its corners are then guesses.
    """

    corners: tuple[tuple[float, float], ...]
    score: float
    cut: bool


def find_page(picture: Picture) -> Page | None:
    """The page on the desk, or ``None`` where nothing has the sides of one."""
    small = picture.small_ycc(SMALL)
    shapes = quads(small)
    if not shapes:
        return None
    shape, score = best(small, np.array(shapes))
    if score < LEAST_SCORE:
        return None
    scale = np.array((picture.width / small.shape[1], picture.height / small.shape[0]))
    sides = refine(picture, (shape + 0.5) * scale - 0.5)
    near = _at_border(picture, sides.corners, NEAR_BORDER)
    unseen = [i for i in range(4) if sides.seen[i] < SEEN]
    outside = bool(_at_border(picture, sides.corners, BORDER).any()) or any(near[i] or near[(i + 1) % 4] for i in unseen)
    if not outside and score < (SURE_SCORE if unseen else WHOLE_SCORE):
        return None
    return Page(tuple((float(x), float(y)) for x, y in sides.corners), score, outside)


def _at_border(picture: Picture, corners: Floats, share: float) -> NDArray[np.bool_]:
    margin = share * max(picture.width, picture.height)
    far = np.array((picture.width - 1, picture.height - 1))
    return np.asarray((np.minimum(corners, far - corners) < margin).any(axis=1))
