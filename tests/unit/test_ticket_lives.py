"""Any life of a ticket, by any calendar and any rules: what is promised to the rater and to the unit holds in each."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tickets import AT, DAY, act_of, calendars, rules, some_act, standing_in, tried

from domain.calendar import CHINA, Calendar
from domain.catalogue.party import DayOff
from domain.rating import ticket_acts as acts
from domain.rating.ticket import Opened, Rules, Ticket, appeal_until, day_of, fold, paused
from domain.rating.ticket_acts import Act
from domain.rating.ticket_rights import ENDED, RIGHTS, State
from domain.rating.ticket_terms import Term, rectify_due, running

PROVINCE = Calendar()


def lived(draw: st.DrawFn) -> None:
    calendar, by = draw(calendars()), draw(rules)
    opened = Opened("demo-jia", draw(st.sampled_from(("home", "intake"))), draw(st.booleans()), AT)
    ticket, done, at = Ticket(opened), list[Act](), AT
    for _ in range(draw(st.integers(0, 14))):
        at += timedelta(hours=draw(st.integers(0, 90)))
        role, act = draw(some_act(ticket, at))
        after = tried(ticket, role, act, calendar, by)
        if after is not ticket:
            done.append(act)
            assert RIGHTS[type(act)][0] == role
            assert after.position == ticket.position + 1
        ticket = after
        holds(ticket, done, calendar, by)
    told = msgspec.json.decode(msgspec.json.encode(done), type=list[Act])
    assert fold(opened, told) == ticket, "its acts, written down and read again, make the same ticket"


def holds(ticket: Ticket, done: list[Act], calendar: Calendar, by: Rules) -> None:
    day = max([ticket.day, *(day_of(act.at) for act in done)])
    assert not ticket.unit & ticket.centre, "nobody stands on both sides"
    assert "138" not in str([getattr(act, "said", "") for act in done])
    timer = running(ticket, day, calendar, PROVINCE, by)
    assert (timer is None) == (ticket.state in ENDED), "an open ticket always has a term, whose is said"
    if timer is not None:
        assert timer.begins <= timer.warns <= timer.due.day
        assert timer.whose == ("centre" if ticket.state in (State.APPEALED, State.SETTLED) else "unit")
    if ticket.state is State.CLOSED and ticket.opened.named:
        assert ticket.called or len(ticket.missed) >= by.tries
    if ticket.appeal is not None:
        assert ticket.appeal.day <= appeal_until(ticket, calendar, by)
        assert sum(isinstance(act, acts.Appealed) for act in done) == 1
        decided = [act for act in done if isinstance(act, acts.AppealDecided)]
        assert all(
            isinstance(act, acts.Rerated) or act.by != decided[0].by or RIGHTS[type(act)][0] == "centre" for act in done if decided
        )
    assert (ticket.state is State.EXCLUDED) == (ticket.appeal is not None and ticket.appeal.upheld)
    assert (ticket.satisfaction is None) or any(isinstance(a, acts.CalledBack | acts.Rerated) for a in done)
    assert len(ticket.returned) <= by.returns


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_life_breaks_what_is_promised(data: st.DataObject) -> None:
    data.draw(st.composite(lived)())


@pytest.mark.long
@settings(max_examples=5000, deadline=None)
@given(st.data())
def test_no_life_of_very_many_breaks_what_is_promised(data: st.DataObject) -> None:
    data.draw(st.composite(lived)())


def test_terms_are_counted_from_the_opening_in_the_partys_own_working_days() -> None:
    rules, off = Rules(), Calendar(days_off=[DayOff(AT.date() + DAY, "彝族年")])
    for state, term, days in (
        (State.OPEN, Term.ACKNOWLEDGE, 1),
        (State.ACKNOWLEDGED, Term.ANSWER, 5),
        (State.RECTIFYING, Term.RECTIFY, 15),
    ):
        ticket = standing_in(state)
        timer, later = running(ticket, AT.date(), Calendar(), Calendar()), running(ticket, AT.date(), off, Calendar())
        assert timer is not None
        assert later is not None
        assert (timer.term, timer.whose, timer.due) == (term, "unit", Calendar().after(AT.date(), days))
        assert off.between(AT.date(), later.due.day) == days
        assert later.due.day > timer.due.day
    assert rectify_due(standing_in(State.SETTLED), AT.date(), Calendar(), rules) == Calendar().after(AT.date(), 15).day


def test_it_is_warned_of_at_four_fifths_and_on_the_last_day() -> None:
    timer = running(standing_in(State.RECTIFYING), AT.date(), Calendar(), Calendar())
    assert timer is not None
    said = [timer.standing(AT.date() + n * DAY) for n in range(24)]
    assert said == ["running"] * 16 + ["warning"] * 5 + ["last_day"] + ["over"] * 2


def test_the_days_of_an_appeal_do_not_count_for_the_unit() -> None:
    opened = Opened("demo-jia", "home", False, AT)
    asked = [act_of(acts.Acknowledged, AT), act_of(acts.Answered, AT), act_of(acts.Appealed, AT + DAY)]
    decided = act_of(acts.AppealDecided, AT + 4 * DAY)
    ticket = fold(opened, [*asked, decided])
    assert paused(ticket, AT.date() + 30 * DAY) == {AT.date() + n * DAY for n in (2, 3, 4)}
    timer, before = running(ticket, AT.date() + 4 * DAY, Calendar(), Calendar()), Calendar().after(AT.date(), 15)
    assert timer is not None
    assert Calendar().between(before.day, timer.due.day) == 3


def test_an_opening_late_in_the_evening_is_of_chinas_day() -> None:
    opened = Opened("demo-jia", "home", False, datetime(2026, 1, 5, 23, 59, tzinfo=CHINA))
    timer = running(Ticket(opened), opened.at.date(), Calendar(), Calendar())
    assert timer is not None
    assert str(timer.due.day) == "2026-01-06"
