"""Straight edges of a small picture, and for each a table of the steps along it, any stretch of it judged by two look-ups.

A Hough transform in which every edge pixel votes only for lines about square to its own gradient: some 5000 pixels and five
votes each, instead of 180. Votes are capped, so that a faint edge of paper counts for its length and not for its contrast.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Pixels

Floats = NDArray[np.float32]

CHROMA = 1.5
"""Weight of chroma beside luma: paper is grey and tables are not, and shadows change luma only."""

BLUR = 1.1
"""Sigma, pixels of the small picture."""

FAINT, CLEAR = 12, 26
"""Sobel response from which an edge goes on, and from which it begins: a step of 5 and of 11 grey levels."""

CAP = 40.0
"""Sobel response of a full vote: a step of 17 grey levels."""

ANGLES = 90
"""Bins of 2°."""

SPREAD = 2
"""Bins to either side of its own that a pixel votes for: gradients of faint edges are off by some degrees."""

RHO = 1.5
"""Pixels of a bin across."""

MOST = 30
"""Lines kept."""

LEAST_VOTES = 0.04
"""Votes of a line at least, as a share of the longer side: half of the short side of a card."""

NEAR = 2.2
"""Pixels an edge may lie beside the line it is counted to."""

PITCH = 2.0
"""Pixels between two places of a line's table."""

WINDOW = 3
"""Pixels averaged on either side of a step."""

SLACK = 2
"""Pixels a step may lie beside its line."""

LEAST_STEP = 5.0
"""Below this a place shows no step but noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """``normal`` n × 2, of length one, and ``rho`` n: points with normal · point = rho. The last four are the picture's borders.

    ``sums`` n × (places + 1) × 6: running sums along the line (direction: normal turned by +90°, from ``first``, :data:`PITCH` a
    place) of: inside the picture, step in Y, Cb, Cr along the normal, its length, whether it is one.
    """

    normal: Floats
    rho: Floats
    first: float
    sums: Floats


def lines(small: Pixels) -> tuple[Lines, Floats]:
    """Lines of the Y, Cb, Cr picture ``small``, and that picture smoothed and weighted, in which steps are measured."""
    smooth = cv2.GaussianBlur(small, (0, 0), BLUR).astype(np.float32)
    smooth[:, :, 1:] *= CHROMA
    normal, rho = _hough(smooth)
    height, width = small.shape[:2]
    border = np.array(((-1, 0), (1, 0), (0, -1), (0, 1)), np.float32)
    normal = np.concatenate((normal, border))
    rho = np.concatenate((rho, np.array((0.5, width - 0.5, 0.5, height - 0.5), np.float32)))
    first, sums = _table(smooth, normal, rho)
    return Lines(normal, rho, first, sums), smooth


def _hough(smooth: Floats) -> tuple[Floats, Floats]:
    dx, dy = strongest_gradient(smooth)
    edges = cv2.Canny(dx, dy, FAINT, CLEAR, L2gradient=True)
    ys, xs = np.nonzero(edges)
    if len(xs) == 0:
        return np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
    gx, gy = dx[ys, xs].astype(np.float32), dy[ys, xs].astype(np.float32)
    size = np.hypot(gx, gy)
    weight = np.minimum(size / CAP, 1.0)
    height, width = edges.shape
    x, y = xs.astype(np.float32) - width / 2, ys.astype(np.float32) - height / 2  # rho is best told apart about the middle
    turn = (np.arctan2(gy, gx) % np.pi).astype(np.float32)
    own = np.rint(turn * (ANGLES / np.pi)).astype(np.intp)
    half = int(np.hypot(width, height) / 2 / RHO) + 1
    bins, reach = 2 * half + 1, half * RHO
    votes = np.zeros((ANGLES + 2 * SPREAD + 1) * bins, np.float32)
    for shift in range(-SPREAD, SPREAD + 1):
        angle = (own + shift).astype(np.float32) * (np.pi / ANGLES)
        row = own + shift + SPREAD
        column = np.rint((x * np.cos(angle) + y * np.sin(angle) + reach) / RHO).astype(np.intp)
        votes += np.bincount(row * bins + column, weight, len(votes)).astype(np.float32)
    table = votes.reshape(-1, bins)
    # beyond 180° a line is the same line again, its normal turned round
    again = table[:, ::-1]
    table[SPREAD : 2 * SPREAD + 1] += again[ANGLES + SPREAD :]
    table[ANGLES : ANGLES + SPREAD] += again[:SPREAD]
    table = table[SPREAD : ANGLES + SPREAD]
    table = cv2.GaussianBlur(table, (3, 5), 0)
    peaks = (table >= cv2.dilate(table, np.ones((3, 5), np.uint8))) & (table > LEAST_VOTES * 0.3 * max(width, height))
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-table[rows, columns])[: 2 * MOST]
    angle = rows[order].astype(np.float32) * (np.pi / ANGLES)
    rho: Floats = columns[order].astype(np.float32) * np.float32(RHO) - np.float32(reach)
    normal, rho = _fitted(x, y, turn, weight, angle, rho, LEAST_VOTES * max(width, height))
    return normal, rho + normal @ np.array((width / 2, height / 2), np.float32)


def strongest_gradient(smooth: Floats) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Sobel's dx and dy, at each pixel of the channel in which it is steepest."""
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    steep = dx * dx + dy * dy
    best_x, best_y, best = dx[..., 0], dy[..., 0], steep[..., 0]
    for channel in (1, 2):
        more = steep[..., channel] > best
        best = np.where(more, steep[..., channel], best)
        best_x, best_y = np.where(more, dx[..., channel], best_x), np.where(more, dy[..., channel], best_y)
    return best_x.astype(np.int16), best_y.astype(np.int16)


