"""Pictures no desk gives, in frames that are well formed: the smallest, the largest, threads, noise, pages that fill everything."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from devices.camera.glimpse import glimpse
from devices.camera.scan import Scan, live_jpeg, picture_of, scan
from devices.camera.straighten import LONGEST, Mount
from devices.protocols.frames import MAX_FRAME, MAX_SIDE, Frame

Luma = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


def frame(luma: Luma, chroma: int = 128) -> Frame:
    height, width = luma.shape
    data = bytearray(luma.tobytes() + bytes([chroma]) * (width * height // 2))
    return Frame(1, width, height, width, memoryview(data).toreadonly())


def noise(width: int, height: int) -> Luma:
    return np.random.default_rng(3).integers(0, 256, (height, width)).astype(np.uint8)


def page(width: int, height: int, corners: list[tuple[int, int]]) -> Luma:
    luma = np.full((height, width), 20, np.uint8)
    cv2.fillConvexPoly(luma, np.array(corners, np.int32), 235)
    return luma


HOSTILE: dict[str, Callable[[], Luma]] = {
    "a block of pixels": lambda: noise(2, 2),
    "a thread across": lambda: noise(MAX_SIDE, 2),
    "a thread down": lambda: noise(2, MAX_SIDE),
    "black": lambda: np.zeros((480, 640), np.uint8),
    "white": lambda: np.full((480, 640), 255, np.uint8),
    "noise as large as a still": lambda: noise(4608, 2592),
    "a page as large as the largest frame": lambda: page(
        MAX_SIDE, 2304, [(60, 60), (MAX_SIDE - 60, 60), (MAX_SIDE - 60, 2240), (60, 2240)]
    ),
    "a page out of all four edges": lambda: page(640, 480, [(320, -900), (1500, 240), (320, 1400), (-900, 240)]),
    "a page of a few pixels": lambda: page(64, 48, [(20, 14), (44, 14), (44, 34), (20, 34)]),
    "a page seen edgewise": lambda: page(1280, 960, [(100, 470), (1180, 470), (1180, 476), (100, 476)]),
    "stripes": lambda: np.tile(np.uint8([0, 255]), (480, 320)),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_it_is_refused_or_a_page_of_bounded_size_within_bounded_memory(what: str) -> None:
    given = frame(HOSTILE[what]())
    assert len(given.data) <= MAX_FRAME
    tracemalloc.start()
    began = time.process_time()
    taken = scan(given, Mount())
    spent, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if isinstance(taken, Scan):
        assert max(taken.width, taken.height) <= LONGEST
        assert taken.jpeg.startswith(b"\xff\xd8\xff")
    else:
        assert taken == "page_not_found"
    assert peak < 250 * 2**20
    assert spent < 30  # a bound against hanging, not a figure: those are measured in bench


@pytest.mark.parametrize("what", [what for what in HOSTILE if "large" not in what])
def test_it_is_looked_at_live_and_shown_as_a_small_picture(what: str) -> None:
    picture = picture_of(frame(HOSTILE[what](), chroma=255))
    assert glimpse(picture, 1, 0.0).at == 0.0
    jpeg, width, height = live_jpeg(picture, Mount())
    assert jpeg.startswith(b"\xff\xd8\xff")
    assert max(width, height) <= 900
