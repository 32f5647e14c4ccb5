"""What a straightened page shows that the citizen should know before keeping it. Advice, never a verdict on the document.

Measured at a fixed scale after straightening, or the numbers mean nothing. Sharpness is the Laplacian's variance on ink at
150 dpi over the squared contrast of that ink: on 13 real and 11 rendered pages .048 to .26 as photographed, .010 to .026
blurred with sigma 1.5, .002 to .011 with sigma 2, where small print is lost. Ink is looked for in the green channel, where
red seals, blue pens and black print are all dark. A page with almost no ink is *blank*; whether it is sharp cannot be told,
so nothing is said. Motion is seen poorly in one picture; the citizen is asked to keep still instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from devices.camera.picture import Pixels
from devices.camera.straighten import DPI

MEASURED_DPI = 150

MARGIN = 0.04
"""Share of each side left out: shadows and curled edges live there."""

INK = 0.12
"""How much darker than the paper around it a pixel of ink is, as a share of the paper's brightness."""

BLANK = 0.0004
"""Share of ink below which a page is blank: a page number alone has more."""

DARK = 70.0
"""Brightness of paper below which small print drowns in noise; well lit it is 180 to 245."""

SHARP = 0.014
"""Least Laplacian variance on ink, over the squared contrast of that ink."""


@dataclass(frozen=True, slots=True)
class Looks:
    """``paper``: its brightness, 0..255. ``ink``: share of the page. ``sharpness``: Laplacian variance on ink over the squared
    contrast of that ink; ``None`` without ink."""

    paper: float
    ink: float
    sharpness: float | None


def findings(page: Pixels) -> tuple[str, ...]:
    """Codes (``page_dark``, ``page_blank``, ``page_blurred``) for a page at 200 dpi, B, G, R."""
    looks = look(page)
    if looks.paper < DARK:
        return ("page_dark",)  # noise passes for ink and for sharpness here
    if looks.ink < BLANK:
        return ("page_blank",)
    if looks.sharpness is not None and looks.sharpness < SHARP:
        return ("page_blurred",)
    return ()


def look(page: Pixels) -> Looks:
    """The numbers behind :func:`findings`."""
    scale = MEASURED_DPI / DPI
    green = cv2.resize(np.ascontiguousarray(page[:, :, 1]), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = green.shape
    dy, dx = round(height * MARGIN), round(width * MARGIN)
    green = cv2.GaussianBlur(green[dy : height - dy, dx : width - dx], (0, 0), 0.6)  # sensor noise is not sharpness
    paper = _paper(green)
    dark = (paper - green.astype(np.float32)) / np.maximum(paper, 1.0)
    ink = dark > INK
    share = float(ink.mean())
    level = float(np.median(paper))
    if share < BLANK:
        return Looks(level, share, None)
    near = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    contrast = float(np.percentile(paper[ink] * dark[ink], 75))
    edges = cv2.Laplacian(green, cv2.CV_32F)
    return Looks(level, share, float(edges[near].var()) / max(contrast, 1.0) ** 2)


def _paper(green: Pixels) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Brightness of the paper under each pixel: a closing over about 10 mm at a quarter of the size."""
    small = cv2.resize(green, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    level = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), (0, 0), 3)
    return np.asarray(cv2.resize(level, green.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
