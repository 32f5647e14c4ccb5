"""Identity numbers (GB 11643-1999, ICAO 9303) and what a chip's text is judged to be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import identity, masking
from domain.identity import Identity, IdentityFault, NumberFacts, NumberFault, check_number

TODAY = date(2026, 11, 22)
VECTORS = json.loads((Path(__file__).parents[1] / "protocol" / "data" / "idcard_vectors.json").read_text("utf-8"))
CARD = {
    "name": "测试甲",
    "sex": "1",
    "nation": "01",
    "birth": "19900101",
    "address": "四川省成都市锦江区测试路1号",
    "number": "510100199001010013",
    "authority": "成都市公安局锦江分局",
    "valid_from": "20200101",
    "valid_to": "20400101",
}


def judged(**other: str) -> Identity | IdentityFault:
    return identity.resident(**{**CARD, **other}, today=TODAY)


@pytest.mark.parametrize("case", VECTORS["numbers"], ids=lambda case: case["why"])
def test_shared_numbers_are_judged_as_the_reference_says(case: dict[str, object]) -> None:
    verdict = check_number(str(case["number"]), TODAY)
    assert isinstance(verdict, NumberFacts) == case["valid"]
    if isinstance(verdict, NumberFacts):
        assert verdict.kind == case["kind"]


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_changed_digit_is_always_noticed(birth: date, sequence: int, at: int, other: str) -> None:
    body = f"510100{birth:%Y%m%d}{sequence:03d}"
    number = body + identity.check_character(body)
    assert isinstance(check_number(number, TODAY), NumberFacts)
    changed = number[:at] + other + number[at + 1 :]
    if changed != number:
        assert check_number(changed, TODAY) in set(NumberFault)


@given(st.text(max_size=40))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    check_number(text, TODAY)
    masking.number(text)
    masking.address(text)
    masking.phone(text)
    masking.name(text)


def test_a_good_card_becomes_an_identity() -> None:
    person = judged()
    assert isinstance(person, Identity)
    assert (person.sex, person.nation, person.birth) == ("男", "汉", date(1990, 1, 1))


def test_a_long_term_card_has_no_end() -> None:
    person = judged(valid_to="长期")
    assert isinstance(person, Identity)
    assert person.valid_to is None


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"number": "510100199001010014"}, IdentityFault.BAD_NUMBER),
        ({"birth": "19900102"}, IdentityFault.BAD_NUMBER),
        ({"sex": "2"}, IdentityFault.BAD_NUMBER),
        ({"number": "810000190203040012", "birth": "19020304"}, IdentityFault.BAD_NUMBER),
        ({"valid_to": "20261121"}, IdentityFault.EXPIRED),
        ({"valid_from": "20261123"}, IdentityFault.EXPIRED),
        ({"valid_to": "????????"}, IdentityFault.UNREADABLE),
        ({"name": "  "}, IdentityFault.UNREADABLE),
    ],
)
def test_a_card_that_contradicts_itself_is_not_taken(other: dict[str, str], fault: IdentityFault) -> None:
    assert judged(**other) is fault


def test_an_identity_never_shows_itself_in_a_log() -> None:
    assert "测试" not in repr(judged())
    assert "5101" not in str(judged())


@pytest.mark.parametrize(
    ("full", "masked"),
    [
        ("四川省甘孜藏族自治州康定市测试街道1号", "四川省甘孜藏族自治州康定市****"),
        ("四川省成都市锦江区测试路1号", "四川省成都市锦江区****"),
        ("重庆市渝中区某路", "重庆市渝中区****"),
        ("某某村1组", "某某****"),
    ],
)
def test_an_address_is_shown_down_to_the_county(full: str, masked: str) -> None:
    assert masking.address(full) == masked


def test_names_numbers_and_phones_are_masked_to_a_fixed_shape() -> None:
    assert masking.name("阿依·测试木果") == "阿**"
    assert masking.name("张三") == "张**"
    assert masking.number("510100199001010013") == "510***********0013"
    assert masking.phone("13800001234") == "138****1234"
