"""The life of a ticket for a bad rating: what its acts have made of it, and which act may come next.

``step`` is the only way on; a refusal is a code (words in ``ticket_words.py``) and nothing has changed then. Whoever acted for the
rated unit never acts for the centre on the same ticket, nor the other way round: an appeal is decided, and the rater called, by
somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar import CHINA, Calendar
from domain.rating import ticket_acts as acts
from domain.rating.ticket_acts import Act, Ground, Outcome, Role, Satisfaction
from domain.rating.ticket_rights import RIGHTS, State
from domain.rating.ticket_text import identifies

Side = Literal["intake", "home"]


class Rules(Struct, frozen=True):
    """What the parties settle between them; days are working days of the party whose duty it is.

    ``acknowledge``, ``answer``, ``rectify`` and ``appeal`` count from the opening, ``rectify`` again from where a ticket is sent
    back; ``decide`` from the appeal, ``call`` from the settling. ``tries``: days with a call nobody answers, after which a ticket
    may be closed all the same; ``returns``: how often one may be sent back. ``warn``: the part of a term after which it is
    warned of.
    """

    acknowledge: int = 1
    answer: int = 5
    rectify: int = 15
    appeal: int = 5
    decide: int = 5
    call: int = 5
    tries: int = 3
    returns: int = 2
    warn: float = 0.8


RULES = Rules()


class Opened(Struct, frozen=True):
    """A bad rating came, and with it its ticket. ``party``: whom it is about; ``named``: a name and a telephone came with it."""

    party: str
    side: Side
    named: bool
    at: datetime


class Appeal(Struct, frozen=True):
    day: date
    ground: Ground
    before: State
    decided: date | None = None
    upheld: bool = False


class Refusal(Struct, frozen=True):
    code: str


class Ticket(Struct, frozen=True):
    """As it stands after ``position`` acts. Days are China's. ``unit`` and ``centre``: who acted for either."""

    opened: Opened
    state: State = State.OPEN
    position: int = 0
    raters: int = 0
    """Acts among them by which the rater was heard, or was to be."""
    acknowledged: date | None = None
    answered: date | None = None
    outcome: Outcome | None = None
    settled: date | None = None
    appeal: Appeal | None = None
    missed: frozenset[date] = frozenset()
    """Days on which the rater was called and did not answer."""
    called: date | None = None
    """When the rater was reached."""
    satisfaction: Satisfaction | None = None
    rerated: bool = False
    """Whether the rater said so without a call."""
    returned: tuple[date, ...] = ()
    closed: date | None = None
    unit: frozenset[str] = frozenset()
    centre: frozenset[str] = frozenset()

    @property
    def day(self) -> date:
        return day_of(self.opened.at)

    def seen(self, role: Role | None) -> int:
        """How many acts there are as far as ``role`` is told: the unit never counts calls."""
        return self.position if role == "centre" else self.position - self.raters

    @property
    def how(self) -> Literal["rectified", "explained"] | None:
        """What settled it."""
        if self.settled is None:
            return None
        return "explained" if self.outcome == "no_basis" else "rectified"

    @property
    def calling(self) -> bool:
        """Whether the rater is still to be called."""
        return self.opened.named and self.state is State.SETTLED and self.called is None


