"""What one preview frame shows: the page's outline, what is most wrong with it, and what to know the page by.

Cheap, for it is done some ten times a second beside the citizen's picture: some 3 ms beside finding the page. Only what is
coarse can be seen here, at 70 dpi; the still is judged again at 200 (``findings.py``). Measured on the rendered pages at this
scale: sharpness (as in ``findings.py``) .44 to .60, .18 to .21 blurred by 2.5 pixels of a still, .03 to .05 by 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from devices.camera.face import Face, face
from devices.camera.outline import Remark, find_outline
from devices.camera.picture import Picture, Pixels
from devices.sight import Advice, Edge, Point

DARK = 70.0
"""Brightness of paper below which small print drowns in noise."""

PITCH_DARK = 20.0
"""The brightest of a desk without a page that gets no light; an empty plate in the light has 45."""

CLIPPED, NOT_PAPER = 250, 242.0
"""Glare is clipped; where the paper itself is as bright, nothing can be told apart."""

GLARE = 0.003
"""Share of the page one spot of glare covers at least."""

SHARP = 0.09
"""Least sharpness on ink. Large print alone stays above it out of focus by less than 3 pixels of a still."""

AROUND = ((-8, -8), (8, -8), (8, 8), (-8, 8))
"""Pixels by which the place shown is larger than the spot, so that the mark does not hide it."""

LEAST_INK = 0.002
"""Share of the page; with less there is nothing to judge sharpness by."""

INK = 0.12
MARGIN = 0.02
"""Share of the picture's width left out along the page's sides."""

DESK = (144, 81)


class Flaw(Struct, frozen=True):
    """As in :class:`devices.port.Sight`, of this frame alone. ``MOVING`` is none: it takes several frames to see it."""

    advice: Advice | None = None
    where: tuple[Point, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Glimpse:
    """``at`` in seconds. ``outline`` as the citizen sees it. ``face``: the page straightened, small, without its light and shadow;
    ``None`` where it shows nothing to know it by. ``desk``: the frame's luma, very small; ``place``: what of it the page takes.
    """

    at: float
    flaw: Flaw
    outline: tuple[Point, ...] = ()
    face: Face | None = field(default=None, repr=False)
    desk: Pixels | None = field(default=None, repr=False)
    place: NDArray[np.bool_] | None = field(default=None, repr=False)


def glimpse(picture: Picture, turns: int, at: float) -> Glimpse:
    """``turns``: clockwise quarter turns from the picture to what the citizen sees."""
    desk = np.asarray(cv2.resize(picture.luma, DESK, interpolation=cv2.INTER_AREA), np.uint8)
    found = find_outline(picture)
    page, remark = found.page, found.remarks[0] if found.remarks else None
    if page is None:
        dark = float(np.percentile(desk, 98)) < PITCH_DARK
        return Glimpse(at, Flaw(Advice.DARK) if dark else _flaw_of(remark, picture, turns), desk=desk)
    corners = _from_the_top_left(np.array(page.corners), picture, turns)
    outline = seen(corners / _size(picture), turns)
    if remark is not None:
        return Glimpse(at, _flaw_of(remark, picture, turns), outline, desk=desk)
    flaw = _flaw(picture, corners, turns)
    return Glimpse(at, flaw, outline, face(picture.luma, corners), desk, _mask(corners * (DESK[0] / picture.width), DESK) > 0)


def _from_the_top_left(corners: NDArray[np.float64], picture: Picture, turns: int) -> NDArray[np.float64]:
    """The same corners beginning with the one nearest the citizen's top left: a face is known again only the right way up."""
    as_seen = np.array(seen(corners / _size(picture), turns)) * (_size(picture)[::-1] if turns % 2 else _size(picture))
    return np.roll(corners, -int(np.argmin(as_seen.sum(axis=1))), axis=0)


def _flaw_of(remark: Remark | None, picture: Picture, turns: int) -> Flaw:
    if remark is None:
        return Flaw(Advice.NO_PAGE)
    where = seen(np.array(remark.where) / _size(picture), turns) if remark.where else ()
    return Flaw(Advice(remark.code), where, tuple(_SIDES[(_SIDES.index(Edge(edge)) + turns) % 4] for edge in remark.edges))


