"""Days and months of reports: China's, by the centre's clock; presets; and how a range is read from months and days."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.calendar import CHINA

DAY = timedelta(days=1)
PRESETS = {
    "7d": "近 7 天",
    "30d": "近 30 天",
    "month": "本月",
    "last-month": "上月",
    "quarter": "本季度",
    "year": "今年",
    "12m": "近 12 个月",
}
LONGEST = 366 * 5
"""Days of one report."""
Span = tuple[str, str, str]
"""Grain, first and last day or month."""


class BadRangeError(ValueError):
    """The text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Range:
    """First and last day included."""

    first: date
    last: date

    @property
    def months(self) -> tuple[str, ...]:
        """Every month the range touches."""
        return tuple(sorted({month_of(day) for day in _firsts(self.first, self.last)}))

    def __str__(self) -> str:
        return f"{self.first} 至 {self.last}"


def preset(name: str, today: date) -> Range:
    """``KeyError`` for none."""
    first = today.replace(day=1)
    match name:
        case "7d" | "30d":
            return Range(today - (int(name[:-1]) - 1) * DAY, today)
        case "month":
            return Range(first, today)
        case "last-month":
            return Range((first - DAY).replace(day=1), first - DAY)
        case "quarter":
            return Range(first.replace(month=(today.month - 1) // 3 * 3 + 1), today)
        case "year":
            return Range(first.replace(month=1), today)
        case "12m":
            return Range(month_before(first, 11), today)
    raise KeyError(name)


def asked(first: str, last: str, name: str, today: date) -> Range:
    """Two days as a form gives them, or a preset where neither is given. :class:`BadRangeError`."""
    if not first and not last:
        if name not in PRESETS:
            raise BadRangeError("没有这个时间范围")
        return preset(name, today)
    try:
        found = Range(date.fromisoformat(first or last), date.fromisoformat(last or str(today)))
    except ValueError:
        raise BadRangeError("日期写成 2026-11-26 这样") from None
    if found.first > found.last:
        raise BadRangeError("起始日期在结束日期之后")
    if (found.last - found.first).days > LONGEST:
        raise BadRangeError("一次最多看五年")
    return found


def spans(wanted: Range, summed: Collection[str]) -> list[Span]:
    """``summed``: months whose sums are there. Whole months are read from these, the rest by days."""
    found: list[Span] = []
    day = wanted.first
    while day <= wanted.last:
        end = month_end(day)
        month = month_of(day)
        if day.day == 1 and end <= wanted.last and month in summed:
            if found and found[-1][0] == "month":
                found[-1] = ("month", found[-1][1], month)
            else:
                found.append(("month", month, month))
        else:
            last = min(end, wanted.last)
            if found and found[-1][0] == "day":
                found[-1] = ("day", found[-1][1], str(last))
            else:
                found.append(("day", str(day), str(last)))
        day = end + DAY
    return found


def day_of(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, CHINA).date()


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_before(first: date, count: int) -> date:
    """The first day of the month so many before."""
    months = first.year * 12 + first.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def month_bounds(month: str) -> tuple[float, float]:
    """Seconds since 1970: its beginning, and that of the next."""
    first = date.fromisoformat(f"{month}-01")
    return begins(first), begins(month_end(first) + DAY)


def begins(day: date) -> float:
    """Seconds since 1970 at which ``day`` begins in China."""
    return datetime.combine(day, time(), CHINA).astimezone(UTC).timestamp()


def _firsts(first: date, last: date) -> Iterator[date]:
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = month_end(day) + DAY
