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

from devices.camera.cut import cut_at
from devices.camera.hulls import hulls
from devices.camera.judge import Judged, judge
from devices.camera.lines import lines
from devices.camera.mix import mixed
from devices.camera.picture import Picture, Pixels
from devices.camera.quads import quads
from devices.camera.sides import Sides, refine

SMALL = 320
"""Longest side, in pixels, of the picture candidates are sought in: half of a preview, and two pixels to an identity card's radius."""

LEAST_SCORE = 1.0
"""Below this nothing on the desk looks like paper."""

WHOLE_SCORE = 1.7
"""A page with four free sides reaches this."""

SEEN = 0.8
"""Share of a side that must show a step in the full picture: of three sides of a whole page, of two of one that is cut off."""

MOST_TURN = 28.0
"""Degrees by which a side may turn from its start to its end: a sheet folded and seen askew reaches 20."""


@dataclass(frozen=True, slots=True)
class Page:
    """``corners``: top left, top right, bottom right, bottom left, each (x, y) in pixels of the picture it was found in.

    ``cut``: part of it lies outside the picture; its corners are then guesses.
    """

    corners: tuple[tuple[float, float], ...]
    score: float
    cut: bool
    edges: tuple[str, ...] = ()


def find_page(picture: Picture) -> Page | None:
    """The page on the desk, or ``None`` where nothing has the sides of one."""
    small = picture.small_ycc(SMALL)
    found = search(small)
    if found is None:
        return None
    shape, verdict = found
    score = float(verdict.score[0])
    if score < LEAST_SCORE:
        return None
    scale = np.array((picture.width / small.shape[1], picture.height / small.shape[0]))
    sides = refine(picture, (shape[0] + 0.5) * scale - 0.5, verdict.bend[0] * float(scale.mean()))
    edges = cut_at(picture, sides, verdict.border[0])
    if not _firm(sides, score, bool(edges)):
        return None
    return Page(tuple((float(x), float(y)) for x, y in sides.corners), score, bool(edges), edges)


def _firm(sides: Sides, score: float, cut: bool) -> bool:
    """Whether the full picture confirms what the small one shows: cups and hands have sides there only."""
    turn = np.arccos(np.clip((sides.ends[:, 0] * sides.ends[:, 1]).sum(-1), -1, 1))
    seen = np.sort(sides.seen)
    straight = float(turn.max()) < np.radians(MOST_TURN)
    if cut:
        return straight and float(seen[2]) >= SEEN
    return straight and float(seen[1]) >= SEEN and score >= WHOLE_SCORE


def search(small: Pixels) -> tuple[NDArray[np.float32], Judged] | None:
    """The best shape in a small Y, Cb, Cr picture, and how it is judged; both as arrays of one."""
    edges, smooth = lines(small)
    shapes, _ = quads(edges, small.shape[1], small.shape[0])
    shapes = np.concatenate((shapes, hulls(small)))
    if len(shapes) == 0:
        return None
    judged = judge(smooth, shapes)
    order = np.argsort(-judged.score)
    return mixed(smooth, shapes[order], judged[order])
