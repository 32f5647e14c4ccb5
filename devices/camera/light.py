"""Light on a straightened page: how bright its paper is, where something stands on it, where a lamp is mirrored.

All at a quarter of the page's 200 dpi (:data:`STEP`): spots of half a millimetre, in which noise is averaged away. Ink is looked
for in the green channel, where red seals, blue pens and black print are all dark.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Pixels
from devices.port import Box

Mask = NDArray[np.bool_]

STEP = 4
"""Pixels of the page in one spot, along each side."""

CLOSED = 15
"""Spots, 7.6 mm: print and pen are narrower, paper shows within that distance."""

CONTRAST, LEAST_CONTRAST = 0.09, 5.0
"""How much darker than its paper a spot with something on it is: share of the paper's brightness, and grey levels at least."""

EDGE = 6
"""Spots at each edge in which nothing is looked for: shadow, curl, and desk live there."""

WHITE = 251
"""Brightness from which a spot says no more than that it is bright. Paper should be exposed to 245 at most."""

LEAST_GLARE = 0.0012
"""Share of the page a mirrored lamp takes at least."""

BRIGHTER = 0.022
"""How much brighter than paper round about it is at least. A page exposed too long is white far and wide."""

AROUND = (8, 14)
"""Millimetres off its edge at which paper round about is looked at; half of that on cards."""

CORE, WHOLE = 0.5, 0.93
"""Spots farther from a patch's outline than this share of the farthest are its core, of which so much is white: below the middle
of a mirrored lamp nothing stands, on white paper print does."""

STRAIGHT = 0.93
"""Share of its upright or slanting rectangle a patch fills when it was printed or pasted on."""

MARGIN = 8
"""Millimetres at each edge in which a mirrored lamp hides nothing. Elsewhere nobody can tell what it hides."""

MOST_BOXES = 12


@dataclass(frozen=True, slots=True)
class Light:
    """``paper``: brightness of the paper under each spot, 0..255; ``ink``: where something stands, without the page's edges."""

    paper: Pixels = field(repr=False)
    ink: Mask = field(repr=False)

    @property
    def level(self) -> float:
        return float(np.median(self.paper))


def light(green: Pixels) -> Light:
    """Of a page's green channel."""
    rows, columns = (max(1, round(side / STEP)) for side in green.shape)
    spots = np.asarray(cv2.resize(green, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    paper = paper_of(spots)
    least = cv2.max(cv2.convertScaleAbs(paper, alpha=CONTRAST), LEAST_CONTRAST)
    ink = cv2.subtract(paper, spots) > least
    ink[:EDGE] = ink[-EDGE:] = False
    ink[:, :EDGE] = ink[:, -EDGE:] = False
    return Light(paper, ink)


def paper_of(spots: Pixels) -> Pixels:
    """Brightness of the paper under each spot."""
    closed = cv2.morphologyEx(spots, cv2.MORPH_CLOSE, np.ones((CLOSED, CLOSED), np.uint8))
    return np.asarray(cv2.GaussianBlur(closed, (0, 0), 3), np.uint8)


def glare(luma: Pixels, seen: Light) -> tuple[Box, ...]:
    """Where a lamp or a window is mirrored."""
    patches = np.asarray(cv2.resize(luma, seen.ink.shape[::-1], interpolation=cv2.INTER_AREA) >= WHITE, np.uint8)
    if not patches.any():
        return ()
    margin = _spots(MARGIN, seen)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(patches)
    found: list[Box] = []
    for n in range(1, count):
        left, top, wide, high, area = stats[n].tolist()
        if area < LEAST_GLARE * patches.size:
            continue
        patch = np.asarray(labels == n, np.uint8)
        if patch[margin:-margin, margin:-margin].any() and _mirrored(patch, patches, seen):
            found.append(box((left, top, left + wide, top + high), patches.shape))
    return tuple(found[:MOST_BOXES])


def box(spots: tuple[int, int, int, int], shape: tuple[int, ...]) -> Box:
    """Left, top, right, bottom of spots → ten-thousandths of a page of ``shape`` (rows, columns)."""
    (left, top, right, bottom), (rows, columns) = spots, shape
    return (
        round(left / columns * 10_000),
        round(top / rows * 10_000),
        round(right / columns * 10_000),
        round(bottom / rows * 10_000),
    )


def _mirrored(patch: Pixels, patches: Pixels, seen: Light) -> bool:
    outlines, _ = cv2.findContours(patch, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)
    sides = cv2.minAreaRect(outline)[1]
    if cv2.contourArea(outline) > STRAIGHT * sides[0] * sides[1]:
        return False
    filled = cv2.drawContours(np.zeros_like(patch), [outline], 0, 1, cv2.FILLED)
    inward = cv2.distanceTransform(filled, cv2.DIST_L2, 3)
    if patch[inward > CORE * inward.max()].mean() < WHOLE:
        return False
    near, far = (_spots(distance, seen) for distance in AROUND)
    ring = (cv2.dilate(patch, _disc(far)) > 0) & ~(cv2.dilate(patch, _disc(near)) > 0) & (patches == 0)
    if not ring.any():
        return False
    return float(np.median(seen.paper[ring])) < 255 * (1 - BRIGHTER)


def _spots(millimetres: float, seen: Light) -> int:
    small = min(seen.ink.shape) < 180  # a card or a leaf of a booklet
    return round(millimetres / 25.4 * 200 / STEP / (2 if small else 1))


def _disc(radius: int) -> Pixels:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_RECT, (2 * radius + 1, 2 * radius + 1)), np.uint8)
