"""The outline on a live frame, and what the citizen should change before a still is worth taking. About 25 ms.

``find_page`` answers for a still: where exactly is the page. Here the question is the citizen's: what is wrong with how it lies.
"""

from __future__ import annotations

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from devices.camera.look import INSIDE, Looked
from devices.camera.page import LEAST, Page, Sought, seek
from devices.camera.picture import Picture
from devices.camera.shape import Shape, within

Floats = NDArray[np.float64]
Map = NDArray[np.float32]

Point = tuple[float, float]
"""x, y in pixels of the picture it was seen in."""


class Remark(Struct, frozen=True):
    """Something to change. ``code`` of ``kiosk/faults.toml``: ``page_not_found``, ``page_too_small``, ``page_cut_off``,
    ``two_pages``, ``hand_over_page``.

    ``where``: the polygon it is seen in (the piece of the page's outline for a cut, the second page, the hand); empty for
    ``page_not_found``. ``edges``: those of the *picture* (``top``, ``right``, ``bottom``, ``left``) a cut page runs out at; how the
    citizen sees them is the mount's business.
    """

    code: str
    where: tuple[Point, ...] = ()
    edges: tuple[str, ...] = ()


class Outline(Struct, frozen=True):
    """``page``: the best page there is, also where a remark speaks against it; good to take when there are no ``remarks``."""

    page: Page | None
    remarks: tuple[Remark, ...] = ()


SMALLEST = 0.022
"""Share of the picture below which a page is too small: half of an identity card on an A4 desk."""

HAND = 2.5
"""Cells of a page a hand covers that is worth saying: a fingertip has three or four."""

OTHER = 0.06
"""Share of the first page's size that a second one shows at least."""

MISFIT = 0.01
"""Share of a page that may look like page beyond its outline, and half of that which may not within: sheets that overlap have more
than four corners."""

LIKELY = 0.5
"""From here on a place is said to be so."""

AROUND = np.ones((3, 3), np.uint8)
"""A cell and those beside it."""


def find_outline(frame: Picture) -> Outline:
    """The page on a ready-made small frame (the lores stream, 640 × 480), and remarks, the one to act on first first."""
    sought = seek(frame)
    page = sought.page
    remarks = []
    if (over := _hand(sought)) is not None:
        remarks.append(_remark("hand_over_page", over, sought.seen))
    if (other := _other(sought)) is not None:
        remarks.append(_remark("two_pages", other, sought.seen))
    if page is None:
        return Outline(None, (*remarks, Remark("page_not_found"))[:1])
    if page.cut:
        remarks.append(Remark("page_cut_off", page.corners, page.edges))
    elif _area(np.array(page.corners)) < SMALLEST * frame.width * frame.height:
        remarks.append(Remark("page_too_small", page.corners))
    return Outline(page, tuple(remarks))


def _hand(sought: Sought) -> Floats | None:
    """The box about what a hand covers of the page, in cells."""
    if sought.shape is None:
        return None
    over = sought.seen.hand * cv2.dilate(within(sought.seen.hand, sought.shape.corners), AROUND)
    return None if float(over.sum()) < HAND else _box(over > over.max() / 2)


def _other(sought: Sought) -> Floats | None:
    """The box about the largest piece of a second page, or about where two are taken for one, in cells."""
    if sought.shape is None or sought.shape.overlap < LEAST:
        return None
    seen, total = sought.seen, float(sought.seen.page.sum())
    pieces = np.zeros(seen.page.shape, np.uint8)
    pieces[INSIDE] = ((seen.other > np.maximum(seen.page, LIKELY)) | sought.shape.beside)[INSIDE]
    _, labels, facts, _ = cv2.connectedComponentsWithStats(pieces)
    largest = 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA])) if len(facts) > 1 else 0
    if largest and facts[largest, cv2.CC_STAT_AREA] > OTHER * total:
        return _box(labels == largest)
    if sought.page is not None and sought.page.cut:
        return None
    misfit = _misfit(seen, sought.shape, sought.page)
    return _box(misfit > misfit.max() / 2) if misfit.sum() > MISFIT * total else None


def _misfit(seen: Looked, shape: Shape, page: Page | None) -> Map:
    """How much of each cell looks like page beyond the outline, or does not within it, whichever is more; further than a cell from
    it and where no hand is."""
    corners = shape.corners if page is None else seen.back(np.array(page.corners))
    inside = within(seen.page, corners)
    free = np.zeros(seen.page.shape, bool)
    free[INSIDE] = ((seen.hand < LIKELY / 2) & ~shape.beside)[INSIDE]
    beyond = seen.page * (free & (cv2.dilate(inside, AROUND) == 0))
    bare = (1 - seen.page) * (free & (cv2.erode(inside, AROUND) > 0))
    return np.asarray(beyond if beyond.sum() > bare.sum() / 2 else bare / 2, np.float32)


def _box(where: NDArray[np.bool_]) -> Floats:
    x, y, w, h = cv2.boundingRect(where.astype(np.uint8))
    return np.array(((x, y), (x + w, y), (x + w, y + h), (x, y + h)), np.float64)


def _area(corners: Floats) -> float:
    x, y = corners.T
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def _remark(code: str, where: Floats, seen: Looked) -> Remark:
    return Remark(code, tuple((float(x), float(y)) for x, y in seen.onto(where)))
