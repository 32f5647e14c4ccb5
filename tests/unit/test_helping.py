"""请人帮忙: a call stands while somebody waits, is never kept for later, and says whether it could be told at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fleet import words
from kiosk.helping import LAST, Helping
from kiosk.visit.state import Step, Visit

VISIT = Visit("v", Step.SCAN, began=0, touched=0, until=900, entered=0)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_800_000_000 + self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class Asked:
    """A call, with hands on the clock and the link."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.connected = True
        self.news = 0
        self.helping = Helping(self.clock, lambda: self.connected, self._heard)  # type: ignore[arg-type]

    def _heard(self) -> None:
        self.news += 1


@pytest.fixture
def one() -> Asked:
    return Asked()


def test_the_report_says_since_when_and_at_which_step_and_nothing_else(one: Asked) -> None:
    assert one.helping.asked(True, VISIT) == "called"
    wanted = one.helping.wanted()
    assert wanted is not None
    assert (wanted.since, wanted.step) == (one.clock.now().isoformat(), "scan")
    assert one.news == 1


def test_without_a_link_it_says_so_and_goes_out_when_the_link_is_back(one: Asked) -> None:
    one.connected = False
    assert one.helping.asked(True, None) == "unsent"
    assert one.helping.wanted() is not None
    one.connected = True
    assert one.helping.told() == "called"


def test_answered_it_waits_no_longer_and_the_screen_says_that_somebody_comes(one: Asked) -> None:
    one.helping.asked(True, VISIT)
    wanted = one.helping.wanted()
    assert wanted is not None
    assert one.helping.answered(wanted.since)
    assert (one.helping.told(), one.helping.wanted()) == ("coming", None)


def test_the_answer_to_another_call_is_none(one: Asked) -> None:
    assert not one.helping.answered("2026-11-26T09:30:00+08:00")
    one.helping.asked(True, VISIT)
    assert not one.helping.answered("2026-11-26T09:30:00+08:00")
    assert one.helping.told() == "called"


def test_asking_twice_is_one_call_and_after_the_answer_a_new_one(one: Asked) -> None:
    one.helping.asked(True, VISIT)
    first = one.helping.wanted()
    one.clock.seconds += 5
    one.helping.asked(True, VISIT)
    assert one.helping.wanted() == first
    assert first is not None
    one.helping.answered(first.since)
    assert one.helping.asked(True, VISIT) == "called"
    assert one.helping.wanted() != first


def test_it_ends_with_no_longer_and_by_itself_and_the_next_finds_none(one: Asked) -> None:
    one.helping.asked(True, VISIT)
    assert one.helping.asked(False, VISIT) is None
    one.helping.asked(True, VISIT)
    one.clock.seconds += LAST
    assert (one.helping.told(), one.helping.wanted()) == (None, None)


def test_staff_read_in_words_where_somebody_stands() -> None:
    assert set(words.STEPS) == {"welcome", *Step}
