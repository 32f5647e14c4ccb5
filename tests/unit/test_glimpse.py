"""What a preview of the virtual desk shows at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from devices.camera.face import same
from devices.camera.glimpse import Glimpse, glimpse, left
from devices.camera.picture import Picture
from devices.port import Advice
from devices.virtual.desk import PREVIEW, Scene, render
from devices.virtual.pages import Lie, page
from devices.virtual.sheets import Table

GOOD = ("residence", "contract", "proxy", "household", "blank")


@cache
def scene(page_id: str) -> Scene:
    return render(page(page_id))


def look(scene: Scene, tick: int = 1) -> Glimpse:
    return glimpse(Picture.from_nv12(scene.preview(tick), *PREVIEW, PREVIEW[0]), 1, 0.0)


@pytest.mark.parametrize("page_id", GOOD)
def test_a_page_that_lies_well_has_no_flaw_and_its_outline_is_where_it_lies(page_id: str) -> None:
    seen = look(scene(page_id))
    assert seen.flaw.advice is None
    truth = scene(page_id).corners
    assert truth is not None
    as_seen = [(1 - y / 2592, x / 4608) for x, y in truth]
    for x, y in seen.outline:
        assert min(max(abs(x - a), abs(y - b)) for a, b in as_seen) < 0.01


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (Scene.glaring, Advice.GLARE),
        (lambda s: s.darkened(0.12), Advice.DARK),
        (lambda s: s.blurred(5.0), Advice.BLURRED),
    ],
)
def test_glare_darkness_and_blur_are_seen(change: Callable[[Scene], Scene], advice: Advice) -> None:
    assert look(change(scene("residence"))).flaw.advice is advice


def test_glare_is_marked_where_it_is() -> None:
    xs, ys = zip(*look(scene("residence").glaring()).flaw.where, strict=True)
    middle = (0.5 + 18 / 236, 0.5 - 45 / 420)
    assert min(xs) < middle[0] < max(xs)
    assert min(ys) < middle[1] < max(ys)


def test_a_desk_without_a_page_and_one_without_light_are_told_apart() -> None:
    assert look(render(None)).flaw.advice is Advice.NO_PAGE
    assert look(render(None).darkened(0.1)).flaw.advice is Advice.DARK


def test_a_page_is_known_again_elsewhere_and_no_other_is_taken_for_it() -> None:
    ids = ("contract", "proxy", "household")
    elsewhere = {i: look(render_pushed(i)) for i in ids}
    for i in ids:
        for j in ids:
            assert same(look(scene(i)).face, elsewhere[j].face) is (i == j), (i, j)


def test_two_pages_of_one_form_are_told_apart_by_what_is_written_in_it() -> None:
    """Two members of a family in a household booklet: the page is turned where it lies."""
    mine, lie = page("household"), page("household").lie
    assert mine.sheet is not None
    title, table, *rest = mine.sheet.parts
    assert isinstance(table, Table)
    hers = {"刘试安": "刘小小", "户主": "长女", "男": "女", "1990年5月12日": "2015年11月2日", "172": "", "大学本科": "小学"}
    hers |= {"510100********0157": "510100********2268", "已婚": "未婚", "示例电子科技公司": "", "技术员": "学生"}
    rows = tuple(tuple(hers.get(cell, cell) for cell in row) for row in table.rows)
    other = replace(mine, sheet=replace(mine.sheet, parts=(title, replace(table, rows=rows), *rest)))
    first = look(scene("household")).face
    assert same(first, look(render(replace(mine, lie=lie.pushed(Lie(turn=-8, right=12, down=20))))).face)
    assert not same(first, look(render(other)).face)
    assert not same(first, look(render(replace(other, lie=lie.pushed(Lie(turn=2, right=3))))).face)


def test_a_bare_desk_is_told_from_a_hand_over_the_page() -> None:
    lying = look(scene("residence"))
    assert left(lying, look(render(None)))
    assert not left(lying, look(scene("residence").under_a_hand()))
    assert not left(lying, look(scene("residence"), 2))


def render_pushed(page_id: str) -> Scene:
    model = page(page_id)
    return render(replace(model, lie=model.lie.pushed(Lie(turn=3, right=4, down=-3))))
