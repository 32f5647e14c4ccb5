"""Pictures that came out of a sealed page: looked at with care, since whoever holds a terminal's certificate could have made them.

A master is a baseline JPEG in colour. What it says of itself is read before a pixel is decoded, so that neither memory nor time is
the sender's to choose; what is not such a picture is :class:`DamagedError`, with a text (Chinese) for the screen.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from domain.case.turning import turns
from fleet.desk.inbox import DamagedError

LONGEST, MOST_PIXELS = 6000, 24_000_000
"""A page of the whole desk at 200 dpi has 3400 × 1900; decoding the most takes 72 MB and some 0.2 s."""

READING_QUALITY = 80

PAPER = 0.965
"""Share of the paper's brightness from which a pixel is paper: noise is less, a hard pencil and a faint seal are more than 5 %."""

_START = b"\xff\xd8\xff"

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Master:
    """A page's picture as it was sealed. ``width`` and ``height`` are those of its pixels as they are coded; it is to be shown with
    so many clockwise quarter ``turns``. ``grey``: without colour."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    grey: bool
    turns: int = 0


def master(data: bytes) -> Master:
    """Reads what ``data`` says of itself and decodes nothing. :class:`DamagedError`."""
    if not data.startswith(_START):
        raise DamagedError("这一页解开后不是图片，可能已损坏。请联系中心。")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            (width, height), mode, layered = image.size, image.mode, image.info.get("progressive")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise DamagedError("这一页的图片读不懂，可能已损坏。请联系中心。") from None
    if max(width, height) > LONGEST or width * height > MOST_PIXELS:
        raise DamagedError("这一页的图片大得不合常理，没有打开。请联系中心。")
    if mode not in ("RGB", "L") or layered:
        raise DamagedError("这一页的图片不是终端拍摄的格式，没有打开。请联系中心。")
    return Master(data, width, height, mode == "L", turns(data))


def reading_copy(page: Master) -> bytes:
    """A JPEG that is easier to read than ``page`` and is never kept: shadow evened, background quiet; what stands there keeps its
    colour and place. :class:`DamagedError` when the picture breaks off."""
    colour = _decoded(page)
    size = max(1, page.width // 4), max(1, page.height // 4)
    spots = cv2.resize(colour, size, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(spots, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    # One brightness for all three channels, or a red seal on red paper would turn grey; where all is dark nothing is paper.
    level = np.maximum(cv2.GaussianBlur(closed.max(axis=2), (0, 0), 8), 40)
    paper = cv2.resize(level, (page.width, page.height), interpolation=cv2.INTER_LINEAR)
    even = cv2.divide(colour, cv2.merge((paper, paper, paper)), scale=255 / PAPER)
    even = np.ascontiguousarray(np.rot90(even, -page.turns))
    done, data = cv2.imencode(".jpg", even, (cv2.IMWRITE_JPEG_QUALITY, READING_QUALITY))
    assert done, "JPEG of an 8-bit colour picture cannot fail"
    return bytes(data)


def _decoded(page: Master) -> Pixels:
    try:
        with Image.open(io.BytesIO(page.jpeg), formats=("JPEG",)) as image:
            rgb = np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError):
        raise DamagedError("这一页的图片不完整，只能看到一部分。请联系中心。") from None
    return np.ascontiguousarray(rgb[:, :, ::-1])
