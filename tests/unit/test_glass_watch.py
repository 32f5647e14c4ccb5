"""The glass is believed to be alive by what its page proves, and in no other way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiosk.glass_watch import EVERY, FAULTS, SILENT, START, GlassJudge
from kiosk.visit.pulse import Beat, GlassState

GOOD = Beat(8, 1, whole=True)
BEAT = 2.0
BAR = 10.0
"""Seconds after which a glass that is black or stands still is known to be so."""


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_800_000_000 + self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class Glass:
    """A page that beats every two seconds, and a judge who looks every second."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.serial = 1
        self.news: list[str | None] = []
        self.judge = GlassJudge(self.clock, lambda: self.news.append(self.judge.fault))  # type: ignore[arg-type]

    @property
    def state(self) -> GlassState:
        return self.judge.asked().state

    def goes_on(self, seconds: float, beat: Beat | None) -> GlassState:
        """``beat`` comes every two seconds from now on, or none."""
        for second in range(int(seconds / EVERY)):
            if beat is not None and second % int(BEAT / EVERY) == 0:
                self.judge.beaten(beat, self.serial)
            self.clock.seconds += EVERY
            self.judge.look()
        return self.state


@pytest.fixture
def glass() -> Glass:
    return Glass()


def test_before_the_first_beat_nothing_is_known_and_nothing_is_a_fault(glass: Glass) -> None:
    for _ in range(1000):
        glass.clock.seconds += EVERY
        glass.judge.look()
    assert glass.judge.fault is None
    assert glass.state is GlassState.AWAITED


def test_where_a_browser_is_kept_one_that_never_beats_is_silent_once_it_has_had_time_to_start(glass: Glass) -> None:
    assert glass.judge.asked().age is None
    assert glass.goes_on(START, None) is GlassState.AWAITED
    assert glass.goes_on(2, None) is GlassState.SILENT
    assert glass.judge.fault == "glass_silent"


def test_a_page_that_is_painted_readable_and_up_to_date_is_alive(glass: Glass) -> None:
    assert glass.goes_on(600, GOOD) is GlassState.ALIVE
    assert glass.news == [None]


@pytest.mark.parametrize(
    ("then", "state"),
    [
        (None, GlassState.SILENT),
        (Beat(0, 1, whole=True), GlassState.FROZEN),
        (Beat(2, 1, whole=True), GlassState.FROZEN),  # what was on its way when the painting stopped
        (Beat(8, 1, whole=False), GlassState.BLANK),
    ],
)
def test_whatever_goes_wrong_is_known_within_ten_seconds_told_once_and_over_with_the_first_good_beats(
    glass: Glass, then: Beat | None, state: GlassState
) -> None:
    glass.goes_on(60, GOOD)
    assert glass.goes_on(BAR, then) is state
    assert glass.goes_on(60, then) is state
    assert glass.news == [None, FAULTS[state]]
    assert glass.goes_on(BEAT, GOOD) is GlassState.ALIVE
    assert glass.news == [None, FAULTS[state], None]


def test_a_page_that_shows_what_was_is_behind_and_one_that_follows_late_is_not(glass: Glass) -> None:
    glass.goes_on(20, GOOD)
    glass.serial = 2
    assert glass.goes_on(BAR, GOOD) is GlassState.BEHIND
    assert glass.goes_on(BEAT, Beat(8, 2, whole=True)) is GlassState.ALIVE
    for serial in range(3, 60):  # as while seconds are counted: always one behind
        glass.serial = serial
        assert glass.goes_on(BEAT, Beat(8, serial - 1, whole=True)) is GlassState.ALIVE


def test_a_page_that_was_in_front_and_is_not_any_more_is_covered(glass: Glass) -> None:
    """Where somebody keeps a browser; a developer's window is one of many."""
    front, behind = Beat(8, 1, whole=True, front=True), Beat(8, 1, whole=True, front=False)
    alone = Glass()
    for page in (glass, alone):
        page.judge.beaten(front, 1)
    glass.judge.asked()
    assert glass.goes_on(BAR, behind) is GlassState.COVERED
    assert glass.judge.fault == "glass_covered"
    assert glass.goes_on(BEAT, front) is GlassState.ALIVE
    for _ in range(30):
        alone.judge.beaten(behind, 1)
        alone.clock.seconds += EVERY
        alone.judge.look()
    assert alone.judge.state is GlassState.ALIVE


def test_of_a_page_that_was_never_in_front_nothing_is_known(glass: Glass) -> None:
    """A compositor that gives no window the focus is no window over the page."""
    glass.judge.asked()
    assert glass.goes_on(60, Beat(8, 1, whole=True, front=False)) is GlassState.ALIVE


def test_a_page_without_a_snapshot_is_never_behind(glass: Glass) -> None:
    for serial in range(20):
        glass.serial = serial
        assert glass.goes_on(BEAT, Beat(8, None, whole=True)) is GlassState.ALIVE


@pytest.mark.parametrize("bad", [Beat(0, 1, whole=True), Beat(8, 1, whole=False), None])
def test_one_bad_or_missing_beat_is_no_fault(glass: Glass, bad: Beat | None) -> None:
    glass.goes_on(20, GOOD)
    for _ in range(20):
        assert glass.goes_on(BEAT, bad) is GlassState.ALIVE
        assert glass.goes_on(2 * BEAT, GOOD) is GlassState.ALIVE


def test_a_page_that_has_just_come_up_is_given_time_to_prove_itself(glass: Glass) -> None:
    glass.goes_on(20, GOOD)
    glass.goes_on(SILENT + 2, None)
    assert glass.goes_on(BEAT, Beat(0, 1, whole=False)) is GlassState.ALIVE


def test_when_the_service_itself_stood_still_the_beats_that_did_not_come_prove_nothing(glass: Glass) -> None:
    glass.goes_on(20, GOOD)
    glass.clock.seconds += 300
    glass.judge.look()
    assert glass.state is GlassState.ALIVE
    assert glass.goes_on(BAR, None) is GlassState.SILENT
