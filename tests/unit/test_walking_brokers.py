"""Which broker of several is tried next and when, and when one is left at which the centre is not heard. On paper."""

from __future__ import annotations

import heapq
from collections import Counter

import pytest

from mqtt.walk import PROOF, RECONNECT_WITHIN, Earshot, End, Pace, Walk

HANDSHAKE = 0.00285
"""Seconds of a broker's core for a full mutual TLS 1.3 handshake (P-256), measured."""
QUICK = Pace(first=2.0, most=180.0)


def test_terminals_begin_anywhere_and_the_centre_at_the_first() -> None:
    began = Counter(Walk(3, QUICK).here for _ in range(3000))
    assert sorted(began) == [0, 1, 2]
    assert min(began.values()) > 800
    assert Walk(3, QUICK, start=0).here == 0


def test_every_broker_is_tried_within_seconds_before_there_is_a_longer_wait() -> None:
    walk = Walk(3, QUICK, start=1)
    tried, waits = [walk.here], list[float]()
    for _ in range(9):
        waits.append(walk.ended(End.FAILED))
        tried.append(walk.here)
    assert tried == [1, 2, 0, 1, 2, 0, 1, 2, 0, 1]
    assert all(wait <= 2.0 for n, wait in enumerate(waits) if n not in (5, 8))
    assert 0.4 <= waits[5] <= 8.0  # twice round
    assert 1.6 <= waits[8] <= 32.0


def test_a_busy_broker_has_longer_for_its_answers_with_each_time_round() -> None:
    walk, patience = Walk(2, QUICK), list[float]()
    for _ in range(12):
        patience.append(walk.answer)
        walk.ended(End.FAILED)
    assert patience == [5, 5, 10, 10, 20, 20, 40, 40, 40, 40, 40, 40]
    walk.ended(End.HELD)
    assert walk.answer == 5


def test_who_has_one_broker_alone_waits_as_ever() -> None:
    walk = Walk(1, QUICK)
    assert [walk.ended(End.FAILED) <= most for most in (2, 8, 32, 128, 180, 180)] == [True] * 6
    assert walk.ended(End.HELD) <= 2.0
    assert max(Walk(1, QUICK).ended(End.WENT) for _ in range(500)) > 0.9 * RECONNECT_WITHIN


def test_what_held_is_tried_once_more_and_nobody_goes_back_to_the_first_unasked() -> None:
    walk = Walk(3, QUICK, start=0)
    walk.ended(End.FAILED)
    assert walk.here == 1
    for _ in range(5):
        assert walk.ended(End.HELD) <= 2.0
        assert walk.here == 1


def test_the_share_of_a_node_that_went_comes_to_the_others_within_a_minute_and_overloads_none() -> None:
    fleet, worst = 30_000, Counter[tuple[int, int]]()
    for _ in range(fleet // 3):
        walk = Walk(3, Pace(), start=0)
        at = walk.ended(End.WENT)
        worst[walk.here, int(at)] += 1
        assert walk.here == 1
        assert at <= RECONNECT_WITHIN / 3
    assert max(worst.values()) * HANDSHAKE <= 1.0


def test_when_all_brokers_went_the_fleet_s_own_time_it_is() -> None:
    waits = []
    for _ in range(500):
        walk = Walk(3, Pace(), start=0)
        walk.ended(End.WENT)
        assert walk.ended(End.FAILED) <= 2.0
        waits.append(walk.ended(End.FAILED))
    assert max(waits) > 0.9 * RECONNECT_WITHIN


def test_one_word_of_the_centre_holds_for_two_whole_reports_and_none_for_a_minute() -> None:
    ear = Earshot(2, Pace())
    ear.arrived(0.0)
    assert 30.0 <= ear.until <= 60.0
    ear.heard(5.0)
    assert ear.until == 5.0 + PROOF


def test_a_centre_that_leaves_may_be_back_in_a_moment() -> None:
    ear = Earshot(3, Pace())
    ear.arrived(0.0)
    ear.heard(1.0)
    ear.gone(100.0)
    assert 130.0 <= ear.until <= 190.0
    ear.heard(115.0)
    assert ear.until == 115.0 + PROOF


def test_with_one_broker_alone_nobody_leaves_it() -> None:
    ear = Earshot(1, Pace())
    ear.arrived(0.0)
    ear.gone(1.0)
    assert ear.until == float("inf")


@pytest.mark.parametrize("brokers", [2, 3])
def test_a_centre_that_is_away_for_hours_does_not_send_its_fleet_round_and_round(brokers: int) -> None:
    """30,000 terminals whose centre leaves: handshakes at each broker, in the worst minute and in the fourth hour."""
    minutes: dict[int, float] = Counter()
    fleet = 3000  # a tenth of them
    ears = [Earshot(brokers, Pace()) for _ in range(fleet)]
    due = []
    for n, ear in enumerate(ears):
        ear.gone(0.0)
        due.append((ear.until, n))
    heapq.heapify(due)
    while due and due[0][0] < 4 * 3600:
        at, n = heapq.heappop(due)
        minutes[int(at // 60)] += HANDSHAKE * 10 / brokers
        ears[n].moved()
        ears[n].arrived(at)
        heapq.heappush(due, (ears[n].until, n))
    assert max(minutes.values()) <= 60 * 0.9
    assert sum(minutes[m] for m in range(180, 240)) <= 60 * 3
