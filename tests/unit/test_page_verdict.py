"""What is said of a page's picture, and where: on pages drawn and photographed from a seed (all of them: ``bench/verdict.py``)."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bench import verdict
from bench.pictures.bad import WAYS, shoot
from devices.camera.findings import findings
from devices.camera.light import glare, light
from devices.camera.likeness import likeness, same
from devices.camera.page import Page
from devices.camera.picture import Picture
from devices.camera.straighten import Mount, straighten
from devices.camera.whole import dpi, outside

LEVEL = Mount(turns=0)
SPOILT = [(wrong, way) for wrong, ways in WAYS.items() for way in ways if wrong != "page_cut_off"]


def straight(kind: str, seed: int, wrong: str = "", way: str = "", askew: float = 0.0):
    shot = shoot(kind, seed, wrong, way)
    page = Page(tuple((x + askew, y - askew) for x, y in shot.corners), False)
    return straighten(shot.picture, page, LEVEL), shot


def grey(page):
    return cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)


@pytest.mark.parametrize("kind", ["form", "pencil", "sparse", "receipt", "booklet", "card_front"])
def test_a_good_page_of_any_kind_is_called_good(kind):
    assert findings(straight(kind, 900)[0]) == ()


@pytest.mark.parametrize(("wrong", "way"), SPOILT, ids=[way for _, way in SPOILT])
@pytest.mark.parametrize("kind", ["form", "booklet"])
def test_a_spoilt_page_is_called_what_it_is(kind, wrong, way):
    assert wrong in {found.code for found in findings(straight(kind, 901, wrong, way)[0])}


@pytest.mark.parametrize("way", ["lamp", "tube"])
def test_glare_is_shown_where_it_is(way):
    page, shot = straight("booklet", 902, "page_glare", way)
    (where,) = next(found for found in findings(page) if found.code == "page_glare").boxes
    left, top, right, bottom = (share * 10_000 for share in shot.where)
    shared = max(0, min(where[2], right) - max(where[0], left)) * max(0, min(where[3], bottom) - max(where[1], top))
    assert shared > 0.5 * (right - left) * (bottom - top)


def test_a_page_sharp_at_one_end_only_shows_the_other_end():
    page, shot = straight("receipt", 903, "page_blurred", "lifted")
    (found,) = findings(page)
    assert found.boxes
    _, top, _, bottom = shot.where
    for box in found.boxes:
        assert top - 0.2 <= (box[1] + box[3]) / 20_000 <= bottom + 0.2


def test_white_paper_exposed_too_long_is_no_glare():
    page = np.full((2339, 1654, 3), 255, np.uint8)
    page[300:1800:40, 200:1400] = 60
    assert glare(grey(page), light(page[:, :, 1])) == ()


def test_a_white_label_on_grey_paper_is_no_glare():
    page = np.full((2339, 1654, 3), 200, np.uint8)
    page[800:1100, 500:1100] = 255
    assert glare(grey(page), light(page[:, :, 1])) == ()


@pytest.mark.parametrize("shape", [(1, 1), (3, 3400), (3400, 3), (60, 60)])
def test_pages_too_small_for_anything_are_told_blank_and_break_nothing(shape):
    page = np.full((*shape, 3), 230, np.uint8)
    assert [found.code for found in findings(page)] == ["page_blank"]
    assert same(likeness(grey(page)), [("other", likeness(grey(page)))]) is None


# --- taken before -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["certificate", "booklet"])
def test_a_page_taken_again_is_known_upright_and_upside_down_and_another_is_not(kind):
    first, again, other = (likeness(grey(straight(kind, seed, askew=askew)[0])) for seed, askew in ((904, 0), (904, 2), (905, 0)))
    turned = likeness(grey(np.ascontiguousarray(straight(kind, 904, askew=2)[0][::-1, ::-1])))
    assert same(again, [("other", other), ("first", first)]) == "first"
    assert same(turned, [("first", first)]) == "first"
    assert same(other, [("first", first)]) is None


def test_two_persons_cards_are_never_called_the_same():
    first, other = (likeness(grey(straight("card_front", seed)[0])) for seed in (904, 905))
    assert same(other, [("first", first)]) is None


def test_a_likeness_that_is_none_is_nobodys():
    mine = likeness(grey(straight("form", 904)[0]))
    for broken in (b"", b"\x01", mine[:-1], mine + b"\x00", b"\xff" * 100):
        assert same(mine, [("broken", broken)]) is None
        assert same(broken, [("mine", mine)]) is None


# --- seen whole, and closely enough -----------------------------------------------------------------------------------


def desk(width: int, height: int) -> Picture:
    return Picture(np.zeros((height, width), np.uint8), np.full((height // 2, width // 2, 2), 128, np.uint8))


def test_what_lies_outside_the_picture_is_a_strip_along_that_side():
    page = Page(((-200, 100), (800, 100), (800, 1500), (-200, 1500)), True)
    (box,) = outside(desk(1000, 1600), page, LEVEL)
    left, top, right, bottom = box
    assert (left, top, bottom) == (0, 0, 10_000)
    assert 1900 < right < 2400


def test_dots_an_inch_are_those_of_the_worst_side_and_of_a_cut_page_nobody_knows():
    near = Page(((100, 100), (1754, 100), (1754, 2439), (100, 2439)), False)
    assert dpi(near, LEVEL, (1654, 2339)) == pytest.approx(200)
    assert dpi(near, LEVEL, (3308, 2339)) == pytest.approx(100)
    assert dpi(Page(near.corners, True), LEVEL, (1654, 2339)) is None


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_whole_set_is_judged_within_its_bars():
    assert [row for row in verdict.whole() if not row[3]] == []
