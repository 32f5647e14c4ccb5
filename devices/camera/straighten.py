"""Makes a page out of a quadrilateral: perspective undone, upright as the citizen laid it, at an honest resolution."""

from __future__ import annotations

import cv2
import numpy as np
from msgspec import Struct

from devices.camera.page import Page
from devices.camera.picture import Matrix, Picture, Pixels

DPI = 200
"""Of the straightened page. A4 then is 1654 × 2339; a 12 MP camera over a 420 mm desk gives 278, so this is honest."""

A4 = (1654, 2339)
"""Pixels of 210 × 297 mm at 200 dpi."""

NEAR_A4 = 0.05
"""How far each side may be from A4's to be taken for A4: what mild perspective and a curled edge cost."""

SIZES: dict[str, tuple[float, float]] = {
    "a4": (210.0, 297.0),
    "a5": (148.0, 210.0),
    "card": (85.6, 53.98),
    "booklet": (143.0, 105.0),
    "booklet_open": (143.0, 210.0),
}
"""Millimetres of what is told by name: ISO 216, ISO/IEC 7810 ID-1, a page of a household register (户口簿) and two of them."""

NEAR_SIZE = 0.06
"""How far each side may be from a size's to be called by its name. Of two that fit (A5, an open booklet) the nearer one counts."""

LONGEST = 3400
"""Pixels no side of a page exceeds: the whole desk at 200 dpi."""


class Mount(Struct, frozen=True):
    """How the camera hangs: ``dpi`` of a still at the desk's plane, and clockwise quarter ``turns`` from its picture to the
    citizen's view. A desk camera's long side points away from the citizen, because pages do; hence one turn."""

    dpi: float = 278.0
    turns: int = 1


class Format(Struct, frozen=True):
    """What the page measures. ``aspect``: shorter over longer side, perspective undone. ``millimetres``: shorter and longer side;
    ``None`` where the mount's scale is not known. ``name``: one of :data:`SIZES`, where both fit."""

    aspect: float
    millimetres: tuple[float, float] | None = None
    name: str | None = None


def format_of(page: Page, width: int, height: int, dpi: float | None = None) -> Format:
    """The format of a page found in a picture of ``width`` × ``height``; ``dpi`` at the desk's plane, where it is known."""
    corners = np.array(page.corners, np.float64)
    aspect = _aspect(corners, width, height)
    shape = min(aspect, 1 / aspect)
    if dpi is None:
        return Format(shape)
    following = np.roll(corners, -1, axis=0)
    area = abs(float((corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]).sum())) / 2
    longer = float(np.sqrt(area / shape)) / dpi * 25.4  # the area keeps its size under a tilt better than any side
    measured = (longer * shape, longer)
    away = {}
    for name, size in SIZES.items():
        short, long = sorted(size)
        away[name] = max(abs(measured[0] / short - 1), abs(measured[1] / long - 1))
    nearest = min(away, key=away.__getitem__)
    return Format(shape, measured, nearest if away[nearest] < NEAR_SIZE else None)


def _aspect(corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]], width: int, height: int) -> float:
    """Width over height of the rectangle seen as ``corners`` by a camera that looks through the picture's middle.

    Z. Zhang, L.-W. He, *Whiteboard scanning and image enhancement* (2007), section 3.2. Where a pair of sides is all but parallel
    its vanishing point says nothing of the focal length, and the sides' own lengths are taken.
    """
    middle = np.array(((width - 1) / 2, (height - 1) / 2))
    m1, m2, m4, m3 = (np.append(corner - middle, 1.0) for corner in corners)
    k2 = np.dot(np.cross(m1, m4), m3) / np.dot(np.cross(m2, m4), m3)
    k3 = np.dot(np.cross(m1, m4), m2) / np.dot(np.cross(m3, m4), m2)
    across, down = k2 * m2 - m1, k3 * m3 - m1
    top, right, bottom, left = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    plain = float((top + bottom) / (left + right))
    if min(abs(across[2]), abs(down[2])) < LEAST_PERSPECTIVE:
        return plain
    focal2 = -(across[0] * down[0] + across[1] * down[1]) / (across[2] * down[2])
    if not (0.4 * max(width, height)) ** 2 < focal2 < (4 * max(width, height)) ** 2:
        return plain
    one = (across[0] ** 2 + across[1] ** 2) / focal2 + across[2] ** 2
    other = (down[0] ** 2 + down[1] ** 2) / focal2 + down[2] ** 2
    return float(np.sqrt(one / other))


LEAST_PERSPECTIVE = 0.04
"""How unlike opposite sides must be, as a share of their length, before the focal length is read off them."""


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
