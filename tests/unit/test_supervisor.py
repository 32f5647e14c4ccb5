"""The life all devices share: what is told, when, and what wakes or ends it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from devices.port import DeviceChanged, DeviceEvent, Life
from devices.supervisor import DeviceFaultError, Pace, Supervised

PATIENCE = 20.0
QUICK = Pace(first=0.01, longest=0.02, grace=0.05, steady=60, calm=0)


class Bell(Supervised[str]):
    """A device that does what its test says; ``script`` holds what each hook raises, by its name."""

    def __init__(self, pace: Pace = QUICK) -> None:
        super().__init__("bell", pace=pace)
        self.script: dict[str, Callable[[], Exception]] = {}
        self.says = "bell 1"
        self.pause: float | None = None
        self.pipe: tuple[int, ...] = ()
        self.told: list[DeviceEvent] = []
        self.taken: list[str] = []
        self.declined: list[str] = []
        self.opened = self.closed = self.turns = 0
        self.moved = threading.Condition()

    def open(self) -> None:
        self.opened += 1
        self._play("open")

    def identify(self) -> str:
        self._play("identify")
        self.alive()
        return self.says

    def turn(self) -> float | None:
        self._play("turn")
        self.turns += 1
        self.taken += self.notes()
        self._moved()
        return self.pause

    def close(self) -> None:
        self.closed += 1
        self._play("close")

    def decline(self, note: str) -> None:
        self._play("decline")
        self.declined.append(note)
        self._moved()

    def readable(self) -> tuple[int, ...]:
        return self.pipe[:1]

    def hear(self, event: DeviceEvent) -> None:
        self.told.append(event)
        self._moved()

    def lives(self) -> list[tuple[Life, str | None]]:
        return [(event.state.life, event.state.fault) for event in self.told if isinstance(event, DeviceChanged)]

    def until(self, test: Callable[[], bool]) -> None:
        with self.moved:
            assert self.moved.wait_for(test, PATIENCE), self.lives()

    def _play(self, hook: str) -> None:
        self._moved()
        if hook in self.script:
            raise self.script[hook]()

    def _moved(self) -> None:
        with self.moved:
            self.moved.notify_all()


@contextmanager
def living(bell: Bell) -> Iterator[Bell]:
    bell.start(bell.hear)
    try:
        yield bell
    finally:
        bell.script.clear()
        bell.stop()


UP = [(Life.OPENING, None), (Life.IDENTIFYING, None), (Life.READY, None)]


def test_a_device_opens_identifies_itself_and_is_ready() -> None:
    with living(Bell()) as bell:
        bell.until(lambda: bell.turns > 0)
        assert bell.lives() == UP
        assert (bell.state().identity, bell.state().usable) == ("bell 1", True)
        assert bell.state().proof_at is not None
    assert bell.closed == 1
    assert bell.state().life is Life.ABSENT


@pytest.mark.parametrize(
    ("hook", "error", "life", "fault"),
    [
        ("open", OSError, Life.ABSENT, "absent"),
        ("open", TimeoutError, Life.ABSENT, "absent"),
        ("identify", OSError, Life.ABSENT, "absent"),
        ("identify", TimeoutError, Life.FAULTED, "mute"),
        ("identify", lambda: DeviceFaultError("paper_out"), Life.FAULTED, "paper_out"),
        ("identify", ZeroDivisionError, Life.BACK_OFF, "device_error"),
    ],
)
def test_a_failure_that_lasts_is_told_once_and_its_end_once(
    hook: str, error: Callable[[], Exception], life: Life, fault: str
) -> None:
    bell = Bell()
    bell.script[hook] = error
    with living(bell):
        bell.until(lambda: bell.opened >= 4)
        assert bell.lives()[-1] == (life, fault)
        assert [state for state in bell.lives() if state[1] is not None] == [(life, fault)]
        bell.script.clear()
        bell.until(lambda: bell.turns > 0)
        assert bell.lives()[-2:] == [(life, fault), (Life.READY, None)]


def test_a_short_vanishing_is_nobodys_news() -> None:
    bell = Bell(Pace(first=0.01, longest=0.01, grace=3600))
    with living(bell):
        bell.until(lambda: bell.turns > 0)
        bell.script["turn"] = OSError
        bell.wake()
        bell.until(lambda: bell.opened >= 4)
        bell.script.clear()
        turns = bell.turns
        bell.until(lambda: bell.turns > turns)
        assert bell.lives() == UP


def test_a_device_that_stays_away_is_absent_after_its_grace() -> None:
    with living(Bell()) as bell:
        bell.until(lambda: bell.turns > 0)
        bell.script["open"] = bell.script["turn"] = OSError
        bell.wake()
        bell.until(lambda: bell.lives()[-1] == (Life.ABSENT, "absent"))
        assert not bell.state().usable


def test_a_device_that_falls_silent_gets_no_grace() -> None:
    bell = Bell(Pace(first=0.01, longest=0.01, grace=3600))
    with living(bell):
        bell.until(lambda: bell.turns > 0)
        bell.script["turn"] = TimeoutError
        bell.wake()
        bell.until(lambda: (Life.FAULTED, "mute") in bell.lives())


def test_proof_of_life_alone_is_no_news() -> None:
    bell = Bell()
    bell.pause = 0.0
    with living(bell):
        bell.until(lambda: bell.turns > 50)
        assert bell.lives() == UP


def test_another_identity_is_news() -> None:
    bell = Bell(Pace(first=0.01, longest=0.01, grace=3600))
    with living(bell):
        bell.until(lambda: bell.turns > 0)
        bell.says = "bell 2"
        bell.script["turn"] = OSError
        bell.wake()
        bell.until(lambda: bell.opened >= 2)
        bell.script.clear()
        bell.until(lambda: bell.state().identity == "bell 2")
        assert bell.lives() == [*UP, (Life.READY, None)]


def test_told_to_restart_it_is_closed_and_opened_anew_and_ready_again() -> None:
    with living(Bell()) as bell:
        bell.until(lambda: bell.turns > 0)
        bell.restart()
        bell.until(lambda: bell.opened == 2 and not bell.restarting)
        assert (bell.closed, bell.state().usable) == (1, True)


def test_told_to_restart_and_not_coming_back_it_is_restarting_until_it_does() -> None:
    with living(Bell()) as bell:
        bell.until(lambda: bell.turns > 0)
        bell.script["open"] = OSError
        bell.restart()
        bell.until(lambda: (Life.ABSENT, "absent") in bell.lives())
        assert bell.restarting
        bell.script.clear()
        bell.until(lambda: not bell.restarting)


def test_a_note_wakes_a_thread_that_waits_for_nothing_else() -> None:
    with living(Bell()) as bell:
        bell.until(lambda: bell.turns > 0)
        for note in ("a", "b"):
            bell.leave(note)
            bell.until(lambda note=note: note in bell.taken)  # type: ignore[misc]
        assert bell.taken == ["a", "b"]


def test_bytes_that_come_in_wake_it_too() -> None:
    bell = Bell()
    bell.pipe = os.pipe()
    try:
        with living(bell):
            bell.until(lambda: bell.turns > 0)
            turns = bell.turns
            os.write(bell.pipe[1], b"x")
            bell.until(lambda: bell.turns > turns)
    finally:
        for end in bell.pipe:
            os.close(end)


def test_a_note_for_a_device_that_is_away_is_declined_on_its_thread() -> None:
    bell = Bell()
    bell.script["open"] = OSError
    with living(bell):
        bell.leave("a")
        bell.until(lambda: bell.declined == ["a"])


def test_notes_left_at_the_end_are_declined() -> None:
    bell = Bell()
    bell.leave("a")
    bell.stop()
    bell.start(bell.hear)
    bell.until(lambda: bell.declined == ["a"])


def test_a_drivers_mistake_is_logged_once_with_its_traceback_and_costs_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bell = Bell()
    bell.script["turn"] = bell.script["close"] = bell.script["decline"] = ZeroDivisionError
    with living(bell):
        bell.leave("a")
        bell.until(lambda: bell.opened >= 3)
        bell.script.clear()
        bell.until(lambda: bell.turns > 0)
    assert any(record.exc_info for record in caplog.records)
    assert "bell: device_error" in caplog.text


def test_down_and_up_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bell = Bell()
    bell.script["open"] = OSError
    with living(bell):
        bell.until(lambda: bell.opened >= 4)
        bell.script.clear()
        bell.until(lambda: bell.turns > 0)
    assert [record.message for record in caplog.records] == ["bell: absent", "bell: ready, bell 1"]


def test_a_device_starts_once_and_stops_as_often_as_one_likes() -> None:
    bell = Bell()
    bell.stop()
    with living(Bell()) as bell:
        with pytest.raises(RuntimeError):
            bell.start(bell.hear)
    bell.stop()
