"""Pages as a camera over a desk sees them, good ones and each kind of bad one, from a seed. The ranges here are the claim.

Lengths are pixels of a 12-megapixel still over a 420 mm desk (278 dpi). Only the page's surroundings are made, not the whole
desk: finding pages is measured elsewhere (``desk.py``), and corners are known here. A page cut off is cut by the picture's edge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.pictures.pages import Flat, page
from devices.camera.picture import Picture

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

EDGE = 70
"""Pixels of desk around the page."""

GOOD_SHARE, GOOD_LENS = (0.55, 0.97), (0.5, 0.9)
"""Brightness of paper where the light is best; sigma of the lens and the sensor's interpolation together."""

NOISE = (0.8, 2.6)
"""Sigma of luma, grey levels."""

SHADOW = (0.5, 1.0)
"""Light where it is worst, as a share of where it is best: a gentle fall across the page."""

BLUR, MOTION = (1.5, 4.0), (5.0, 15.0)
LIFTED = (2.0, 4.0)
"""Sigma at the far edge of a page that is sharp at the near one; half of the page is worse than half of that."""

GLARE = (0.008, 0.06)
"""Share of the page, lamp or window mirrored, lying on something written."""

SHINE = 260.0
"""Grey levels a mirrored lamp adds: paper below it is white, and so is print."""

DARK = (0.07, 0.2)
"""Brightness of paper: 18 to 50 grey levels."""

CUT = (0.03, 0.25)
"""How much of the page's width or height lies outside."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A page before the camera. ``wrong``: the code a judge should say, empty for a good page; ``corners`` in its pixels,
    from the page's top left clockwise; ``where``: the spoilt part in shares of the page (left, top, right, bottom), if any."""

    flat: Flat
    wrong: str
    picture: Picture = field(repr=False)
    corners: NDArray[np.float64] = field(repr=False)
    where: tuple[float, float, float, float] | None = None


def shoot(kind: str, seed: int, wrong: str = "", way: str = "") -> Shot:
    """``wrong`` as in :data:`WAYS`; ``way`` one of its ways, else the seed chooses."""
    rng = np.random.default_rng((seed, *kind.encode(), *wrong.encode()))
    flat = page(kind, seed)
    way = way or (str(rng.choice(list(WAYS[wrong]))) if wrong else "")
    scene = _Scene(flat, rng)
    if wrong:
        WAYS[wrong][way](scene)
    return scene.shot(wrong)


