"""What the citizen is told at the desk, glimpse by glimpse: one thing, steadily, and which page it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.camera.advice import APPEARS, CLEARS, FRAMES, GONE, MOVING, STAYS, STILL, Watch
from devices.camera.face import SIZE
from devices.camera.glimpse import DESK, Flaw, Glimpse
from devices.port import Advice, Sight

EVERY = 0.08
CORNERS = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.8), (0.1, 0.8))
PLACE = np.zeros(DESK[::-1], np.bool_)
PLACE[10:70, 20:120] = True


def face(seed: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(seed).normal(0, 20, SIZE[::-1]).astype(np.float32)


def desk(level: int = 220) -> np.ndarray:  # type: ignore[type-arg]
    plate = np.full(DESK[::-1], 40, np.uint8)
    plate[PLACE] = level
    return plate


ONE = face(1)
GOOD = Glimpse(0.0, Flaw(), CORNERS, ONE, desk(), PLACE)
EMPTY = Glimpse(0.0, Flaw(Advice.NO_PAGE), desk=desk(40))
HAND = Glimpse(0.0, Flaw(Advice.HAND), CORNERS, desk=desk(150))


class Desk:
    """A watch that is shown one glimpse every 80 ms."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.at = 0.0
        self.said: list[Advice | None] = []

    def show(self, glimpse: Glimpse, seconds: float = EVERY) -> Sight:
        for _ in range(max(1, round(seconds / EVERY))):
            self.at += EVERY
            sight = self.watch.see(replace(glimpse, at=self.at))
            self.said.append(sight.advice)
        return sight


def moved(by: float, glimpse: Glimpse = GOOD) -> Glimpse:
    return replace(glimpse, outline=tuple((x + by, y) for x, y in CORNERS))


def wrong(advice: Advice) -> Glimpse:
    return replace(GOOD, flaw=Flaw(advice))


@pytest.mark.parametrize("advice", [a for a in Advice if a is not Advice.MOVING])
def test_what_is_wrong_is_said_once_it_lasts_and_goes_once_it_is_well(advice: Advice) -> None:
    desk = Desk()
    desk.show(GOOD, 1)
    assert desk.show(wrong(advice), APPEARS - EVERY).advice is None
    assert desk.show(wrong(advice), 3 * EVERY).advice is advice
    assert desk.show(wrong(advice), STAYS).advice is advice
    assert desk.show(GOOD, CLEARS + 3 * EVERY).advice is None


def test_a_flaw_that_comes_and_goes_from_frame_to_frame_is_not_said() -> None:
    desk = Desk()
    for _ in range(40):
        desk.show(GOOD)
        desk.show(wrong(Advice.GLARE))
    assert set(desk.said) == {None}


def test_what_is_said_stays_long_enough_to_be_read() -> None:
    desk = Desk()
    desk.show(GOOD, 1)
    desk.show(wrong(Advice.GLARE), APPEARS + 2 * EVERY)
    desk.show(wrong(Advice.BLURRED), 3)
    glare = [a for a in desk.said if a is Advice.GLARE]
    assert len(glare) * EVERY >= STAYS - 2 * EVERY
    assert desk.said[-1] is Advice.BLURRED


def test_the_place_of_what_is_said_follows_it() -> None:
    desk = Desk()
    first = replace(GOOD, flaw=Flaw(Advice.GLARE, where=((0.2, 0.2),)))
    desk.show(first, 2)
    assert desk.show(replace(first, flaw=Flaw(Advice.GLARE, where=((0.5, 0.5),)))).where == ((0.5, 0.5),)


def test_a_page_lies_still_after_five_looks_and_a_moved_one_does_not() -> None:
    desk = Desk()
    desk.show(EMPTY, 1)
    looks = 0
    while not desk.show(GOOD).still:
        looks += 1
        assert looks < 40
    assert looks >= FRAMES - 1
    assert not desk.show(moved(2 * STILL)).still
    assert not desk.show(moved(2 * STILL), EVERY * (FRAMES - 2)).still
    assert desk.show(moved(2 * STILL), 1).still


def test_a_page_that_goes_on_moving_is_told_so_one_that_is_put_down_is_not() -> None:
    desk = Desk()
    for n in range(40):
        desk.show(moved(2 * MOVING * (n % 3)))
    assert desk.said[-1] is Advice.MOVING
    desk = Desk()
    desk.show(EMPTY, 1)
    for n in range(3):
        desk.show(moved(0.05 * n))
    desk.show(moved(0.15), 2)
    assert Advice.MOVING not in desk.said


def test_a_page_pushed_about_under_a_hand_is_the_same_page() -> None:
    desk = Desk()
    lay = desk.show(GOOD, 2).lay
    desk.show(HAND, 2)
    assert desk.show(replace(moved(0.03), face=ONE + face(9) / 4), 2) == Sight(None, moved(0.03).outline, still=True, lay=lay)


def test_another_page_is_another_one_though_the_desk_was_never_bare() -> None:
    desk = Desk()
    lay = desk.show(GOOD, 2).lay
    desk.show(HAND, 1)
    assert desk.show(replace(GOOD, face=face(2)), 2).lay == lay + 1


def test_a_page_taken_away_and_laid_again_in_the_very_place_is_another_one() -> None:
    desk = Desk()
    lay = desk.show(GOOD, 2).lay
    desk.show(EMPTY, GONE + 3 * EVERY)
    assert desk.show(GOOD, 2).lay == lay + 1


def test_pages_with_nothing_on_them_are_told_apart_by_leaving_only() -> None:
    desk, blank = Desk(), replace(GOOD, face=None)
    lay = desk.show(blank, 2).lay
    desk.show(HAND, 2)
    assert desk.show(moved(0.05, blank), 2).lay == lay
    desk.show(EMPTY, 1)
    assert desk.show(blank, 2).lay == lay + 1


def test_before_any_page_lay_still_none_has_a_number_and_numbers_go_on_from_the_last() -> None:
    assert Desk().show(EMPTY, 2).lay == 0
    desk = Desk()
    desk.watch = Watch(7)
    assert desk.show(GOOD, 0.1).lay == 0
    assert desk.show(GOOD, 2).lay == 8


KINDS = st.sampled_from([GOOD, EMPTY, HAND, moved(0.02), moved(0.05), replace(GOOD, face=face(2)), *map(wrong, Advice)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(KINDS, st.floats(EVERY, 2)), max_size=20))
def test_whatever_is_shown(shown: list[tuple[Glimpse, float]]) -> None:
    desk = Desk()
    lay, changes = 0, [0.0]
    for glimpse, seconds in shown:
        for _ in range(round(seconds / EVERY)):
            before = desk.said[-1] if desk.said else None
            sight = desk.show(glimpse)
            assert not (sight.still and sight.advice)
            assert sight.lay >= lay or sight.lay == 0
            lay = max(lay, sight.lay)
            if sight.advice is not before and len(desk.said) > 1:
                changes.append(desk.at)
                assert changes[-1] - changes[-2] >= CLEARS - 2 * EVERY or changes[-2] == 0
