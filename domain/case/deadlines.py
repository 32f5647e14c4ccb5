"""Terms of a case: which run, whose they are, when they end, and how near that is. Counted from the acts, by the calendar of the
party whose term it is.

A term counts from the day after the one it begins on (民法典 201), in working days (行政许可法 82). When the five days of the
notice begin where a case is taken in elsewhere is an open question: both terms are shown, and the earlier one warns.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import ceil
from typing import Literal

from msgspec import Struct

from domain.calendar import CHINA, Calendar, Due
from domain.case.acts import DeemedAccepted
from domain.case.life import RULES, Life, Rules, day_of
from domain.case.rights import State
from domain.catalogue.item import Limit

_DAY = timedelta(days=1)
_BEFORE_ACCEPTANCE = (State.SUBMITTED, State.PRECHECKED, State.DISPATCHED, State.ARRIVED, State.CORRECTED)
_IN_REVIEW = (State.ACCEPTED, State.SUSPENDED)


class Term(StrEnum):
    """``notice_window`` and ``notice_arrival``: the correction notice or the acceptance, counted from the window and from the
    arrival; ``legal`` and ``promised``: the decision; ``delivery``; ``originals``: what the window must still see."""

    NOTICE_WINDOW = "notice_window"
    NOTICE_ARRIVAL = "notice_arrival"
    LEGAL = "legal"
    PROMISED = "promised"
    DELIVERY = "delivery"
    ORIGINALS = "originals"


Standing = Literal["running", "warning", "last_day", "over", "halted"]


class Timer(Struct, frozen=True):
    """A term that runs. ``begins``: the day after which it counts; ``due``: its last day; ``warns``: the first day on which it is
    warned of. ``side``: whose it is. ``halted``: a special procedure lasts, and ``due`` is later by each of its days."""

    term: Term
    side: Literal["home", "intake"]
    begins: date
    due: Due
    warns: date
    halted: bool = False

    def standing(self, today: date) -> Standing:
        if today > self.due.day:
            return "over"
        if self.halted:
            return "halted"
        if today == self.due.day:
            return "last_day"
        return "warning" if today >= self.warns else "running"


class Calendars(Struct, frozen=True):
    """Whose days count: each side's own."""

    home: Calendar
    intake: Calendar


def timers(life: Life, calendars: Calendars, today: date, rules: Rules = RULES) -> tuple[Timer, ...]:
    """The terms that run on ``today``, the nearest first."""
    found = [*_notice(life, calendars, today, rules), *_decision(life, calendars, today, rules)]
    if life.state is State.DECIDED and life.decided is not None:
        due = calendars.home.after(life.decided, rules.delivery)
        found.append(_timer(Term.DELIVERY, "home", life.decided, due, calendars.home, today, rules))
    if life.awaits and life.state in _BEFORE_ACCEPTANCE:
        start = _first(day_of(life.taken.at), calendars.intake, rules)
        due = calendars.intake.after(start, life.taken.terms.window_days)
        found.append(_timer(Term.ORIGINALS, "intake", start, due, calendars.intake, today, rules))
    return tuple(sorted(found, key=lambda timer: (timer.due.day, timer.term)))


def access_until(life: Life, rules: Rules = RULES) -> datetime | None:
    """When the intake window can no longer open the case; ``None``: that is not settled yet. A purely electronic case it never
    could, and for one that was dispatched it counts from the last dispatch."""
    if life.electronic:
        return life.taken.at
    if life.dispatched is not None:
        return life.dispatched + rules.access * _DAY
    ended = life.ended_day or life.decided
    return datetime.combine(ended + (rules.access + 1) * _DAY, time.min, CHINA) if ended is not None else None


def deemed(life: Life, calendars: Calendars, now: datetime, rules: Rules = RULES) -> DeemedAccepted | None:
    """The acceptance by silence that has come about by ``now``. Never on an estimate: a year whose holidays are not known could
    make it wrong."""
    if life.state not in _BEFORE_ACCEPTANCE:
        return None
    wanted = Term.NOTICE_WINDOW if rules.silence == "window" else Term.NOTICE_ARRIVAL
    today = day_of(now)
    term = next((t for t in _notice(life, calendars, today, rules) if t.term is wanted), None)
    if term is None or term.due.estimate or today <= term.due.day:
        return None
    return DeemedAccepted(at=now, since=term.begins)


def promised_days(life: Life, calendars: Calendars, today: date) -> tuple[Due | None, Due | None]:
    """(legal, promised) last day of the decision, as the papers say it; ``None`` where there is none, or it is not accepted."""
    legal, promised = (_decision_due(life, calendars.home, limit, today) for limit in _limits(life))
    return legal, promised


def _notice(life: Life, calendars: Calendars, today: date, rules: Rules) -> list[Timer]:
    """What was corrected was received on that day in the hall, on that day at the home department: both terms begin anew."""
    if life.state not in _BEFORE_ACCEPTANCE or life.received is None:
        return []
    found = []
    starts = (
        (Term.NOTICE_WINDOW, life.received, life.corrected),
        (Term.NOTICE_ARRIVAL, life.arrived, life.correction_arrived),
    )
    for term, start, corrected in starts:
        if start is not None:
            begins = _first(max(start, corrected) if corrected is not None else start, calendars.home, rules)
            due = calendars.home.after(begins, rules.notice)
            found.append(_timer(term, "home", begins, due, calendars.home, today, rules))
    return found


def _decision(life: Life, calendars: Calendars, today: date, rules: Rules) -> list[Timer]:
    if life.state not in _IN_REVIEW or life.accepted is None:
        return []
    found = []
    for term, limit in zip((Term.LEGAL, Term.PROMISED), _limits(life), strict=True):
        due = _decision_due(life, calendars.home, limit, today)
        if due is not None:
            timer = _timer(term, "home", life.accepted.since, due, calendars.home, today, rules, _paused(life, today))
            found.append(timer)
    return found


def _limits(life: Life) -> tuple[Limit, Limit]:
    terms = life.taken.terms
    legal = terms.legal if terms.legal.unit is not None else Limit(20, "workday")
    return legal, terms.promised


def _decision_due(life: Life, calendar: Calendar, limit: Limit, today: date) -> Due | None:
    """With an extension only where that was made before the term had run out: a late one heals nothing."""
    if life.accepted is None:
        return None
    start, out = life.accepted.since, _paused(life, today)
    due = calendar.due(start, limit, out)
    if due is None or life.extension is None or life.extension.day > due.day:
        return due
    later = calendar.after(due.day, life.extension.days, out)
    return Due(later.day, due.estimate or later.estimate)


def _paused(life: Life, today: date) -> frozenset[date]:
    """Days that do not count: after a special procedure began, up to and with the one it ended on."""
    days: set[date] = set()
    for pause in life.pauses:
        until = pause.until or today
        days.update(pause.since + n * _DAY for n in range(1, (until - pause.since).days + 1))
    return frozenset(days)


def _first(start: date, calendar: Calendar, rules: Rules) -> date:
    return calendar.rolled(start, 0).day if rules.late_day else start


def _timer(
    term: Term,
    side: Literal["home", "intake"],
    begins: date,
    due: Due,
    calendar: Calendar,
    today: date,
    rules: Rules,
    out: frozenset[date] = frozenset(),
) -> Timer:
    days = calendar.between(begins, due.day, out)
    warns = calendar.after(begins, ceil(rules.warn * days), out).day
    return Timer(term, side, begins, due, min(warns, due.day), halted=today in out)
