"""Fits each side of a page through the strongest steps of the full picture, and says how much of the side is really seen.

Works on profiles across the sides only (some 30 000 samples), so a 12 MP still costs no more than a preview and no copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Picture

Floats = NDArray[np.float64]
Line = tuple[Floats, Floats]
"""A point on it and its direction, of length one."""

PLACES = 160
"""Profiles across each side."""

SAMPLES = 49
"""Samples of one profile."""

STEP = 4
"""Samples averaged on either side of a step: a line of ink is no step."""

REACHES = (0.010, 0.004)
"""How far profiles reach to either side of the side, as shares of the picture's diagonal; one pass each. One pixel of the
picture candidates are sought in is 0.002."""

LEAST_STEP = 4.0
"""Grey levels (luma and chroma together) below which a side is not seen. White paper on white marble shows 10."""

STRENGTH = 0.35
"""Share of the side's usual step a single place must show."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """``corners`` 4 × 2 in the picture's pixels; ``seen``: share of each side, from corner i to i + 1, that shows a step."""

    corners: Floats
    seen: tuple[float, float, float, float]


def refine(picture: Picture, quad: Floats) -> Sides:
    """The corners of ``quad`` moved onto the sides the picture shows; a side nothing is seen of stays where it was."""
    diagonal = float(np.hypot(picture.width, picture.height))
    seen = [0.0] * 4
    for share in REACHES:
        reach = share * diagonal
        fits = [_fit(picture, quad[i], quad[(i + 1) % 4], reach) for i in range(4)]
        moved = corners_of([line for line, _ in fits])
        if moved is None or np.abs(moved - quad).max() > 4 * reach:
            break
        quad, seen = moved, [share for _, share in fits]
    return Sides(quad, (seen[0], seen[1], seen[2], seen[3]))


def corners_of(lines: list[Line]) -> Floats | None:
    """Corners of the quad whose sides lie on the four ``lines``, in order; ``None`` when neighbours are parallel."""
    corners = []
    for (p, u), (q, v) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        across = u[0] * v[1] - u[1] * v[0]
        if abs(across) < 1e-3:
            return None
        corners.append(p + ((q - p)[0] * v[1] - (q - p)[1] * v[0]) / across * u)
    return np.array(corners)


def _fit(picture: Picture, start: Floats, end: Floats, reach: float) -> tuple[Line, float]:
    along = (end - start) / max(1e-6, float(np.hypot(*(end - start))))
    across = np.array((-along[1], along[0]))  # inwards, for clockwise corners
    places = start + np.linspace(0.03, 0.97, PLACES)[:, None] * (end - start)
    points = places[:, None, :] + np.linspace(-reach, reach, SAMPLES)[None, :, None] * across
    response, strength = _response(picture, points)
    best = np.argmax(response, axis=1)
    rows = np.arange(PLACES)
    strong = response[rows, best] > max(STRENGTH * strength, LEAST_STEP)
    if strength < LEAST_STEP or strong.sum() < PLACES // 5:
        return (start, along), 0.0
    fitted = points[rows, best][strong].astype(np.float32)
    return _crowd(fitted, 1.5 * reach / SAMPLES), float(strong.sum()) / PLACES


def _crowd(points: NDArray[np.float32], least: float) -> Line:
    """The line most points agree on; curled corners and text beside the edge do not."""
    line = _line(points)
    for _ in range(3):
        away = _away(points, line)
        line = _line(points[away <= max(2 * least, 2 * float(np.median(away)))])
    return line


def _line(points: NDArray[np.float32]) -> Line:
    vx, vy, x, y = cv2.fitLine(points, cv2.DIST_HUBER, 0, 0.01, 0.001).ravel().astype(float)
    return np.array((x, y)), np.array((vx, vy))


def _away(points: NDArray[np.float32], line: Line) -> Floats:
    (x, y), (vx, vy) = line
    return np.asarray(np.abs((points[:, 0] - x) * vy - (points[:, 1] - y) * vx), np.float64)


def _response(picture: Picture, points: Floats) -> tuple[NDArray[np.float32], float]:
    """How much each sample is the side's usual step, and how large that is. Places outside the picture never are."""
    profiles = _profiles(picture, points)
    steps = _steps(profiles)
    usual = np.median(steps, axis=0)
    half = SAMPLES // 2
    halves = np.median(profiles[:, half + 1 :].mean(axis=1) - profiles[:, :half].mean(axis=1), axis=0)
    direction = max((*usual, halves), key=lambda step: float((step**2).sum()))
    unit = direction / max(float(np.sqrt((direction**2).sum())), 1e-6)
    x, y = points[..., 0], points[..., 1]
    inside = (x >= 0) & (x <= picture.width - 1) & (y >= 0) & (y <= picture.height - 1)
    response = np.where(inside, steps @ unit, -np.inf).astype(np.float32)
    return response, float(np.median(response.max(axis=1)))


def _profiles(picture: Picture, points: Floats) -> NDArray[np.float32]:
    xs, ys = points[..., 0].astype(np.float32), points[..., 1].astype(np.float32)
    luma = cv2.remap(picture.luma, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    chroma = cv2.remap(picture.chroma, xs / 2 - 0.25, ys / 2 - 0.25, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.dstack((luma, chroma)).astype(np.float32)


def _steps(profiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """At each sample: mean of the next few minus mean of the last few."""
    padded = np.pad(profiles, ((0, 0), (STEP, STEP - 1), (0, 0)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0), (0, 0))), axis=1)
    n = profiles.shape[1]
    before = sums[:, STEP : STEP + n] - sums[:, :n]
    after = sums[:, 2 * STEP : 2 * STEP + n] - sums[:, STEP : STEP + n]
    return np.asarray((after - before) / STEP, np.float32)
