"""Fits each side of a page through the strongest steps of the full picture, and says how much of the side is really seen.

Works on profiles across the sides only (some 16 000 samples a pass), so a 12 MP still costs no more than a preview and no copy.
A straight side is one line. One that bends (a crease, a curl) has a line at either end, because corners are where the ends meet.
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

PLACES = 96
"""Profiles across each side."""

SAMPLES = 41
"""Samples of one profile."""

STEP = 4
"""Samples averaged on either side of a step: a line of ink is no step."""

REACHES = (0.010, 0.0035)
"""How far profiles reach to either side of the side, as shares of the picture's diagonal; one pass each. One pixel of the
picture candidates are sought in is 0.0025."""

LEAST_STEP = 4.0
"""Grey levels (luma and chroma together) below which a side is not seen. White paper on white marble shows 10."""

STRENGTH = 0.35
"""Share of the side's usual step a single place must show."""

ENDS = (0.4, 0.28, 0.16)
"""Shares of a bent side that its line at either end is fitted through: the longest that is straight."""

LEAST_END = 9
"""Places it takes."""

BENT = 0.0012
"""Scatter about the straight line, as a share of the diagonal, from which a side may be bent."""


BEHIND_A_HAND = 0.978
"""Least cosine between both ends of a side that is partly covered (12°): a finger's outline is no end of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """``corners`` 4 × 2 in the picture's pixels. ``seen``: of each side, from corner i to i + 1, the share that shows a step."""

    corners: Floats
    seen: Floats


def refine(
    picture: Picture,
    quad: Floats,
    bends: Floats | None = None,
    covered: NDArray[np.bool_] | None = None,
    reaches: tuple[float, ...] = REACHES,
) -> Sides:
    """The corners of ``quad`` moved onto the sides the picture shows; a side nothing is seen of stays where it was.

    ``bends``: pixels by which the middle of each side lies inwards of the straight line. ``covered``: 4 × places along it, over
    which something lies: there it is not looked, and what is ``seen`` is a share of the rest.
    """
    hidden = np.zeros((4, PLACES), bool) if covered is None else _spread(covered)
    diagonal = float(np.hypot(picture.width, picture.height))
    paths = _paths(quad, np.zeros(4) if bends is None else bends)
    sides = Sides(quad, np.zeros(4))
    for share in reaches:
        reach = share * diagonal
        fits = _fits(picture, sides.corners, paths, hidden, reach, BENT * diagonal)
        moved = _corners([(fit.first, fit.last) for fit in fits])
        if moved is None or np.abs(moved - sides.corners).max() > 5 * reach:
            break
        paths = [fit.path for fit in fits]
        sides = Sides(moved, np.array([fit.seen for fit in fits]))
    return sides


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A side's line at its start and at its end (one and the same for a straight side), the places it was seen at, and how much
    of it was seen."""

    first: Line
    last: Line
    path: Floats
    seen: float


def _corners(ends: list[tuple[Line, Line]]) -> Floats | None:
    """Where each side's end meets the next one's start; ``None`` when neighbours are parallel."""
    corners = []
    for (_, (p, u)), ((q, v), _) in zip([ends[-1], *ends[:-1]], ends, strict=True):
        across = u[0] * v[1] - u[1] * v[0]
        if abs(across) < 1e-3:
            return None
        corners.append(p + ((q - p)[0] * v[1] - (q - p)[1] * v[0]) / across * u)
    return np.array(corners)


AT = np.linspace(0.03, 0.97, PLACES)


def _spread(covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each of :data:`PLACES`, whether the nearest of the coarser places, or its neighbour, is covered."""
    wide = covered.copy()
    wide[:, 1:] |= covered[:, :-1]
    wide[:, :-1] |= covered[:, 1:]
    return wide[:, np.rint(np.linspace(0, covered.shape[1] - 1, PLACES)).astype(np.intp)]


def _paths(quad: Floats, bends: Floats) -> list[Floats]:
    tent = 1 - np.abs(2 * AT - 1)
    tent = (tent + np.minimum(1.0, 1.6 * tent)) / 2
    paths = []
    for i in range(4):
        start, end = quad[i], quad[(i + 1) % 4]
        along = (end - start) / max(1e-6, float(np.hypot(*(end - start))))
        inward = np.array((-along[1], along[0]))
        paths.append(start + AT[:, None] * (end - start) + (bends[i] * tent)[:, None] * inward)
    return paths


def _fits(picture: Picture, quad: Floats, paths: list[Floats], hidden: NDArray[np.bool_], reach: float, bent: float) -> list[_Fit]:
    """All four sides, looked at together."""
    along = np.roll(quad, -1, axis=0) - quad
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    across = np.stack((-along[:, 1], along[:, 0]), axis=-1)  # inwards, for clockwise corners
    points = np.array(paths)[:, :, None] + np.linspace(-reach, reach, SAMPLES)[:, None] * across[:, None, None]
    values = _profiles(picture, points.reshape(-1, SAMPLES, 2))
    steps = _steps_along(values).reshape(4, PLACES, SAMPLES, 3)
    values = values.reshape(4, PLACES, SAMPLES, 3)
    x, y = points[..., 0], points[..., 1]
    inside = (x >= 0) & (x <= picture.width - 1) & (y >= 0) & (y <= picture.height - 1)
    fits = []
    for i in range(4):
        if (~hidden[i]).sum() < LEAST_END:
            line = quad[i], along[i]
            fits.append(_Fit(line, line, paths[i], 0.0))
        else:
            response = _response(values[i], steps[i], inside[i], hidden[i])
            fits.append(_fit(response, (quad[i], along[i]), paths[i], hidden[i], reach, bent))
    return fits


