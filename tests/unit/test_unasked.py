"""Taking a picture by itself: once for each page that lies still and good, never against the citizen."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.visits import RULES, Walk
from test_advice import EMPTY, EVERY, HAND, face, moved

from devices.camera.advice import Watch
from devices.camera.glimpse import Flaw, Glimpse
from devices.port import Advice
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import machine, unasked
from kiosk.visit.outcome import Rules
from kiosk.visit.state import Hold, State, Step

TICK = 0.25
BY_HAND = "by-hand"
FACES = {page: face(page) for page in (1, 2, 3)}


def still(lay: int = 1) -> ev.DeskSeen:
    return ev.DeskSeen(True, lay)


def restless(lay: int = 1) -> ev.DeskSeen:
    return ev.DeskSeen(False, lay)


def pictures(walk: Walk) -> list[str]:
    return [e.ref for e in walk.asked(fx.TakePicture) if isinstance(e, fx.TakePicture)]


def wait(walk: Walk, seconds: float = RULES.count + 2 * TICK) -> Walk:
    for _ in range(round(seconds / TICK)):
        walk.later(TICK)
    return walk


def taken() -> Walk:
    """One page taken by itself and on the screen."""
    walk = wait(Walk().identified().do(still()))
    (ref,) = pictures(walk)
    return walk.do(ev.PageShown(ref, ()))


def test_a_page_that_lies_still_is_taken_after_the_count_and_not_before() -> None:
    walk = Walk().identified().do(still())
    wait(walk, RULES.count - TICK)
    assert pictures(walk) == []
    assert wait(walk, 2 * TICK).visit.scan.taking == pictures(walk)[0]
    assert len(pictures(walk)) == 1


def test_a_page_that_moves_meanwhile_begins_the_count_anew() -> None:
    walk = Walk().identified().do(still())
    wait(walk, RULES.count - TICK).do(restless())
    assert unasked.left(walk.visit, walk.now, RULES) is None
    wait(walk).do(still())
    assert pictures(walk) == []
    assert len(pictures(wait(walk))) == 1


def test_a_kept_page_that_goes_on_lying_there_is_not_taken_twice_whatever_is_done_to_it_there() -> None:
    walk = taken().do(ev.KeepPage())
    assert walk.step is Step.SCAN
    wait(walk, 10).do(restless(), still())
    wait(walk, 10).do(restless(0), still(0), restless())
    assert len(pictures(wait(walk, 10))) == 1


def test_the_next_page_is_taken_by_itself_also_when_it_was_laid_while_the_first_was_looked_at() -> None:
    walk = taken().do(restless(), still(2))
    assert len(pictures(wait(walk, 10))) == 1
    walk.do(ev.KeepPage())
    assert len(pictures(wait(walk))) == 2
    assert len(set(pictures(walk))) == 2


def test_once_more_waits_until_the_page_was_moved() -> None:
    walk = taken().do(ev.RetakePage())
    assert len(pictures(wait(walk, 10))) == 1
    walk.do(restless(), still())
    assert len(pictures(wait(walk))) == 2


def test_a_picture_that_failed_is_not_tried_again_and_again() -> None:
    walk = wait(Walk().identified().do(still()))
    walk.do(ev.PageNotTaken(pictures(walk)[0], "page_not_found"))
    assert len(pictures(wait(walk, 10))) == 1
    assert walk.visit.scan.fault == "page_not_found"


def test_a_stopped_count_stays_stopped_until_the_page_is_moved() -> None:
    walk = Walk().identified().do(still())
    wait(walk, 1).do(ev.NotYet())
    assert pictures(wait(walk, 10)) == []
    walk.do(restless(), still())
    assert len(pictures(wait(walk))) == 1


def test_the_button_takes_the_page_at_once_and_the_count_does_not_take_it_again() -> None:
    walk = Walk().identified().do(still())
    wait(walk, 1).do(ev.TakePage(BY_HAND))
    assert pictures(walk) == [BY_HAND]
    walk.do(ev.PageShown(BY_HAND, ()), ev.KeepPage())
    assert pictures(wait(walk, 10)) == [BY_HAND]
    walk.do(ev.TakePage("again"))  # a button pressed may take the same page twice
    assert pictures(walk) == [BY_HAND, "again"]


def test_the_citizens_choice_comes_before_the_terminals_setting() -> None:
    walk = Walk().identified().do(ev.TakeUnasked(False), still())
    assert pictures(wait(walk, 10)) == []
    walk.do(ev.TakeUnasked(True))
    assert len(pictures(wait(walk))) == 1
    off = Walk(rules(unasked=False)).identified().do(still())
    assert pictures(wait(off, 10)) == []
    assert len(pictures(wait(off.do(ev.TakeUnasked(True))))) == 1


def rules(*, unasked: bool) -> Rules:

    return dataclasses.replace(RULES, unasked=unasked)


def test_nothing_is_taken_while_a_question_stands_over_the_screen() -> None:
    walk = Walk().identified().do(still(), ev.Leave())
    assert pictures(wait(walk, 10)) == []
    assert len(pictures(wait(walk.do(ev.Stay())))) == 1


def test_laying_pages_keeps_a_visit_alive_a_page_that_lies_there_does_not() -> None:
    walk = Walk().identified().do(ev.TakeUnasked(False))
    for lay in range(1, 6):
        walk.do(still(lay))
        wait(walk, RULES.patience(walk.visit.step) - 1)
        assert not walk.visit.warned
    wait(walk, 2)
    assert walk.visit.warned


def test_what_the_camera_says_makes_no_touch_stale() -> None:
    walk = Walk().identified()
    version = walk.state.version
    wait(walk.do(still()), 1).do(restless(), still(2))
    assert walk.state.version == version
    assert walk.visit.unasked.lay == 2


def test_a_card_s_other_side_is_another_page() -> None:
    walk = taken().do(ev.KeepPage(), restless(), still(2))
    walk.do(ev.PageShown(pictures(wait(walk))[1], ()), ev.KeepPage())
    assert len(walk.visit.collected[0].pages) == 2


@pytest.mark.parametrize("at", ["counting", "taking", "shown", "unsealed", "kept"])
def test_a_restart_keeps_the_place_and_takes_no_kept_page_twice(at: str) -> None:
    walk = Walk().identified().do(still())
    if at == "counting":
        wait(walk, 1)
    else:
        wait(walk)
        if at != "taking":
            walk.do(ev.PageShown(pictures(walk)[0], ()))
        if at == "unsealed":
            walk.do(ev.KeepPage())
        if at == "kept":
            walk.do(ev.KeepPage(), ev.PageSealed(pictures(walk)[0], "a" * 64, 5))
    before = len(pictures(walk))
    kept = msgspec.json.decode(msgspec.json.encode(walk.state), type=State)
    walk.state, _ = machine.restored(kept, None, RULES)
    assert walk.step is Step.SCAN
    wait(walk, 10)
    assert len(pictures(walk)) == before, "the camera has said nothing yet"
    walk.do(restless(0), restless(5), still(5))
    wait(walk, 10)
    assert len(pictures(walk)) == before + (at != "kept")
    if at == "kept":
        walk.do(restless(6), still(6))
        assert len(pictures(wait(walk))) == before + 1


HAPPENINGS = st.one_of(
    st.builds(ev.DeskSeen, st.booleans(), st.integers(0, 3)),
    st.builds(ev.DeskSeen, st.just(True), st.integers(1, 3)),
    st.sampled_from(
        [
            ev.TakePage(BY_HAND), ev.KeepPage(), ev.RetakePage(), ev.NotYet(), ev.TakeUnasked(True), ev.TakeUnasked(False),
            ev.Next(), ev.Back(), ev.Leave(), ev.Stay(), ev.LeaveOut(), "answer", "fail", "restart",
        ]
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(HAPPENINGS, st.floats(0, 5)), max_size=40))
def test_never_two_pictures_of_one_lying_page_and_none_of_a_page_that_is_not_still(happenings) -> None:  # type: ignore[no-untyped-def]
    walk = Walk().identified()
    lying, is_still, waiting = 0, False, True
    """What lies there, by the camera's last word; whether a picture may be taken of it by itself."""
    for event, pause in happenings:
        taking = walk.state.visit.scan.taking if walk.state.visit else None
        if event == "restart":
            walk.state, _ = machine.restored(msgspec.json.decode(msgspec.json.encode(walk.state), type=State), None, RULES)
            lying, is_still = 0, False
            event = ev.Stay()
        elif event == "answer":
            event = ev.PageShown(taking or "nobody's", ())
        elif event == "fail":
            event = ev.PageNotTaken(taking or "nobody's", "page_cut_off")
        if isinstance(event, ev.DeskSeen):
            if 0 not in (lying, event.lay) and lying != event.lay:
                waiting = True
            waiting = waiting or (held(walk) is Hold.MOVE and not event.still)
            lying, is_still = event.lay, event.still
        before = len(pictures(walk))
        walk.do(event)
        if held(walk) is not Hold.CHANGE:
            waiting = True  # nothing of it was kept, or it was asked for again
        if isinstance(event, ev.TakePage) and len(pictures(walk)) > before:
            waiting = False
        for _ in range(round(pause / TICK)):
            before = len(pictures(walk))
            walk.later(TICK)
            if len(pictures(walk)) > before:
                assert is_still
                assert waiting
                assert walk.step is Step.SCAN
                waiting = False
    refs = [ref for ref in pictures(walk) if ref != BY_HAND]
    assert len(refs) == len(set(refs))


