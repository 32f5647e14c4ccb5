"""What is to be read at the desk: one thing, that can be done now."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from screens_glass import PAPER

from kiosk.visit.snapshot import Advice, Desk, Edge, LivePicture, Sight
from kiosk.visit.state import Hold
from ui.view import desk as view
from ui.view.desk import WORDS, Words, told, words

PICTURES = Path(view.__file__).parents[1] / "static" / "img"
GOOD = Sight(outline=PAPER, still=True, lay=1)
EMPTY = Sight(Advice.NO_PAGE)


def at(sight: Sight = GOOD, count: float | None = None, hold: Hold = Hold.NONE, *, unasked: bool = True, **more: object) -> Desk:
    desk = Desk(LivePicture(1, b"", 506, 900, sight), count, 3.0, hold, unasked)
    return replace(desk, **more)  # type: ignore[arg-type]


def every() -> list[Words]:
    return [*WORDS.values(), *(value for value in vars(view).values() if isinstance(value, Words))]


def test_every_advice_has_words_and_everything_said_has_a_picture() -> None:
    assert WORDS.keys() == set(Advice)
    for edge in Edge:
        assert (PICTURES / f"desk-{words(at(Sight(Advice.CUT_OFF, edges=(edge,)))).picture}.svg").exists()
    for said in every():
        assert (PICTURES / f"desk-{said.picture}.svg").exists(), said
        assert len(said.title) <= 12
        assert len(said.text) <= 18


@pytest.mark.parametrize(
    ("desk", "title"),
    [
        (at(EMPTY), "请放上材料"),
        (at(replace(GOOD, still=False)), "看到纸了"),
        (at(count=2.2), "放好了，不要动"),
        (at(unasked=False), "放好了"),
        (at(hold=Hold.MOVE), "放好了，请点“拍照”"),
        (at(hold=Hold.CHANGE), "请换下一页"),
        (at(EMPTY, hold=Hold.CHANGE), "请放下一页"),
        (at(hold=Hold.CHANGE, first=True), "请换上这份材料"),
        (at(EMPTY, hold=Hold.CHANGE, first=True), "请放上材料"),
        (at(EMPTY, side=1), "请放正面"),
        (at(hold=Hold.CHANGE, side=2), "请翻过来，放背面"),
        (at(EMPTY, hold=Hold.CHANGE, side=2), "请翻过来，放背面"),
        (at(Sight(Advice.GLARE), side=2), "这里反光"),
    ],
)
def test_what_is_said_when(desk: Desk, title: str) -> None:
    assert words(desk).title == title


def test_over_one_edge_it_is_said_which_way_to_push() -> None:
    said = words(at(Sight(Advice.CUT_OFF, edges=(Edge.LEFT,))))
    assert "左边" in said.text
    assert "往右" in said.text
    assert words(at(Sight(Advice.CUT_OFF, edges=(Edge.LEFT, Edge.TOP)))) == WORDS[Advice.CUT_OFF]


def test_what_is_good_and_what_is_to_be_minded_is_never_told_by_colour_alone() -> None:
    tones = {told(d)["tone"]: words(d) for d in (at(count=1.0), at(Sight(Advice.HAND)), at(EMPTY))}
    assert tones.keys() == {"good", "mind", "plain"}
    assert len({w.picture for w in tones.values()}) == 3


def test_the_count_is_whole_seconds_and_what_is_left_of_it() -> None:
    said = told(at(count=2.25))
    assert (said["left"], said["share"]) == (3, 0.75)
    assert told(at())["left"] is None
