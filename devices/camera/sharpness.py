"""How sharp what stands on a page is, tile by tile: small print is lost long before a page looks blurred.

Across an edge blurred with sigma s, the energy of the second difference over that of the first is 1 / (2 s²), whatever the edge's
height: so the ratio, summed over what is written, says the blur in pixels and hardly depends on what is written. Four directions
are looked at apart, because a movement blurs across itself only. Noise has both energies too; they are measured on the page's
quietest tiles and taken off.

Measured at 200 dpi (``bench/verdict.py``): pages as photographed .53 to .83 along the axes, six real phone photos .59 to .68; out
of focus by 1.5 pixels of a still 1.15 and more. A movement shows in the worst direction and in how much it differs from the one
across it: good pages differ by a quarter at most, moved ones by a third and more.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from devices.camera.light import STEP
from devices.camera.picture import Pixels
from devices.port import Box

Floats = NDArray[np.float32]

TILE, SMALL_TILE = 64, 32
"""Pixels of a tile's side: 8 mm at 200 dpi, two lines of print; 4 mm on cards, booklets and receipts."""

SMALL_PAGE = 1_500_000
"""Pixels of a page that is looked at in small tiles: A5 has 1.9 million."""

LEFT_OUT = 24
"""Pixels at each edge of the page that are not looked at: 3 mm of shadow, curl, and desk."""

MOST_TILES = 420
"""Tiles with something on them that are looked at; beyond that every second, third … one."""

SPOT = 16
"""Pixels of the side of a spot where noise is measured: paper shows between the lines of any page."""

QUIET = 0.03
"""Share of all spots, the quietest ones, taken for paper without anything on it."""

AXIS, DIAGONAL = 0.91, 1.01
"""Sigma, in pixels at 200 dpi, from which small print suffers: along and across the lines, and aslant."""

UNEVEN = 1.30
"""How many times blurrier one direction is than the one across it, when something moved."""

MOVED_AXIS, MOVED_DIAGONAL = 0.75, 0.90
"""Sigma the blurrier direction has then at least: thin lines one way and thick ones the other make a difference, too."""

SEEN, SEEN_LOCALLY = 0.03, 0.1
"""A direction with less than this share of the strongest one's energy shows too little to be judged by: ruled lines, frames. On
a whole page a direction that a movement has washed out still has so much."""

LOCAL = 0.96
"""Sigma both along and across the lines from which a part of a page is out of focus: fewer edges say less than a whole page's,
frames and photographs show few directions or soft ones."""

MOST_BOXES = 12

FEWEST = 6
"""Tiles a spoilt part has at least; twice as many small ones."""


class Sharpness(Struct, frozen=True):
    """``score``: 1 at the limit, more is worse; ``None`` where too little is written to tell. ``boxes``: spoilt parts of a page
    that is not spoilt as a whole."""

    score: float | None
    boxes: tuple[Box, ...] = ()

    @property
    def blurred(self) -> bool:
        return bool(self.boxes) or (self.score is not None and self.score >= 1)


