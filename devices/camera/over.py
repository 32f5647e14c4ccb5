"""What lies over the sides of a found page: a hand, or another page's corner that was taken for its own.

Along each side the colour just inside is compared with the one just outside. Where no edge is between them something goes on
across the side. Of another tint than the paper, and other than the desk beside it, it is a hand. Where it is the desk itself, deep
inside of the shape, the shape spans two pages and a bit of desk between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.lines import CHROMA
from devices.camera.page import Sought

Floats = NDArray[np.float32]

PITCH = 1.5
"""Pixels of the small picture between two places along a side."""

INSIDE, OUTSIDE = (2.5, 3.5, 4.5, 5.5), (-8.0, -6.5, -5.0, -3.5)
"""Pixels off the side at which is looked: a fingertip reaches some 4 pixels into an A4 page."""

DEEP = 0.05
"""Share of a side's length inwards at which there is paper for certain: folds bend a side by less."""

TINT = 0.055
"""Chroma over luma, by which skin differs from paper in light and in shadow; paper from paper by .02."""

ALIKE, LEAST_ALIKE = 0.6, 10.0
"""No edge is between the two: they differ by less than this share of what lies there differs from paper, or by this."""

NARROWEST, SHARE = 4.5, 0.03
"""Pixels, and share of a side's length, along which it does so at least: a finger over an A4 page is 10 pixels wide."""

WIDEST, SHORT = 0.5, 60.0
"""Share of a side a hand covers at most; of sides shorter than so many pixels (cards) it may be all."""

BESIDE = 5.0
"""Levels by which a hand, outside of the page, differs from the desk beside it."""

BITE = 0.06
"""Share of a side along which desk shows deep inside."""

DESK = 0.3, 0.5
"""Desk it is when it differs from what is outside by less than this share of the side's step: along the step, and in all."""

RIM = 3
"""Pixels of the picture's rim at which nothing is seen of what lies beyond."""


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Colours (n × 3) along a side, ``places`` on it (n × 2), whether they lie in the picture, ``inward`` off it."""

    inner: Floats
    outer: Floats
    deep: Floats
    places: Floats
    seen: NDArray[np.bool_]
    inward: Floats
    length: float
    step: Floats


def hand(sought: Sought) -> Floats | None:
    """The stretch (4 × 2 corners, pixels of the small picture) of the best shape's outline over which a hand lies."""
    sides = list(_sides(sought))
    inner = np.concatenate([side.inner[side.seen] for side in sides]) if sides else np.zeros((0, 3), np.float32)
    if len(inner) < 20:
        return None
    paper, tint = np.median(inner, axis=0), np.median(_tint(inner), axis=0)
    for side in sides:
        away = np.hypot(*(_tint(side.inner) - tint).T)
        across, other = _size(side.inner - side.outer), _size(side.inner - paper)
        covered = (away > TINT) & (across < np.maximum(ALIKE * other, LEAST_ALIKE)) & side.seen
        for first, last in _runs(covered, closed=3):
            if _hand_long(side, first, last) and _unlike_beside(side.outer, first, last):
                return _strip(side, first, last)
    return None


def bite(sought: Sought) -> Floats | None:
    """The stretch of the best shape's outline at which desk shows deep inside of it."""
    for side in _sides(sought):
        size = float(np.sqrt(side.step @ side.step))
        apart = side.deep - side.outer
        along = np.abs(apart @ (side.step / max(size, 1e-6)))
        desk = (along < DESK[0] * size) & (_size(apart) < DESK[1] * size) & side.seen
        for first, last in _runs(desk):
            if last - first >= BITE * len(desk):
                return _strip(side, first, last)
    return None


def _sides(sought: Sought) -> Iterator[_Side]:
    shape, judged = sought.shapes[0].astype(np.float32), sought.judged
    height, width = sought.smooth.shape[:2]
    for i in range(4):
        along = shape[(i + 1) % 4] - shape[i]
        length = max(1e-6, float(np.hypot(*along)))
        if judged.border[0, i]:
            continue
        inward = np.array((-along[1], along[0]), np.float32) / np.float32(length)
        count = max(8, int(length / PITCH))
        at = (np.arange(count, dtype=np.float32) + 0.5) / count
        tent = 1 - np.abs(2 * at - 1)
        tent = (tent + np.minimum(1.0, 1.6 * tent)) / 2  # as judge.py bends a side
        places = shape[i] + at[:, None] * along + (judged.bend[0, i] * tent)[:, None] * inward
        deep = max(4.0, DEEP * length)
        offsets = np.array((*INSIDE, *OUTSIDE, deep - 1, deep, deep + 1), np.float32)
        points = (places[:, None] + offsets[:, None] * inward).astype(np.float32)
        colours = cv2.remap(sought.smooth, points[..., 0], points[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen = ((places > RIM - 1) & (places < (width - RIM, height - RIM))).all(-1)
        inner, outer, far = (colours[:, part].mean(1) for part in (slice(0, 4), slice(4, 8), slice(8, 11)))
        yield _Side(inner, outer, far, places.astype(np.float32), seen, inward, length, judged.step[0, i])


def _tint(colours: Floats) -> Floats:
    """Chroma over luma, of the smoothed picture's weighted channels."""
    return np.asarray((colours[:, 1:] - 128 * CHROMA) / CHROMA / (colours[:, :1] + 12), np.float32)


def _size(colours: Floats) -> Floats:
    return np.asarray(np.sqrt((colours**2).sum(-1)), np.float32)


def _runs(told: NDArray[np.bool_], closed: int = 0) -> Iterator[tuple[int, int]]:
    """First place, and the one after the last, of each run; gaps shorter than ``closed`` are none."""
    marks = told.astype(np.uint8)[None]
    if closed:
        marks = np.asarray(cv2.morphologyEx(marks, cv2.MORPH_CLOSE, np.ones((1, closed), np.uint8)), np.uint8)
    ends = np.flatnonzero(np.diff(np.concatenate(((0,), marks[0].astype(np.int8), (0,)))))
    yield from zip(map(int, ends[::2]), map(int, ends[1::2]), strict=True)


def _hand_long(side: _Side, first: int, last: int) -> bool:
    run = (last - first) * side.length / len(side.places)
    return run >= max(NARROWEST, SHARE * side.length) and (run <= WIDEST * side.length or side.length < SHORT)


def _unlike_beside(outer: Floats, first: int, last: int) -> bool:
    """Whether what lies outside there differs from what lies outside beside it: desk between two folds does not."""
    within = outer[first:last].mean(0)
    besides = (outer[max(0, first - 6) : max(0, first - 1)], outer[last + 1 : last + 6])
    return any(len(part) >= 2 and float(np.hypot.reduce(within - part.mean(0))) > BESIDE for part in besides)


def _strip(side: _Side, first: int, last: int) -> Floats:
    start, end, deep = side.places[first], side.places[last - 1], side.inward * INSIDE[-1] * 1.6
    return np.array((start - deep, end - deep, end + deep, start + deep), np.float32)
