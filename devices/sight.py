"""What the desk under the document camera shows a citizen who lays paper there. Named through :mod:`devices.port`."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Advice(StrEnum):
    """What to change on the desk before a page can be taken well; the most useful first. What is wrong in two ways is told
    by the first: in the dark, or under a hand, nothing else is worth saying. Values are codes of ``kiosk/faults.toml`` where the
    still is refused or doubted for the same.
    """

    DARK = "page_dark"
    NO_PAGE = "page_not_found"
    HAND = "hand_over_page"
    TWO_PAGES = "two_pages"
    CUT_OFF = "page_cut_off"
    TOO_SMALL = "page_too_small"
    MOVING = "moving"
    GLARE = "page_glare"
    BLURRED = "page_blurred"


class Edge(StrEnum):
    """A side of the picture, as the citizen sees it."""

    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"
    LEFT = "left"


Point = tuple[float, float]
"""Shares of a picture's width and height, from the top left, as the citizen sees it; beyond 0..1 it lies outside."""


class Sight(Struct, frozen=True):
    """What the desk shows now. ``outline``: the page's corners, clockwise, none where no page is seen. ``where``: the outline of
    what ``advice`` is about, when it is a place (a hand, glare), and ``edges`` those a page runs over.

    ``still``: a page lies still and nothing is to be changed. ``lay`` tells one lying page from another: it is another number
    once the page was taken away or changed, the same however often it is pushed about; 0 while none has lain still yet.
    """

    advice: Advice | None = None
    outline: tuple[Point, ...] = ()
    where: tuple[Point, ...] = ()
    edges: tuple[Edge, ...] = ()
    still: bool = False
    lay: int = 0
