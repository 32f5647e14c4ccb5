"""Ranges of reports: presets, what is refused in words, and a range that is read from months and days counts each day once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.reports.periods import (
    PRESETS,
    BadRangeError,
    Range,
    asked,
    begins,
    day_of,
    month_bounds,
    month_end,
    month_of,
    preset,
    spans,
)

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
TODAY = date(2026, 11, 26)


@settings(max_examples=100)
@given(DAYS, DAYS, st.sets(st.integers(0, 47)))
def test_every_day_of_a_range_is_counted_once_whichever_months_are_summed(one: date, two: date, summed: set[int]) -> None:
    wanted = Range(min(one, two), max(one, two))
    months = {f"{2024 + n // 12}-{n % 12 + 1:02d}" for n in summed}
    counted: list[date] = []
    for grain, first, last in spans(wanted, months):
        start = date.fromisoformat(first if grain == "day" else f"{first}-01")
        end = date.fromisoformat(last) if grain == "day" else month_end(date.fromisoformat(f"{last}-01"))
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        assert grain == "day" or {month_of(day) for day in days} <= months
        counted += days
    assert counted == [wanted.first + timedelta(days=n) for n in range((wanted.last - wanted.first).days + 1)]


def test_presets_end_today_or_with_last_month() -> None:
    found = {name: preset(name, TODAY) for name in PRESETS}
    assert found["7d"] == Range(date(2026, 11, 20), TODAY)
    assert found["last-month"] == Range(date(2026, 10, 1), date(2026, 10, 31))
    assert found["quarter"] == Range(date(2026, 10, 1), TODAY)
    assert found["12m"] == Range(date(2025, 12, 1), TODAY)
    assert all(one.first <= one.last for one in found.values())


@pytest.mark.parametrize(
    ("first", "last"), [("x", ""), ("2026-02-30", ""), ("2026-11-02", "2026-11-01"), ("1990-01-01", "2026-01-01")]
)
def test_a_range_that_is_none_is_refused_in_words(first: str, last: str) -> None:
    with pytest.raises(BadRangeError):
        asked(first, last, "30d", TODAY)


def test_a_day_begins_at_midnight_in_china() -> None:
    assert day_of(begins(TODAY)) == TODAY
    assert day_of(begins(TODAY) - 0.001) == TODAY - timedelta(days=1)
    assert month_bounds("2026-12") == (begins(date(2026, 12, 1)), begins(date(2027, 1, 1)))
