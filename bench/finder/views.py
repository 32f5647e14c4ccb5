"""Views of drawn desks, as many and as different as are wanted: cut out, turned, in other light, on other desks, with hard shadows.

A view is what the net looks at and what it should say of it, at the sizes of ``look.py``.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.finder.scenes import Scene
from devices.camera.look import CELL, HEIGHT, INNER, MARGIN, SPREAD, WIDTH

Rng = np.random.Generator
Floats = NDArray[np.float32]

PEAK = 1.2
"""Standard deviation of a corner's spot, in cells of the answer (two pixels of the canvas)."""

LEAST_STEP = 14.0
"""Grey levels (luma and chroma together) that remain between paper and desk when the desk's colour is changed."""

NOWHERE = np.zeros((0, 2), np.float32)


def view(rng: Rng, scenes: Sequence[Scene]) -> tuple[Floats, Floats]:
    """What is looked at, HEIGHT × WIDTH × 3, and what is right, half as high and wide × (page, corners, hand,
    second page, sheet). The page is the quadrilateral of the sheet's corners, the sheet may bend; both go on under a hand."""
    one, another = (scenes[int(rng.integers(len(scenes)))] for _ in range(2))
    scene = one if one.other is not None or rng.random() < 0.5 else another  # two sheets, the rarest, somewhat oftener
    colour, masks, page, other = _cut_out(rng, scene)
    colour = colour.astype(np.float32)
    sheet, hand = masks[..., 0].astype(np.float32) / 255, masks[..., 1].astype(np.float32) / 255
    if len(page) and rng.random() < 0.5:
        colour = _other_desk(rng, colour, sheet, hand)
    if rng.random() < 0.25:
        colour = colour + _stains(rng)[..., None] * ((1 - sheet) * (1 - hand))[..., None]
    if rng.random() < 0.2:
        colour = colour * (1 + _creases(rng) * sheet * (1 - hand))[..., None]
    for _ in range(int(rng.choice((0, 1, 2), p=(0.5, 0.35, 0.15)))):
        colour *= _shadow(rng)[..., None]
    return looked_at(_taken(rng, colour)), _right(page, other, hand, sheet)


def looked_at(colour: NDArray[np.uint8]) -> Floats:
    """A picture of the size of ``INNER`` as the net sees it."""
    ycc = cv2.cvtColor(colour, cv2.COLOR_BGR2YCrCb).astype(np.float32)
    seen = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    seen[MARGIN:-MARGIN, MARGIN:-MARGIN] = (ycc[..., (0, 2, 1)] - 128) / SPREAD
    return seen


def _cut_out(rng: Rng, scene: Scene) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Floats, Floats]:
    """A part of the scene, or all of it, lying broad, mirrored and turned by halves: colour, masks, corners on the canvas."""
    colour, masks = scene.colour, np.dstack((scene.sheet, scene.hand))
    sheets = [NOWHERE if corners is None else corners + 0.5 for corners in (scene.corners, scene.other)]
    if colour.shape[0] > colour.shape[1]:
        colour, masks = colour.transpose(1, 0, 2), masks.transpose(1, 0, 2)
        sheets = [corners[:, ::-1] for corners in sheets]
    height, width = colour.shape[:2]
    left, top, right, bottom = 0, 0, width, height
    if rng.random() < 0.5:
        across, down = rng.uniform(0.72, 1.0, 2)
        left, top = int(rng.uniform(0, 1 - across) * width), int(rng.uniform(0, 1 - down) * height)
        right, bottom = left + int(across * width), top + int(down * height)
    sheets = [(c - (left, top)) * (INNER[0] / (right - left), INNER[1] / (bottom - top)) for c in sheets]
    colour = cv2.resize(colour[top:bottom, left:right], INNER, interpolation=cv2.INTER_AREA)
    masks = cv2.resize(masks[top:bottom, left:right], INNER, interpolation=cv2.INTER_AREA)
    for axis in range(2):
        if rng.random() < 0.5:
            colour, masks = np.flip(colour, 1 - axis), np.flip(masks, 1 - axis)
            for corners in sheets:
                corners[:, axis] = INNER[axis] - corners[:, axis]
    return colour, masks, *(np.float32(corners + MARGIN) for corners in sheets)