def _fit(
    response: NDArray[np.float32],
    side: Line,
    path: Floats,
    hidden: NDArray[np.bool_],
    reach: float,
    bent: float,
) -> _Fit:
    _, along = side
    across = np.array((-along[1], along[0]))
    best = np.argmax(response, axis=1)
    strength = float(np.median(response.max(axis=1)[~hidden]))
    strong = (response[np.arange(PLACES), best] > max(STRENGTH * strength, LEAST_STEP)) & ~hidden
    if strength < LEAST_STEP or strong.sum() < (~hidden).sum() // 5:
        return _Fit(side, side, path, 0.0)
    exact = (best + _between(response, best)) / (SAMPLES - 1) * 2 * reach - reach
    points = (path + exact[:, None] * across)[strong].astype(np.float32)
    fine = 1.5 * reach / SAMPLES
    line = _crowd(points, fine, along)
    away = float(np.percentile(_away(points, line), 80))
    seen = float(strong.sum() / (~hidden).sum())
    if away > bent:
        first, last = _end(points, AT[strong], fine, along), _end(points, 1 - AT[strong], fine, along)
        if first is not None and last is not None and max(first[1], last[1]) < 0.5 * away:
            (start, _), (end, _) = first, last
            if not hidden.any() or float(start[1] @ end[1]) > BEHIND_A_HAND:
                return _Fit(start, end, path + _smooth(exact, strong)[:, None] * across, seen)
    foot, direction = line
    return _Fit(line, line, foot + ((path - foot) @ direction)[:, None] * direction, seen)


def _end(points: NDArray[np.float32], shares: Floats, fine: float, along: Floats) -> tuple[Line, float] | None:
    """The line at the end from which ``shares`` of the side are counted, and the scatter about it; ``None``: too little is seen."""
    found = None
    for most in ENDS:
        near = shares < most
        if near.sum() < LEAST_END:
            break
        line = _crowd(points[near], fine, along)
        found = line, float(np.percentile(_away(points[near], line), 80))
        if found[1] < fine:
            break
    return found


def _between(response: NDArray[np.float32], best: NDArray[np.intp]) -> Floats:
    """Parabola through a peak and its neighbours: where between samples the step is."""
    rows = np.arange(len(best))
    inner = np.clip(best, 1, response.shape[1] - 2)
    with np.errstate(invalid="ignore"):
        left, peak, right = response[rows, inner - 1], response[rows, inner], response[rows, inner + 1]
        curve = left - 2 * peak + right
        shift = np.where((curve < -1e-6) & np.isfinite(curve), (left - right) / (2 * np.where(curve < -1e-6, curve, -1.0)), 0.0)
    return np.where(inner == best, np.clip(np.nan_to_num(shift), -0.5, 0.5), 0.0)


def _smooth(offsets: Floats, strong: NDArray[np.bool_]) -> Floats:
    """Offsets at every place: those of strong ones, medians of seven, straight between."""
    rows = np.arange(len(offsets))
    filled = np.interp(rows, rows[strong], offsets[strong])
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(filled, 3, mode="edge"), 7)
    return np.asarray(np.median(windows, axis=1), np.float64)


def _crowd(points: NDArray[np.float32], least: float, along: Floats) -> Line:
    """The line most points agree on, directed as ``along``; curled corners and text beside the edge do not."""
    line = _line(points, cv2.DIST_HUBER)
    for _ in range(3):
        away = _away(points, line)
        line = _line(points[away <= max(2 * least, 2 * float(np.median(away)))], cv2.DIST_L2)
    return line if float(line[1] @ along) > 0 else (line[0], -line[1])


def _line(points: NDArray[np.float32], distance: int) -> Line:
    vx, vy, x, y = cv2.fitLine(points, distance, 0, 0.01, 0.001).ravel().astype(float)
    return np.array((x, y)), np.array((vx, vy))


def _away(points: NDArray[np.float32], line: Line) -> Floats:
    (x, y), (vx, vy) = line
    return np.asarray(np.abs((points[:, 0] - x) * vy - (points[:, 1] - y) * vx), np.float64)


def _response(
    values: NDArray[np.float32], steps: NDArray[np.float32], inside: NDArray[np.bool_], hidden: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """How much each sample is the side's usual step. Places outside the picture never are."""
    usual = np.median(steps[~hidden], axis=0)
    half = SAMPLES // 2
    halves = np.median((values[:, half + 1 :].mean(axis=1) - values[:, :half].mean(axis=1))[~hidden], axis=0)
    candidates = np.concatenate((usual, halves[None]))
    direction = candidates[int(np.argmax((candidates**2).sum(axis=1)))]
    unit = direction / max(float(np.sqrt((direction**2).sum())), 1e-6)
    return np.where(inside, steps @ unit, -np.inf).astype(np.float32)


def _profiles(picture: Picture, points: Floats) -> NDArray[np.float32]:
    """Y, Cb, Cr at the given points, which are rows of samples."""
    xs, ys = points[..., 0].astype(np.float32), points[..., 1].astype(np.float32)
    luma = cv2.remap(picture.luma, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    chroma = cv2.remap(picture.chroma, xs / 2 - 0.25, ys / 2 - 0.25, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.dstack((luma, chroma)).astype(np.float32)


def _steps_along(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """At each sample: mean of the next few minus mean of the last few."""
    padded = np.pad(values, ((0, 0), (STEP, STEP - 1), (0, 0)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0), (0, 0))), axis=1)
    n = values.shape[1]
    before = sums[:, STEP : STEP + n] - sums[:, :n]
    after = sums[:, 2 * STEP : 2 * STEP + n] - sums[:, STEP : STEP + n]
    return np.asarray((after - before) / STEP, np.float32)
