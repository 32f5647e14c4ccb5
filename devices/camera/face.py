"""What a lying page is known by: its picture straightened, small, without light and shadow.

Two pages of one form differ in a few words only, so the whole of two faces says little: pages of two members of a family in
a household booklet correlate .91 to .98, one page pushed elsewhere .92 to .94. Looked at place by place it is clear: the
least alike hundredth of all inked places correlates .47 to .52 for the two, .88 and more for the one, .60 when a corner was found
four pixels off (rendered pages at 70 dpi).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Pixels

Face = NDArray[np.float32]

SIZE = (192, 272)
PLAIN = 2.5
"""Standard deviation of a face that shows nothing to know it by."""

REACH = 8
"""Pixels by which one face may lie beside the other."""

SHIFTS = (-2, 0, 2)
"""Pixels a single place may lie beside where the whole says: pages are curled, and corners not found to the pixel."""

PLACE = (24, 24)
INKED = 30.0
"""Variance of a place with something on it."""

LEAST = 0.01
ALIKE = 0.56
"""Correlation of the least alike share ``LEAST`` of all inked places, from which on two faces are of one page."""

UNMOVED = 0.95
"""Correlation of two faces as they are, from which on nothing else need be asked: the page goes on lying there."""


def face(luma: Pixels, corners: NDArray[np.float64]) -> Face | None:
    """The face of the page with these corners (clockwise); ``None`` where it shows nothing to know it by."""
    width, height = SIZE
    if float(np.hypot(*(corners[1] - corners[0]))) > float(np.hypot(*(corners[3] - corners[0]))):
        corners = np.roll(corners, 1, axis=0)  # its long side along the face's
    target = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    onto = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    straight = cv2.warpPerspective(luma, onto, SIZE, flags=cv2.INTER_AREA).astype(np.float32)
    flat = np.asarray(straight - cv2.GaussianBlur(straight, (0, 0), 6.0), np.float32)
    return flat if float(flat[8:-8, 8:-8].std()) > PLAIN else None


def unmoved(one: Face | None, other: Face | None) -> bool:
    """Whether two faces, a moment apart, are one picture."""
    if one is None or other is None:
        return one is other
    return float((one * other).sum()) > UNMOVED * float(np.linalg.norm(one) * np.linalg.norm(other))


def same(one: Face | None, other: Face | None) -> bool:
    """Whether two faces are of one page, which may have been pushed about meanwhile. Two pages with nothing on them are one."""
    if one is None or other is None:
        return one is other
    fits = cv2.matchTemplate(one, np.ascontiguousarray(other[REACH:-REACH, REACH:-REACH]), cv2.TM_CCOEFF_NORMED)
    x, y = cv2.minMaxLoc(fits)[3]
    height, width = other.shape[0] - 2 * REACH, other.shape[1] - 2 * REACH
    one, other = cv2.GaussianBlur(one, (0, 0), 0.8), cv2.GaussianBlur(other, (0, 0), 0.8)
    here = np.ascontiguousarray(one[y : y + height, x : x + width])
    alike, inked = np.full(here.shape, -1.0, np.float32), np.zeros(here.shape, np.bool_)
    for down in SHIFTS:
        for right in SHIFTS:
            there = other[REACH + down : REACH + down + height, REACH + right : REACH + right + width]
            fit, ink = _place_by_place(here, np.ascontiguousarray(there))
            alike = np.maximum(alike, fit)
            inked |= ink if (down, right) == (0, 0) else False
    return bool(inked.any()) and float(np.quantile(alike[inked], LEAST)) > ALIKE


def _place_by_place(one: Face, other: Face) -> tuple[Face, NDArray[np.bool_]]:
    mean_one, mean_other = cv2.boxFilter(one, -1, PLACE), cv2.boxFilter(other, -1, PLACE)
    spread_one = cv2.boxFilter(one * one, -1, PLACE) - mean_one**2
    spread_other = cv2.boxFilter(other * other, -1, PLACE) - mean_other**2
    together = cv2.boxFilter(one * other, -1, PLACE) - mean_one * mean_other
    fit = together / np.sqrt(np.maximum(spread_one, 1.0) * np.maximum(spread_other, 1.0))
    return np.asarray(fit, np.float32), np.asarray(np.maximum(spread_one, spread_other) > INKED, np.bool_)