class _Scene:
    """A page on its way to the sensor; a way of being bad changes what it likes before the light reaches the noise."""

    def __init__(self, flat: Flat, rng: np.random.Generator) -> None:
        self.rng, self.flat = rng, flat
        height, width = flat.colour.shape[:2]
        self.size = (width + 2 * EDGE, height + 2 * EDGE)
        outline = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float64) - 0.5
        self.corners = outline + EDGE + rng.uniform(-EDGE * 0.7, EDGE * 0.7, (4, 2))
        onto = cv2.getPerspectiveTransform(outline.astype(np.float32), self.corners.astype(np.float32))
        plate = np.full((self.size[1], self.size[0], 3), rng.integers(18, 60), np.uint8)
        self.seen = cv2.warpPerspective(flat.colour, onto, self.size, plate, borderMode=cv2.BORDER_TRANSPARENT)
        self.onto = onto
        self.share = rng.uniform(*GOOD_SHARE) * 255 / max(1.0, float(np.median(flat.colour[::16, ::16])))
        self.lens = rng.uniform(*GOOD_LENS)
        self.noise = rng.uniform(*NOISE)
        self.light: Floats = _fall(self.size, rng)
        self.where: tuple[float, float, float, float] | None = None
        self.kept = (0, 0, *self.size)
        self.mirrored: Floats | None = None

    def shot(self, wrong: str) -> Shot:
        colour = cv2.GaussianBlur(self.seen, (0, 0), self.lens)
        light = cv2.resize(self.light * self.share, self.size, interpolation=cv2.INTER_CUBIC)
        colour = cv2.multiply(colour, cv2.merge((light, light, light)), dtype=cv2.CV_8U)
        if self.mirrored is not None:  # adds to what the paper sends back, and is brighter than the sensor can tell
            colour = cv2.add(colour, cv2.merge([self.mirrored * SHINE] * 3), dtype=cv2.CV_8U)
        left, top, right, bottom = self.kept
        picture = Picture.from_bgr(np.ascontiguousarray(colour[top:bottom, left:right]))
        noise = self.rng.normal(0, self.noise, (487, 503)).astype(np.float32)
        tiles = (picture.height // 487 + 1, picture.width // 503 + 1)
        spread = np.tile(noise, tiles)[: picture.height, : picture.width]
        spread[picture.luma == 255] = 0  # beyond what the sensor can tell
        luma = cv2.add(picture.luma, spread, dtype=cv2.CV_8U)
        corners = self.corners - (left, top)
        return Shot(self.flat, wrong, Picture(np.asarray(luma, np.uint8), picture.chroma), corners, self.where)


def _fall(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Light over the picture at a sixteenth of its size: best somewhere, falling gently from there."""
    width, height = size[0] // 16, size[1] // 16
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    away = np.hypot((xs - x) / width, (ys - y) / height) / 1.2
    return np.asarray(1 - (1 - rng.uniform(*SHADOW)) * np.clip(away, 0, 1) ** 1.5, np.float32)


# --- ways of being bad ------------------------------------------------------------------------------------------------


def _out_of_focus(scene: _Scene) -> None:
    scene.lens = float(np.hypot(scene.lens, scene.rng.uniform(*BLUR)))


def _lifted(scene: _Scene) -> None:
    """Sharp at one edge, out of focus at the other, where more is written: a page that does not lie flat."""
    worst, height = scene.rng.uniform(*LIFTED), scene.seen.shape[0]
    levels = [cv2.GaussianBlur(scene.seen, (0, 0), worst * n / 4) for n in range(1, 5)]
    ink = scene.flat.ink()
    down = bool(ink[len(ink) * 3 // 5 :].sum() > ink[: len(ink) * 2 // 5].sum())
    for n, level in enumerate(levels):
        band = slice(height * (n + 1) // 5, height) if down else slice(0, height * (4 - n) // 5)
        scene.seen[band] = level[band]
    scene.where = (0, 0.6, 1, 1) if down else (0, 0, 1, 0.4)


def _moved(scene: _Scene) -> None:
    length, angle = scene.rng.uniform(*MOTION), scene.rng.uniform(0, np.pi)
    scene.seen = cv2.filter2D(scene.seen, -1, streak(length, angle))


def streak(length: float, angle: float) -> Floats:
    """The kernel of a straight movement of ``length`` pixels."""
    side = int(np.ceil(length)) | 1
    fine = np.zeros((side * 8, side * 8), np.uint8)
    half = length * 4 * np.array((np.cos(angle), np.sin(angle)))
    middle = np.array((side * 4, side * 4))
    cv2.line(fine, tuple(np.rint(middle - half).astype(int).tolist()), tuple(np.rint(middle + half).astype(int).tolist()), 255, 8)
    kernel = cv2.resize(fine.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _lamp(scene: _Scene) -> None:
    """A mirrored lamp: a soft-edged bright ellipse that eats what is under it, on something written."""
    _mirror(scene, lambda xs, ys: np.hypot(xs, ys))


def _tube(scene: _Scene) -> None:
    """A mirrored tube: long and narrow."""
    _mirror(scene, lambda xs, ys: np.hypot(xs / 2.2, ys * 1.8))


def _mirror(scene: _Scene, away: Callable[[Floats, Floats], Floats]) -> None:
    rng = scene.rng
    ink = cv2.resize(scene.flat.ink(), None, fx=1 / 32, fy=1 / 32, interpolation=cv2.INTER_AREA).astype(np.float32)
    rows, columns = ink.shape
    ink = cv2.boxFilter(ink, -1, (5, 5))[2 : rows - 2, 2 : columns - 2]
    spots = np.argwhere(ink >= np.percentile(ink, 85))
    y, x = (spots[rng.integers(len(spots))] + 2.5) * 32
    height, width = scene.flat.colour.shape[:2]
    radius = float(np.sqrt(rng.uniform(*GLARE) * width * height / np.pi))
    angle, (ys, xs) = rng.uniform(0, np.pi), np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    across = (xs - x) * np.cos(angle) + (ys - y) * np.sin(angle)
    along = -(xs - x) * np.sin(angle) + (ys - y) * np.cos(angle)
    spot = 1 / (1 + np.exp((away(across / radius, along / radius) - 1) * rng.uniform(6, 14)))
    scene.mirrored = cv2.warpPerspective(cv2.resize(spot, (width, height)), scene.onto, scene.size)
    lit = np.argwhere(spot > 0.6)
    (top, left), (bottom, right) = lit.min(axis=0) * 4, lit.max(axis=0) * 4
    scene.where = (left / width, top / height, right / width, bottom / height)


def _too_dark(scene: _Scene) -> None:
    scene.share *= scene.rng.uniform(*DARK) / (scene.share * float(np.median(scene.flat.colour[::16, ::16])) / 255)


def _over_the_edge(scene: _Scene) -> None:
    """One side of the page, or one corner, lies outside of the picture."""
    width, height = scene.size
    share, side = scene.rng.uniform(*CUT), int(scene.rng.integers(4))
    inset = (EDGE + share * (width - 2 * EDGE), EDGE + share * (height - 2 * EDGE))
    left, top, right, bottom = 0, 0, width, height
    left, right = (round(inset[0]), width) if side == 0 else (0, round(width - inset[0])) if side == 1 else (0, width)
    top, bottom = (round(inset[1]), height) if side == 2 else (0, round(height - inset[1])) if side == 3 else (0, height)
    scene.kept = (left, top, right, bottom)


WAYS: dict[str, dict[str, Callable[[_Scene], None]]] = {
    "page_blurred": {"out of focus": _out_of_focus, "lifted": _lifted, "moved": _moved},
    "page_glare": {"lamp": _lamp, "tube": _tube},
    "page_dark": {"dark": _too_dark},
    "page_cut_off": {"over the edge": _over_the_edge},
}
