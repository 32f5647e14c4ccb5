"""Quadrilaterals from lines: every two pairs of opposite sides, judged by the lines' tables; the few best are looked at closely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.camera.lines import PITCH, Lines

Floats = NDArray[np.float32]

KEPT = 20
"""Quadrilaterals given on."""

LEAST_AREA = 0.012
"""Share of the picture: half of an identity card on an A4 desk."""

SHORTEST = 0.055
"""Shortest side, as a share of the picture's longer side: the short side of an identity card on an A4 desk is 0.13."""

PARTED = 0.70
"""Largest sine between opposite sides: 44°. Tilted by 35° close to a wide lens, a page's sides lean by 30."""

SKEWED = 0.74
"""Largest cosine of a corner's angle: 42° to 138°."""

OUTSIDE = 0.3
"""How far a corner may lie outside the picture, as a share of its longer side."""

SEEN = 0.45
"""Least share of a side that lies in the picture."""

CLEAR_STEP = 14.0
"""A step this large is as good as any larger one."""

AREA = 0.8
"""What a shape filling the picture gains, by the root of its share: the page rather than the table printed on it."""

BORDER_PRICE = 0.45
"""What each side on the picture's border costs, so that a whole page beats the same page taken together with the table's edge."""

BEYOND_SHARE, BEYOND = 0.2, (10.0, 24.0)
"""How far past a corner it is looked whether the side goes on: share of its length, and limits in pixels."""

OVERRUN_PRICE = 0.12
"""What it costs where it does."""

BORDERS = 4
"""The last lines are the picture's borders."""


def quads(lines: Lines, width: int, height: int) -> tuple[Floats, Floats]:
    """The best n × 4 × 2 corners, clockwise, in pixels of the picture the lines are of; and their rough scores, best first."""
    crossings = _crossings(lines)
    first, second = _opposite(lines, width, height)
    if len(first) < 2:
        return np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32)
    one, other = np.triu_indices(len(first), 1)
    a, c, b, d = first[one], second[one], first[other], second[other]
    distinct = (a != b) & (a != d) & (c != b) & (c != d)
    a, b, c, d = a[distinct], b[distinct], c[distinct], d[distinct]
    square = np.abs((lines.normal[a] * lines.normal[b]).sum(-1)) < SKEWED
    a, b, c, d = a[square], b[square], c[square], d[square]
    sides = np.stack((a, b, c, d), axis=1)
    corners = crossings[np.roll(sides, 1, axis=1), sides]  # corner i lies between side i - 1 and side i
    sides, corners = _plausible(sides, corners, width, height)
    if len(sides) == 0:
        return np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32)
    scores = _scores(lines, sides, corners, width * height)
    order = np.argsort(-scores)[:KEPT]
    return corners[order], scores[order]


def _crossings(lines: Lines) -> Floats:
    n, rho = lines.normal, lines.rho
    across = n[:, None, 0] * n[None, :, 1] - n[:, None, 1] * n[None, :, 0]
    across = np.where(np.abs(across) < 1e-4, np.nan, across)
    x = (rho[:, None] * n[None, :, 1] - rho[None, :] * n[:, None, 1]) / across
    y = (n[:, None, 0] * rho[None, :] - n[None, :, 0] * rho[:, None]) / across
    return np.stack((x, y), axis=-1).astype(np.float32)


