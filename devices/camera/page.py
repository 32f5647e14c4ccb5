"""Finds the one page that lies on the desk: its four corners, and whether all of it is in the picture.

Classical, no learned model: a kiosk's own plate has none of the clutter on which classical finders lose. Four steps:

1. ``lines.py``, ``quads.py``, ``hulls.py``: in a small picture, four-sided shapes of straight edges, and hulls of what stands out;
2. ``judge.py``, ``mix.py``: the shape whose sides are lasting steps of colour that end at its corners;
3. ``sides.py``: each side fitted once more through the strongest steps of the full picture;
4. ``cut.py``: does it run out of the picture, and where.

What was tried and measured: docs/decisions/finding-the-page.md; ``python -m bench 找页`` does it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.cut import cut_at
from devices.camera.hulls import hulls
from devices.camera.judge import Judged, joined, judge, open_ends
from devices.camera.lines import lines
from devices.camera.mix import mixed
from devices.camera.picture import Picture, Pixels
from devices.camera.quads import quads
from devices.camera.sides import Sides, refine

SMALL = 320
"""Longest side, in pixels, of the picture shapes are sought in: half of a preview."""

LEAST_SCORE = 1.2
"""Below this nothing on the desk looks like paper."""

PLAIN_SCORE = 2.7
"""From here on nothing is gained by looking for hulls and mixing corners of several shapes."""

WHOLE_SCORE = 1.7
"""A page with four free sides reaches this."""

SEEN = 0.8
"""Share of a side that must show a step in the full picture: of three sides of a whole page, of two of one that is cut off."""

LEAST_SEEN = 0.4
"""Share of the fourth side of a whole page."""

LEAST_STRAIGHT = 0.58
"""Share of each side that must show where the side's line is, where the page has the colour of skin: fingers end unevenly."""

MOST_TURN = 28.0
"""Degrees by which a side may turn from its start to its end: a sheet folded and seen askew reaches 20."""


@dataclass(frozen=True, slots=True)
class Page:
    """``corners``: top left, top right, bottom right, bottom left, each (x, y) in pixels of the picture it was found in.

    ``cut``: part of it lies outside the picture, at ``edges`` of it (``top``, ``right``, ``bottom``, ``left``); some corners
    are then guesses. ``score``: 1.7 to about 3.5.
    """

    corners: tuple[tuple[float, float], ...]
    score: float
    cut: bool
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """What was seen on the way to ``page``, for who wants to say more of it: the small picture smoothed, the ``shapes`` in it with
    how they are ``judged``, best first, and pixels of the picture to one of the small one."""

    page: Page | None
    smooth: NDArray[np.float32] = field(repr=False)
    shapes: NDArray[np.float32] = field(repr=False)
    judged: Judged = field(repr=False)
    scale: NDArray[np.float64] = field(repr=False)


def find_page(picture: Picture) -> Page | None:
    """The page on the desk, or ``None`` where nothing has the sides of one."""
    sought = seek(picture)
    return None if sought is None else sought.page


def seek(picture: Picture) -> Sought | None:
    """The same with what was seen on the way; ``None`` where there is no four-sided shape at all."""
    small = picture.small_ycc(SMALL)
    edges, smooth = lines(small)
    shapes, _ = quads(edges, small.shape[1], small.shape[0])
    judged = judge(smooth, shapes)
    plain = len(shapes) > 0 and _plain(judged[int(np.argmax(judged.score))])
    if not plain:
        others = hulls(small)
        shapes, judged = np.concatenate((shapes, others)), joined(judged, judge(smooth, others))
    if len(shapes) == 0:
        return None
    order = np.argsort(-judged.score)
    shapes, judged = shapes[order], judged[order]
    best, verdict = (shapes[:1], judged[:1]) if plain else mixed(smooth, shapes, judged)
    shapes = np.concatenate((best, shapes))
    scale = np.array((picture.width / small.shape[1], picture.height / small.shape[0]))
    page = _page(picture, best[0], verdict, scale, _skin(small, best[0]))
    return Sought(page, smooth, shapes, joined(verdict, judged), scale)


def _plain(judged: Judged) -> bool:
    """Whether nothing is to be gained by looking on."""
    return float(judged.score) >= PLAIN_SCORE and not open_ends(judged.held, judged.covered).any()


def _page(picture: Picture, shape: NDArray[np.float32], verdict: Judged, scale: NDArray[np.float64], skin: bool) -> Page | None:
    score = float(verdict.score[0])
    if score < LEAST_SCORE:
        return None
    sides = refine(picture, (shape + 0.5) * scale - 0.5, verdict.bend[0] * float(scale.mean()), verdict.covered[0])
    edges = cut_at(picture, sides, verdict.border[0])
    if not _firm(sides, score, bool(edges), skin):
        return None
    return Page(tuple((float(x), float(y)) for x, y in sides.corners), score, bool(edges), edges)


def _skin(small: Pixels, shape: NDArray[np.float32]) -> bool:
    """Whether what lies within has the colour of skin (D. Chai, K. N. Ngan, *Face segmentation using skin-color map*, 1999)."""
    inside = np.zeros(small.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, np.rint(shape).astype(np.int32), 1)
    within = small[inside > 0]
    cb, cr = np.median(within[:, 1:], axis=0) if len(within) else (128, 128)
    return bool(77 <= cb <= 127 and 133 <= cr <= 173)


def _firm(sides: Sides, score: float, cut: bool, skin: bool) -> bool:
    """Whether the full picture confirms what the small one shows: cups and hands have sides there only."""
    turn = np.arccos(np.clip((sides.ends[:, 0] * sides.ends[:, 1]).sum(-1), -1, 1))
    seen = np.sort(sides.seen)
    straight = float(turn.max()) < np.radians(MOST_TURN)
    if cut:
        return straight and float(seen[2]) >= SEEN
    hand = skin and (float(sides.straight.min()) < LEAST_STRAIGHT or score < PLAIN_SCORE)
    return straight and not hand and float(seen[0]) >= LEAST_SEEN and float(seen[1]) >= SEEN and score >= WHOLE_SCORE
