from __future__ import annotations

import pytest

from domain.case.waybill import waybill


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("YS2611260000157", "YS2611260000157"),
        (" ys 2611-2600 00157\n", "YS2611260000157"),
        ("ＥＡ１２３４５６７８９ＣＮ", "EA123456789CN"),
        ("1234567890123", "1234567890123"),
    ],
)
def test_a_number_typed_in_any_way_is_the_number_on_the_parcel(said: str, number: str) -> None:
    assert waybill(said) == number


@pytest.mark.parametrize("said", ["", "123", "https://example.invalid/p?id=1234567890", "刘试安1234567890", "ABCDEFGHIJ", "1" * 25])
def test_what_is_no_number_of_a_parcel_is_none(said: str) -> None:
    assert waybill(said) is None
