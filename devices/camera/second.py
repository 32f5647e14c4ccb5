"""A second page beside the one that was found, or under it.

It is sought by its edges outside of the first, in one channel only: along the first one's step from desk to paper, in which what
is neither hardly shows. An edge of a page is straight, crisp (a shadow's is not) and lasting (a joint's is not). One that is long
and has paper of the first one's colour behind it is enough; of any colour, two that meet at a corner.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.page import Sought

Floats = NDArray[np.float32]

LEAST_STEP = 7.0
"""Step of the first page below which nothing can be told beside it."""

REACH = 4
"""Pixels of the small picture averaged on either side of an edge."""

FAINT, CLEAR = 0.12, 0.25
"""Shares of the first page's step from which an edge goes on, and from which it begins."""

SCALE = 8.0
"""Canny wants whole numbers."""

BESIDE = 11
"""Pixels' width of the first page's own outline, along which nothing is new."""

INNER = 0.22
"""Share of the first page's size from its outline inwards that is looked at: the outline may span both pages. Print lies deeper."""

RIM = 3
"""Pixels of the picture's rim left out."""

SHORTEST, FEWEST = 0.1, 14.0
"""An edge's length: share of the first page's size, and pixels."""

MOST = 80
"""Edges looked at, the longest ones."""

STEP, FEW_LEVELS = 0.25, 5.0
"""Step of an edge: share of the first page's, and grey levels."""

HELD, LASTING, CRISP = 0.6, 0.4, 0.7
"""Of that step: share of places that show half of it; what is left of it 8 to 13 pixels off; what is there 1.75 pixels off."""

OFF = 8.0
"""Pixels outside of the first page from which on something lies beside it."""

LONG, LONGEST = 0.35, 20.0
"""Length of an edge that needs no corner: share of the first page's size, and pixels."""

ALIKE = 0.6
"""What its paper may differ from the first page's, as a share of the step."""

SQUARE = 0.6
"""Sine of the angle two edges meet at, at least."""

GAP, GAP_SHARE = 8.0, 0.4
"""Pixels, and share of its length, by which an edge may end before the corner."""

