"""What a straightened page shows that the citizen should know before keeping it, and where. Advice on the picture, nothing else.

Everything is measured at the page's 200 dpi: numbers mean nothing at another scale.

====================  ================================================================================================
``page_dark``         its paper is so dark that print drowns in noise; nothing else can be told then
``page_blank``        nothing stands on it
``page_glare``        a lamp or a window is mirrored on or beside something that stands there (``light.py``)
``page_blurred``      out of focus or moved, as a whole or in parts (``sharpness.py``)
``page_coarse``       the camera saw it with less than 200 dpi (``whole.py``)
``page_cut_off``      part of it lies outside the picture (``whole.py``)
``page_again``        it repeats a page that was kept before (``likeness.py``)
====================  ================================================================================================

A page with nothing on it is *blank* and not *sharp*; nothing is said of its sharpness.
"""

from __future__ import annotations

import cv2
import numpy as np

from devices.camera.light import glare, light
from devices.camera.picture import Pixels
from devices.camera.sharpness import sharpness
from devices.port import Finding

DARK = 70.0
"""Brightness of paper below which small print drowns in noise; well lit it is 180 to 245."""

BLANK = 30
"""Spots of half a millimetre, of something, below which a page is blank: a page number has more, a speck fewer."""


def findings(page: Pixels) -> tuple[Finding, ...]:
    """Of a page at 200 dpi, B, G, R."""
    seen = light(np.ascontiguousarray(page[:, :, 1]))
    if seen.level < DARK:
        return (Finding("page_dark"),)
    luma = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    found: list[Finding] = []
    if (spots := glare(luma, seen)) != ():
        found.append(Finding("page_glare", spots))
    if int(seen.ink.sum()) < BLANK:
        return (*found, Finding("page_blank"))
    sharp = sharpness(luma, seen.ink)
    if sharp.blurred:
        found.append(Finding("page_blurred", sharp.boxes))
    return tuple(found)
