"""At the window a clerk drives the visit and the citizen decides: the machine alone, without pages."""

from __future__ import annotations

from dataclasses import replace as with_rules

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.visits import ANSWERS, CATALOGUE, PERSON, RULES, SIGNATURE, SUBMITTED, Walk

from kiosk.visit import attending, attending_events, machine
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit import inking_events as ie
from kiosk.visit.attending import SENDERS, Sender
from kiosk.visit.attending_events import Attend, Attended, ClerkSeen, GoAlone, LetGo
from kiosk.visit.intent import Intent
from kiosk.visit.state import Attendant, Printing, PrintState, Rated, State, Step
from ui.citizen import intents

WINDOW = with_rules(RULES, window=True, clerks=True)
WANG, LI = Attendant("s-wang", "C012", "王"), Attendant("s-li", "C034", "李")

FILLED = {name: value for name, value in ANSWERS.items() if name != "true"}
"""All but the promise."""


def by(who: Attendant, *sent: Intent) -> tuple[Attended, ...]:
    return tuple(Attended(who, one) for one in sent)


def at_window() -> Walk:
    return Walk(WINDOW)


def driven(who: Attendant = WANG) -> Walk:
    """A visit ``who`` has begun, as far as the form."""
    choice = (ev.Begin("v1"), ev.ChoosePlace("demo-jia"), ev.ChooseItem("MED-REMOTE"), ev.ChooseSituation("MED-2"))
    walk = at_window().do(*by(who, *choice, ev.ChooseChannel("here"), ev.Next()))
    walk.do(ev.Agree(), ev.CardSeen(), ev.CardTaken(PERSON)).do(*by(who, ev.Next(), ev.Weigh(False)))
    return walk


def test_every_intent_has_its_sender_and_every_address_its_intent():
    named = [one for module in (ev, fe, ie, attending_events) for one in vars(module).values() if isinstance(one, type)]
    assert {one for one in named if issubclass(one, Intent)} - {Intent, Attended} == set(SENDERS)
    assert set(intents.names()) <= {attending.address(kind) for kind in SENDERS}


def test_a_clerk_takes_a_visit_from_its_beginning_to_the_signature_and_no_further():
    walk = driven()
    assert walk.step is Step.SCAN
    walk.do(*by(WANG, ev.TakePage("p1")), ev.PageShown("p1", ()), *by(WANG, ev.KeepPage()))
    walk.do(ev.PageSealed("p1", "a" * 64, 5), *by(WANG, ev.Next(), ev.ChooseDelivery("pickup_intake"), ev.FillForm(FILLED)))
    assert walk.step is Step.FORM
    assert walk.do(*by(WANG, ev.FillForm({"true": "yes"}))).step is Step.FORM
    assert walk.do(ev.FillForm({"true": "yes"})).step is Step.SIGN
    walk.do(*by(WANG, ev.Sign(SIGNATURE)))
    assert walk.step is Step.SIGN
    walk.do(ev.Sign(SIGNATURE))
    for effect in walk.effects:
        if type(effect).__name__ == "SetForm":
            walk.do(ev.PageSealed(effect.ref, "b" * 64, 5))
    assert walk.step is Step.REVIEW
    walk.do(*by(WANG, ev.Submit()))
    assert walk.step is Step.REVIEW
    walk.do(ev.Submit())
    assert walk.step is Step.SUBMITTING


def test_a_promise_is_the_citizens_wherever_it_comes_among_the_answers():
    walk = driven().do(*by(WANG, ev.TakePage("p1")), ev.PageShown("p1", ()), *by(WANG, ev.KeepPage(), ev.Next()))
    walk.do(*by(WANG, ev.ChooseDelivery("pickup_intake")))
    before = walk.state
    assert walk.do(*by(WANG, ev.FillForm(ANSWERS))).state == before
    assert walk.do(ev.FillForm(FILLED)).state == before


def test_consent_is_the_citizens_alone():
    choice = (ev.Begin("v1"), ev.ChoosePlace("demo-jia"), ev.ChooseItem("MED-REMOTE"), ev.ChooseSituation("MED-2"))
    walk = at_window().do(*by(WANG, *choice, ev.ChooseChannel("here"), ev.Next(), ev.Agree()))
    assert walk.step is Step.NOTICE
    assert walk.do(ev.Agree()).step is Step.CARD


def test_while_a_clerk_drives_the_glass_fills_nothing_in():
    walk = driven()
    before = walk.state
    assert walk.do(ev.TakePage("p9"), ev.Next(), ev.LeaveOut()).state == before


def test_a_second_clerk_changes_nothing_until_they_take_over_and_the_first_then_changes_nothing():
    walk = driven()
    before = walk.state
    assert walk.do(*by(LI, ev.TakePage("p9"), ev.Back(), ev.End(), LetGo())).state == before
    assert walk.do(*by(LI, Attend())).visit.attendant == LI
    assert walk.visit.attended == ("C012", "C034")
    held = walk.state
    assert walk.do(*by(WANG, ev.Back(), ev.TakePage("p9"))).state == held


