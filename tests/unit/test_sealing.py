"""Sealing: whom it is for can open it, nobody else, and a bad key is refused before anything is sealed to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import sealing
from domain.sealing import BadKeyError, Recipient, SealError

HOME, HOME_KEY = sealing.new_key("home")
WINDOW, WINDOW_KEY = sealing.new_key("window")
STRANGER = sealing.new_key("stranger")[1]


@given(st.binary(max_size=5000))
@settings(max_examples=25, deadline=None)
def test_each_recipient_opens_it_and_nobody_else(plain: bytes) -> None:
    sealed = sealing.seal(plain, (HOME, WINDOW))
    assert sealing.key_ids(sealed) == (HOME.key_id, WINDOW.key_id)
    assert sealing.unseal(sealed, HOME_KEY) == sealing.unseal(sealed, WINDOW_KEY) == plain
    with pytest.raises(SealError):
        sealing.unseal(sealed, STRANGER)


@given(st.integers(0, 400), st.integers(1, 255))
@settings(deadline=None)
def test_one_changed_byte_is_noticed(at: int, flip: int) -> None:
    sealed = bytearray(sealing.seal(b"x" * 200, (HOME,)))
    body = sealed.index(b"\n") + 1
    position = body + at % (len(sealed) - body)
    sealed[position] ^= flip
    with pytest.raises(SealError):
        sealing.unseal(bytes(sealed), HOME_KEY)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_other_bytes_are_no_sealed_document(junk: bytes) -> None:
    for data in (junk, b"tongban-sealed/1 " + junk, b"tongban-sealed/1 age-x25519 a\n" + junk):
        with pytest.raises(SealError):
            sealing.unseal(data, HOME_KEY)


@pytest.mark.parametrize("key_id", ["示范甲市", "a b", "a,b", "a\nb", ""])
def test_a_key_id_that_cannot_stand_in_a_header_is_refused(key_id: str) -> None:
    with pytest.raises(BadKeyError):
        sealing.seal(b"x", (Recipient(key_id, HOME.public),))


@pytest.mark.parametrize(
    "public", ["", "age1nonsense", HOME.public[:-1], HOME_KEY.private], ids=["nothing", "nonsense", "cut_off", "private"]
)
def test_a_public_key_that_is_none_is_refused_by_its_id(public: str) -> None:
    with pytest.raises(BadKeyError, match="k1"):
        sealing.seal(b"x", (Recipient("k1", public),))


def test_an_algorithm_of_tomorrow_is_told_by_name() -> None:
    sealed = sealing.seal(b"x", (HOME,)).replace(b"age-x25519", b"sm2-sm4")
    with pytest.raises(SealError, match="sm2-sm4"):
        sealing.unseal(sealed, HOME_KEY)


def test_a_private_key_never_shows_itself() -> None:
    assert "AGE-SECRET-KEY" not in repr(HOME_KEY)