ALONG = np.linspace(0.08, 0.92, 9, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """n edges from ``start`` to ``end`` (n × 2) with paper on their right, that is at ``inward``; ``paper``: its colour there."""

    start: Floats
    end: Floats
    unit: Floats
    inward: Floats
    length: Floats
    paper: Floats

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Edges:
        return _Edges(*(getattr(self, name)[chosen] for name in self.__slots__))


def second(sought: Sought) -> Floats | None:
    """Part of its outline (n × 2, pixels of the small picture), or ``None``."""
    shape, judged = sought.shapes[0].astype(np.float32), sought.judged
    free = judged.step[0][~judged.border[0]]
    step = np.median(free, axis=0) if len(free) >= 2 else np.zeros(3, np.float32)
    size = float(np.sqrt(step @ step))
    if size < LEAST_STEP:
        return None
    unit = (step / size).astype(np.float32)
    inside = np.zeros(sought.smooth.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, np.round(shape).astype(np.int32), 255)
    side = float(np.sqrt(max(1.0, cv2.contourArea(shape))))
    edges = _edges(sought.smooth, unit, size, _told(sought.smooth, unit, size, shape, inside, side), side)
    if edges is None:
        return None
    alone = _alone(edges, shape, np.median(sought.smooth[inside > 0], axis=0), size, side)
    return alone if alone is not None else _corner(edges, shape, sought.smooth.shape[:2])


def _told(smooth: Floats, unit: Floats, size: float, shape: Floats, inside: NDArray[np.uint8], side: float) -> NDArray[np.uint8]:
    """Edges from desk to paper, but for those of the first page and of what stands on it."""
    towards = cv2.transform(smooth, unit[None])
    step = np.array((-1,) * REACH + (0,) + (1,) * REACH, np.float32) / REACH
    even = np.full(3, 1 / 3, np.float32)
    across, down = (cv2.sepFilter2D(towards, -1, *pair) for pair in ((step, even), (even, step)))
    dx, dy = ((each * SCALE).astype(np.int16) for each in (across, down))
    told = cv2.Canny(dx, dy, FAINT * size * SCALE, CLEAR * size * SCALE, L2gradient=True)
    told[cv2.erode(inside, np.ones((3, 3), np.uint8), iterations=max(2, int(INNER * side)), borderValue=0) > 0] = 0
    cv2.polylines(told, [np.round(shape).astype(np.int32)], True, 0, BESIDE)
    told[:RIM] = told[-RIM:] = told[:, :RIM] = told[:, -RIM:] = 0
    return np.asarray(told, np.uint8)


def _edges(smooth: Floats, unit: Floats, size: float, told: NDArray[np.uint8], side: float) -> _Edges | None:
    least = max(SHORTEST * side, FEWEST)
    found = cv2.HoughLinesP(told, 1, np.pi / 180, int(least * 0.7), minLineLength=least * 0.8, maxLineGap=4)
    if found is None:
        return None
    ends = np.asarray(found, np.float32).reshape(-1, 2, 2)
    start, end = ends[:, 0], ends[:, 1]
    order = np.argsort(-np.hypot(*(end - start).T))[:MOST]
    start, end = start[order], end[order]
    length = np.hypot(*(end - start).T)
    along = (end - start) / length[:, None]
    inward = np.stack((-along[:, 1], along[:, 0]), -1)
    places = start[:, None] + ALONG[:, None] * (end - start)[:, None]
    near = _band(smooth, places, inward, (3, 5, 7)), _band(smooth, places, -inward, (3, 5, 7))
    turned = np.median((near[0] - near[1]) @ unit, axis=1) < 0
    start, end = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
    sign = np.where(turned, -1, 1).astype(np.float32)[:, None]
    along, inward = along * sign, inward * sign
    steps = ((near[0] - near[1]) @ unit) * sign
    usual = np.median(steps, axis=1)
    far = np.median((_band(smooth, places, inward, (8, 10, 12)) - _band(smooth, places, -inward, (8, 10, 12))) @ unit, axis=1)
    crisp = np.max([_crisp(smooth, places, inward, unit, beside) for beside in (-1.5, 0, 1.5)], axis=0)
    fine = (usual > max(STEP * size, FEW_LEVELS)) & ((steps > 0.5 * usual[:, None]).mean(1) >= HELD)
    fine &= (far > LASTING * usual) & (crisp > CRISP * usual)
    paper = np.median(np.where(turned[:, None, None], near[1], near[0]), axis=1)
    return _Edges(start, end, along, inward, length, paper.astype(np.float32))[fine]


def _band(smooth: Floats, places: Floats, inward: Floats, offsets: tuple[float, ...]) -> Floats:
    """n × places × 3: the mean colour that far off."""
    points = places[:, :, None] + np.array(offsets, np.float32)[:, None] * inward[:, None, None]
    flat = points.reshape(len(points), -1, 2).astype(np.float32)
    colours = cv2.remap(smooth, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(colours.reshape(*points.shape[:3], 3).mean(2), np.float32)


def _crisp(smooth: Floats, places: Floats, inward: Floats, unit: Floats, beside: float) -> Floats:
    there = _band(smooth, places, inward, (beside + 1.75,)) - _band(smooth, places, inward, (beside - 1.75,))
    return np.asarray(np.median(there @ unit, axis=1), np.float32)


def _alone(edges: _Edges, shape: Floats, paper: Floats, size: float, side: float) -> Floats | None:
    """An edge that is enough by itself, as a strip of the paper behind it."""
    middle = np.asarray((edges.start + edges.end) / 2, np.float32)
    off = np.minimum.reduce([outside(shape, points) for points in (edges.start, edges.end, middle)])
    unlike = np.sqrt(((edges.paper - paper) ** 2).sum(1))
    enough = np.flatnonzero((off > OFF) & (edges.length > max(LONG * side, LONGEST)) & (unlike < ALIKE * size))
    if len(enough) == 0:
        return None
    start, end, inward = (part[enough[0]] for part in (edges.start, edges.end, edges.inward))
    return np.array((start, end, end + 12 * inward, start + 12 * inward), np.float32)


def _corner(edges: _Edges, shape: Floats, picture: tuple[int, ...]) -> Floats | None:
    """Two edges that meet outside of the first page, with paper between them."""
    start, end, unit = edges.start, edges.end, edges.unit
    turn = unit[:, None, 0] * unit[None, :, 1] - unit[:, None, 1] * unit[None, :, 0]
    apart = start[None] - end[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        onward = (apart[..., 0] * unit[None, :, 1] - apart[..., 1] * unit[None, :, 0]) / turn
        back = (apart[..., 0] * unit[:, None, 1] - apart[..., 1] * unit[:, None, 0]) / turn
        meet = end[:, None] + onward[..., None] * unit[:, None]
    gap = np.maximum(GAP, GAP_SHARE * edges.length)
    inside = ((meet >= RIM - 1) & (meet <= (picture[1] - RIM, picture[0] - RIM))).all(-1)
    fine = (turn > SQUARE) & (np.abs(onward) < gap[:, None]) & (np.abs(back) < gap[None]) & inside
    for one, other in np.argwhere(fine):
        if float(outside(shape, meet[one, other])) > OFF:
            return np.array((start[one], meet[one, other], end[other]), np.float32)
    return None


def outside(shape: Floats, points: Floats) -> Floats:
    """How far outside the clockwise ``shape`` points lie, about; negative inside. ``points``: … × 2."""
    along = np.roll(shape, -1, axis=0) - shape
    outward = np.stack((along[:, 1], -along[:, 0]), -1) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    return np.asarray(((points[..., None, :] - shape) * outward).sum(-1).max(-1), np.float32)
