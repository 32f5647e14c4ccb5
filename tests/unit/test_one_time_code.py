"""The code that is read out over the telephone: one slip of the tongue is noticed before anything is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt.enrolment import BadCodeError, OneTimeCode, letters, parse, pin

CODE = OneTimeCode("0123456789ABCDEF", pin(b"certificate"))

bits = st.binary(min_size=12, max_size=12).map(letters)


@given(secret=bits.map(lambda text: text[:16]), certificate=st.binary(max_size=40))
def test_what_is_printed_is_what_is_read(secret: str, certificate: bytes) -> None:
    code = OneTimeCode(secret, pin(certificate))
    assert parse(str(code)) == code
    assert parse(str(code).lower().replace("-", " ")) == code
    assert code.pins(certificate)
    assert not code.pins(certificate + b"x")


def test_of_a_thousand_slips_at_most_a_few_are_not_noticed() -> None:
    bare = str(CODE).replace("-", "")
    slips = [bare[:i] + c + bare[i + 1 :] for i in range(36) for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if c != bare[i]]
    unnoticed = 0
    for slip in slips:
        try:
            parse(slip)
            unnoticed += 1
        except BadCodeError:
            pass
    assert unnoticed <= len(slips) // 200


def test_letters_that_look_like_others_are_read_as_those() -> None:
    assert parse(str(CODE).replace("0", "O").replace("1", "l")) == CODE


@pytest.mark.parametrize(
    ("text", "says"), [("", "36"), ("1234", "36"), ("U" * 36, "没有 U"), ("中" * 36, "没有 U"), ("0" * 36, "抄错")]
)
def test_what_is_no_code_is_told_so(text: str, says: str) -> None:
    with pytest.raises(BadCodeError, match=says):
        parse(text)


@given(st.text(max_size=300))
def test_nothing_that_is_typed_is_more_than_a_mistake(text: str) -> None:
    with pytest.raises(BadCodeError):
        parse(text)


def test_the_secret_shows_in_no_repr() -> None:
    assert CODE.secret not in repr(CODE)
