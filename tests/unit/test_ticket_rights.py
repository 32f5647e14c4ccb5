"""Who may do what with a ticket for a bad rating: role × act × state, gone over whole; and what no row may ever say."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import get_args

import pytest
from support.tickets import AT, DAY, KINDS, PATHS, ROLES, act_of, standing_in

from domain.calendar import Calendar
from domain.rating import ticket_acts as acts
from domain.rating.ticket import Refusal, step
from domain.rating.ticket_rights import ENDED, RIGHTS, State, may
from domain.rating.ticket_terms import Standing, Term
from domain.rating.ticket_text import identifies
from domain.rating.ticket_words import ACTS, GROUNDS, HOW, OUTCOMES, REACHED, REFUSALS, SATISFACTION, STANDINGS, STATES, TERMS

LATER = AT + timedelta(hours=5)


@pytest.mark.parametrize("state", State)
def test_an_act_is_taken_only_from_a_role_and_in_a_state_of_the_table(state: State) -> None:
    for named in (False, True):
        ticket = standing_in(state, named=named)
        assert ticket.state is state
        for role, kind in product(ROLES, KINDS):
            after = step(ticket, role, act_of(kind, LATER), Calendar())
            code = after.code if isinstance(after, Refusal) else None
            if may(role, kind, state):
                assert code not in ("role", "state"), (role, kind)
            else:
                assert code == ("role" if role != RIGHTS[kind][0] else "state"), (role, kind)


def test_every_act_state_term_and_class_has_its_words() -> None:
    assert set(RIGHTS) == set(KINDS) == set(ACTS)
    assert set(STATES) == set(State) == set(PATHS)
    assert set(TERMS) == set(Term)
    assert set(STANDINGS) == set(get_args(Standing))
    assert (set(OUTCOMES), set(GROUNDS)) == (set(get_args(acts.Outcome)), set(get_args(acts.Ground)))
    assert (set(REACHED), set(SATISFACTION)) == (set(get_args(acts.Reached)), set(get_args(acts.Satisfaction)))
    assert set(HOW) == {"rectified", "explained"}


def test_every_refusal_has_words() -> None:
    from inspect import getsource
    from re import findall

    from domain.rating import ticket

    assert set(findall(r'return "([a-z_]+)"', getsource(ticket))) <= set(REFUSALS) | {"explained", "rectified"}


def test_an_appeal_is_decided_at_the_centre_by_somebody_who_had_no_hand_in_the_ticket() -> None:
    ticket = standing_in(State.APPEALED)
    assert isinstance(step(ticket, "unit", act_of(acts.AppealDecided, LATER, upheld=True), Calendar()), Refusal)
    own = step(ticket, "centre", act_of(acts.AppealDecided, LATER, upheld=True, by="chen"), Calendar())
    assert own == Refusal("same_person"), "who appealed"
    done = step(ticket, "centre", act_of(acts.AppealDecided, LATER, upheld=True), Calendar())
    assert not isinstance(done, Refusal)
    assert (done.state, done.closed) == (State.EXCLUDED, LATER.date())


def test_a_rejected_appeal_leads_back_to_where_the_ticket_stood_and_there_is_no_second_one() -> None:
    for before in (State.OPEN, State.ACKNOWLEDGED, State.RECTIFYING):
        ticket = standing_in(before)
        for act in (act_of(acts.Appealed, LATER), act_of(acts.AppealDecided, LATER)):
            after = step(ticket, RIGHTS[type(act)][0], act, Calendar())
            assert not isinstance(after, Refusal)
            ticket = after
        assert ticket.state is before
        assert step(ticket, "unit", act_of(acts.Appealed, LATER), Calendar()) == Refusal("appealed_before")


def test_an_appeal_comes_within_five_working_days_or_not_at_all() -> None:
    ticket = standing_in(State.OPEN)  # opened on a Monday
    assert not isinstance(step(ticket, "unit", act_of(acts.Appealed, AT + 7 * DAY), Calendar()), Refusal)
    assert step(ticket, "unit", act_of(acts.Appealed, AT + 8 * DAY), Calendar()) == Refusal("appeal_late")


def test_who_left_a_name_is_called_before_the_ticket_is_closed_or_three_days_in_vain() -> None:
    ticket = standing_in(State.SETTLED, named=True)
    closing = act_of(acts.Closed, LATER)
    assert step(ticket, "centre", closing, Calendar()) == Refusal("not_called")
    for n in (0, 0, 1):
        after = step(ticket, "centre", act_of(acts.CalledBack, LATER + n * DAY), Calendar())
        assert not isinstance(after, Refusal)
        ticket = after
    assert step(ticket, "centre", closing, Calendar()) == Refusal("not_called"), "twice on one day is one day"
    last = step(ticket, "centre", act_of(acts.CalledBack, LATER + 2 * DAY), Calendar())
    assert not isinstance(last, Refusal)
    assert not isinstance(step(last, "centre", closing, Calendar()), Refusal)
    assert step(standing_in(State.SETTLED), "centre", act_of(acts.CalledBack, LATER), Calendar()) == Refusal("anonymous")


def test_no_right_changes_or_deletes_a_rating_and_nothing_but_the_raters_own_word_comes_after_the_end() -> None:
    for kind, (role, states) in RIGHTS.items():
        if states & ENDED:
            assert (kind, role, states & ENDED) == (acts.Rerated, "rater", {State.CLOSED})


@pytest.mark.parametrize(
    "text",
    [
        "电话 13800001234",
        "138-0000-1234",
        "１３８００００１２３４",
        "51010019900101123X",
        "028 8765 4321",
        "办件 SC20260000123",
        "1 3 8 0 0 0 0 1",
    ],
)
def test_a_long_number_is_found_however_it_is_written(text: str) -> None:
    assert identifies(f"说的是{text}，已改")


@pytest.mark.parametrize(
    "text", ["", "2026-11-26 已改", "等了 45 分钟，第 3 号窗口", "2026.1.5 起、2026.1.9 止，各 120 件", "整改 100%"]
)
def test_days_and_small_numbers_are_nobodys(text: str) -> None:
    assert not identifies(text)