def test_only_whoever_is_gone_is_gone():
    walk = driven().do(ClerkSeen(LI.session, False))
    assert walk.visit.attendant == WANG
    assert walk.do(ClerkSeen(WANG.session, False)).visit.attendant == replace(WANG, here=False)
    assert walk.do(ClerkSeen(WANG.session, True)).visit.attendant == WANG


def test_the_citizen_goes_on_alone_when_the_clerk_is_away_and_not_before():
    walk = driven().do(GoAlone())
    assert walk.visit.attendant == WANG
    walk.do(ClerkSeen(WANG.session, False), GoAlone())
    assert walk.visit.attendant is None
    assert walk.do(ev.TakePage("p1")).visit.scan.taking == "p1"
    assert walk.visit.attended == ("C012",)


def test_a_clerk_lets_go_and_attends_again():
    walk = driven().do(*by(WANG, LetGo()))
    assert walk.visit.attendant is None
    assert walk.do(*by(WANG, ev.Back())).step is Step.SCAN
    assert walk.do(*by(WANG, Attend(), ev.Back())).step is not Step.SCAN


def test_a_draft_is_opened_and_checked_by_a_clerk_only_where_clerks_sign_in():
    assert at_window().do(ev.BeginDraft("w1")).step is None
    assert at_window().do(*by(WANG, ev.BeginDraft("w1"))).step is Step.DRAFT
    assert Walk(with_rules(RULES, window=True)).do(ev.BeginDraft("w1")).step is Step.DRAFT


def test_nobody_goes_on_alone_from_a_draft():
    walk = at_window().do(*by(WANG, ev.BeginDraft("w1"), LetGo()), ClerkSeen(WANG.session, False), GoAlone())
    assert walk.visit.attendant is not None


def test_where_no_clerk_signs_in_nobody_poses_as_one():
    assert Walk().do(*by(WANG, ev.Begin("v1"))).step is None


def test_after_a_restart_the_visit_is_still_the_clerks_who_is_away():
    state, _ = machine.restored(driven().state, None, WINDOW)
    assert state.visit is not None
    assert state.visit.attendant == replace(WANG, here=False)


def test_the_wipe_ends_the_hold():
    walk = driven().do(*by(WANG, ev.End()))
    assert walk.state.visit is None
    assert walk.do(*by(LI, ev.Begin("v2"))).visit.attendant == LI


def rated(visit, rated, ratings, step):
    return State(9, replace(visit, step=step, rated=rated, ratings=ratings, entered=5.0, errors={"tags": "…"}), None)


RATED = st.builds(Rated, st.integers(1, 5), st.sampled_from(("screen", "pad")), st.just((101,)), text=st.sampled_from(("", "慢")))


@given(st.none() | RATED, st.lists(st.none() | RATED, max_size=2).map(tuple), st.sampled_from(sorted(attending.RATING)))
def test_whatever_is_rated_a_clerk_sees_the_same(one, given_before, step):
    visit = replace(driven().visit, submitted=SUBMITTED, printing=Printing(PrintState.PRINTED, 1))
    shown = attending.unrated(rated(visit, one, given_before, step))
    assert shown == attending.unrated(State(3, replace(visit, step=Step.RATING), None))


@pytest.mark.parametrize("step", sorted(attending.RATING))
@pytest.mark.parametrize("kind", sorted(SENDERS, key=lambda k: k.__name__))
def test_from_the_rating_on_a_clerk_sends_nothing(step, kind):
    visit = replace(driven().visit, step=step)
    assert not attending.clerk_may(visit, kind, CATALOGUE, WANG.session)


SENT = st.tuples(
    st.sampled_from((WANG, LI)),
    st.sampled_from(
        (
            *(Attend(), Attend(), LetGo(), ev.Begin("v1"), ev.Begin("v2"), ev.ChoosePlace("demo-jia"), ev.ChooseItem("MED-REMOTE")),
            *(ev.ChooseSituation("MED-2"), ev.ChooseChannel("here"), ev.Next(), ev.Back(), ev.End(), ev.BeginDraft("w1")),
            *(ev.Agree(), ev.Sign(SIGNATURE), ev.Submit(), ev.Rate(5), fe.AskRight(0)),
        )
    ),
)
GLASS = st.sampled_from((ev.Agree(), ev.Begin("g1"), ev.Next(), GoAlone(), ev.CardTaken(PERSON), ev.End(), ev.Stay(), ev.Back()))
SEEN = st.builds(ClerkSeen, st.sampled_from((WANG.session, LI.session)), st.booleans())


@given(st.lists(SENT | GLASS | SEEN, max_size=40))
def test_two_windows_never_hold_one_visit_whatever_they_send_in_whatever_order(sent):
    walk = at_window()
    for one in sent:
        event = Attended(*one) if isinstance(one, tuple) else one
        before = walk.state
        walk.do(event)
        after = walk.state
        if not isinstance(event, Attended) or after == before:
            continue
        holder = before.visit.attendant if before.visit is not None else None
        taken = isinstance(event.intent, Attend)
        assert before.visit is None or taken or (holder is not None and holder.session == event.by.session)
        assert SENDERS[type(event.intent)] is not Sender.GLASS
        if after.visit is not None and not isinstance(event.intent, LetGo):
            assert after.visit.attendant is not None
            assert after.visit.attendant.session == event.by.session
