"""Says at which edges of the picture a page runs out of it. Three signs, each of which is enough:

1. a corner lies outside, or as good as outside;
2. a side lies along the picture's border, and the full picture shows no step of the page there;
3. a side goes on past a corner until it reaches the border: then the other side at that corner is no end of the page but a
   crease, a line of print, a shadow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Picture
from devices.camera.sides import Sides, profiles, steps_along

Floats = NDArray[np.float64]

EDGES = ("top", "right", "bottom", "left")

BORDER = 0.001
"""A corner nearer than this to the border (share of the longer side) may as well be outside: 5 pixels of a still."""

CONFIRMED = 0.6
"""Share of a side along the border that must show the page's step for the side to be believed."""

ALIKE = 0.6
"""Least cosine between the step of such a side and the usual one of the page."""

FAINT = 0.3
"""And least share of the usual step's size."""

ON = 0.7
"""Share of the way from a corner to the border at which a side must show to be said to go on."""

FARTHEST = 0.4
"""Way from a corner to the border, as a share of the diagonal, that is followed."""

REACH, SAMPLES, PLACES = 0.003, 17, 20
"""How far to either side it is looked for, as a share of the diagonal, at how many samples, at how many places."""


def cut_at(picture: Picture, sides: Sides, along_border: NDArray[np.bool_]) -> tuple[str, ...]:
    """Edges of the picture the page runs out at, none for a whole page. ``along_border``: sides that lie along the border."""
    corners, following = sides.corners, np.roll(sides.corners, -1, axis=0)
    out = _beyond(corners, picture, BORDER * max(picture.width, picture.height))
    usual = np.median(sides.step[~along_border], axis=0) if (~along_border).any() else sides.step.mean(axis=0)
    for side in map(int, np.flatnonzero(along_border)):
        if not _confirmed(sides.seen[side], sides.step[side], usual):
            out |= {_nearest((corners[side] + following[side]) / 2, picture)}
    for side in range(4):
        for corner, way in ((corners[side], -sides.ends[side, 0]), (following[side], sides.ends[side, 1])):
            end = _to_border(corner, way, picture)
            if end is not None and _goes_on(
                picture, corner, end, way * (1 if way @ sides.ends[side, 0] > 0 else -1), sides.step[side]
            ):
                out |= {_nearest(end, picture)}
    return tuple(edge for edge in EDGES if edge in out)


def _beyond(corners: Floats, picture: Picture, margin: float) -> set[str]:
    x, y = corners.T
    far_x, far_y = picture.width - 1 - margin, picture.height - 1 - margin
    beyond = ((y < margin).any(), (x > far_x).any(), (y > far_y).any(), (x < margin).any())
    return {edge for edge, is_out in zip(EDGES, beyond, strict=True) if is_out}


def _confirmed(seen: float, step: Floats, usual: Floats) -> bool:
    size, least = float(np.sqrt(step @ step)), FAINT * float(np.sqrt(usual @ usual))
    return seen >= CONFIRMED and size > least and float(step @ usual) > ALIKE * size * float(np.sqrt(usual @ usual))


def _nearest(point: Floats, picture: Picture) -> str:
    x, y = float(point[0]), float(point[1])
    return EDGES[int(np.argmin((y, picture.width - 1 - x, picture.height - 1 - y, x)))]


def _to_border(corner: Floats, way: Floats, picture: Picture) -> Floats | None:
    """Where the border is reached; ``None`` when it is too far, or the corner outside already."""
    far = np.array((picture.width - 1, picture.height - 1), np.float64)
    if (corner < 0).any() or (corner > far).any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(way > 0, (far - corner) / way, np.where(way < 0, -corner / way, np.inf))
    length = float(steps.min())
    return corner + length * way if length < FARTHEST * float(np.hypot(*far)) else None


def _goes_on(picture: Picture, corner: Floats, end: Floats, along: Floats, step: Floats) -> bool:
    size = float(np.sqrt(step @ step))
    diagonal = float(np.hypot(picture.width, picture.height))
    length = float(np.hypot(*(end - corner)))
    if size < 1.0 or length < 0.0035 * diagonal:
        return False
    across = np.array((-along[1], along[0]))
    at = np.linspace(max(0.15, 0.0025 * diagonal / length), 0.95, PLACES)
    offsets = np.linspace(-REACH, REACH, SAMPLES) * diagonal
    points = (corner + at[:, None] * (end - corner))[:, None] + offsets[:, None] * across
    response = steps_along(profiles(picture, points)) @ (step / size)
    return bool((response.max(axis=1) > 0.5 * size).mean() >= ON)