_SIDES = (Edge.TOP, Edge.RIGHT, Edge.BOTTOM, Edge.LEFT)
"""Clockwise: with each turn of the picture a side becomes the next."""


def _size(picture: Picture) -> NDArray[np.float64]:
    return np.array((picture.width, picture.height), np.float64)


def seen(shares: NDArray[np.float64], turns: int) -> tuple[Point, ...]:
    """Points of the camera's picture, as shares of its sides, where the citizen sees them."""
    for _ in range(turns % 4):
        shares = np.stack((1 - shares[:, 1], shares[:, 0]), axis=1)
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in shares)


def left(before: Glimpse, now: Glimpse) -> bool:
    """Whether the place where a page lay ``before`` shows the bare desk ``now``: neither paper nor a hand in front of it."""
    if before.desk is None or before.place is None or now.desk is None or not before.place.any():
        return False
    paper, ground = float(np.median(before.desk[before.place])), float(np.median(before.desk[~before.place]))
    if paper - ground < CLEAR_OF_PAPER:
        return False
    return float((now.desk[before.place] > ground + (paper - ground) / 4).mean()) < 0.1


CLEAR_OF_PAPER = 40.0
"""Grey levels between paper and desk from which on a bare desk can be told."""


def _flaw(picture: Picture, corners: NDArray[np.float64], turns: int) -> Flaw:
    x, y, w, h = (int(v) for v in cv2.boundingRect(np.round(corners).astype(np.int32)))
    x, y = max(x, 0), max(y, 0)
    luma = np.ascontiguousarray(picture.luma[y : y + h, x : x + w])
    inside = cv2.erode(_mask(corners - (x, y), luma.shape[::-1]), _square(round(MARGIN * picture.width)))
    page = inside > 0
    if not page.any():
        return Flaw()
    paper = float(np.percentile(luma[page], 85))
    if paper < DARK:
        return Flaw(Advice.DARK)
    spot = _glare(luma, page) if paper < NOT_PAPER else None
    if spot is not None:
        return Flaw(Advice.GLARE, where=seen((spot + np.array((x, y))) / _size(picture), turns))
    sharpness = _sharpness(luma, page)
    return Flaw(Advice.BLURRED if sharpness is not None and sharpness < SHARP else None)


def _glare(luma: Pixels, page: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Outline of the largest clipped spot, if it is large."""
    clipped = cv2.morphologyEx(((luma >= CLIPPED) & page).astype(np.uint8), cv2.MORPH_CLOSE, _square(5))
    spots, _ = cv2.findContours(clipped, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(spots, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < GLARE * page.sum():
        return None
    x, y, w, h = cv2.boundingRect(largest)
    spot = np.array(((x, y), (x + w, y), (x + w, y + h), (x, y + h)), np.float64)
    return np.asarray(spot + np.array(AROUND), np.float64)


def _sharpness(luma: Pixels, page: NDArray[np.bool_]) -> float | None:
    smooth = cv2.GaussianBlur(luma, (0, 0), 0.6)
    small = cv2.resize(smooth, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.morphologyEx(small, cv2.MORPH_CLOSE, _square(9)), smooth.shape[::-1]).astype(np.float32)
    darker = paper - smooth
    ink = (darker > INK * np.maximum(paper, 1.0)) & page
    if ink.sum() < LEAST_INK * page.sum():
        return None
    near = (cv2.dilate(ink.astype(np.uint8), _square(3)) > 0) & page
    contrast = max(float(np.percentile(darker[ink], 75)), 1.0)
    return float(cv2.Laplacian(smooth, cv2.CV_32F)[near].var()) / contrast**2


def _mask(corners: NDArray[np.float64], size: tuple[int, ...]) -> Pixels:
    mask = np.zeros((size[1], size[0]), np.uint8)
    return np.asarray(cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), 255), np.uint8)


def _square(side: int) -> Pixels:
    return np.ones((side, side), np.uint8)
