"""The outline on a live frame, and what the citizen should change before a still is worth taking. About 25 ms.

``find_page`` answers for a still: where exactly is the page. Here the question is the citizen's: what is wrong with how it lies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.camera.over import bite, hand
from devices.camera.page import Page, Sought, seek
from devices.camera.picture import Picture
from devices.camera.second import second

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

LIKELY = 2.6
"""Score from which a shape that is no page may still be one under a hand; a hand on a bare desk reaches 2.5."""


def find_outline(frame: Picture) -> Outline:
    """The page on a ready-made small frame (the lores stream, 640 × 480), and remarks, the one to act on first first."""
    sought = seek(frame)
    page = None if sought is None else sought.page
    if sought is None or page is None:
        under = hand(sought) if sought is not None and sought.judged.score[0] >= LIKELY else None
        remark = Remark("page_not_found") if under is None or sought is None else _remark("hand_over_page", under, sought)
        return Outline(None, (remark,))
    remarks = []
    if (over := hand(sought)) is not None:
        remarks.append(_remark("hand_over_page", over, sought))
    if (other := second(sought)) is not None or (other := None if page.cut or remarks else bite(sought)) is not None:
        remarks.append(_remark("two_pages", other, sought))
    if page.cut:
        remarks.append(Remark("page_cut_off", page.corners, page.edges))
    elif _area(np.array(page.corners)) < SMALLEST * frame.width * frame.height:
        remarks.append(Remark("page_too_small", page.corners))
    return Outline(page, tuple(remarks))


def _area(corners: NDArray[np.float64]) -> float:
    x, y = corners.T
    return float(abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2)


def _remark(code: str, where: Floats, sought: Sought) -> Remark:
    return Remark(code, tuple((float(x), float(y)) for x, y in (where + 0.5) * sought.scale - 0.5))
