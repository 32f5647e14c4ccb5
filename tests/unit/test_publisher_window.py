from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt.messages import ContractError, StorageReceipt, encode
from mqtt.window import MOST_PATIENCE, PATIENCE, SIZE, Window, ranges

EPOCH = "00112233aabbccdd"


def receipt(*spans: tuple[int, int], epoch: str = EPOCH) -> bytes:
    return encode(StorageReceipt(v=1, e=epoch, r=spans))


def test_no_more_than_the_window_is_ever_in_flight() -> None:
    window = Window(EPOCH)
    assert window.fresh(range(1, 100), 0.0) == tuple(range(1, SIZE + 1))
    assert window.fresh(range(1, 100), 0.0) == ()


def test_a_receipt_makes_room_for_the_next_rows() -> None:
    window = Window(EPOCH)
    window.fresh(range(1, 100), 0.0)
    assert window.receipt(receipt((1, 3), (5, 5)), 1.0) == ((1, 3), (5, 5))
    assert window.fresh([4, *range(6, 100)], 1.0) == (21, 22, 23, 24)


def test_a_receipt_heard_twice_confirms_once() -> None:
    window = Window(EPOCH)
    window.fresh([1, 2], 0.0)
    assert window.receipt(receipt((1, 2)), 0.0) == ((1, 2),)
    assert window.receipt(receipt((1, 2)), 0.0) == ()


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        (receipt((1, 1), epoch="f" * 16), "another epoch"),
        (receipt((1, 3)), "never sent"),
        (receipt((1, 2**62)), "never sent"),
        (receipt((2, 1)), "range that is none"),
        (receipt((0, 1)), "range that is none"),
        (receipt((-5, 2)), "range that is none"),
        (b'{"v":2,"e":"00112233aabbccdd","r":[[1,1]]}', "version not known here"),
        (b'{"v":1,"e":"00112233aabbccdd","r":[[1]]}', "length"),
        (b'{"v":1,"e":"00112233aabbccdd","r":[[1,"2"]]}', "Expected `int`"),
        (b"", "truncated"),
    ],
)
def test_a_receipt_not_to_be_believed_is_refused_by_name_and_changes_nothing(payload: bytes, rule: str) -> None:
    window = Window(EPOCH)
    window.fresh([1, 2], 0.0)
    with pytest.raises(ContractError, match=rule):
        window.receipt(payload, 1.0)
    assert window.in_flight == 2
    assert window.receipt(receipt((1, 2)), 1.0) == ((1, 2),)


def test_without_a_receipt_everything_is_sent_again_from_the_oldest_and_patience_grows() -> None:
    window = Window(EPOCH)
    now, waits = 0.0, []
    for _ in range(8):
        assert window.fresh([4, 7, 9], now) == (4, 7, 9)
        due = window.deadline
        assert due is not None
        assert not window.overdue(due - 0.001)
        assert window.overdue(due)
        waits.append(due - now)
        now = due
    assert PATIENCE * 0.8 <= waits[0] <= PATIENCE * 1.2
    assert MOST_PATIENCE * 0.8 <= waits[-1] <= MOST_PATIENCE * 1.2


def test_progress_makes_patience_short_again() -> None:
    window = Window(EPOCH)
    window.fresh([1, 2], 0.0)
    assert window.overdue(1000.0)
    window.fresh([1, 2], 1000.0)
    window.receipt(receipt((1, 1)), 1001.0)
    assert window.deadline is not None
    assert window.deadline <= 1001.0 + PATIENCE * 1.2


def test_a_new_connection_sends_everything_again() -> None:
    window = Window(EPOCH)
    window.fresh([1, 2], 0.0)
    window.opened()
    assert window.deadline is None
    assert window.fresh([1, 2], 0.0) == (1, 2)


@given(st.binary(max_size=300))
def test_no_bytes_confirm_a_row_by_accident(payload: bytes) -> None:
    window = Window(EPOCH)
    window.fresh([1, 2, 3], 0.0)
    try:
        assert window.receipt(payload, 0.0) == ()
    except ContractError:
        assert window.in_flight == 3


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 10)), max_size=20))
def test_what_a_receipt_confirms_was_in_flight_and_named(spans: list[tuple[int, int]]) -> None:
    window = Window(EPOCH)
    sent = window.fresh(range(1, 60, 3), 0.0)
    named = {n for first, more in spans for n in range(first, first + more + 1)}
    try:
        confirmed = window.receipt(receipt(*((first, first + more) for first, more in spans)), 0.0)
    except ContractError:
        return
    assert {n for first, last in confirmed for n in range(first, last + 1)} == named & set(sent)


@given(st.sets(st.integers(1, 300)))
def test_ranges_name_exactly_their_numbers(numbers: set[int]) -> None:
    assert {n for first, last in ranges(numbers) for n in range(first, last + 1)} == numbers