def _other_desk(rng: Rng, colour: Floats, sheet: Floats, hand: Floats) -> Floats:
    """The desk about the page in another colour; as it was where paper would no longer be told from it."""
    changed = colour * rng.uniform(0.35, 1.5) * rng.uniform(0.85, 1.15, 3).astype(np.float32)
    changed = changed + np.float32(rng.normal(0, 18)) + rng.normal(0, 10, 3).astype(np.float32)
    desk = np.float32((1 - sheet) * (1 - hand))
    after = np.clip(colour + (changed - colour) * desk[..., None], 0, 255)
    paper = (sheet > 0.95) & (hand < 0.05)
    ground = desk > 0.95
    if paper.sum() < 50 or ground.sum() < 50:
        return colour
    step = np.abs(after[paper].mean(axis=0) - after[ground].mean(axis=0)).max()
    return np.float32(after) if step > LEAST_STEP else colour


def _swell(rng: Rng, least: float, most: float) -> Floats:
    """Smooth noise of mean 0 and deviation 1, in waves ``least`` to ``most`` pixels wide, and otherwise high."""
    wide, high = (max(2, round(side / rng.uniform(least, most))) for side in INNER)
    return np.asarray(cv2.resize(rng.standard_normal((high, wide), np.float32), INNER, interpolation=cv2.INTER_CUBIC), np.float32)


def _stains(rng: Rng) -> Floats:
    """Grey levels to add to a desk: stains, or veins and joints, stronger than those drawn."""
    swell = _swell(rng, 3, 16)
    where = swell > rng.uniform(0.5, 1.5) if rng.random() < 0.6 else np.abs(swell) < rng.uniform(0.03, 0.15)
    soft = cv2.GaussianBlur(where.astype(np.float32), (0, 0), float(rng.uniform(0.4, 1.2)))
    return np.float32(rng.uniform(-90, 60)) * np.asarray(soft, np.float32)


def _creases(rng: Rng) -> Floats:
    """What of its light crumpled paper loses or gains, as a share."""
    swell = np.abs(_swell(rng, 4, 14)) + np.abs(_swell(rng, 3, 9))
    angle = rng.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * np.diff(swell, axis=1, prepend=0) + np.sin(angle) * np.diff(swell, axis=0, prepend=0)
    return np.asarray(np.clip(slope * rng.uniform(0.2, 0.8), -0.45, 0.15), np.float32)


def _shadow(rng: Rng) -> Floats:
    """What an arm, a head, a lamp's or window's frame leaves of the light: mostly with an edge as hard as a page's."""
    mask = np.zeros(INNER[::-1], np.float32)
    at = rng.uniform(0, 1, 2) * INNER
    angle = float(rng.uniform(0, 2 * np.pi))
    along = np.array((np.cos(angle), np.sin(angle)))
    across = np.array((-along[1], along[0]))
    match int(rng.integers(4)):
        case 0:
            deep = 400.0
        case 1:
            deep = float(rng.uniform(0.04, 0.35)) * INNER[0]
        case _:
            deep = 0.0
    if deep:
        corners = (at - along * 400, at + along * 400, at + along * 400 + across * deep, at - along * 400 + across * deep)
        cv2.fillConvexPoly(mask, np.int32(corners), 1)
    elif rng.random() < 0.5:
        axes = rng.uniform(0.1, 0.5, 2) * INNER[0]
        cv2.ellipse(mask, np.int32(at), np.int32(axes), float(np.degrees(angle)), 0, 360, 1, -1)
    else:
        spread = rng.uniform(-0.5, 0.5, (int(rng.integers(3, 7)), 2)) * INNER[0]
        cv2.fillConvexPoly(mask, cv2.convexHull(np.int32(at + spread)), 1)
    if rng.random() < 0.8:
        mask = cv2.GaussianBlur(mask, (0, 0), float(np.exp(rng.uniform(np.log(0.3), np.log(3.5)))))
    return np.float32(1 - rng.uniform(0.15, 0.6) * (mask if rng.random() < 0.7 else 1 - mask))


