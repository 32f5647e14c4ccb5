"""How much of a page the camera saw: which parts lie outside of the picture, and with how many dots an inch it saw the rest."""

from __future__ import annotations

import cv2
import numpy as np

from devices.camera.page import Page
from devices.camera.picture import Picture
from devices.camera.straighten import DPI, Mount, upright
from devices.port import Box

GRID = 51
"""Places along each side of the page at which is looked."""

BORDER = 0.002
"""Share of the picture's longer side: nearer to its border than this nothing is seen beyond."""


def outside(picture: Picture, page: Page, mount: Mount) -> tuple[Box, ...]:
    """The part of the straightened page that lies outside of the picture, as the strips along its sides that hold it; none when
    all of it was seen. The corners of a cut page are guesses, and so is this."""
    shares = np.linspace(0, 1, GRID)
    unit = np.array(((0, 0), (1, 0), (1, 1), (0, 1)), np.float32)
    back = cv2.getPerspectiveTransform(unit, upright(page, mount))
    places = np.stack(np.meshgrid(shares, shares), axis=-1).reshape(1, -1, 2)
    x, y = cv2.perspectiveTransform(places, back)[0].T
    near = BORDER * max(picture.width, picture.height)
    strips = x < near, x > picture.width - 1 - near, y < near, y > picture.height - 1 - near
    return tuple(_round(np.flatnonzero(strip)) for strip in strips if strip.any())


def dpi(page: Page, mount: Mount, size: tuple[int, int]) -> float | None:
    """Least dots an inch at which the camera saw the page, whose straightened ``size`` is at 200; ``None``, which is not to be
    taken for enough, for a page that was not seen whole."""
    if page.cut:
        return None
    corners = upright(page, mount)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = size
    return float((sides / (width, height, width, height)).min() * DPI)


def _round(places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Box:
    rows, columns = np.divmod(places, GRID)
    last = GRID - 1
    left, right = max(0, columns.min() - 1), min(last, columns.max() + 1)
    top, bottom = max(0, rows.min() - 1), min(last, rows.max() + 1)
    return (left * 10_000 // last, top * 10_000 // last, right * 10_000 // last, bottom * 10_000 // last)
