"""Hypothesis draws whole lives of cases: any calendar, party and item, and acts that most often fit where a life stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st
from support.cases import OUT, act_of, plausible

from domain.calendar import CHINA, Calendar, published
from domain.case import acts
from domain.case.acts import RESULT, Act, Piece
from domain.case.deadlines import Calendars
from domain.case.life import Life, Taken, Terms
from domain.case.rights import RIGHTS
from domain.catalogue.item import Limit
from domain.catalogue.party import DayOff

DAY = timedelta(days=1)
FIRST = date(2026, 1, 5)
MATERIALS = ("M-book", "M-copy", "M-none")
KINDS: tuple[type[Act], ...] = get_args(Act)

pieces = st.lists(st.builds(Piece, st.sampled_from((*MATERIALS, RESULT)), st.integers(1, 3), st.booleans()), max_size=3).map(tuple)
points = st.sets(st.sampled_from([f"{m}#{n}" for m in MATERIALS for n in range(3)]), min_size=1, max_size=4).map(
    lambda found: tuple(sorted(found))
)
waybills = st.sampled_from(("OUT0001", "BACK001", "POST001"))
parcels = st.builds(acts.Parcel, st.just("ems"), waybills)
ways = st.sampled_from(get_args(acts.Way))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "kept": pieces,
    "pieces": pieces,
    "done": st.lists(st.sampled_from(get_args(acts.Awaited)), max_size=3, unique=True).map(tuple),
    "parcel": st.none() | parcels,
    "waybill": waybills,
    "discrepancies": st.lists(
        st.builds(acts.Discrepancy, st.sampled_from(MATERIALS), st.integers(0, 3), st.integers(0, 3)), max_size=2
    ).map(tuple),
    "points": points,
    "again": st.none() | st.sampled_from(get_args(acts.Again)),
    "why": st.sampled_from(("not_needed", "not_competent", "not_corrected")),
    "days": st.integers(1, 15),
    "result": st.sampled_from(("granted", "refused")),
    "way": ways,
    "on": st.none() | st.dates(FIRST, FIRST + 90 * DAY),
    "since": st.dates(FIRST, FIRST + 90 * DAY),
}


@st.composite
def calendars(draw: st.DrawFn) -> Calendars:
    """The province's, known or not, with any days off and worked instead of each party."""
    years = draw(st.sampled_from(((), published())))
    off = st.builds(DayOff, st.dates(FIRST, FIRST + 120 * DAY), st.just("某日"), st.booleans())
    return Calendars(*(Calendar(years, draw(st.lists(off, max_size=8))) for _ in "hi"))


@st.composite
def cases(draw: st.DrawFn) -> Taken:
    limit = st.builds(Limit, st.integers(0, 30), st.sampled_from(("workday", "calendar_day", "immediate")))
    terms = st.builds(Terms, st.booleans(), st.integers(1, 20), limit | st.just(Limit()), limit | st.just(Limit()))
    awaits = st.lists(st.sampled_from(get_args(acts.Awaited)), max_size=2, unique=True).map(tuple)
    return Taken("C", "demo-jia", "demo-yi", draw(moments(FIRST)), draw(awaits), draw(terms))


def moments(day: date) -> st.SearchStrategy[datetime]:
    return st.integers(0, 24 * 60 - 1).map(lambda m: datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(minutes=m))


@st.composite
def some_act(draw: st.DrawFn, life: Life, at: datetime) -> Act:
    """Of any kind, most often one that the state allows and that fits where the paper lies."""
    fits = plausible(life)
    fitting = [kind for kind, (_, states) in RIGHTS.items() if life.state in states for _ in range(weight(kind, life, fits))]
    kind = draw(st.sampled_from(KINDS if draw(st.integers(0, 5)) == 5 or not fitting else fitting))
    said = fits.get(kind, {}) if draw(st.integers(0, 5)) else {}
    names = set(kind.__struct_fields__) - {"act", "at", "by", "documents"}
    more = {name: draw(FIELDS[name]) for name in sorted(names - said.keys()) if name in FIELDS and draw(st.booleans())}
    role = draw(st.sampled_from(get_args(acts.Role))) if draw(st.integers(0, 9)) == 0 else None
    if kind in (acts.SentBack, acts.Returned):  # these say what and by which parcel, or they are not of their type
        more |= {"pieces": more.get("pieces") or (Piece("M-book", 1),)} | ({"parcel": OUT} if "parcel" in more else {})
    return act_of(kind, at, role, **(more | said))


def weight(kind: type[Act], life: Life, fits: dict[type[Act], dict[str, Any]]) -> int:
    """What leads on comes more often than what ends, so that long lives are seen as well."""
    if kind is acts.Corrected:
        return 6 if life.notice else 1
    if kind in (acts.Withdrawn, acts.Transferred, acts.NotAccepted, acts.Mended):
        return 1
    if kind is acts.OriginalsSeen:
        return 6 if life.awaits or not life.position else 1
    if kind is acts.Prechecked:
        return 6 if life.prechecked is None else 1
    return 8 if kind in (acts.Accepted, acts.Dispatched, acts.ResultSent) or fits.get(kind) else 3
