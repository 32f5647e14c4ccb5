"""Four-sided hulls of what stands out from the desk: candidates for pages without straight sides, like crumpled receipts."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Pixels

Floats = NDArray[np.float32]
Quad = NDArray[np.float64]

LEAST_AREA = 0.015
"""Share of the picture."""

LARGEST = 2
"""Outlines looked at of each mask."""

MOST_SIDES = 10
"""Sides of a hull before it is reduced one by one."""


def hulls(small: Pixels) -> Floats:
    """n × 4 × 2 corners, clockwise, in pixels of the Y, Cb, Cr picture ``small``."""
    found: list[Quad] = []
    least = LEAST_AREA * small.shape[0] * small.shape[1]
    for mask in _masks(small):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        largest = sorted(((cv2.contourArea(contour), i) for i, contour in enumerate(contours)), reverse=True)[:LARGEST]
        for area, i in largest:
            if area < least:
                continue
            for quad in _reduced(contours[i]):
                if all(np.abs(quad - other).max() > 2.5 for other in found):
                    found.append(quad)
    return np.array(found, np.float32).reshape(-1, 4, 2)


def _reduced(contour: NDArray[np.int32]) -> Iterator[Quad]:
    """Without the sides that matter least (rounded and torn corners), and without the corners that do (folds, bows)."""
    hull, epsilon = cv2.convexHull(contour).astype(np.float32), 1.0
    while len(hull) > MOST_SIDES:
        hull = cv2.approxPolyDP(hull, epsilon, True)
        epsilon *= 1.5
    start = hull[:, 0].astype(np.float64)
    if len(start) < 4:
        return
    for quad in (_without_sides(start), _without_corners(start)):
        if quad is not None:
            yield _clockwise(quad)


def _without_sides(hull: Quad) -> Quad | None:
    """Drops, again and again, the side whose neighbours meet with the least added area, until four remain."""
    while len(hull) > 4:
        before, start = np.roll(hull, 1, axis=0), hull
        end, after = np.roll(hull, -1, axis=0), np.roll(hull, -2, axis=0)
        meet = _meet(before, start, end, after)
        added = np.abs(_cross(end - start, meet - start)) / 2
        if not np.isfinite(added).any():
            return None
        side = int(np.nanargmin(added))
        hull = hull.copy()
        hull[side] = meet[side]
        hull = np.delete(hull, (side + 1) % len(hull), axis=0)
    return hull


def _without_corners(hull: Quad) -> Quad:
    """Drops, again and again, the corner that takes the least area with it, until four remain."""
    while len(hull) > 4:
        before, after = np.roll(hull, 1, axis=0), np.roll(hull, -1, axis=0)
        hull = np.delete(hull, int(np.argmin(np.abs(_cross(hull - before, after - before)))), axis=0)
    return hull


def _clockwise(quad: Quad) -> Quad:
    return quad if _cross(quad[1:2] - quad[:1], quad[2:3] - quad[1:2])[0] > 0 else quad[::-1]


def _masks(small: Pixels) -> Iterator[Pixels]:
    square = np.ones((5, 5), np.uint8)
    for channel in _channels(small):
        smooth = cv2.medianBlur(channel, 5)
        _, mask = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, square)
        yield mask
        yield cv2.bitwise_not(mask)


def _channels(small: Pixels) -> Iterator[Pixels]:
    luma, *chroma = cv2.split(small)
    yield luma
    for plane in chroma:
        yield cv2.addWeighted(plane, 3.0, plane, 0.0, -256.0)
    away = np.maximum(*(cv2.absdiff(plane, np.full_like(plane, 128)) for plane in chroma))
    yield cv2.addWeighted(away, 4.0, away, 0.0, 0.0)


def _meet(before: Quad, start: Quad, end: Quad, after: Quad) -> Quad:
    """Where the lines before→start and after→end cross beyond the side start→end; NaN where they part."""
    u, v = start - before, end - after
    across = _cross(u, v)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = _cross(end - start, v) / across
        back = _cross(end - start, u) / across
        meet = start + along[:, None] * u
    meet[~((along > 0) & (back > 0))] = np.nan
    return meet


def _cross(a: Quad, b: Quad) -> NDArray[np.float64]:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
