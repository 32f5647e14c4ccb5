"""办件编号: offline-safe, checkable, never given twice by a new SD card."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case import number

DAY = date(2026, 11, 22)
EPOCHS = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(EPOCHS, st.integers(1, number.MAX_SEQUENCE))
def test_every_number_is_valid_and_grouped_without_loss(epoch: str, sequence: int) -> None:
    minted = number.mint(number.prefix("519902", DAY, "K01", epoch), sequence)
    assert number.valid(minted)
    assert number.grouped(minted).replace(" ", "") == minted


@given(EPOCHS, st.integers(1, number.MAX_SEQUENCE), st.integers(0, 22), st.sampled_from("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
def test_one_misheard_character_is_noticed(epoch: str, sequence: int, at: int, other: str) -> None:
    minted = number.mint(number.prefix("519902", DAY, "K01", epoch), sequence)
    changed = minted[:at] + other + minted[at + 1 :]
    assert changed == minted or not number.valid(changed)


def test_another_database_gives_another_number_for_the_same_place() -> None:
    one = number.prefix("519902", DAY, "K01", "0123456789abcdef")
    assert number.mint(one, 1) != number.mint(number.prefix("519902", DAY, "K01", "fedcba9876543210"), 1)


@pytest.mark.parametrize(("division", "terminal"), [("51990", "K01"), ("519902", "K1"), ("51990X", "K01")])
def test_a_part_that_does_not_fit_is_refused(division: str, terminal: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        number.prefix(division, DAY, terminal, "0" * 16)


def test_a_day_has_9999_numbers_and_no_more() -> None:
    with pytest.raises(OverflowError):
        number.mint(number.prefix("519902", DAY, "K01", "0" * 16), 10000)
