"""The ink of a signature as lines: smooth, where the finger was, and never out of its box."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import ink
from domain.case.content import MAX_POINTS, Point, Signature

SIDES = st.integers(1, 4096)
PLACES = st.tuples(st.floats(-1, 4097), st.floats(-1, 4097))
STROKES = st.lists(st.lists(PLACES, min_size=1, max_size=8), min_size=1, max_size=6)


def signature(strokes: list[list[tuple[float, float]]], width: int = 800, height: int = 300) -> Signature:
    return Signature(width, height, tuple(tuple(Point(x, y, 0) for x, y in stroke) for stroke in strokes))


@given(st.lists(PLACES, min_size=1, max_size=12))
def test_a_line_begins_and_ends_where_the_finger_did_and_turns_at_what_it_passed(points: list[tuple[float, float]]) -> None:
    drawn = ink.line(points)
    assert drawn.start == points[0]
    assert drawn.curves[-1][1] == points[-1]
    if len(points) > 2:
        assert [control for control, _ in drawn.curves] == points[1:-1]


def test_where_two_curves_meet_there_is_no_corner() -> None:
    (first, meet), (second, _) = ink.line([(0, 0), (10, 30), (40, 10), (60, 60)]).curves
    assert meet == ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)


def test_a_dot_has_no_length_and_is_still_a_line() -> None:
    assert ink.line([(3, 4)]) == ink.Line((3, 4), (((3, 4), (3, 4)),))


@settings(max_examples=60)
@given(STROKES, SIDES, SIDES)
def test_whatever_was_written_stays_in_its_box(strokes: list[list[tuple[float, float]]], width: int, height: int) -> None:
    for line in ink.fitted(signature(strokes, width, height), 80, 24):
        for x, y in (line.start, *(place for curve in line.curves for place in curve)):
            assert -1e-6 <= x <= 80 + 1e-6
            assert -1e-6 <= y <= 24 + 1e-6


def test_it_is_as_large_as_the_box_lets_it_and_never_more_than_twice_what_it_was() -> None:
    wide = ink.fitted(signature([[(100, 100), (700, 120)]]), 80, 24)
    assert wide[0].curves[-1][1][0] == pytest.approx(80)
    small = ink.fitted(signature([[(100, 100), (140, 100)]]), 80, 24)
    assert small[0].curves[-1][1][0] == pytest.approx(40 * 2 * 80 / 800)


def test_what_cannot_be_drawn_is_left_out() -> None:
    assert ink.fitted(signature([]), 80, 24) == []
    assert ink.fitted(signature([[(1, 1), (9, 9)]], width=0), 80, 24) == []
    assert ink.strokes(signature([[(1, math.nan)], [(math.inf, 2), (3, 4)]])) == [[(3, 4)]]
    assert sum(map(len, ink.strokes(signature([[(1, 1)] * (MAX_POINTS - 1), [(2, 2)] * 9])))) == MAX_POINTS