def day_of(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def fold(opened: Opened, done: Iterable[Act]) -> Ticket:
    """After acts that were all taken by :func:`step`."""
    ticket = Ticket(opened)
    for act in done:
        ticket = _after(ticket, act)
    return ticket


def step(ticket: Ticket, role: Role, act: Act, calendar: Calendar, rules: Rules = RULES) -> Ticket | Refusal:
    """``calendar``: the rated party's; by it the window for an appeal ends."""
    code = _refused(ticket, role, act, calendar, rules)
    return Refusal(code) if code else _after(ticket, act)


def appeal_until(ticket: Ticket, calendar: Calendar, rules: Rules = RULES) -> date:
    """The last day on which the unit may appeal."""
    return calendar.after(ticket.day, rules.appeal).day


def paused(ticket: Ticket, today: date) -> frozenset[date]:
    """Days that do not count: after an appeal was made, up to and with the one it was decided on."""
    if ticket.appeal is None:
        return frozenset()
    until = ticket.appeal.decided or today
    return frozenset(ticket.appeal.day + timedelta(days=n + 1) for n in range((until - ticket.appeal.day).days))


def _refused(ticket: Ticket, role: Role, act: Act, calendar: Calendar, rules: Rules) -> str | None:
    whose, states = RIGHTS[type(act)]
    if role != whose:
        return "role"
    if ticket.state not in states:
        return "state"
    if not isinstance(act, acts.Rerated) and act.by in (ticket.centre if role == "unit" else ticket.unit):
        return "same_person"
    if identifies(getattr(act, "said", "")):
        return "identifies"
    match act:
        case acts.Appealed():
            if ticket.appeal is not None:
                return "appealed_before"
            if day_of(act.at) > appeal_until(ticket, calendar, rules):
                return "appeal_late"
        case acts.CalledBack():
            if not ticket.opened.named:
                return "anonymous"
            if ticket.called is not None:
                return "called_before"
            if (act.reached == "reached") != (act.satisfaction is not None):
                return "satisfaction"
        case acts.Rerated() if ticket.satisfaction is not None:
            return "rated_before"
        case acts.SentBack() if len(ticket.returned) >= rules.returns:
            return "returned_before"
        case acts.Closed() if ticket.calling and len(ticket.missed) < rules.tries:
            return "not_called"
    return None


def _after(ticket: Ticket, act: Act) -> Ticket:
    if isinstance(act, acts.CalledBack | acts.Rerated):
        ticket = replace(ticket, raters=ticket.raters + 1)
    if not isinstance(act, acts.Rerated):
        who: Role = RIGHTS[type(act)][0]
        ticket = replace(ticket, **{who: getattr(ticket, who) | {act.by}})
    return replace(_changed(ticket, act, day_of(act.at)), position=ticket.position + 1)


def _changed(ticket: Ticket, act: Act, day: date) -> Ticket:
    match act:
        case acts.Acknowledged():
            return replace(ticket, state=State.ACKNOWLEDGED, acknowledged=day)
        case acts.Answered(outcome="no_basis"):
            return replace(ticket, state=State.SETTLED, answered=day, outcome=act.outcome, settled=day)
        case acts.Answered():
            return replace(ticket, state=State.RECTIFYING, answered=day, outcome=act.outcome)
        case acts.Rectified():
            return replace(ticket, state=State.SETTLED, settled=day)
        case acts.Appealed():
            return replace(ticket, state=State.APPEALED, appeal=Appeal(day, act.ground, ticket.state))
        case acts.AppealDecided():
            assert ticket.appeal is not None, "the state says so"
            appeal = replace(ticket.appeal, decided=day, upheld=act.upheld)
            if act.upheld:
                return replace(ticket, state=State.EXCLUDED, appeal=appeal, closed=day)
            return replace(ticket, state=appeal.before, appeal=appeal)
        case acts.CalledBack(reached="not_reached"):
            return replace(ticket, missed=ticket.missed | {day})
        case acts.CalledBack():
            return replace(ticket, called=day, satisfaction=act.satisfaction or ticket.satisfaction)
        case acts.Rerated():
            return replace(ticket, satisfaction=act.satisfaction, rerated=True)
        case acts.SentBack():  # what was found stands no longer, and the rater is asked again
            back = replace(ticket, state=State.RECTIFYING, outcome="complex", settled=None, called=None)
            return replace(back, missed=frozenset(), satisfaction=None, rerated=False, returned=(*ticket.returned, day))
        case acts.Closed():
            return replace(ticket, state=State.CLOSED, closed=day)
