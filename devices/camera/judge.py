"""Judges four-sided shapes: a page has, along each of its sides, a step of colour in one direction.

The worst side counts twice: three perfect sides and a guess are what a cut page, a shadow and a line of text look like.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.candidates import LEAST_AREA
from devices.camera.picture import Pixels
from devices.camera.sides import Line, corners_of

Quads = NDArray[np.float64]
"""n × 4 corners × (x, y), clockwise, in pixels of the small picture."""

PLACES = 32
"""Places along a side at which it is looked across."""

WINDOW = 3
"""Pixels averaged on either side of a step."""

SLACK = 2
"""Pixels a side may lie beside its step: candidates are hulls of masks, not fits."""

LEAST_STEP = 5.0
"""Below this a place shows no step but noise."""

CLEAR_STEP = 14.0
"""A step this large is as good as any larger one."""

CHROMA = 1.5
"""Weight of chroma beside luma: paper is grey and tables are not, and shadows change luma only."""

SKEWED = 0.64
"""Largest cosine of a corner's angle: 50° to 130°."""

SHORTEST = 0.1
"""Shortest side, as a share of the picture's longer side: the short side of an identity card on an A4 desk is 0.13."""

AREA = 0.8
"""What a shape filling the picture gains, by the root of its share: the page rather than the table printed on it."""

BORDER = 3.0
"""A side this near the picture's border over its whole length has nothing beyond it to be judged by."""

BORDER_PRICE = 0.45
"""What each such side costs, so that a whole page beats the same page taken together with the table's edge."""

MIXED = 12
"""Best shapes whose sides are tried on the best one."""


def best(small: Pixels, shapes: Quads) -> tuple[NDArray[np.float64], float]:
    """The best shape there is or that the best ones' sides make together, and its score (at most about 2.95)."""
    smooth = cv2.GaussianBlur(small, (0, 0), 1.0).astype(np.float32) * np.array((1.0, CHROMA, CHROMA), np.float32)
    scores = _scores(smooth, shapes)
    order = np.argsort(-scores)[:MIXED]
    shape, score, donors = shapes[order[0]], float(scores[order[0]]), shapes[order]
    for _ in range(2):
        mixed = np.array([quad for side in range(4) for donor in donors if (quad := _with_side(shape, donor, side)) is not None])
        if len(mixed) == 0:
            break
        scores = _scores(smooth, mixed)
        top = int(np.argmax(scores))
        if scores[top] <= score:
            break
        shape, score = mixed[top], float(scores[top])
    return shape, score


def _with_side(shape: NDArray[np.float64], donor: NDArray[np.float64], side: int) -> NDArray[np.float64] | None:
    lines: list[Line] = []
    for i in range(4):
        quad = donor if i == side else shape
        along = quad[(i + 1) % 4] - quad[i]
        lines.append((quad[i], along / max(1e-6, float(np.hypot(*along)))))
    return corners_of(lines)


def _scores(smooth: NDArray[np.float32], shapes: Quads) -> NDArray[np.float64]:
    height, width = smooth.shape[:2]
    along = np.roll(shapes, -1, axis=1) - shapes
    length = np.maximum(np.hypot(along[..., 0], along[..., 1]), 1e-6)
    places = shapes[:, :, None] + np.linspace(0.03, 0.97, PLACES)[:, None] * along[:, :, None]
    inward = np.stack((-along[..., 1], along[..., 0]), -1) / length[..., None]
    reach = WINDOW + SLACK + 1
    points = places[:, :, :, None] + np.arange(-reach, reach + 1)[:, None] * inward[:, :, None, None]

    steps = _steps(smooth, points)
    usual = np.median(steps, axis=2)
    strongest = np.argmax((usual**2).sum(-1), axis=-1)
    direction = np.take_along_axis(usual, strongest[..., None, None], axis=2)[..., 0, :]
    strength = np.sqrt((direction**2).sum(-1))
    unit = direction / np.maximum(strength, 1e-6)[..., None]
    like_usual = (steps * unit[:, :, None, None]).sum(-1).max(-1)
    support = (like_usual > np.maximum(LEAST_STEP, 0.4 * strength)[..., None]).mean(-1)
    sides = support * np.minimum(1.0, strength / CLEAR_STEP)

    to_border = np.minimum(places, (width - 1, height - 1) - places).min(-1)
    border = (to_border < BORDER).all(-1)
    judged = ~border
    mean = (sides * judged).sum(-1) / np.maximum(judged.sum(-1), 1)
    worst = np.where(border, 1.0, sides).min(-1)
    brighter = np.clip(direction[..., 0] / 40.0, -1, 1).mean(-1)
    area = np.abs((shapes[..., 0] * np.roll(shapes[..., 1], -1, 1) - shapes[..., 1] * np.roll(shapes[..., 0], -1, 1)).sum(-1)) / 2
    cosine = (np.roll(along, 1, axis=1) * along).sum(-1) / (length * np.roll(length, 1, axis=1))
    turns = np.roll(along, 1, axis=1)[..., 0] * along[..., 1] - np.roll(along, 1, axis=1)[..., 1] * along[..., 0]
    plausible = (
        (np.abs(cosine) < SKEWED).all(-1)
        & (turns > 0).all(-1)
        & (judged.sum(-1) >= 2)
        & (length.min(-1) > SHORTEST * max(width, height))
        & (area > LEAST_AREA * width * height)
    )
    score = mean + worst + AREA * np.sqrt(np.minimum(area / (width * height), 1)) + 0.15 * brighter - BORDER_PRICE * border.sum(-1)
    return np.where(plausible, score, -1.0)


def _steps(smooth: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Mean of the next ``WINDOW`` samples minus that of the last, within ``SLACK``; none where that leaves the picture."""
    height, width = smooth.shape[:2]
    inside = (points >= 0).all(-1) & (points[..., 0] <= width - 1) & (points[..., 1] <= height - 1)
    xs = np.clip(np.rint(points[..., 0]), 0, width - 1).astype(np.intp)
    ys = np.clip(np.rint(points[..., 1]), 0, height - 1).astype(np.intp)
    values = smooth[ys, xs]
    sums = np.cumsum(np.concatenate((np.zeros_like(values[..., :1, :]), values), axis=-2), axis=-2)
    means = (sums[..., WINDOW:, :] - sums[..., :-WINDOW, :]) / WINDOW
    steps = means[..., WINDOW + 1 :, :] - means[..., : -WINDOW - 1, :]
    return np.asarray(steps * inside[..., 1:-1].all(-1)[..., None, None], np.float32)
