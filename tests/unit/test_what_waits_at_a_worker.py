"""What a worker has read and not stored: whose turn it is, and in what order the broker is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.waiting import Waiting, is_old
from mqtt.connection import Received
from mqtt.events import DeviceTrouble, event

NOW = datetime(2026, 11, 18, 8, 26, 40, tzinfo=UTC).timestamp()


class Broker:
    """Which of what it sent was acknowledged, in that order."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def sends(self, number: int, said: str = "") -> Received:
        return Received("k1/t/up/events", (said or str(number)).encode(), False, lambda: self.told.append(number))


def said(waiting: Waiting) -> list[str]:
    return [message.payload.decode() for message in waiting.take()]


def test_news_goes_before_a_backlog_and_a_backlog_by_its_order() -> None:
    broker, waiting = Broker(), Waiting(rows=3, least=1)
    for number in range(5):
        waiting.add(broker.sends(number), old=True)
    waiting.add(broker.sends(5), old=False)
    assert [said(waiting), said(waiting), len(waiting)] == [["5", "0", "1"], ["2", "3", "4"], 0]


def test_a_backlog_goes_on_however_much_is_news() -> None:
    broker, waiting = Broker(), Waiting(rows=3, least=1)
    for number in range(2):
        waiting.add(broker.sends(number), old=True)
    for number in range(2, 12):
        waiting.add(broker.sends(number), old=False)
    assert said(waiting)[-1] == "0"


def test_what_is_sent_again_while_it_waits_is_stored_once() -> None:
    broker, waiting = Broker(), Waiting()
    for number in range(3):
        waiting.add(broker.sends(number, "the same"), old=True)
    assert said(waiting) == ["the same"]
    waiting.settled()
    assert broker.told == [0, 1, 2]


def test_after_the_connection_nothing_waits_and_nothing_is_acknowledged() -> None:
    broker, waiting = Broker(), Waiting()
    waiting.add(broker.sends(0), old=True)
    waiting.add(broker.sends(1), old=False)
    waiting.forget()
    waiting.leave(broker.sends(2))
    assert (len(waiting), broker.told) == (0, [2])


@given(st.lists(st.sampled_from(["news", "old", "another's", "stored"])))
def test_the_broker_is_told_in_the_order_it_sent_and_of_nothing_that_is_not_stored(deeds: list[str]) -> None:
    broker, waiting = Broker(), Waiting(rows=2, least=1)
    stored: set[int] = set()
    for number, deed in enumerate(deeds):
        if deed == "another's":
            stored.add(number)
            waiting.leave(broker.sends(number))
        elif deed != "stored":
            waiting.add(broker.sends(number), old=deed == "old")
        else:
            batch = [int(one) for one in said(waiting)]
            assert not stored.intersection(batch)
            stored.update(batch)
            waiting.settled()
        assert broker.told == sorted(broker.told)
        assert stored.issuperset(broker.told)
    while waiting:
        waiting.take()
        waiting.settled()
    assert len(broker.told) == sum(deed != "stored" for deed in deeds)


@pytest.mark.parametrize(
    ("time", "old"),
    [
        ("2026-11-18T08:26:40Z", False),
        ("2026-11-18T08:25:50Z", False),
        ("2026-11-18T08:25:30Z", True),
        ("2026-11-18T16:26:30+08:00", False),
        ("2026-11-17T16:26:40.5+08:00", True),
        ("2030-01-01T00:00:00Z", False),
        ("0001-01-01T00:00:00Z", True),
        ("yesterday", False),
    ],
)
def test_what_is_old_is_told_by_the_time_it_happened(time: str, old: bool) -> None:
    assert is_old(event("t", "00112233aabbccdd", 1, time, DeviceTrouble("printer")), NOW) is old


@given(st.binary(max_size=200))
def test_what_cannot_be_read_is_news(payload: bytes) -> None:
    assert not is_old(payload, NOW)
