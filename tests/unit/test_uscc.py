"""统一社会信用代码: both check characters, on official specimens and against a peer where the peer is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as peer

from domain.uscc import check_character, inner_check, valid

SPECIMENS = ("91350100M000100Y43", "91110000802100433B", "91440300708461136T", "11310000MB2F30661Y")
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", SPECIMENS)
def test_official_specimens_are_right(code: str) -> None:
    assert valid(code)
    assert peer.is_valid(code)


@given(st.sampled_from(SPECIMENS), st.integers(0, 17), st.sampled_from(LETTERS))
def test_one_wrong_character_is_always_found(code: str, at: int, other: str) -> None:
    spoilt = code[:at] + other + code[at + 1 :]
    assert valid(spoilt) == (spoilt == code)


@given(st.sampled_from(("11", "12", "51", "91", "92", "93")), st.integers(0, 999999), st.text(LETTERS, min_size=8, max_size=8))
def test_what_is_right_here_is_right_for_the_peer(head: str, region: int, organisation: str) -> None:
    seventeen = f"{head}{region:06d}{organisation}{inner_check(organisation)}"
    if seventeen[16] in LETTERS:
        code = seventeen + check_character(seventeen)
        assert valid(code)
        assert peer.is_valid(code)


def test_the_code_inside_is_checked_too_where_the_peer_looks_at_the_outer_one_only() -> None:
    seventeen = "91350100M000100Z"[:15] + "0" + "9"
    code = seventeen + check_character(seventeen)
    assert peer.is_valid(code)
    assert not valid(code)


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100Y433", "91350100m000100y43", "９1350100M000100Y43", "91350100M0001OOY43"]
)
def test_what_has_not_its_shape_is_none(code: str) -> None:
    assert not valid(code)
