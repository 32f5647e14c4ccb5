"""Makes a page out of a quadrilateral: perspective undone, upright as the citizen laid it, at an honest resolution."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from devices.camera.page import Page
from devices.camera.picture import Matrix, Picture, Pixels

DPI = 200
"""Of the straightened page. A4 then is 1654 × 2339; a 12 MP camera over a 420 mm desk gives 278, so this is honest."""

A4 = (1654, 2339)
"""Pixels of 210 × 297 mm at 200 dpi."""

NEAR_A4 = 0.05
"""How far each side may be from A4's to be taken for A4: what mild perspective and a curled edge cost."""

LONGEST = 3400
"""Pixels no side of a page exceeds: the whole desk at 200 dpi."""


@dataclass(frozen=True, slots=True)
class Mount:
    """How the camera hangs: ``dpi`` of a still at the desk's plane, and clockwise quarter ``turns`` from its picture to the
    citizen's view. A desk camera's long side points away from the citizen, because pages do; hence one turn."""

    dpi: float = 278.0
    turns: int = 1


def straighten(picture: Picture, page: Page, mount: Mount) -> Pixels:
    """The page as B, G, R, its top where the citizen has it; tones untouched. A4 comes out as A4, others keep their shape."""
    corners = upright(page, mount)
    width, height = _size(corners, mount)
    target = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32) - 0.5
    onto: Matrix = cv2.getPerspectiveTransform(corners, target)
    return picture.warp_bgr(onto, width, height)


def upright(page: Page, mount: Mount) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Corners beginning with the one nearest the citizen's top left; a page laid askew turns by less than 45°."""
    corners = np.array(page.corners, np.float32)
    top = _TOP_SIDE[mount.turns % 4]
    middles = (corners + np.roll(corners, -1, axis=0)) / 2 - corners.mean(axis=0)
    return np.roll(corners, -int(np.argmax(middles @ top)), axis=0)


_TOP_SIDE = {0: np.array((0, -1)), 1: np.array((-1, 0)), 2: np.array((0, 1)), 3: np.array((1, 0))}
"""Direction, in the camera's picture, of the citizen's top."""


def _size(corners: np.ndarray[tuple[int, int], np.dtype[np.float32]], mount: Mount) -> tuple[int, int]:
    top, right, bottom, left = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    scale = DPI / mount.dpi
    width, height = float(top + bottom) / 2 * scale, float(left + right) / 2 * scale
    for a4 in (A4, A4[::-1]):
        if abs(width / a4[0] - 1) < NEAR_A4 and abs(height / a4[1] - 1) < NEAR_A4:
            return a4
    shrink = min(1.0, LONGEST / max(width, height))
    return max(2, round(width * shrink)), max(2, round(height * shrink))
