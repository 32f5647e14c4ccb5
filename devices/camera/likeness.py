"""Whether a page is one that was taken before: what stands on it compared in millimetres, patch by patch.

A likeness is the page's ink at 33 dpi without the rules of forms: enough to tell two filled-in copies of one form apart, too coarse
for print to be read. It lives in memory for one visit, some 100 kB a page. Two pages are the same when no patch of them differs:
photographs of one page differ in light, noise and a fraction of a millimetre; another person's leaf of the same booklet differs
where the names stand. Tried on pairs of either kind (``bench/verdict.py``): the worst patches of one page taken twice are alike by
.54 and more, those of leaves that differ in one word by .42 and less. Saying *again* of another page costs a citizen more than
not saying it of the same: the limit lies on that side.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Pixels

CELL = 6
"""Pixels at 200 dpi: three quarters of a millimetre."""

PATCH = 14
"""Cells of a patch's side: two lines of print, a few characters."""

LINE = 11
"""Cells from which something straight is a rule of the form and not writing."""

SLACK = 2
"""Cells a patch may lie elsewhere: corners found anew, and paper that curls."""

LARGEST = 600
"""Cells of the longer side; the longest page has 567."""

FEWEST = 20_000
"""Cells a page has at least: a leaf of a booklet has 25 000. Cards and receipts of two persons differ in too little at this scale,
and nothing is said of them."""

STRONG, VARIED = 5.0, 4.0
"""Least sum of darkness, over 100, and deviation of a patch that is worth comparing."""

ALIKE, WORST = 0.78, 0.55
"""How alike patches are on the whole, and the worst fiftieth of them, when the page is the same."""

GLANCE, UNLIKE = 7, 0.6
"""Every seventh patch first: another page is told by them."""

_HEAD = struct.Struct("<HH")


def likeness(luma: Pixels) -> bytes:
    """Of a page's luma at 200 dpi: width and height in cells, then how dark each is against its paper."""
    height, width = (max(1, side // CELL) for side in luma.shape)
    cells = cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.morphologyEx(cells, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), (0, 0), 2)
    dark = cv2.divide(cv2.subtract(paper, cells), paper, scale=255)
    for line in (np.ones((1, LINE), np.uint8), np.ones((LINE, 1), np.uint8)):
        dark = cv2.subtract(dark, cv2.morphologyEx(dark, cv2.MORPH_OPEN, line))  # a form's rules are on every copy of it
    return _HEAD.pack(width, height) + bytes(dark)


def same(page: bytes, kept: Iterable[tuple[str, bytes]]) -> str | None:
    """Which of the pages ``kept`` (name, likeness) ``page`` is, upright or upside down; ``None``: none of them."""
    mine = _cells(page)
    if mine is None:
        return None
    for name, other in kept:
        theirs = _cells(other)
        if theirs is not None and (alike(mine, theirs) or alike(np.ascontiguousarray(mine[::-1, ::-1]), theirs)):
            return name
    return None


def alike(one: Pixels, other: Pixels) -> bool:
    """Whether two pages' cells are of one page."""
    if any(abs(a - b) > max(2, 0.08 * a) for a, b in zip(one.shape, other.shape, strict=True)):
        return False
    other = np.asarray(cv2.resize(other, one.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    glance = _patches(one, other, GLANCE)
    if len(glance) > 2 and float(np.median(glance)) < UNLIKE:
        return False
    found = _patches(one, other) + _patches(other, one)
    if not found:
        return False  # nothing stands on either: blank, which is said elsewhere
    few = sorted(found)[: max(2, len(found) // 50)]
    return float(np.median(found)) >= ALIKE and float(np.mean(few)) >= WORST


def _patches(one: Pixels, other: Pixels, every: int = 1) -> list[float]:
    """How alike each (or ``every`` so many) patch of ``one`` with something on it is to where it lies best in ``other``."""
    rows, columns = one.shape
    around = cv2.copyMakeBorder(other, SLACK, SLACK, SLACK, SLACK, cv2.BORDER_REPLICATE)
    found = []
    corners = [(y, x) for y in range(2, rows - PATCH - 1, PATCH) for x in range(2, columns - PATCH - 1, PATCH)]
    for top, left in corners[::every]:
        patch = one[top : top + PATCH, left : left + PATCH]
        if float(patch.sum()) / 100 < STRONG or patch.std() < VARIED:
            continue
        field = around[top : top + PATCH + 2 * SLACK, left : left + PATCH + 2 * SLACK]
        found.append(float(cv2.matchTemplate(field, patch, cv2.TM_CCOEFF_NORMED).max()))
    return found


def _cells(data: bytes) -> NDArray[np.uint8] | None:
    if len(data) < _HEAD.size:
        return None
    width, height = _HEAD.unpack_from(data)
    if len(data) != _HEAD.size + width * height or width * height < FEWEST or max(width, height) > LARGEST:
        return None
    return np.frombuffer(data, np.uint8, offset=_HEAD.size).reshape(height, width)
