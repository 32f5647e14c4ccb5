"""The net that looks for pages, and the views of drawn desks it is learned from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bench.finder import scenes, views
from bench.pages import iou
from bench.pictures import desk
from devices.camera.look import CELL, HEIGHT, MODEL, WIDTH, look
from devices.camera.page import find_page
from devices.camera.picture import Picture

LONG = 768


def test_the_net_is_small():
    assert MODEL.stat().st_size <= 1_500_000


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_however_the_camera_hangs_it_is_the_same_page(turns):
    shot = desk.bare(10001, LONG)
    found = find_page(Picture.from_bgr(np.ascontiguousarray(np.rot90(shot.colour, -turns))))
    assert found is not None
    x, y = np.array(found.corners).T
    far_x, far_y = shot.colour.shape[1] - 1, shot.colour.shape[0] - 1
    back = {1: (y, far_y - x), 2: (far_x - x, far_y - y), 3: (far_x - y, x)}[turns]
    assert iou(np.stack(back, axis=1), shot.corners) >= 0.97


def test_places_among_the_cells_are_places_in_the_picture_and_back_also_of_one_that_stands():
    for size in ((640, 480), (480, 640)):
        width, height = size
        seen = look(Picture(np.zeros((height, width), np.uint8), np.full((height // 2, width // 2, 2), 128, np.uint8)))
        corners = np.array(((0.0, 0.0), (width - 1.0, 0.0), (width - 1.0, height - 1.0), (0.0, height - 1.0)))
        cells = seen.back(corners)
        assert (cells > 0).all()
        assert (cells < (WIDTH / CELL, HEIGHT / CELL)).all()
        assert np.allclose(seen.onto(cells), corners)


def test_two_who_look_at_once_see_what_each_sees_alone():
    pictures = [desk.bare(seed, 640).picture for seed in (10001, 10002)]
    alone = [look(picture).page for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(look, pictures * 6))
    assert all((seen.page == alone[n % 2]).all() for n, seen in enumerate(together))


def test_a_desk_kept_is_a_desk_read(tmp_path):
    drawn = [scenes.draw(scenes.LEARNED + seed) for seed in range(7)]
    scenes.keep(drawn, tmp_path / "0.npz")
    for one, other in zip(drawn, scenes.kept(tmp_path / "0.npz"), strict=True):
        assert (one.sheet == other.sheet).all()
        assert (one.hand == other.hand).all()
        assert (one.corners is None) == (other.corners is None)
        assert np.abs(one.colour.astype(int) - other.colour).mean() < 4


@pytest.mark.parametrize("kind", ["whole", "held", "cut", "two"])
def test_every_view_says_that_the_page_lies_between_its_corners(kind):
    seed = next(n for n in range(scenes.LEARNED, scenes.LEARNED + 20) if scenes.KINDS[n % len(scenes.KINDS)] == kind)
    desks = [scenes.draw(seed)]
    for n in range(20):
        seen, right = views.view(np.random.default_rng(n), desks)
        page, corner, hand, other, _ = right.transpose(2, 0, 1)
        assert seen.shape == (HEIGHT, WIDTH, 3)
        assert right.min() >= 0
        assert right.max() <= 1
        assert (hand.max() > 0.5) <= (kind == "held")
        assert (other.max() > 0.5) <= (kind == "two")
        assert float((page * other).sum()) <= 0.3 * float(other.sum()) + 1e-3
        rows, columns = np.nonzero(corner > 0.9)
        near = [page[max(0, r - 2) : r + 3, max(0, c - 2) : c + 3] for r, c in zip(rows, columns, strict=True)]
        assert all(around.max() > 0.3 and around.min() < 0.3 for around in near)


def test_a_view_of_a_desk_without_a_page_has_none():
    seed = next(n for n in range(scenes.LEARNED, scenes.LEARNED + 20) if scenes.KINDS[n % len(scenes.KINDS)] == "without")
    _, right = views.view(np.random.default_rng(0), [scenes.draw(seed)])
    assert right[..., (0, 1, 3, 4)].max() == 0
