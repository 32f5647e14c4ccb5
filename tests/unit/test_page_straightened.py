"""Straightening, tones and findings: what comes out looks like what lay there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from devices.camera.findings import findings
from devices.camera.page import Page, find_page
from devices.camera.picture import Picture, bgr_from_ycc
from devices.camera.straighten import A4, Mount, straighten, upright
from devices.virtual.desk import Scene, render
from devices.virtual.pages import page


def straightened(scene: Scene):
    picture = Picture(scene.luma, scene.chroma)
    found = find_page(picture)
    assert found is not None
    return straighten(picture, found, Mount())


def codes(straight) -> tuple[str, ...]:
    return tuple(found.code for found in findings(straight))


def test_full_range_colours_survive_nv12():
    colours = np.zeros((64, 64, 3), np.uint8)
    colours[:32, :32], colours[:32, 32:], colours[32:, :32], colours[32:, 32:] = (
        (0, 0, 0),
        (255, 255, 255),
        (36, 30, 206),
        (90, 120, 60),
    )
    picture = Picture.from_bgr(colours)
    data = picture.luma.tobytes() + picture.chroma.tobytes()
    back = bgr_from_ycc(Picture.from_nv12(data, 64, 64, 64).small_ycc(64))
    for y, x in ((8, 8), (8, 56), (56, 8), (56, 56)):
        assert np.abs(back[y, x].astype(int) - colours[y, x]).max() <= 3


def test_padding_at_the_end_of_rows_is_not_picture():
    rows = np.full((6 * 3 // 2, 16), 255, np.uint8)
    rows[:, :8] = 7
    picture = Picture.from_nv12(rows.tobytes(), 8, 6, 16)
    assert picture.luma.shape == (6, 8)
    assert (picture.luma == 7).all()
    assert picture.chroma.shape == (3, 4, 2)
    assert (picture.chroma == 7).all()


def test_data_that_does_not_fit_its_sizes_is_refused():
    with pytest.raises(ValueError):
        Picture.from_nv12(bytes(100), 64, 64, 64)


def test_an_a4_page_comes_out_as_a4_at_200_dpi():
    assert straightened(render(page("residence"))).shape == (A4[1], A4[0], 3)


def test_a_booklet_keeps_its_own_shape_and_lies_upright():
    height, width, _ = straightened(render(page("household"))).shape
    assert width / height == pytest.approx(143 / 105, rel=0.03)
    assert width == pytest.approx(143 / 25.4 * 200, rel=0.03)


def test_the_title_is_at_the_top_and_the_seal_is_red_at_the_bottom_right():
    straight = straightened(render(page("household")))
    height, width, _ = straight.shape
    red = straight[:, :, 2].astype(int) - straight[:, :, 1] > 60
    y, x = np.argwhere(red).mean(axis=0)
    assert y > height * 0.6
    assert x > width * 0.55
    ink = straight[:, :, 1] < 110
    title = ink[int(height * 0.12) : int(height * 0.24)]
    assert title.mean() > 0.01


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_each_mounting_finds_the_citizens_top(turns):
    corners = np.array(((100.0, 100.0), (500.0, 110.0), (495.0, 400.0), (102.0, 395.0)))
    first = upright(Page(tuple(map(tuple, corners)), False), Mount(turns=turns))[0]
    assert first == pytest.approx(corners[{0: 0, 1: 3, 2: 2, 3: 1}[turns]])


@pytest.mark.parametrize("page_id", ["residence", "contract", "referral", "household", "proxy", "faint_seal", "termination"])
def test_a_sharp_printed_page_has_no_findings(page_id):
    assert codes(straightened(render(page(page_id)))) == ()


def test_a_blank_page_is_called_blank_and_never_blurred():
    scene = render(page("blank"))
    assert codes(straightened(scene)) == ("page_blank",)
    assert codes(straightened(scene.blurred(6.0))) == ("page_blank",)


@pytest.mark.parametrize("page_id", ["residence", "household", "proxy"])
def test_a_page_out_of_focus_is_called_blurred(page_id):
    assert codes(straightened(render(page(page_id)).blurred(5.0))) == ("page_blurred",)


def test_one_line_of_writing_is_not_blank():
    paper = np.full((2339, 1654, 3), 235, np.uint8)
    cv2.putText(paper, "One line only", (300, 600), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (60, 40, 40), 4, cv2.LINE_AA)
    assert codes(paper) == ()


def test_a_red_seal_alone_is_not_blank():
    paper = np.full((2339, 1654, 3), 235, np.uint8)
    cv2.circle(paper, (1100, 1700), 160, (60, 50, 210), 12, cv2.LINE_AA)
    assert codes(paper) == ()