def _fitted(x: Floats, y: Floats, turn: Floats, weight: Floats, angle: Floats, rho: Floats, least: float) -> tuple[Floats, Floats]:
    """Each peak fitted through its pixels; what too few pixels support or another line says already is dropped."""
    moments = np.stack((np.ones_like(x), x, y, x * x, x * y, y * y), axis=1)
    for _ in range(2):
        away = np.abs(np.cos(angle)[:, None] * x + np.sin(angle)[:, None] * y - rho[:, None])
        askew = np.abs((turn - angle[:, None] + np.pi / 2) % np.pi - np.pi / 2)
        mine = np.where((away < NEAR) & (askew < 0.2), weight, 0.0).astype(np.float32)
        n, sx, sy, sxx, sxy, syy = (mine @ moments).T.astype(np.float64)
        n = np.maximum(n, 1e-3)
        mx, my = sx / n, sy / n
        cxx, cxy, cyy = sxx / n - mx * mx, sxy / n - mx * my, syy / n - my * my
        angle = (0.5 * np.arctan2(2 * cxy, cxx - cyy) + np.pi / 2).astype(np.float32)
        rho = (mx * np.cos(angle) + my * np.sin(angle)).astype(np.float32)
    kept: list[int] = []
    for i in np.argsort(-n):
        if n[i] < least or len(kept) == MOST:
            break
        same = False
        for j in kept:
            cos = float(np.cos(angle[i] - angle[j]))
            if abs(cos) > 0.9994:  # 2°
                middle = mx[i] * np.cos(angle[j]) + my[i] * np.sin(angle[j]) - rho[j]
                same = same or abs(middle) < 1.5
        if not same:
            kept.append(int(i))
    angle, rho = angle[kept], rho[kept]
    return np.stack((np.cos(angle), np.sin(angle)), axis=1).astype(np.float32), rho.astype(np.float32)


def _table(smooth: Floats, normal: Floats, rho: Floats) -> tuple[float, Floats]:
    height, width = smooth.shape[:2]
    reach = float(np.hypot(width, height))
    along = np.arange(-reach, reach + PITCH, PITCH, dtype=np.float32)
    direction = np.stack((-normal[:, 1], normal[:, 0]), axis=1)
    places = normal[:, None] * rho[:, None, None] + direction[:, None] * along[:, None]
    inside = ((places > 1) & (places < (width - 2, height - 2))).all(-1)
    steps = steps_across(smooth, places[inside], np.broadcast_to(normal[:, None], places.shape)[inside])
    size = np.sqrt((steps * steps).sum(-1))
    strongest = np.argmax(size, axis=1)
    rows = np.arange(len(steps))
    step, size = steps[rows, strongest], size[rows, strongest]
    told = np.zeros((*inside.shape, 6), np.float32)
    told[inside] = np.concatenate((np.ones((len(step), 1), np.float32), step, size[:, None], (size > LEAST_STEP)[:, None]), axis=1)
    sums = np.zeros((len(normal), len(along) + 1, 6), np.float32)
    np.cumsum(told, axis=1, out=sums[:, 1:])
    return -reach, sums


def steps_across(smooth: Floats, places: Floats, normal: Floats) -> Floats:
    """n × shifts × channels: at each place, for every shift within :data:`SLACK`, what follows along it less what precedes."""
    reach = WINDOW + SLACK
    if len(places) == 0:
        return np.zeros((0, 2 * SLACK + 1, 3), np.float32)
    offsets = np.arange(-reach, reach + 1, dtype=np.float32)
    points = places[:, None] + offsets[:, None] * normal[:, None]
    values = cv2.remap(smooth, points[..., 0], points[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    sums = np.cumsum(values, axis=1)
    sums = np.concatenate((np.zeros_like(sums[:, :1]), sums), axis=1)
    means = (sums[:, WINDOW:] - sums[:, :-WINDOW]) / WINDOW
    return np.asarray(means[:, WINDOW + 1 :] - means[:, : -WINDOW - 1], np.float32)