def sharpness(luma: Pixels, ink: NDArray[np.bool_]) -> Sharpness:
    """Of a page's luma at 200 dpi; ``ink``: where something stands, in spots of ``light.STEP`` pixels."""
    tiles, grid = _tiles(luma)
    written = np.flatnonzero(_written(ink, grid, luma.size))
    if not len(written):
        return Sharpness(None)
    written = written[:: len(written) // MOST_TILES + 1]
    energies = _energies(tiles[written]) - _noise(tiles)[:, :, None]
    sigmas = _sigmas(energies.sum(axis=2), SEEN)
    score = max(_soft(sigmas), _moved(sigmas))
    if score >= 1:
        return Sharpness(score)
    return Sharpness(score, _parts(energies, written, grid, tiles.shape[1], luma.shape))


def _tiles(luma: Pixels) -> tuple[Pixels, tuple[int, int]]:
    side = _side(luma.size)
    rows, columns = (max(0, length - 2 * LEFT_OUT) // side for length in luma.shape)
    kept = luma[LEFT_OUT : LEFT_OUT + rows * side, LEFT_OUT : LEFT_OUT + columns * side]
    return kept.reshape(rows, side, columns, side).transpose(0, 2, 1, 3).reshape(-1, side, side), (rows, columns)


def _written(ink: NDArray[np.bool_], grid: tuple[int, int], size: int) -> NDArray[np.bool_]:
    """For each tile, whether something stands on it."""
    rows, columns = grid
    first, side = LEFT_OUT // STEP, _side(size) // STEP
    kept = ink[first : first + rows * side, first : first + columns * side]
    return np.asarray(kept.reshape(rows, side, columns, side).any(axis=(1, 3)).ravel(), np.bool_)


def _side(size: int) -> int:
    return SMALL_TILE if size < SMALL_PAGE else TILE


def _noise(tiles: Pixels) -> Floats:
    """Directions × 2: what energies paper without anything on it has."""
    n, side, _ = tiles.shape
    parts = side // SPOT
    some = tiles[:: n * side * side // 400_000 + 1]
    spots = some.reshape(-1, parts, SPOT, parts, SPOT).transpose(0, 1, 3, 2, 4).reshape(-1, SPOT, SPOT)
    energies = _energies(spots)
    quiet = np.argsort(energies[:2, 0].sum(axis=0))[: max(8, int(len(spots) * QUIET))]
    return np.asarray(np.median(energies[:, :, quiet], axis=2), np.float32)


def _energies(tiles: Pixels) -> Floats:
    """4 directions (:data:`ALONG`) × (first, second difference) × n: mean squares per pixel of length. One direction at a time:
    each takes four times a page's memory."""
    t = tiles.astype(np.float32)
    found = [(_mean(first := step(t)) / length, _mean(step(first)) / length**2) for step, length in ALONG]
    return np.array(found, np.float32)


ALONG: tuple[tuple[Callable[[Floats], Floats], int], ...] = (
    (lambda t: t[:, :, 1:] - t[:, :, :-1], 1),
    (lambda t: t[:, 1:] - t[:, :-1], 1),
    (lambda t: t[:, 1:, 1:] - t[:, :-1, :-1], 2),
    (lambda t: t[:, 1:, :-1] - t[:, :-1, 1:], 2),
)
"""Differences across, down, and the two aslant, and the square of their length."""


def _mean(part: Floats) -> Floats:
    flat = part.reshape(len(part), -1)
    return np.asarray(np.einsum("ij,ij->i", flat, flat) / flat.shape[1], np.float32)


def _sigmas(energies: Floats, least: float) -> NDArray[np.float64]:
    """Pixels along, across and twice aslant, from energies summed (directions × 2); 0 where a direction shows too little."""
    first, second = np.maximum(energies, 1e-3).T.astype(np.float64)
    return np.where(first > least * first.max(), np.sqrt(first / (2 * second)), 0.0)


def _soft(sigmas: NDArray[np.float64]) -> float:
    return float(max(sigmas[:2].max() / AXIS, sigmas[2:].max() / DIAGONAL))


def _moved(sigmas: NDArray[np.float64]) -> float:
    """How much one direction is worse than the one across it; only a whole page has enough of all directions to say so."""
    found = 0.0
    for pair, least in ((sigmas[:2], MOVED_AXIS), (sigmas[2:], MOVED_DIAGONAL)):
        if pair.min() > 0:
            found = max(found, float(min(pair.max() / pair.min() / UNEVEN, pair.max() / least)))
    return found


def _parts(
    energies: Floats, written: NDArray[np.intp], grid: tuple[int, int], side: int, shape: tuple[int, ...]
) -> tuple[Box, ...]:
    """Boxes round what is worse than the limit together with its neighbours, 3 × 3 tiles."""
    rows, columns = grid
    spread = np.zeros((rows * columns, 8), np.float32)
    spread[written] = energies.reshape(8, -1).T
    around = cv2.boxFilter(spread.reshape(rows, columns, 8), -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
    bad = np.zeros((rows, columns), np.uint8)
    for tile in written:
        y, x = divmod(int(tile), columns)
        axes = _sigmas(around[y, x].reshape(4, 2), SEEN_LOCALLY)[:2]
        bad[y, x] = min(axes[axes > 0], default=0.0) >= LOCAL
    _, _, stats, _ = cv2.connectedComponentsWithStats(bad, connectivity=8)
    fewest = FEWEST if side == TILE else 2 * FEWEST
    height, width = shape
    boxes: list[Box] = []
    for left, top, wide, high, area in stats[1:].tolist():
        if area >= fewest:
            x, y, right, bottom = (LEFT_OUT + at * side for at in (left, top, left + wide, top + high))
            boxes.append((_part(x, width), _part(y, height), _part(right, width), _part(bottom, height)))
    return tuple(boxes[:MOST_BOXES])


def _part(at: int, length: int) -> int:
    return round(at / length * 10_000)
