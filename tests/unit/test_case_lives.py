"""Whole lives of cases, over any calendar, party, item and order of acts: what no path may do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from support.cases import AT, OUT, act_of, lived
from support.lives import DAY, MATERIALS, calendars, cases, some_act

from domain.calendar import CHINA, Calendar
from domain.case import acts
from domain.case.acts import RESULT, Act, CitizenAct, IntakeAct, Piece
from domain.case.deadlines import Calendars, Term, access_until, deemed, timers
from domain.case.life import Life, Refusal, Rules, Taken, Terms, begun, fold, step
from domain.case.pieces import IN_HANDS
from domain.case.rights import State
from domain.catalogue.item import Limit


@dataclass
class Book:
    """What a careful clerk writes beside the program, from the acts that were taken alone."""

    in_hand: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    noticed: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    way: str = ""

    def write(self, act: Act, before: Life, after: Life) -> None:
        match act:
            case acts.OriginalsSeen():
                for piece in act.kept:
                    self.in_hand[piece.material] += piece.count
            case acts.Arrived() | acts.Received():
                for told in act.discrepancies:
                    self.in_hand[told.material] += max(0, told.came - told.sent)
                    self.missing[told.material] += max(0, told.sent - told.came)
            case acts.ResultSent():
                self.way = act.way
                issued = sum(p.count for p in act.pieces if p.material == RESULT) - before.paper.at("home").get(RESULT, 0)
                self.in_hand[RESULT] += max(0, issued)
            case acts.CorrectionRequested():
                stood = {p for p in act.points if p in self.noticed or p.partition("#")[0] not in self.fresh}
                assert not (self.noticed and stood and act.again is None), "old points noticed again without a reason"
                self.noticed |= set(act.points)
                self.fresh = set()
            case acts.Corrected() if before.state is State.CORRECTION:
                self.fresh |= {p.partition("#")[0] for p in act.points}
            case acts.Delivered() | acts.HandedOver():
                assert self.way in ("pickup_intake", "terminal_print"), "handed over in the hall what was not sent there"
            case acts.Served():
                assert self.way not in ("pickup_intake", "terminal_print"), "a desk said that somebody fetched it at a window"


def total(life: Life, material: str) -> int:
    return sum(count for (_, of), count in life.paper.lies.items() if of == material)


def holds(life: Life, act: Act, after: Life, book: Book) -> None:
    """One step of a life."""
    assert after.position == life.position + 1
    if isinstance(act, get_args(IntakeAct) + get_args(CitizenAct)):
        for said in ("accepted", "decided", "granted", "notices" if not isinstance(act, acts.Corrected) else "granted"):
            assert getattr(after, said) == getattr(life, said), f"{type(act).__name__} is no act of the home department"
        assert after.ended in (life.ended, "withdrawn")
    if after.accepted != life.accepted:
        assert isinstance(act, acts.Accepted | acts.DeemedAccepted)
        assert not after.awaits, "accepted before the window had seen what it was to see"
    book.write(act, life, after)
    for material in (*MATERIALS, RESULT):
        assert total(after, material) == book.in_hand[material], f"{material} came from nowhere, or went there"
    assert Counter(after.paper.at("missing")) == +book.missing
    assert all(count > 0 for count in after.paper.lies.values())
    if after.state is State.CLOSED:
        assert not after.paper.at(*IN_HANDS)
        assert not after.paper.still_owed()


def counted(start: date, count: int, works: Callable[[date], bool]) -> date:
    day = start
    while count:
        day += DAY
        count -= works(day)
    return day


def terms_hold(life: Life, done: Sequence[Act], days: Calendars, today: date, rules: Rules) -> None:
    """Each running term, counted once more from the acts alone."""

    def of(kind: type) -> list[Any]:
        return [act for act in done if isinstance(act, kind)]

    running = {t.term: t for t in timers(life, days, today, rules)}
    for timer in running.values():
        assert timer.standing(today) != "running" or today < timer.due.day
        assert (timer.standing(today) == "over") == (today > timer.due.day)
    accepted = next((a for a in done if isinstance(a, acts.Accepted | acts.DeemedAccepted)), None)
    if life.state in (State.ACCEPTED, State.SUSPENDED):
        assert accepted is not None
        since = accepted.since if isinstance(accepted, acts.DeemedAccepted) else accepted.at.astimezone(CHINA).date()
        begun_, ended = of(acts.Suspended), of(acts.Resumed)
        spans = [
            (a.at.astimezone(CHINA).date(), ended[n].at.astimezone(CHINA).date() if n < len(ended) else today)
            for n, a in enumerate(begun_)
        ]

        def counts(day: date) -> bool:
            return days.home.works(day) and not any(a < day <= b for a, b in spans)

        limit = life.taken.terms.legal
        if limit.unit == "workday" or limit.unit is None:
            length = limit.value if limit.unit == "workday" and limit.value is not None else 20
            expected = counted(since, length, counts)
            for extended in of(acts.Extended):
                if extended.at.astimezone(CHINA).date() <= expected:
                    expected = counted(expected, extended.days, counts)
            assert running[Term.LEGAL].due.day == expected
    else:
        assert Term.LEGAL not in running
    if life.notice is not None or accepted is not None:
        assert not running.keys() & {Term.NOTICE_WINDOW, Term.NOTICE_ARRIVAL}
    if (at_window := running.get(Term.NOTICE_WINDOW)) and (at_home := running.get(Term.NOTICE_ARRIVAL)):
        assert at_window.due.day <= at_home.due.day or life.corrected is not None
    assert (Term.ORIGINALS in running) <= bool(life.awaits)


def a_life(data: st.DataObject, most: int) -> None:
    taken, days = data.draw(cases()), data.draw(calendars())
    rules = Rules(silence=data.draw(st.sampled_from(("window", "arrival"))), late_day=data.draw(st.booleans()))
    life, done, book, at = begun(taken), list[Act](), Book(), taken.at
    for _ in range(data.draw(st.integers(1, most))):
        at += timedelta(hours=data.draw(st.sampled_from((1, 7, 24, 24 * 5))))
        silent = deemed(life, days, at, rules)
        if silent is not None:
            begins = life.received if rules.silence == "window" else life.arrived
            assert begins is not None
            assert counted(max(silent.since, begins), rules.notice, days.home.works) < at.astimezone(CHINA).date()
            assert not isinstance(step(life, silent, rules), Refusal)
        act = silent if silent is not None and data.draw(st.booleans()) else data.draw(some_act(life, at))
        if isinstance(act, acts.DeemedAccepted) and act is not silent:
            continue  # the centre's clock alone makes it
        after = step(life, act, rules)
        if isinstance(after, Refusal):
            continue
        holds(life, act, after, book)
        life, done = after, [*done, act]
        terms_hold(life, done, days, at.astimezone(CHINA).date(), rules)
    assert fold(taken, done) == life
    until = access_until(life, rules)
    assert until is None or life.electronic or until >= taken.at
    event(f"ended {life.state.value}")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_path_breaks_what_is_promised(data: st.DataObject) -> None:
    a_life(data, 25)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_path_of_very_many_breaks_what_is_promised(data: st.DataObject) -> None:
    a_life(data, 60)


def test_the_terms_of_a_life_as_a_clerk_would_count_them() -> None:
    days = Calendars(Calendar(), Calendar())
    sent = (acts.Prechecked, acts.Dispatched)
    arrived = lived(Taken("C", "h", "i", datetime(2026, 9, 22, 10, tzinfo=CHINA), terms=Terms(promised=Limit(3, "workday"))), *sent)
    (window, home) = timers(arrived, days, date(2026, 9, 28))
    assert (window.due.day, home.due.day) == (date(2026, 9, 30), date(2026, 9, 30))  # 25th to 27th are off
    assert window.standing(date(2026, 9, 28)) == "running"
    assert [t.standing(date(2026, 9, 29)) for t in timers(arrived, days, date(2026, 9, 29))] == ["warning"] * 2
    assert [t.standing(date(2026, 9, 30)) for t in timers(arrived, days, date(2026, 9, 30))] == ["last_day"] * 2
    assert [t.standing(date(2026, 10, 1)) for t in timers(arrived, days, date(2026, 10, 1))] == ["over"] * 2


def test_the_day_a_parcel_came_counts_and_not_the_day_it_was_opened() -> None:
    days = Calendars(Calendar(), Calendar())
    kept = act_of(acts.OriginalsSeen, AT, kept=(Piece("M", 1),))
    sent = act_of(acts.Dispatched, AT, parcel=OUT, pieces=(Piece("M", 1),))
    came = act_of(acts.Arrived, AT + 3 * DAY, pieces=(Piece("M", 1),), on=(AT + DAY).date())
    life = lived(Taken("C", "h", "i", AT), kept, acts.Prechecked, sent, came)
    assert life.arrived == (AT + DAY).date()
    home = next(t for t in timers(life, days, AT.date()) if t.term is Term.NOTICE_ARRIVAL)
    assert home.begins == (AT + DAY).date()
    early = act_of(acts.Arrived, AT + 3 * DAY, pieces=(Piece("M", 1),), on=(AT - DAY).date())
    assert step(lived(Taken("C", "h", "i", AT), kept, acts.Prechecked, sent), early) == Refusal("wrong_day")


def test_a_special_procedure_is_not_counted_and_a_late_extension_heals_nothing() -> None:
    days = Calendars(Calendar(), Calendar())
    accepted = (acts.Prechecked, acts.Dispatched, acts.Accepted)
    paused = act_of(acts.Suspended, AT + 7 * DAY)
    again = act_of(acts.Resumed, AT + 14 * DAY)
    taken = Taken("C", "h", "i", AT, terms=Terms(legal=Limit(10, "workday")))
    assert timers(lived(taken, *accepted), days, AT.date())[0].due.day == date(2026, 3, 16)
    halted = timers(lived(taken, *accepted, paused), days, (AT + 10 * DAY).date())[0]
    assert halted.standing((AT + 10 * DAY).date()) == "halted"
    assert timers(lived(taken, *accepted, paused, again), days, (AT + 14 * DAY).date())[0].due.day == date(2026, 3, 23)
    in_time, late = (act_of(acts.Extended, AT + n * DAY, days=5) for n in (14, 15))
    assert timers(lived(taken, *accepted, in_time), days, AT.date())[0].due.day == date(2026, 3, 23)
    assert timers(lived(taken, *accepted, late), days, AT.date())[0].due.day == date(2026, 3, 16)


def test_silence_is_acceptance_from_the_day_of_receipt_and_never_on_an_estimate() -> None:
    days, blind = Calendars(Calendar(), Calendar()), Calendars(Calendar(()), Calendar(()))
    life = lived(Taken("C", "h", "i", AT), acts.Prechecked, acts.Dispatched)
    assert deemed(life, days, AT + 7 * DAY) is None
    silent = deemed(life, days, AT + 8 * DAY)
    assert silent is not None
    assert silent.since == AT.date()
    assert deemed(life, blind, AT + 8 * DAY) is None
    after = step(life, silent)
    assert not isinstance(after, Refusal)
    legal = timers(after, days, (AT + 8 * DAY).date())[0]
    assert (legal.term, legal.begins, legal.due.day) == (Term.LEGAL, AT.date(), date(2026, 3, 30))
    asked = lived(Taken("C", "h", "i", AT), acts.Prechecked, acts.Dispatched, acts.CorrectionRequested)
    assert deemed(asked, days, AT + 100 * DAY) is None


def test_a_terminal_that_was_offline_costs_the_home_department_none_of_its_days() -> None:
    """In the hall it was received; silence counts from when the home department could know."""
    days, late = Calendars(Calendar(), Calendar()), AT + 14 * DAY
    offline = begun(Taken("C", "h", "i", AT, terms=Terms(electronic=True), heard=late))
    begins = {t.term: t.begins for t in timers(offline, days, late.date())}
    assert begins == {Term.NOTICE_WINDOW: AT.date(), Term.NOTICE_ARRIVAL: late.date()}
    assert deemed(offline, days, late) is None
    assert deemed(offline, days, late + 8 * DAY) is not None
    answered = act_of(acts.Corrected, AT, heard=late)
    corrected = lived(Taken("C", "h", "i", AT), acts.Prechecked, acts.Dispatched, acts.CorrectionRequested, answered)
    assert deemed(corrected, days, late) is None
    assert {t.term: t.begins for t in timers(corrected, days, late.date())} == begins


def test_a_notice_is_open_until_each_of_its_points_was_answered() -> None:
    asked = act_of(acts.CorrectionRequested, AT, points=("M-a#1", "M-b#2"))
    half = act_of(acts.Corrected, AT, points=("M-a#1",))
    life = lived(Taken("C", "h", "i", AT), acts.Prechecked, acts.Dispatched, asked, half)
    assert life.state is State.CORRECTION
    assert life.notice is not None
    assert life.notice.open == {"M-b#2"}
    whole = lived(
        Taken("C", "h", "i", AT), acts.Prechecked, acts.Dispatched, asked, half, act_of(acts.Corrected, AT, points=("M-b#2",))
    )
    assert whole.state is State.CORRECTED
    old = act_of(acts.CorrectionRequested, AT, points=("M-a#3", "M-c#1"))
    assert step(whole, old) == Refusal("old_points"), "M-c was there already when the first notice was made"
    new = act_of(acts.CorrectionRequested, AT, points=("M-a#3", "M-b#1"))
    assert not isinstance(step(whole, new), Refusal), "both were handed in since"
    assert not isinstance(step(whole, act_of(acts.CorrectionRequested, AT, points=("M-a#1",), again="not_remedied")), Refusal)


def test_what_comes_too_late_is_written_down_and_changes_nothing() -> None:
    asked = lived(Taken("C", "h", "i", AT), acts.Prechecked, acts.Dispatched, acts.CorrectionRequested)
    ended = step(asked, act_of(acts.NotAccepted, AT, why="not_corrected"))
    assert not isinstance(ended, Refusal)
    late = step(ended, act_of(acts.Corrected, AT))
    assert not isinstance(late, Refusal)
    assert (late.state, late.late) == (State.NOT_ACCEPTED, 1)
