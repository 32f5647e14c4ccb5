"""The term that runs for a ticket: one at a time, whose duty it is, until when, and how near that is.

Working days of the party whose duty it is; the centre's duties by the province's. An appeal halts what the unit has to do.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from math import ceil
from typing import Literal

from msgspec import Struct

from domain.calendar import Calendar, Due
from domain.rating.ticket import RULES, Rules, Ticket, paused
from domain.rating.ticket_rights import State


class Term(StrEnum):
    """``acknowledge`` 签收, ``answer`` 核实答复, ``rectify`` 整改, ``decide`` 申诉复核, ``call`` 回访, ``close`` 复核办结."""

    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    RECTIFY = "rectify"
    DECIDE = "decide"
    CALL = "call"
    CLOSE = "close"


Standing = Literal["running", "warning", "last_day", "over"]


class Timer(Struct, frozen=True):
    """``due``: the last day; ``warns``: the first day on which it is warned of, 80 % through by default."""

    term: Term
    whose: Literal["unit", "centre"]
    begins: date
    due: Due
    warns: date

    def standing(self, today: date) -> Standing:
        return standing(today, self.due.day, self.warns)


def standing(today: date, due: date, warns: date) -> Standing:
    if today > due:
        return "over"
    if today == due:
        return "last_day"
    return "warning" if today >= warns else "running"


def running(ticket: Ticket, today: date, calendar: Calendar, centre: Calendar, rules: Rules = RULES) -> Timer | None:
    """``calendar``: the rated party's; ``centre``: the province's. ``None`` for a ticket that is closed."""
    match ticket.state:
        case State.OPEN:
            return _timer(Term.ACKNOWLEDGE, ticket, ticket.day, rules.acknowledge, today, calendar, rules)
        case State.ACKNOWLEDGED:
            return _timer(Term.ANSWER, ticket, ticket.day, rules.answer, today, calendar, rules)
        case State.RECTIFYING:
            begins = ticket.returned[-1] if ticket.returned else ticket.day
            return _timer(Term.RECTIFY, ticket, begins, rules.rectify, today, calendar, rules)
        case State.APPEALED:
            assert ticket.appeal is not None, "the state says so"
            return _timer(Term.DECIDE, ticket, ticket.appeal.day, rules.decide, today, centre, rules)
        case State.SETTLED:
            assert ticket.settled is not None, "the state says so"
            term = Term.CALL if ticket.calling else Term.CLOSE
            return _timer(term, ticket, ticket.settled, rules.call, today, centre, rules)
        case State.CLOSED | State.EXCLUDED:
            return None


def _timer(term: Term, ticket: Ticket, begins: date, days: int, today: date, calendar: Calendar, rules: Rules) -> Timer:
    unit = term in (Term.ACKNOWLEDGE, Term.ANSWER, Term.RECTIFY)
    out = paused(ticket, today) if unit else frozenset()
    due = calendar.after(begins, days, out)
    warns = calendar.after(begins, ceil(rules.warn * days), out).day
    return Timer(term, "unit" if unit else "centre", begins, due, warns)


def rectify_due(ticket: Ticket, today: date, calendar: Calendar, rules: Rules = RULES) -> date:
    """The last day on which the rating counts as mended in time, whatever state the ticket is in."""
    begins = ticket.returned[-1] if ticket.returned else ticket.day
    return calendar.after(begins, rules.rectify, paused(ticket, today)).day
