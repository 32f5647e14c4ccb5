"""How a fleet comes back to its broker: thirty thousand terminals, and a broker of one core, on paper."""

from __future__ import annotations

import heapq
import random
from collections import Counter

import pytest

from mqtt.walk import RECONNECT_WITHIN, WENT, Pace

HANDSHAKE = 0.00285
"""Seconds of the broker's core for a full mutual TLS 1.3 handshake (P-256), measured."""
PATIENCE = 5.0
"""Seconds a terminal waits for the broker's answer."""


def come_back(fleet: int, away: float, failures: int, pace: Pace) -> tuple[int, list[float]]:
    """``fleet`` terminals lose a broker that is away for so many seconds, and each has failed so often: how many attempts there
    are in the worst second after its return, and the seconds from its return until each is back.
    """
    random.seed(1)
    attempts = [(pace.delay(failures), failures) for _ in range(fleet)]
    heapq.heapify(attempts)
    free, back, seconds = away, list[float](), Counter[int]()
    while attempts:
        at, failed = heapq.heappop(attempts)
        if at >= away:
            seconds[int(at - away)] += 1
            free = max(free, at) + HANDSHAKE
            if free - at <= PATIENCE:
                back.append(free - away)
                continue
            at += PATIENCE
        heapq.heappush(attempts, (at + pace.delay(failed + 1), failed + 1))
    return max(seconds.values()), sorted(back)


@pytest.mark.parametrize("away", [0.1, 3.0, 30.0, 600.0])
def test_a_fleet_whose_broker_went_comes_back_over_minutes_and_never_overloads_it(away: float) -> None:
    worst, back = come_back(30_000, away, WENT, Pace())
    assert worst * HANDSHAKE <= 1.0
    assert back[-1] <= RECONNECT_WITHIN + PATIENCE


def test_one_hall_s_blip_is_over_in_seconds() -> None:
    assert all(0.0 < Pace().delay(0) <= 2.0 for _ in range(1000))
    _, back = come_back(1000, 3.0, 0, Pace())
    assert back[len(back) // 2] <= 10.0


def test_the_longer_it_fails_the_wider_the_wait_up_to_the_fleet_s_own() -> None:
    longest = [max(Pace().delay(failures) for _ in range(2000)) for failures in range(6)]
    assert longest == sorted(longest)
    assert 0.9 * RECONNECT_WITHIN < longest[-1] <= RECONNECT_WITHIN
