"""Working days and opening hours: right where the year's plan is known, an estimate by name where it is not."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, Due, published
from domain.catalogue.catalogue import load
from domain.catalogue.item import Limit
from domain.catalogue.party import DayOff, Hours, Window

PROVINCE = Calendar()
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


def test_every_day_of_the_known_years_is_as_the_peer_has_it() -> None:
    day = date(2025, 1, 1)
    while day.year <= 2026:
        assert PROVINCE.works(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@given(DAYS, st.integers(1, 60))
def test_a_term_has_as_many_working_days_as_it_says_and_ends_on_one(start: date, count: int) -> None:
    due = PROVINCE.after(start, count)
    assert PROVINCE.works(due.day)
    assert PROVINCE.between(start, due.day) == count
    assert due.estimate == (due.day.year > 2026)


def test_it_is_counted_from_the_next_day_over_holidays_and_days_worked_instead() -> None:
    assert PROVINCE.after(date(2026, 9, 30), 1) == Due(date(2026, 10, 8), estimate=False)
    assert PROVINCE.after(date(2026, 10, 8), 2) == Due(date(2026, 10, 10), estimate=False)  # a Saturday that is worked
    assert PROVINCE.after(date(2026, 2, 13), 2).day == date(2026, 2, 24)


def test_the_last_day_rolls_to_a_working_day() -> None:
    assert PROVINCE.rolled(date(2026, 9, 25), 6) == Due(date(2026, 10, 8), estimate=False)
    assert PROVINCE.rolled(date(2026, 9, 21), 1).day == date(2026, 9, 22)


def test_a_year_without_a_plan_makes_an_estimate_that_says_so() -> None:
    due = PROVINCE.after(date(2026, 12, 30), 5)
    assert due == Due(date(2027, 1, 6), estimate=True)
    assert str(due) == "2027年1月6日（预计，节假日安排未公布）"
    assert not PROVINCE.known(date(2027, 1, 1))


def test_a_limit_of_the_catalogue_becomes_a_day() -> None:
    start = date(2026, 9, 24)
    assert PROVINCE.due(start, Limit(3, "workday")) == Due(date(2026, 9, 30), estimate=False)
    assert PROVINCE.due(start, Limit(3, "calendar_day")) == Due(date(2026, 9, 28), estimate=False)
    assert PROVINCE.due(date(2026, 9, 26), Limit(0, "immediate")) == Due(date(2026, 9, 28), estimate=False)
    assert PROVINCE.due(start, Limit()) is None


def test_a_party_has_days_off_and_days_of_work_of_its_own() -> None:
    torch, instead = date(2026, 8, 7), date(2026, 8, 9)
    own = Calendar(
        days_off=(DayOff(torch, "火把节"), DayOff(instead, "补班", works=True), DayOff(date(2026, 10, 1), "值班", works=True))
    )
    assert (own.works(torch), own.holiday(torch), PROVINCE.works(torch)) == (False, "火把节", True)
    assert (own.works(instead), PROVINCE.works(instead)) == (True, False)
    assert own.works(date(2026, 10, 1))
    home = load().party("demo-qi")
    assert home is not None
    assert not Calendar.of(home).works(torch)


def test_a_window_is_closed_on_a_holiday_and_open_on_a_weekend_day_worked_instead_as_on_a_monday() -> None:
    morning, afternoon = Hours((1, 2, 3, 4, 5), "09:00", "12:00"), Hours((1, 2, 3, 4, 5), "13:30", "17:00")
    saturday = Hours((6,), "10:00", "12:00")
    window = Window("w", "综合窗口", "某路 1 号", "0800", (afternoon, morning, saturday))
    assert PROVINCE.hours(window, date(2026, 11, 26)) == (morning, afternoon)
    assert PROVINCE.hours(window, date(2026, 11, 28)) == (saturday,)
    assert PROVINCE.hours(window, date(2026, 11, 29)) == ()
    assert PROVINCE.hours(window, date(2026, 10, 1)) == ()
    assert PROVINCE.hours(window, date(2026, 10, 10)) == (morning, saturday, afternoon)


def test_each_plan_is_data_with_the_day_of_its_notice() -> None:
    assert [(y.year, y.issued < date(y.year, 1, 1)) for y in published()] == [(2025, True), (2026, True)]
