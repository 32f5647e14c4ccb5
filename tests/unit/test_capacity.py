"""What a person of so many years may do here, day by day around the birthdays that count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.capacity import (
    ACTS,
    ALONE,
    OF_AGE,
    SENSITIVE,
    TABLE,
    Capacity,
    acts_for_another,
    applies_alone,
    capacity,
    has_guardian,
    is_sensitive,
)
from domain.identity import age

DAYS = st.dates(date(1900, 1, 1), date(2026, 11, 26))


def birthday(birth: date, years: int) -> date:
    """The day somebody is ``years`` old; of who was born on 29 February it is 1 March in a common year."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


def test_every_line_of_the_table_says_its_law() -> None:
    assert [bound.years for bound in TABLE] == [8, 14, 16, 18]
    assert all("法" in bound.law and bound.below and bound.then for bound in TABLE)


@given(birth=DAYS, days=st.integers(-1, 1), bound=st.sampled_from(TABLE))
def test_a_bound_is_crossed_on_the_birthday_and_on_no_other_day(birth: date, days: int, bound: object) -> None:
    assert bound in TABLE
    years = bound.years  # type: ignore[attr-defined]
    on = birthday(birth, years) + timedelta(days=days)
    assert (age(birth, on) >= years) == (days >= 0)


@given(birth=DAYS, on=DAYS)
def test_who_has_a_guardian_acts_for_nobody_and_who_acts_has_none(birth: date, on: date) -> None:
    years = age(birth, on)
    assert has_guardian(years) != acts_for_another(years)
    assert (capacity(years) is Capacity.FULL) == acts_for_another(years)
    assert not (is_sensitive(years) and applies_alone(years))
    assert capacity(years) is not Capacity.NONE or is_sensitive(years)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2010, 11, 26), date(2026, 11, 25), 15),
        (date(2010, 11, 26), date(2026, 11, 26), 16),
    ],
)
def test_who_was_born_on_the_29th_of_february_is_a_year_older_on_the_first_of_march(born: date, on: date, years: int) -> None:
    assert age(born, on) == years


@pytest.mark.parametrize(
    ("years", "can", "alone", "acts"),
    [
        (0, Capacity.NONE, False, False),
        (ACTS.years - 1, Capacity.NONE, False, False),
        (ACTS.years, Capacity.LIMITED, False, False),
        (SENSITIVE.years, Capacity.LIMITED, False, False),
        (ALONE.years - 1, Capacity.LIMITED, False, False),
        (ALONE.years, Capacity.LIMITED, True, False),
        (OF_AGE.years - 1, Capacity.LIMITED, True, False),
        (OF_AGE.years, Capacity.FULL, True, True),
        (104, Capacity.FULL, True, True),
    ],
)
def test_each_age_reads_as_the_table_says(years: int, can: Capacity, alone: bool, acts: bool) -> None:
    assert (capacity(years), applies_alone(years), acts_for_another(years)) == (can, alone, acts)
