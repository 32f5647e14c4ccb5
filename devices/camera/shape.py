"""Four corners out of what a look at the picture said (``look.py``): of all quadrilaterals between likely corners the one that
agrees best with the page's map, area by area.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.look import Looked

Floats = NDArray[np.float64]

LIKELY = 0.5
"""From here on a place is more likely page than not."""

LEAST = 12
"""Cells a page takes at least: a card on an A3 desk has 60."""

PEAK = 0.15
"""Least of a corner's spot."""

APART = 2.5
"""Cells between two likely corners; nearer ones are one."""

MOST = 8
"""Likely corners that are combined: 70 quadrilaterals."""

SPOT = 0.04
"""What a spot at each of its corners is worth to a quadrilateral, as a share of overlap."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """``corners`` 4 × 2 in cells, clockwise; ``overlap`` with the page's map, 0 to 1. ``beside``: cells that look like page, too,
    and lie apart from it."""

    corners: Floats
    overlap: float
    beside: NDArray[np.bool_] = field(repr=False)


def shape(seen: Looked) -> Shape | None:
    """``None`` where no page was seen."""
    mask = (seen.page > LIKELY).astype(np.uint8)
    if mask.sum() < LEAST:
        return None
    count, labels = cv2.connectedComponents(mask)
    largest = 1 + int(np.argmax([seen.page[labels == n].sum() for n in range(1, count)]))
    beside = (labels != largest) & (mask > 0)
    page = np.where(beside, np.float32(0), seen.page)
    contours, _ = cv2.findContours((labels == largest).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    points, heights = _corners(np.where(beside, np.float32(0), seen.corner), _reduced(cv2.convexHull(contours[0])[:, 0] + 0.5))
    total, best = float(page.sum()), None
    for chosen in combinations(range(len(points)), 4):
        quad = _clockwise(points[list(chosen)])
        if quad is None:
            continue
        overlap = _overlap(page, quad, total)
        score = overlap + SPOT * float(heights[list(chosen)].sum())
        if best is None or score > best[0]:
            best = score, Shape(quad, overlap, beside)
    return None if best is None else best[1]


def within(plane: NDArray[np.float32], quad: Floats) -> NDArray[np.uint8]:
    """Of a plane's cells, 1 for those in the quadrilateral."""
    inside = np.zeros(plane.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.int32(np.round((quad - 0.5) * 16)), 1, shift=4)
    return inside


def _corners(spots: NDArray[np.float32], hull: Floats) -> tuple[Floats, Floats]:
    """Middles of the spots, then what corners of the hull have none near them; and how high each is."""
    peak = (spots >= cv2.dilate(spots, np.ones((3, 3), np.uint8))) & (spots > PEAK)
    heads = np.pad(np.log(np.maximum(spots, 1e-3)), 1, mode="edge")
    places: list[Floats] = []
    heights: list[float] = []
    rows, columns = np.nonzero(peak)
    for n in np.argsort(-spots[rows, columns])[:MOST]:
        row, column = int(rows[n]), int(columns[n])
        place = np.array((column + _top(heads[row + 1, column : column + 3]), row + _top(heads[row : row + 3, column + 1]))) + 0.5
        if all(np.hypot(*(place - other)) > APART for other in places):
            places.append(place)
            heights.append(float(spots[row, column]))
    for corner in hull:
        if len(places) < MOST and all(np.hypot(*(corner - other)) > APART for other in places):
            places.append(corner)
            heights.append(0.0)
    return np.array(places).reshape(-1, 2), np.array(heights)


def _top(three: NDArray[np.float32]) -> float:
    """How far from the middle one the top of the parabola through three logarithms lies: exact for a round spot."""
    left, middle, right = map(float, three)
    curve = left - 2 * middle + right
    return float(np.clip((left - right) / (2 * curve), -0.5, 0.5)) if curve < -1e-6 else 0.0


def _reduced(hull: Floats) -> Floats:
    """Without the corners that take the least area with them, until four remain."""
    hull = hull.astype(np.float64)
    while len(hull) > 4:
        before, after = np.roll(hull, 1, axis=0), np.roll(hull, -1, axis=0)
        hull = np.delete(hull, int(np.argmin(np.abs(_cross(hull - before, after - before)))), axis=0)
    return hull


def _clockwise(points: Floats) -> Floats | None:
    """In turn about their middle; ``None`` where they are not the corners of a convex quadrilateral."""
    away = points - points.mean(axis=0)
    quad = points[np.argsort(np.arctan2(away[:, 1], away[:, 0]))]
    sides = np.roll(quad, -1, axis=0) - quad
    turns = _cross(sides, np.roll(sides, -1, axis=0))
    return quad if bool((turns > 0.5).all()) else None


def _overlap(page: NDArray[np.float32], quad: Floats, total: float) -> float:
    inside = within(page, quad)
    area = abs(float(_cross(quad[2] - quad[0], quad[3] - quad[1]))) / 2
    count = max(1, int(inside.sum()))
    shared = float(page[inside > 0].sum()) * area / count
    return shared / max(total + area - shared, 1e-6)


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], np.float64)