def _opposite(lines: Lines, width: int, height: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of lines that could be opposite sides: not too askew, and not too near each other in the picture's middle."""
    one, other = np.triu_indices(len(lines.rho), 1)
    sine = lines.normal[one, 0] * lines.normal[other, 1] - lines.normal[one, 1] * lines.normal[other, 0]
    cosine = (lines.normal[one] * lines.normal[other]).sum(-1)
    border = np.minimum(one, other) >= len(lines.rho) - BORDERS
    kept = (np.abs(sine) < PARTED) & ~border
    one, other, cosine = one[kept], other[kept], cosine[kept]
    return one, other


def _plausible(sides: NDArray[np.intp], corners: Floats, width: int, height: int) -> tuple[NDArray[np.intp], Floats]:
    longer = max(width, height)
    out = np.maximum(np.maximum(-corners, corners - (width - 1, height - 1)).max(-1), 0)
    along = np.roll(corners, -1, axis=1) - corners
    before = np.roll(along, 1, axis=1)
    turns = before[..., 0] * along[..., 1] - before[..., 1] * along[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        length = np.hypot(along[..., 0], along[..., 1])
        cosine = (before * along).sum(-1) / (length * np.roll(length, 1, axis=1))
        area = _area(corners)
        fine = (
            (np.abs(turns.sum(-1)) > 0)
            & ((turns > 0).all(-1) | (turns < 0).all(-1))
            & (np.abs(cosine) < SKEWED).all(-1)
            & (length > SHORTEST * longer).all(-1)
            & (area > LEAST_AREA * width * height)
            & (out < OUTSIDE * longer).all(-1)
        )
    sides, corners, turns = sides[fine], corners[fine], turns[fine]
    counter = turns[:, 0] < 0
    corners[counter] = corners[counter][:, ::-1]
    sides[counter] = np.roll(sides[counter][:, ::-1], -1, axis=1)
    return sides, corners


def _scores(lines: Lines, sides: NDArray[np.intp], corners: Floats, picture: float) -> Floats:
    start, end = corners, np.roll(corners, -1, axis=1)
    normal = lines.normal[sides]
    direction = np.stack((-normal[..., 1], normal[..., 0]), axis=-1)
    one, other = (start * direction).sum(-1), (end * direction).sum(-1)
    low, high = np.minimum(one, other), np.maximum(one, other)
    trim = 0.03 * (high - low)
    places = lines.sums.shape[1] - 1
    beyond = np.clip(BEYOND_SHARE * (high - low), *BEYOND)
    first = np.clip(np.rint((low + trim - lines.first) / PITCH), 0, places).astype(np.intp)
    last = np.clip(np.rint((high - trim - lines.first) / PITCH), 0, places).astype(np.intp)
    told = lines.sums[sides, last] - lines.sums[sides, first]
    seen = told[..., 0] * PITCH / np.maximum(high - low, 1e-3)
    n = np.maximum(told[..., 0], 1.0)
    mean = told[..., 1:4] / n[..., None]
    strength = np.sqrt((mean * mean).sum(-1))
    alike = strength / np.maximum(told[..., 4] / n, 1e-3)
    support = told[..., 5] / n
    judged = sides < len(lines.rho) - BORDERS
    value = support * alike * np.minimum(1.0, strength / CLEAR_STEP) * (seen > SEEN)
    inward = np.where(other > one, 1.0, -1.0)[..., None] * mean  # clockwise corners: the normal turned by 90° runs along the side
    overrun = _overrun(lines, sides, low, high, beyond, mean, strength)
    together = np.where(judged[..., None], inward, 0.0).sum(1)
    alike_sides = np.sqrt((together**2).sum(-1)) / np.maximum((strength * judged).sum(-1), 1e-3)
    brighter = np.clip(inward[..., 0] / 40.0, -1, 1).mean(-1)
    count = judged.sum(-1)
    usual = (value * judged).sum(-1) / np.maximum(count, 1)
    worst = np.where(judged, value, 1.0).min(-1)
    share = np.minimum(_area(corners) / picture, 1.0)
    score = usual + worst + AREA * np.sqrt(share) + 0.15 * brighter + 0.3 * alike_sides - BORDER_PRICE * (BORDERS - count)
    score = score - OVERRUN_PRICE * (overrun * judged).sum(-1)
    return np.asarray(np.where(count >= 2, score, -1.0), np.float32)


def _overrun(
    lines: Lines, sides: NDArray[np.intp], low: Floats, high: Floats, beyond: Floats, mean: Floats, strength: Floats
) -> Floats:
    """How much of a side's step goes on past its two corners, 0..2: a fold, a shadow or a ruled line ends no page."""
    total = np.zeros_like(low)
    places = lines.sums.shape[1] - 1
    for start, end in ((low - beyond, low - 2 * PITCH), (high + 2 * PITCH, high + beyond)):
        first = np.clip(np.rint((start - lines.first) / PITCH), 0, places).astype(np.intp)
        last = np.clip(np.rint((end - lines.first) / PITCH), 0, places).astype(np.intp)
        told = lines.sums[sides, last] - lines.sums[sides, first]
        on = (told[..., 1:4] * mean).sum(-1) / np.maximum(told[..., 0] * strength**2, 1.0)
        total += np.clip((on - 0.25) / 0.4, 0, 1) * (told[..., 0] > 1)
    return total


def _area(corners: Floats) -> Floats:
    x, y = corners[..., 0], corners[..., 1]
    return np.asarray(np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(-1)) / 2, np.float32)
