"""The outline on a live frame, and what the citizen should change before a still is worth taking. Some 25 ms, nothing refined.

``find_page`` answers for a still: where exactly is the page. Here the question is the citizen's: what is wrong with how it lies.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.camera.page import Page, find_page
from devices.camera.picture import Picture

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


def find_outline(frame: Picture) -> Outline:
    """The page on a ready-made small frame (the lores stream, 640 × 480), and remarks, the one to act on first first."""
    page = find_page(frame)
    if page is None:
        return Outline(None, (Remark("page_not_found"),))
    if page.cut:
        return Outline(page, (Remark("page_cut_off", page.corners),))
    return Outline(page)
