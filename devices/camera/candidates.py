"""Four-sided shapes that could be the page: hulls of edges and masks, reduced to four sides."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.picture import Pixels

Quad = NDArray[np.float64]

LEAST_AREA = 0.04
"""Share of the picture: an identity card on an A4 desk is 0.055 of it."""

MOST_SIDES = 40
"""Sides of a hull before it is reduced one by one; the reduction is quadratic."""

CANNY = ((40, 120), (12, 40))
"""A strong and a faint level: white paper on white marble has steps of 15 grey levels."""


def quads(small: Pixels) -> list[Quad]:
    """Candidates of the Y, Cb, Cr picture ``small``: corners clockwise from the top left, in its pixels; no near-duplicates."""
    found: list[Quad] = []
    least = LEAST_AREA * small.shape[0] * small.shape[1]
    for mask in _masks(small):
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            if np.prod(cv2.boundingRect(contour)[2:]) < least:
                continue
            quad = four_sides(cv2.convexHull(contour)[:, 0].astype(np.float64))
            if quad is None or cv2.contourArea(quad.astype(np.float32)) < least:
                continue
            quad = clockwise(quad)
            if all(np.abs(quad - other).max() > 2.5 for other in found):
                found.append(quad)
    return found


def clockwise(quad: Quad) -> Quad:
    """The same corners, clockwise as seen, beginning with the one nearest the top left."""
    middle = quad.mean(axis=0)
    quad = quad[np.argsort(np.arctan2(*(quad - middle).T[::-1]))]
    return np.roll(quad, -int(np.argmin(quad.sum(axis=1))), axis=0)


def four_sides(hull: Quad) -> Quad | None:
    """Drops, again and again, the side whose neighbours meet with the least added area, until four remain.

    Copes with rounded, torn and folded corners, where ``approxPolyDP`` alone keeps the wrong ones.
    """
    epsilon = 1.0
    while len(hull) > MOST_SIDES:
        hull = cv2.approxPolyDP(hull.astype(np.float32), epsilon, True)[:, 0].astype(np.float64)
        epsilon *= 1.5
    while len(hull) > 4:
        before, start = np.roll(hull, 1, axis=0), hull
        end, after = np.roll(hull, -1, axis=0), np.roll(hull, -2, axis=0)
        meet = _meet(before, start, end, after)
        added = np.abs(_cross(end - start, meet - start)) / 2
        if not np.isfinite(added).any():
            return None
        side = int(np.nanargmin(added))
        hull[side] = meet[side]
        hull = np.delete(hull, (side + 1) % len(hull), axis=0)
    return hull if len(hull) == 4 else None


def _masks(small: Pixels) -> Iterator[Pixels]:
    square = np.ones((9, 9), np.uint8)
    for channel in _channels(small):
        smooth = cv2.medianBlur(channel, 7)
        for low, high in CANNY:
            edges = cv2.Canny(smooth, low, high)
            yield cv2.dilate(edges, np.ones((3, 3), np.uint8))
            yield cv2.morphologyEx(edges, cv2.MORPH_CLOSE, square)
        _, mask = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        yield cv2.morphologyEx(mask, cv2.MORPH_OPEN, square)
        yield cv2.morphologyEx(255 - mask, cv2.MORPH_OPEN, square)


def _channels(small: Pixels) -> Iterator[Pixels]:
    luma, *chroma = cv2.split(small)
    yield luma
    for plane in chroma:
        yield cv2.addWeighted(plane, 3.0, plane, 0.0, -256.0)
    colour = np.abs(small[:, :, 1:].astype(np.int16) - 128).max(axis=2)
    yield np.minimum(colour * 4, 255).astype(np.uint8)


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
