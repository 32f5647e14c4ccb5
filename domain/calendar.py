"""Working days 工作日 and opening hours: the State Council's plan of each year as data, a party's own days off on top.

A term in working days is counted from the next day (民法典 201); one that ends on a day off ends on the next working day (203). A
weekend day that is worked instead of another (调休) is a working day. Of a year whose plan is not out yet only the weekends are
known: what touches it is an *estimate*, and says so.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.catalogue.item import Limit, Text
from domain.catalogue.party import DayOff, Hours, Party, Window

CHINA = timezone(timedelta(hours=8), "CST")
_DAY = timedelta(days=1)


class Off(Struct, frozen=True):
    """A holiday, first and last day included."""

    name: Text
    first: date
    last: date


class Year(Struct, frozen=True):
    """One year's plan. ``issued``: the day of the notice ``source``; ``work``: weekend days worked instead."""

    year: Annotated[int, Meta(ge=2000, le=2200)]
    issued: date
    source: Text
    off: tuple[Off, ...]
    work: tuple[date, ...] = ()


class Due(Struct, frozen=True):
    """The last day of a term. ``estimate``: a year whose holidays are not known yet lies in it."""

    day: date
    estimate: bool

    def __str__(self) -> str:
        return f"{self.day:%Y年%-m月%-d日}{'（预计，节假日安排未公布）' if self.estimate else ''}"


class Calendar:
    """The days of one party, or of the province where none is named."""

    def __init__(self, years: Iterable[Year] | None = None, days_off: Iterable[DayOff] = ()) -> None:
        plans = {y.year: y for y in (published() if years is None else years)}
        self.plans = tuple(plans.values())
        self._years = frozenset(plans)
        self._off: dict[date, str] = {}
        self._work: set[date] = set()
        for plan in plans.values():
            for off in plan.off:
                self._off |= dict.fromkeys(_days(off.first, off.last), off.name)
            self._work.update(plan.work)
        self.own = tuple(days_off)
        """Days of the party's own."""
        for own in self.own:
            if own.works:
                self._work.add(own.day)
                self._off.pop(own.day, None)
            else:
                self._off[own.day] = own.name
                self._work.discard(own.day)

    @classmethod
    def of(cls, party: Party, years: Iterable[Year] | None = None) -> Calendar:
        return cls(years, party.days_off)

    def known(self, day: date) -> bool:
        """Whether the plan of this year is out."""
        return day.year in self._years

    def holiday(self, day: date) -> str | None:
        """Its name, where the day is off by a plan or by the party's own word."""
        return self._off.get(day)

    def works(self, day: date) -> bool:
        return day in self._work or (day not in self._off and day.isoweekday() <= 5)

    def after(self, start: date, count: int, out: Container[date] = ()) -> Due:
        """The last of ``count`` working days, the first of which is the one after ``start``; days in ``out`` do not count."""
        day, known = start, True
        while count > 0:
            day += _DAY
            known = known and self.known(day)
            count -= self.works(day) and day not in out
        return Due(day, not known)

    def rolled(self, start: date, count: int, out: Container[date] = ()) -> Due:
        """``count`` calendar days after ``start``, those in ``out`` not counted; from a day off on to the next working day."""
        day, known = start, True
        while count > 0:
            day += _DAY
            count -= day not in out
        while not self.works(day):
            known = known and self.known(day)
            day += _DAY
        return Due(day, not (known and self.known(day)))

    def between(self, start: date, end: date, out: Container[date] = ()) -> int:
        """Working days after ``start``, up to and with ``end``, but for those in ``out``."""
        return sum(self.works(day) and day not in out for day in _days(start + _DAY, end))

    def due(self, start: date, limit: Limit, out: Container[date] = ()) -> Due | None:
        """When a limit that begins on ``start`` ends; ``None`` where it names no term. Days in ``out`` do not count."""
        if limit.unit == "immediate":
            return self.rolled(start, 0)
        if limit.value is None:
            return None
        if limit.unit == "workday":
            return self.after(start, limit.value, out)
        return self.rolled(start, limit.value, out) if limit.unit == "calendar_day" else None

    def hours(self, window: Window, day: date) -> tuple[Hours, ...]:
        """When this window is open on ``day``: a holiday not at all, a weekend day worked instead as on a Monday."""
        if day in self._off:
            return ()
        weekdays = {day.isoweekday()} | ({1} if day in self._work else set())
        return tuple(sorted((h for h in window.hours if weekdays & set(h.weekdays)), key=lambda h: h.begins))


@cache
def published() -> tuple[Year, ...]:
    """The plans that come with the program."""
    raw = (Path(__file__).parent / "data" / "holidays.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Year, ...])


def _days(first: date, last: date) -> Iterable[date]:
    return (first + n * _DAY for n in range((last - first).days + 1))