def _taken(rng: Rng, colour: Floats) -> NDArray[np.uint8]:
    """Other light, another sensor."""
    if rng.random() < 0.7:
        colour = colour * np.float32(rng.uniform(0.6, 1.25)) * rng.uniform(0.88, 1.12, 3).astype(np.float32)
    if rng.random() < 0.4:
        grey = colour @ np.float32((0.114, 0.587, 0.299))
        colour = grey[..., None] + (colour - grey[..., None]) * np.float32(rng.uniform(0.0, 1.6))
    if rng.random() < 0.4:
        colour = 255 * (np.clip(colour, 0, 255) / 255) ** np.float32(np.exp(rng.normal(0, 0.3)))
    if rng.random() < 0.3:
        colour = cv2.GaussianBlur(np.float32(colour), (0, 0), float(rng.uniform(0.3, 0.9)))
    if rng.random() < 0.4:
        colour = colour + rng.standard_normal(colour.shape[:2], np.float32)[..., None] * np.float32(rng.uniform(0.5, 4))
    return np.clip(colour, 0, 255).astype(np.uint8)


def _right(page: Floats, other: Floats, hand: Floats, sheet: Floats) -> Floats:
    right = np.zeros((HEIGHT // CELL, WIDTH // CELL, 5), np.float32)
    inner = right[MARGIN // CELL : -MARGIN // CELL, MARGIN // CELL : -MARGIN // CELL]
    inner[..., 2], inner[..., 4] = _halved(hand), _halved(sheet)
    if len(page) and len(other) and _near_the_middle(other) + 4 < _near_the_middle(page) and not _meet(page, other):
        page, other = other, page
        right[..., 4] = filled(page)
    if len(page):
        right[..., 0] = filled(page)
        right[..., 1] = _spots(page)
    if len(other):
        right[..., 3] = filled(other) * (1 - right[..., 0])
    return right


def _halved(plane: Floats) -> Floats:
    return np.asarray(cv2.resize(plane, (INNER[0] // CELL, INNER[1] // CELL), interpolation=cv2.INTER_AREA), np.float32)


def _near_the_middle(corners: Floats) -> float:
    """Of two sheets of which neither lies on the other the one nearer to the middle is the page."""
    return float(np.hypot(*(corners.mean(axis=0) - (WIDTH / 2, HEIGHT / 2))))


def _meet(one: Floats, other: Floats) -> bool:
    return bool(cv2.intersectConvexConvex(cv2.convexHull(one), cv2.convexHull(other))[0] > 0)


def filled(corners: Floats) -> Floats:
    """How much of each cell of the answer the quadrilateral covers."""
    fine = np.zeros((HEIGHT * 2, WIDTH * 2), np.uint8)
    cv2.fillPoly(fine, [np.int32(np.round(np.clip(corners * 2 - 0.5, -3000, 3000) * 16))], 255, shift=4)
    return cv2.resize(fine, (WIDTH // CELL, HEIGHT // CELL), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _spots(corners: Floats) -> Floats:
    x, y = np.arange(WIDTH // CELL, dtype=np.float32) + 0.5, np.arange(HEIGHT // CELL, dtype=np.float32) + 0.5
    spots = [np.exp(-(((y - cy) ** 2)[:, None] + ((x - cx) ** 2)[None]) / (2 * PEAK**2)) for cx, cy in corners / CELL]
    return np.asarray(np.max(spots, axis=0), np.float32)