def held(walk: Walk) -> Hold:
    return walk.state.visit.unasked.hold if walk.state.visit else Hold.NONE


def test_the_count_is_told_from_whole_to_nothing() -> None:
    walk = Walk().identified().do(still())
    assert unasked.left(walk.visit, walk.now, RULES) == RULES.count
    wait(walk, 1)
    assert unasked.left(walk.visit, walk.now, RULES) == RULES.count - 1
    assert unasked.left(replace(walk.visit, unasked=replace(walk.visit.unasked, since=None)), walk.now, RULES) is None


DESK = st.one_of(
    st.tuples(st.just("lay"), st.integers(1, 3)),
    st.tuples(st.sampled_from(["take away", "hand", "glare", "push", "well"]), st.just(0)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(DESK, st.floats(0.1, 6)), max_size=14))
def test_from_the_glimpses_to_the_picture_each_lying_page_is_taken_once_and_only_while_nothing_is_wrong(script) -> None:  # type: ignore[no-untyped-def]
    """Hands lay, push and take away pages at any moment; every picture is kept at once."""
    walk, watch, told = Walk().identified(), Watch(), None
    lies: int | None = None
    """The page that lies there, by its face."""
    lying, taken, place, wrong = 0, set[int](), 0.0, None
    frame, ticked = 0, walk.now
    for (what, page), seconds in script:
        if what == "lay" and page != lies:
            lies, lying, wrong = page, lying + 1, None
        elif what == "take away":
            lies, wrong, seconds = None, None, max(seconds, 1.0)
        elif what == "push":
            place = 0.05 - place
        elif what in ("hand", "glare"):
            wrong = Advice.HAND if what == "hand" else Advice.GLARE
        elif what == "well":
            wrong = None
        for _ in range(round(seconds / EVERY)):
            frame += 1
            walk.now += EVERY
            sight = watch.see(dataclasses.replace(_glimpse(lies, place, wrong), at=frame * EVERY))
            said = ev.DeskSeen(sight.still and sight.advice is None, sight.lay)
            if said != told:
                walk.do(told := said)
            if walk.now - ticked < TICK:
                continue
            ticked, before = walk.now, len(pictures(walk))
            walk.do(ev.Tick())
            if len(pictures(walk)) > before:
                assert lies is not None
                assert wrong is None
                assert lying not in taken
                taken.add(lying)
                walk.do(ev.PageShown(pictures(walk)[-1], ()), ev.KeepPage())


def _glimpse(lies: int | None, place: float, wrong: Advice | None) -> Glimpse:
    if lies is None:
        return EMPTY
    return dataclasses.replace(moved(place), face=FACES[lies], flaw=Flaw(wrong)) if wrong is not Advice.HAND else HAND
