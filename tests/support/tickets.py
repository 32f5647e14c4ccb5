"""Tickets for bad ratings as tests need them: one in each state, an act of each kind, and lives drawn by hypothesis."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from domain.calendar import CHINA, Calendar, published
from domain.catalogue.party import DayOff
from domain.rating import ticket_acts as acts
from domain.rating.ticket import Opened, Refusal, Rules, Ticket, fold, step
from domain.rating.ticket_acts import Act, Role
from domain.rating.ticket_rights import RIGHTS, State

FIRST = date(2026, 1, 5)
"""A Monday."""
AT = datetime(2026, 1, 5, 10, tzinfo=CHINA)
DAY = timedelta(days=1)
KINDS: tuple[type[Act], ...] = get_args(Act)
ROLES: tuple[Role, ...] = get_args(Role)
SAID = "已向窗口核实，当天改了排队办法"
_FIELDS: dict[str, Any] = {"said": SAID, "outcome": "fix", "ground": "mistaken", "upheld": False, "reached": "not_reached"}
_WHO = {"unit": "chen", "centre": "hou"}


def act_of(kind: type[Act], at: datetime, **more: Any) -> Act:
    """One that its type allows; ``by`` somebody of the side that does it."""
    said = {"satisfaction": "satisfied"} if kind is acts.Rerated else {"by": _WHO[RIGHTS[kind][0]]}
    fields = {name: _FIELDS[name] for name in kind.__struct_fields__ if name in _FIELDS}
    return kind(at=at, **(fields | said | more))  # type: ignore[arg-type]


PATHS: dict[State, tuple[tuple[type[Act], dict[str, Any]], ...]] = {
    State.OPEN: (),
    State.ACKNOWLEDGED: ((acts.Acknowledged, {}),),
    State.RECTIFYING: ((acts.Acknowledged, {}), (acts.Answered, {})),
    State.APPEALED: ((acts.Appealed, {}),),
    State.SETTLED: ((acts.Acknowledged, {}), (acts.Answered, {"outcome": "no_basis"})),
    State.CLOSED: ((acts.Acknowledged, {}), (acts.Answered, {"outcome": "no_basis"}), (acts.Closed, {})),
    State.EXCLUDED: ((acts.Appealed, {}), (acts.AppealDecided, {"upheld": True})),
}


def standing_in(state: State, *, named: bool = False) -> Ticket:
    opened = Opened("demo-jia", "home", named, AT)
    done = [act_of(kind, AT + timedelta(hours=n + 1), **more) for n, (kind, more) in enumerate(PATHS[state])]
    if named and state is State.CLOSED:
        done.insert(-1, act_of(acts.CalledBack, AT + timedelta(hours=2), reached="declined"))
    return fold(opened, done)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """The province's, known or not, with any days off and worked instead."""
    off = st.builds(DayOff, st.dates(FIRST, FIRST + 120 * DAY), st.just("某日"), st.booleans())
    return Calendar(draw(st.sampled_from(((), published()))), draw(st.lists(off, max_size=8)))


rules = st.builds(
    Rules, *(st.integers(1, 20) for _ in range(6)), tries=st.integers(1, 3), returns=st.integers(0, 2), warn=st.just(0.8)
)


@st.composite
def some_act(draw: st.DrawFn, ticket: Ticket, at: datetime) -> tuple[Role, Act]:
    """Of any kind, most often one the state allows."""
    fitting = [kind for kind, (_, states) in RIGHTS.items() if ticket.state in states]
    kind = draw(st.sampled_from(KINDS if not fitting or draw(st.integers(0, 5)) == 5 else fitting))
    role = RIGHTS[kind][0] if draw(st.integers(0, 9)) else draw(st.sampled_from(ROLES))
    more: dict[str, Any] = {
        "outcome": st.sampled_from(get_args(acts.Outcome)),
        "ground": st.sampled_from(get_args(acts.Ground)),
        "upheld": st.booleans(),
        "reached": st.sampled_from(get_args(acts.Reached)),
        "satisfaction": st.none() | st.sampled_from(get_args(acts.Satisfaction)),
        "by": st.sampled_from(("chen", "cheng", "hou", "hu")),
        "said": st.sampled_from((SAID, "她的电话 138 0000 1234")),
    }
    if kind is acts.Rerated:
        more["satisfaction"] = st.sampled_from(get_args(acts.Satisfaction))
    return role, act_of(kind, at, **{name: draw(more[name]) for name in kind.__struct_fields__ if name in more})


def tried(ticket: Ticket, role: Role, act: Act, calendar: Calendar, by: Rules) -> Ticket:
    """As it stands after the act, or as it was."""
    after = step(ticket, role, act, calendar, by)
    return ticket if isinstance(after, Refusal) else after
