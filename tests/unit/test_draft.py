"""A draft is opened by the window of its hall and by nobody else, whole or not at all."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import sealing
from domain.draft import CODE_LENGTH, CODE_SECRET, DamagedDraftError, Draft, DraftPage, Line, new_code, opened, read_code, sealed
from domain.sealing import SealError

WINDOW, KEY = sealing.new_key("window")
_, OTHER_KEY = sealing.new_key("window")
PAGE = sealing.seal(b"jpeg", (WINDOW,))
DRAFT = Draft(
    v=1,
    schema=1,
    terminal="k01",
    hall="示范丙区",
    made_at="2026-11-26T09:00:00+08:00",
    item="SSC-APPLY",
    situation="SSC-APPLY-1",
    home="demo-jia",
    lines=(Line("姓名", "埋名甲"),),
    visit=b"{}",
    pages=(DraftPage(sealing.digest(PAGE), PAGE),),
)


def test_the_window_opens_what_was_sealed_to_it() -> None:
    data = sealed(DRAFT, WINDOW)
    assert opened(data, KEY) == DRAFT
    assert sealing.key_ids(data) == (WINDOW.key_id,)
    assert "埋名甲".encode() not in data


def test_another_halls_window_does_not() -> None:
    with pytest.raises(SealError):
        opened(sealed(DRAFT, WINDOW), OTHER_KEY)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_that_was_changed_anywhere_is_not_opened(at: int, flip: int) -> None:
    data = bytearray(sealed(DRAFT, WINDOW))
    data[at % len(data)] ^= flip
    with suppress(SealError):
        assert opened(bytes(data), KEY) == DRAFT  # a key's name in the header is a hint, and protects nothing


@given(st.binary(max_size=300))
def test_whoever_knows_the_windows_key_makes_no_draft_of_rubbish(rubbish: bytes) -> None:
    with pytest.raises(DamagedDraftError):
        opened(sealing.seal(rubbish, (WINDOW,)), KEY)


def test_a_page_that_is_not_the_one_that_was_kept_is_refused() -> None:
    forged = msgspec.structs.replace(DRAFT, pages=(DraftPage("0" * 64, PAGE),))
    with pytest.raises(DamagedDraftError):
        opened(sealed(forged, WINDOW), KEY)


def test_nothing_of_it_stands_in_a_repr() -> None:
    assert "埋名甲" not in repr(DRAFT) + repr(DRAFT.lines)


@given(st.binary(min_size=CODE_SECRET, max_size=CODE_SECRET), st.binary(min_size=CODE_SECRET, max_size=CODE_SECRET))
def test_a_code_holds_every_bit_it_says(first: bytes, second: bytes) -> None:
    assert len(new_code(first)) == CODE_LENGTH
    assert read_code(new_code(first)) == new_code(first)
    # 115 bits of the 120: the last five do not count.
    same = int.from_bytes(first, "big") >> 5 == int.from_bytes(second, "big") >> 5
    assert (new_code(first) == new_code(second)) == same
