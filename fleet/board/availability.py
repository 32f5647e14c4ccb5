"""How much of the time it was to serve a terminal served: in opening hours, without planned times and what nobody could know.

    to serve  = opening hours − planned − the centre away − before it was first heard of
    available = 1 − (lost or out of service, of what was to be served) ÷ to serve

Planned: maintenance windows, what the centre ordered, and its own leaving for the night or for an update.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.calendar import CHINA, Calendar
from domain.catalogue.party import Hours, Window
from fleet import database
from fleet.board import conditions
from fleet.board.conditions import CENTRE, Standing
from fleet.board.intervals import Span, Spans, both, minus, total, union

OFFICE = (Hours((1, 2, 3, 4, 5), "09:00", "17:00"),)
"""Working days, where the settings name no hours."""
_PLANNED = frozenset({"night", "update"})
_OUT = frozenset({"lost", "out-of-service", "off"})


@dataclass(frozen=True, slots=True)
class Availability:
    """Seconds; ``share`` from 0 to 1, ``None`` where nothing was to be served. ``times``: how often it was out."""

    opened: float
    planned: float
    unknown: float
    due: float
    out: float
    times: int

    @property
    def share(self) -> float | None:
        return 1.0 - self.out / self.due if self.due > 0 else None


def opening(hours: Sequence[Hours], begin: float, end: float, calendar: Calendar | None = None) -> Spans:
    """The opening hours between two moments, by the working days of the calendar (the province's when none is given)."""
    days = calendar or Calendar()
    window = Window("-", "-", "-", "-", tuple(hours))
    first, last = (datetime.fromtimestamp(at, CHINA).date() for at in (begin, end))
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        for one in days.hours(window, day):
            found.append((_moment(day.isoformat(), one.begins), _moment(day.isoformat(), one.ends)))
    return both(union(found), [(begin, end)])


def available(hours: Spans, stood: Iterable[Standing], planned: Iterable[Span], away: Iterable[Span], known: float) -> Availability:
    """``hours``: when it was to be open; ``stood``: its conditions; ``known``: when it was first heard of."""
    end = hours[-1][1] if hours else known
    all_of = list(stood)
    own = (_span(one, end) for one in all_of if one.condition.code == "paused" or one.condition.detail in _PLANNED)
    free = both(hours, union([*planned, *own]))
    unheard = union([*away, (float("-inf"), known)])
    due = minus(minus(hours, free), unheard)
    out = (_span(one, end) for one in all_of if one.condition.code in _OUT and one.condition.detail not in _PLANNED)
    missed = both(due, union(out))
    return Availability(total(hours), total(free), total(both(minus(hours, free), unheard)), total(due), total(missed), len(missed))


def measured(
    db: database.Connection, terminal: str, hours: Sequence[Hours], planned: Iterable[Span], begin: float, end: float
) -> Availability:
    """Of a terminal, from ``begin`` to ``end``."""
    away = [_span(one, end) for one in conditions.history(db, CENTRE, begin, end, {"away"})]
    stood = conditions.history(db, terminal, begin, end, _OUT | {"paused"})
    (known,) = db.execute("SELECT min(since) FROM first_heard WHERE terminal = ?", (terminal,)).fetchone()
    return available(opening(hours, begin, end), stood, planned, away, end if known is None else known)


def _span(one: Standing, end: float) -> Span:
    return one.since, end if one.until is None else one.until


def _moment(day: str, clock: str) -> float:
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00").timestamp()
