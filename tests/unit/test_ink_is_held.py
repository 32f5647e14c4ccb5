"""Strokes held for a page that is loaded anew: one drawing in whatever order they come, of one stay at the signature, within
limits, and gone with the visit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.visits import ANSWERS, Walk

from domain.case.content import Point, signed
from kiosk.visit import events as ev
from kiosk.visit import ink
from kiosk.visit.ink import Change, Cleared, Drawing, Drawn, Ink, Sheet, Stroke, TakenBack, TooMuchInkError
from kiosk.visit.privacy import PLACES

SHEET = Sheet("v1", 1000.0)
NUMBERS = st.integers(0, 6)
STROKES = st.lists(st.builds(Point, *(st.integers(0, 3) for _ in range(3))), min_size=1, max_size=3).map(tuple)
CHANGES = st.lists(
    st.one_of(st.builds(Drawn, NUMBERS, STROKES), st.builds(TakenBack, NUMBERS), st.builds(Cleared, NUMBERS)), max_size=10
)


def stroke(*places: tuple[float, float]) -> Stroke:
    return tuple(Point(x, y, n) for n, (x, y) in enumerate(places))


def drawing(changes: list[Change]) -> tuple[tuple[int, Stroke], ...]:
    made = Drawing()
    for change in changes:
        made.change(change)
    return made.strokes()


@settings(max_examples=80)
@given(CHANGES, st.data())
def test_late_repeated_and_out_of_order_it_is_the_same_drawing(changes: list[Change], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(changes), max_size=6)) if changes else []
    assert drawing(data.draw(st.permutations([*changes, *again]))) == drawing(changes)


def test_what_was_taken_back_does_not_come_back_and_what_was_cleared_neither() -> None:
    first, second = Drawn(1, stroke((0, 0))), Drawn(2, stroke((5, 5)))
    assert drawing([TakenBack(1), first, second]) == ((2, second.stroke),)
    assert drawing([Cleared(1), first, second, first]) == ((2, second.stroke),)


def test_more_than_a_signature_has_is_refused_by_name_and_what_was_drawn_stays() -> None:
    made = Drawing()
    for number in range(ink.MOST_STROKES):
        made.change(Drawn(number, stroke((number, 0))))
    for change in (Drawn(10_000, stroke((1, 1))), TakenBack(10_001)):
        with pytest.raises(TooMuchInkError, match="strokes"):
            made.change(change)
    made.change(TakenBack(3))
    made.change(Cleared(ink.MOST_STROKES - 2))
    assert [number for number, _ in made.strokes()] == [ink.MOST_STROKES - 1]
    with pytest.raises(TooMuchInkError, match="points"):
        made.change(Drawn(10_000, stroke(*[(1, 1)] * ink.MOST_POINTS)))
    assert len(made.strokes()) == 1


def test_another_sheet_begins_empty_and_one_that_was_left_takes_nothing() -> None:
    held, later = Ink(), Sheet("v1", 1001.0)
    held.change(SHEET, Drawn(1, stroke((0, 0))))
    assert held.strokes(later) == ()
    held.change(later, Drawn(2, stroke((1, 1))))
    held.change(SHEET, Drawn(3, stroke((2, 2))))
    assert [number for number, _ in held.strokes(later)] == [2]
    assert held.strokes(SHEET) == ()


def test_after_the_visit_nothing_is_held_and_nothing_of_it_is_taken_any_more() -> None:
    held = Ink()
    held.change(SHEET, Drawn(1, stroke((0, 0))))
    assert held.holds
    held.forget("v1")
    held.change(SHEET, Drawn(2, stroke((1, 1))))
    assert not held.holds
    held.change(Sheet("v2", 2000.0), Drawn(1, stroke((0, 0))))
    assert held.holds


def test_the_wipe_looks_at_it() -> None:
    assert "ink" in {place.name for place in PLACES if place.looked_at}


def test_a_sheet_is_one_stay_at_the_signature() -> None:
    walk = Walk().delivered().do(ev.FillForm(ANSWERS))
    first = ink.sheet(walk.visit)
    assert first is not None
    walk.later(5).do(ev.Back())
    assert ink.sheet(walk.visit) is None
    walk.do(ev.FillForm(ANSWERS))
    second = ink.sheet(walk.visit)
    assert second is not None
    assert second.name != first.name
    assert ink.sheet(None) is None


def test_what_is_shown_on_the_form_is_what_the_page_would_send() -> None:
    strokes = ((1000, stroke((-50, -20), (50, 20))), (1400, stroke((0, 0))))
    made = ink.signature(strokes, 800, 300)
    assert made is not None
    assert made.strokes == ((Point(350, 130, 0), Point(450, 170, 1)), (Point(400, 150, 400),))
    assert signed(made)
    assert ink.signature((), 800, 300) is None
