"""The outline on a live frame, and what the citizen should change before a still is worth taking. About 25 ms.

``find_page`` answers for a still: where exactly is the page. Here the question is the citizen's: what is wrong with how it lies.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.judge import PLACES, places_of
from devices.camera.page import Page, Sought, seek
from devices.camera.picture import Picture

Floats = NDArray[np.float32]

Point = tuple[float, float]
"""x, y in pixels of the picture it was seen in."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to change. ``code`` of ``kiosk/faults.toml``: ``page_not_found``, ``page_too_small``, ``page_cut_off``,
    ``two_pages``, ``hand_over_page``.

    ``where``: the polygon it is seen in (the piece of the page's outline for a cut, the second page, the hand); empty for
    ``page_not_found``. ``edges``: those of the *picture* (``top``, ``right``, ``bottom``, ``left``) a cut page runs out at; how the
    citizen sees them is the mount's business.
    """

    code: str
    where: tuple[Point, ...] = ()
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """``page``: the best page there is, also where a remark speaks against it; good to take when there are no ``remarks``."""

    page: Page | None
    remarks: tuple[Remark, ...] = ()


SMALLEST = 0.022
"""Share of the picture below which a page is too small: half of an identity card on an A4 desk."""

HAND_RUN = 2
"""Places next to each other (of 20 along a side) at which something must lie over it."""

HAND_COLOUR = 12.0
"""Weighted chroma by which that differs from the paper."""

INSIDE = (5.0, 9.0)
"""Pixels of the small picture from the side inwards at which the paper is looked at."""

SECOND = 0.85
"""Share of what is seen of a second page's sides that must show a step."""

SECOND_STEP = 7.0
"""And how large that must be."""

SECOND_SEEN = 0.45
"""Least share of its sides that must lie outside the first one."""


def find_outline(frame: Picture) -> Outline:
    """The page on a ready-made small frame (the lores stream, 640 × 480), and remarks, the one to act on first first."""
    sought = seek(frame)
    page = None if sought is None else sought.page
    if sought is None or page is None:
        return Outline(None, (Remark("page_not_found"),))
    remarks = []
    if page.cut:
        remarks.append(Remark("page_cut_off", page.corners, page.edges))
    elif _area(np.array(page.corners)) < SMALLEST * frame.width * frame.height:
        remarks.append(Remark("page_too_small", page.corners))
    second = _second(sought)
    if second is not None:
        remarks.append(Remark("two_pages", _in_frame(second, sought.scale)))
    hand = _hand(sought)
    if hand is not None:
        remarks.append(Remark("hand_over_page", _in_frame(hand, sought.scale)))
    return Outline(page, tuple(remarks))


def _second(sought: Sought) -> Floats | None:
    """Another shape whose sides, as far as they are not on the first page, are a page's."""
    height, width = sought.smooth.shape[:2]
    best, shapes, judged = sought.shapes[0], sought.shapes[1:], sought.judged[1:]
    places = places_of(shapes, width, height)
    free = _distance(best, places) > 4.0
    seen = free.sum((1, 2))
    held = (judged.held & free).sum((1, 2)) / np.maximum(seen, 1)
    first = sought.judged.step[0].mean(0)
    step = np.sqrt((judged.step**2).sum(-1))
    alike = (judged.step @ first) / np.maximum(step * np.sqrt(first @ first), 1e-3)
    sides = free.mean(-1) > 0.3
    clear = np.where(sides, step, np.inf).min(1) > SECOND_STEP
    kin = np.where(sides, alike, 1.0).min(1) > 0.3
    fine = (seen > SECOND_SEEN * 4 * PLACES) & (held > SECOND) & clear & kin & (sides.sum(1) >= 2) & ~judged.border.any(1)
    fine &= (judged.score > -1) & (_distance(best, shapes.mean(1)[:, None, None])[:, 0, 0] > 0)
    return shapes[int(np.argmax(fine))] if fine.any() else None


def _hand(sought: Sought) -> Floats | None:
    """The stretch of a side over which something of another colour than the paper lies."""
    height, width = sought.smooth.shape[:2]
    best, held = sought.shapes[:1], sought.judged.held[0]
    places = places_of(best, width, height)[0]
    along = np.roll(best[0], -1, axis=0) - best[0]
    inward = np.stack((-along[:, 1], along[:, 0]), -1) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    points = places[:, :, None] + np.linspace(*INSIDE, 5)[:, None] * inward[:, None, None]
    x, y = np.moveaxis(points.astype(np.float32).reshape(-1, 5, 2), -1, 0)
    across = cv2.remap(sought.smooth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    colour = across.reshape(4, PLACES, 5, 3).mean(2)
    paper = np.median(colour.reshape(-1, 3), axis=0)
    other = np.hypot(*np.moveaxis(colour - paper, -1, 0)[1:]) > HAND_COLOUR
    covered = other & ~held
    for side in range(4):
        run = np.flatnonzero(covered[side])
        if len(run) >= HAND_RUN and covered[side, run[0] : run[-1] + 1].mean() > 0.5:
            first, last = places[side, run[0]], places[side, run[-1]]
            deep = inward[side] * INSIDE[1]
            return np.array((first - deep, last - deep, last + deep, first + deep), np.float32)
    return None


def _distance(shape: Floats, points: Floats) -> Floats:
    """How far outside the clockwise ``shape`` points lie, about; negative inside. ``points``: … × 2."""
    along = np.roll(shape, -1, axis=0) - shape
    outward = np.stack((along[:, 1], -along[:, 0]), -1) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    return np.asarray(((points[..., None, :] - shape) * outward).sum(-1).max(-1), np.float32)


def _area(corners: NDArray[np.float64]) -> float:
    x, y = corners.T
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def _in_frame(shape: Floats, scale: NDArray[np.float64]) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in (shape + 0.5) * scale - 0.5)
