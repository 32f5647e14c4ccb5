from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt.messages import StorageReceipt
from mqtt.window import EASE, FEW, MOST_PATIENCE, PATIENCE, SIZE, Window, is_news, ranges
from mqtt.wire import ContractError, encode

EPOCH = "00112233aabbccdd"


def receipt(*spans: tuple[int, int], epoch: str = EPOCH) -> bytes:
    return encode(StorageReceipt(v=1, e=epoch, r=spans))


def brought(window: Window, rows: range, took: float, rounds: int) -> tuple[int, ...]:
    """What it has under way of a backlog after so many rounds, each confirmed whole after ``took`` seconds."""
    waiting, now = list(rows), 0.0
    for _ in range(rounds):
        sent = window.fresh(waiting[:SIZE], now)
        now += took
        window.receipt(receipt((sent[0], sent[-1])), now)
        waiting = [row for row in waiting if row not in sent]
    return window.fresh(waiting[:SIZE], now)


def test_a_backlog_begins_with_one_row_and_never_has_more_than_the_window_in_flight() -> None:
    sizes = [len(brought(Window(EPOCH), range(1, 1000), 0.05, rounds)) for rounds in range(8)]
    assert sizes == [1, 2, 4, 8, 16, SIZE, SIZE, SIZE]


def test_while_receipts_take_long_a_backlog_has_one_row_under_way() -> None:
    assert len(brought(Window(EPOCH), range(1, 1000), 4 * EASE, 5)) == 1


def test_receipts_that_begin_to_take_long_make_a_backlog_smaller() -> None:
    window = Window(EPOCH)
    under_way = brought(window, range(1, 1000), 0.05, 6)
    window.receipt(receipt((under_way[0], under_way[-1])), 4 * EASE + 0.3)
    assert len(window.fresh(range(500, 600), 5 * EASE)) == SIZE / 2


def test_what_is_no_backlog_is_sent_at_once() -> None:
    window = Window(EPOCH)
    assert window.fresh(range(1, FEW + 1), 0.0) == tuple(range(1, FEW + 1))


def test_news_is_sent_at_once_however_much_it_is_and_beside_a_backlog() -> None:
    window = Window(EPOCH)
    assert window.fresh(range(1, 10), 0.0, news=range(1, 10)) == tuple(range(1, 10))
    window = Window(EPOCH)
    assert window.fresh([7, 8, *range(1, 7)], 0.0, news={7, 8}) == (7, 8, 1)
    assert len(window.fresh(range(10, 100), 0.0, news=range(10, 100))) == SIZE - 3


def test_how_soon_news_is_stored_says_nothing_about_a_backlog() -> None:
    """The centre takes it first."""
    window, backlog = Window(EPOCH), range(1, 20)
    window.fresh([50, *backlog], 0.0, news={50})
    window.receipt(receipt((50, 50)), 0.1)
    assert window.fresh(backlog, 0.1) == ()
    window.receipt(receipt((1, 1)), 4 * EASE)
    assert window.fresh(backlog[1:], 4 * EASE) == (2,)


@pytest.mark.parametrize(("happened", "news"), [("2026-11-18T08:26:00Z", True), ("2026-11-18T08:25:30Z", False), ("?", True)])
def test_news_is_what_happened_within_a_minute(happened: str, news: bool) -> None:
    assert is_news(happened, datetime(2026, 11, 18, 8, 26, 40, tzinfo=UTC).timestamp()) is news


def test_the_end_of_a_backlog_is_a_backlog_still() -> None:
    """Else a fleet would bring its last rows all at once."""
    window = Window(EPOCH)
    assert window.fresh(range(1, FEW + 2), 0.0) == (1,)
    window.receipt(receipt((1, 1)), 4 * EASE)
    assert window.fresh(range(2, FEW + 2), 4 * EASE) == (2,)
    window.receipt(receipt((2, 2)), 8 * EASE)
    window.fresh((), 8 * EASE)
    assert window.fresh((6, 7, 8), 9 * EASE) == (6, 7, 8)


def test_a_receipt_makes_room_for_the_next_rows() -> None:
    window = Window(EPOCH)
    window.fresh([1, 2, 3, 5], 0.0)
    assert window.receipt(receipt((1, 3), (5, 5)), 1.0) == ((1, 3), (5, 5))
    assert window.fresh([4, 6], 1.0) == (4, 6)


def test_a_receipt_that_comes_late_counts_for_what_was_sent_before() -> None:
    window = Window(EPOCH)
    window.fresh([1, 2, 3], 0.0)
    assert window.overdue(1000.0)
    assert window.receipt(receipt((2, 3)), 1000.0) == ((2, 3),)
    assert window.fresh([1], 1000.0) == (1,)


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


@given(st.lists(st.tuples(st.integers(1, 14), st.integers(0, 10)), max_size=20))
def test_what_a_receipt_confirms_was_in_flight_and_named(spans: list[tuple[int, int]]) -> None:
    window = Window(EPOCH)
    sent = window.fresh(range(1, 13, 3), 0.0)
    named = {n for first, more in spans for n in range(first, first + more + 1)}
    try:
        confirmed = window.receipt(receipt(*((first, first + more) for first, more in spans)), 0.0)
    except ContractError:
        return
    assert {n for first, last in confirmed for n in range(first, last + 1)} == named & set(sent)


@given(st.sets(st.integers(1, 300)))
def test_ranges_name_exactly_their_numbers(numbers: set[int]) -> None:
    assert {n for first, last in ranges(numbers) for n in range(first, last + 1)} == numbers
