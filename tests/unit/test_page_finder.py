"""The page finder on rendered desks, whose corners are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from devices.camera.page import find_page
from devices.camera.picture import Picture
from devices.virtual.desk import render
from devices.virtual.pages import PAGES, page

WHOLE = [model.id for model in PAGES if model.id not in ("empty", "cut_off")]


def seen(page_id: str) -> tuple[Picture, tuple[tuple[float, float], ...] | None]:
    scene = render(page(page_id))
    return Picture(scene.luma, scene.chroma), scene.corners


def iou(one, other) -> float:
    one, other = np.float32(one), np.float32(other)
    shared, _ = cv2.intersectConvexConvex(one, other)
    return shared / (cv2.contourArea(one) + cv2.contourArea(other) - shared)


@pytest.mark.parametrize("page_id", WHOLE)
def test_a_whole_page_is_found_to_its_corners(page_id):
    picture, corners = seen(page_id)
    found = find_page(picture)
    assert found is not None
    assert not found.cut
    assert iou(found.corners, corners) >= 0.995


def test_the_small_preview_shows_the_same_page():
    scene = render(page("residence"))
    small = Picture.from_nv12(scene.preview(1), 1152, 648, 1152)
    found = find_page(small)
    assert found is not None
    assert iou(np.array(found.corners) * 4, scene.corners) >= 0.99


def test_an_empty_desk_has_no_page():
    assert find_page(seen("empty")[0]) is None


def test_a_page_partly_outside_is_called_cut():
    found = find_page(seen("cut_off")[0])
    assert found is not None
    assert found.cut


@pytest.mark.parametrize("edge", ["top", "right", "bottom", "left"])
def test_a_page_cut_along_any_edge_of_the_picture_is_called_cut(edge):
    picture, _ = seen("residence")
    sides = {"top": (300, 2592, 0, 4608), "right": (0, 2592, 0, 3200), "bottom": (0, 2300, 0, 4608), "left": (0, 2592, 1000, 4608)}
    top, bottom, left, right = sides[edge]
    part = Picture(
        np.ascontiguousarray(picture.luma[top:bottom, left:right]),
        np.ascontiguousarray(picture.chroma[top // 2 : bottom // 2, left // 2 : right // 2]),
    )
    found = find_page(part)
    assert found is not None
    assert found.cut


@pytest.mark.parametrize("seed", range(4))
def test_noise_and_darkness_hold_no_page(seed):
    rng = np.random.default_rng(seed)
    luma = rng.normal(30 + 50 * seed, 12, (648, 1152)).clip(0, 255).astype(np.uint8)
    chroma = rng.normal(128, 3, (324, 576, 2)).clip(0, 255).astype(np.uint8)
    assert find_page(Picture(luma, chroma)) is None


def test_a_hand_and_a_pen_on_the_desk_are_no_page():
    luma = np.full((648, 1152), 40, np.uint8)
    chroma = np.full((324, 576, 2), 128, np.uint8)
    cv2.ellipse(luma, (700, 300), (220, 130), 20, 0, 360, 170, -1)
    cv2.ellipse(chroma, (350, 150), (110, 65), 20, 0, 360, (110, 150), -1)
    cv2.line(luma, (100, 100), (500, 500), 200, 9)
    assert find_page(Picture(luma, chroma)) is None


@pytest.mark.parametrize("shape", [(2, 2), (2, 400), (64, 64)])
def test_pictures_too_small_for_anything_hold_no_page(shape):
    luma = np.zeros(shape, np.uint8)
    assert find_page(Picture(luma, np.full((shape[0] // 2, shape[1] // 2, 2), 128, np.uint8))) is None
