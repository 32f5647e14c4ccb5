"""What the citizen should change, of what the net saw: as ``devices/camera/outline.py``, by its maps of hands and second pages."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.finder.found import Sought, seek
from bench.finder.look import Looked
from devices.camera.outline import SMALLEST, Outline, Remark
from devices.camera.picture import Picture

Floats = NDArray[np.float64]

HAND = 4.0
"""Cells of a page a hand covers that is worth saying: a fingertip has four."""

OTHER = 0.06
"""Share of the first page's size that a second one shows at least."""

LIKELY = 0.5
"""From here on a place is said to be so."""


def find_outline(frame: Picture) -> Outline:
    """The page on a ready-made small frame (the lores stream, 640 × 480), and remarks, the one to act on first first."""
    sought = seek(frame)
    page = sought.page
    over = _hand(sought)
    if page is None:
        return Outline(None, (Remark("page_not_found") if over is None else _remark("hand_over_page", over, sought.seen),))
    remarks = []
    if over is not None:
        remarks.append(_remark("hand_over_page", over, sought.seen))
    if (other := _other(sought)) is not None:
        remarks.append(_remark("two_pages", other, sought.seen))
    if page.cut:
        remarks.append(Remark("page_cut_off", page.corners, page.edges))
    elif _area(np.array(page.corners)) < SMALLEST * frame.width * frame.height:
        remarks.append(Remark("page_too_small", page.corners))
    return Outline(page, tuple(remarks))


def _hand(sought: Sought) -> Floats | None:
    """The box about what a hand covers of the page, in cells."""
    if sought.shape is None:
        return None
    within = np.zeros(sought.seen.hand.shape, np.uint8)
    cv2.fillConvexPoly(within, np.rint(sought.shape.corners - 0.5).astype(np.int32), 1)
    over = sought.seen.hand * cv2.dilate(within, np.ones((3, 3), np.uint8))
    return None if float(over.sum()) < HAND else _box(over > over.max() / 2)


def _other(sought: Sought) -> Floats | None:
    """The box about the largest piece of a second page, in cells."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats((sought.seen.other > LIKELY).astype(np.uint8))
    if count < 2:
        return None
    largest = 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))
    return _box(labels == largest) if facts[largest, cv2.CC_STAT_AREA] > OTHER * float(sought.seen.page.sum()) else None


def _box(where: NDArray[np.bool_]) -> Floats:
    x, y, w, h = cv2.boundingRect(where.astype(np.uint8))
    return np.array(((x, y), (x + w, y), (x + w, y + h), (x, y + h)), np.float64)


def _area(corners: Floats) -> float:
    x, y = corners.T
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def _remark(code: str, where: Floats, seen: Looked) -> Remark:
    return Remark(code, tuple((float(x), float(y)) for x, y in seen.onto(where)))
