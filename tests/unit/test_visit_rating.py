"""好差评 at the terminal: asked once for each service, nothing chosen beforehand; silence, in whatever order, is no rating."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as msgspec_replace
from support.followups import SAVED, Back
from support.visits import RULES, SIGNATURE, SUBMITTED, Walk

from domain.rating.levels import edition, is_bad
from domain.rating.service import Service
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit import machine
from kiosk.visit.state import CaseProgress, Printing, PrintState, Rated, Step

CASE = SUBMITTED.case
WORDS = replace(RULES, words=True)


def asked(rules: object = RULES) -> Walk:
    return Walk(rules).submitted().printed().do(ev.Next())  # type: ignore[arg-type]


def collected() -> Back:
    """The result lies printed before its holder."""
    walk = Back().signed_for().do(ev.DocumentFound("v1"))
    walk.sheet(PrintState.PRINTED).do(fe.AnswerStored("v1", SAVED))
    return walk


def given_of(walk: Walk) -> list[tuple[Service, Rated]]:
    return [(e.service, e.rated) for e in walk.asked(fx.StoreRating) if isinstance(e, fx.StoreRating)]


def test_the_intake_is_asked_about_once_and_the_hall_s_service_is_what_is_rated() -> None:
    walk = asked().do(ev.Rate(5), ev.GiveReason((510, 513)))
    assert given_of(walk) == [(Service(CASE, "intake"), Rated(5, "screen", (510, 513), "2020"))]
    assert walk.step is Step.FAREWELL


def test_after_a_correction_that_correction_is_rated() -> None:
    walk = Back().correcting()
    walk.page("p1").do(ev.Next()).page("p2").do(ev.Next(), ev.Sign(SIGNATURE), ev.Submit(), fe.AnswerStored("v1", SAVED))
    walk.do(ev.PrintingEnded(SAVED.paper, Printing(PrintState.PRINTED, 1))).later(RULES.receipt_shown)
    assert walk.step is Step.RATING
    ((service, _),) = given_of(walk.do(ev.Rate(2), ev.GiveReason((207,))))
    assert (service.of, service.side, bool(service.task)) == ("correction", "intake", True)


def test_after_a_delivery_the_hall_is_rated_and_then_the_department_and_either_can_be_passed_over() -> None:
    walk = collected()
    assert walk.step is Step.RATING
    walk.do(ev.Next())
    assert walk.step is Step.RATING
    walk.do(ev.Rate(1), ev.GiveReason((110,)))
    ((service, rated),) = given_of(walk)
    assert (service.of, service.side, rated.level, walk.step) == ("delivery", "home", 1, Step.FAREWELL)
    other = collected().do(ev.Rate(4), ev.GiveReason(()), ev.Next())
    ((service, rated),) = given_of(other)
    assert (service.of, service.side, rated.level, other.step) == ("delivery", "intake", 4, Step.FAREWELL)


def test_who_comes_back_with_the_receipt_rates_a_department_that_has_decided_and_by_a_number_nobody_does() -> None:
    told = CaseProgress(CASE, "异地就医备案", "示范甲市", "业务属地已作出决定", rates="demo-jia")

    def shown(by: str, *events: ev.Event, rates: str | None = "demo-jia") -> Back:
        walk = Back()
        walk.do(fe.ChooseHow(by), *events, fe.TasksFound("v1", (msgspec_replace(told, rates=rates),), ()))
        return walk.do(fe.RateHome(0))  # type: ignore[return-value]

    walk = shown("receipt", fe.ReceiptShown("t" * 24))
    assert walk.step is Step.RATING
    (effect,) = walk.do(ev.Rate(1), ev.GiveReason((110,))).asked(fx.StoreRating)
    assert isinstance(effect, fx.StoreRating)
    assert (effect.service, effect.home, walk.step) == (Service(CASE, "delivery", "home"), "demo-jia", Step.FAREWELL)
    for other in (shown("receipt", fe.ReceiptShown("t" * 24), rates=None), shown("number", fe.AskNumber(CASE))):
        assert other.step is Step.CASES


def test_a_key_pressed_for_the_first_question_does_not_answer_the_second() -> None:
    walk = collected()
    first = fx.wants(walk.state).question
    assert first is not None
    walk.do(ev.PadPressed(first, 5), ev.PadPressed(first, 5))
    assert [service.side for service, _ in given_of(walk)] == ["intake"]
    assert fx.wants(walk.state).question not in (None, first)


def test_a_good_key_of_the_pad_is_a_rating_and_a_bad_one_asks_on_the_screen_why() -> None:
    assert [rated for _, rated in given_of(asked().do(ev.PadPressed("v1.0", 4)))] == [Rated(4, "pad", (), "2020")]
    walk = asked().do(ev.PadPressed("v1.0", 1))
    assert (walk.step, given_of(walk)) == (Step.REASON, [])
    assert [rated for _, rated in given_of(walk.do(ev.GiveReason((115,))))] == [Rated(1, "pad", (115,), "2020")]


def test_words_are_a_reason_where_they_can_be_sealed_and_nothing_where_they_cannot() -> None:
    walk = asked(WORDS).do(ev.Rate(1), ev.GiveReason((), "  等了一上午 "))
    assert [rated.text for _, rated in given_of(walk)] == ["等了一上午"]
    walk = asked().do(ev.Rate(1), ev.GiveReason((), "等了一上午"))
    assert (walk.step, set(walk.visit.errors), given_of(walk)) == (Step.REASON, {"tags"}, [])
    walk.do(ev.GiveReason((108,), "等了一上午", "刘试安", "13800001234"))
    assert [(r.text, r.name, r.phone) for _, r in given_of(walk)] == [("", "", "")]


def test_who_leaves_a_name_leaves_a_telephone_and_nobody_is_called_back_about_a_good_one() -> None:
    walk = asked(WORDS).do(ev.Rate(2), ev.GiveReason((207,), "", "刘试安", ""))
    assert (set(walk.visit.errors), given_of(walk)) == ({"phone"}, [])
    walk.do(ev.GiveReason((207,), "", "刘试安", "13800001234"))
    assert [(r.name, r.phone) for _, r in given_of(walk)] == [("刘试安", "13800001234")]
    walk = asked(WORDS).do(ev.Rate(5), ev.GiveReason((), "好", "刘试安", "13800001234"))
    assert [(r.text, r.name, r.phone) for _, r in given_of(walk)] == [("好", "", "")]
    assert "刘试安" not in repr(walk.visit.ratings)


def test_a_level_that_was_touched_and_not_handed_in_is_no_rating_good_or_bad() -> None:
    for level in (5, 1):
        for ending in ([ev.Next()], [ev.Back(), ev.Next()], [ev.End()]):
            assert given_of(asked().do(ev.Rate(level), *ending)) == []
        walk = asked().do(ev.Rate(level)).later(2000)
        assert (walk.state.visit, given_of(walk)) == (None, [])


HAPPENINGS = st.sampled_from(
    [
        *(ev.Rate(level) for level in range(0, 7)),
        *(ev.PadPressed(f"v1.{n}", level) for n in range(3) for level in (1, 4, 9)),
        ev.GiveReason(()),
        ev.GiveReason((108,)),
        ev.GiveReason((510,)),
        ev.GiveReason((), "慢", "刘试安", "13800001234"),
        *(ev.Next(), ev.Back(), ev.Leave(), ev.Stay(), ev.Tick()),
    ]
)


ORDERS = st.lists(st.tuples(HAPPENINGS, st.booleans()), max_size=12)


@pytest.mark.parametrize("start", [lambda: asked(WORDS), collected])
@settings(max_examples=120, deadline=None)
@given(ORDERS)
def test_unrated_never_becomes_good_whatever_happens_and_however_often_the_program_is_killed(start, happenings) -> None:  # type: ignore[no-untyped-def]
    never_becomes_good(start(), happenings)


@pytest.mark.long
@pytest.mark.parametrize("start", [lambda: asked(WORDS), collected])
@settings(max_examples=2_000, deadline=None)
@given(ORDERS)
def test_unrated_never_becomes_good_in_many_orders(start, happenings) -> None:  # type: ignore[no-untyped-def]
    never_becomes_good(start(), happenings)


def never_becomes_good(walk: Walk, happenings: list[tuple[ev.Event, bool]]) -> None:
    """A rating is kept only of a level that a person touched for that very question, and a bad one never turns into another."""
    touched: dict[int, set[int]] = {}
    for event, killed in happenings:
        if walk.state.visit is None:
            break
        at = len(walk.visit.ratings)
        if isinstance(event, ev.Rate) or (isinstance(event, ev.PadPressed) and event.question == f"v1.{at}"):
            touched.setdefault(at, set()).add(event.level)
        before = walk.visit.ratings
        walk.do(event)
        if killed:
            walk.state, effects = machine.restored(walk.state, None, walk.rules)
            walk.effects += effects
        if walk.state.visit is not None:
            assert walk.visit.ratings[: len(before)] == before
    levels = {one.satisfaction for one in edition().levels}
    kept: dict[Service, set[Rated]] = {}
    for service, rated in given_of(walk):
        kept.setdefault(service, set()).add(rated)
    for n, (service, ratings) in enumerate(sorted(kept.items())):
        (rated,) = ratings  # the same, however often it was asked to be stored
        places = [at for at, seen in touched.items() if rated.level in seen]
        assert places, f"nobody touched {rated.level} for question {n} of {service}"
        assert rated.level in levels
        assert not is_bad(rated.level) or rated.tags or rated.text
