"""A driver call that never returns, and a device that proves nothing: neither is shown as working."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import serial_rig

from devices.port import DeviceState, Life
from devices.supervisor import Pace, Supervised
from devices.watchdog import Watchdog

QUICK = Pace(first=0.01, longest=0.02, grace=0.05, hung=0.2, calm=0, stopping=0.1)


class Wedged(Supervised[None]):
    """Its hook ``where`` does not return until ``let_go``; as a thread in a kernel call, it cannot be stopped."""

    def __init__(self, where: str, pace: Pace = QUICK) -> None:
        super().__init__("wedged", pace=pace)
        self.where = where
        self.inside = threading.Event()
        self.let_go = threading.Event()
        self.armed = threading.Event()

    def open(self) -> None:
        self._hang("open")

    def identify(self) -> str:
        self._hang("identify")
        self.alive()
        return "a device"

    def turn(self) -> float | None:
        self._hang("turn")
        self.alive()
        return 0.01

    def close(self) -> None: ...

    def _hang(self, hook: str) -> None:
        if hook == self.where and self.armed.is_set():
            self.inside.set()
            self.let_go.wait()


@contextmanager
def watched(device: Supervised[None]) -> Iterator[serial_rig.Events]:
    events, dog = serial_rig.Events(), Watchdog([device], every=0.02)
    device.start(events)
    dog.start()
    try:
        yield events
    finally:
        dog.stop()
        device.stop()


def test_a_call_that_never_returns_is_noticed_told_once_and_its_end_too() -> None:
    device = Wedged("turn")
    try:
        with watched(device) as events:
            events.fault(None)
            device.armed.set()
            assert events.fault("device_hung").life is Life.FAULTED
            assert not device.state().usable
            since = events.changes()
            device.armed.clear()
            device.let_go.set()
            events.fault(None, since)
            assert device.state().life is Life.READY
            assert [s for s in _faults(events) if s == "device_hung"] == ["device_hung"]
    finally:
        device.let_go.set()


def test_one_that_hangs_before_it_ever_was_ready_is_no_longer_coming() -> None:
    for hook in ("open", "identify"):
        device = Wedged(hook)
        device.armed.set()
        try:
            with watched(device) as events:
                assert events.fault("device_hung").identity is None
        finally:
            device.let_go.set()


def test_stopping_does_not_wait_for_a_call_that_never_returns() -> None:
    device = Wedged("turn", Pace(first=0.01, stopping=2.0))
    device.armed.set()
    device.start(lambda event: None)
    assert device.inside.wait(20)
    began = time.monotonic()
    device.stop()
    assert time.monotonic() - began < 2.5
    device.let_go.set()


def test_the_others_are_watched_while_one_hangs() -> None:
    device, other = Wedged("turn"), Wedged("turn")
    device.armed.set()
    try:
        events, dog = serial_rig.Events(), Watchdog([device, other], every=0.02)
        device.start(lambda event: None)
        other.start(events)
        dog.start()
        assert device.inside.wait(20)
        other.armed.set()
        events.fault("device_hung")
        dog.stop()
    finally:
        device.let_go.set()
        other.let_go.set()
        device.stop()
        other.stop()


class Quiet(Wedged):
    """Takes its turns, and never hears anything from its device after the first answer."""

    proof_within = 0.2

    def turn(self) -> float | None:
        return 0.01


def test_a_device_that_proves_nothing_any_more_is_unknown_neither_ready_nor_broken() -> None:
    with watched(Quiet("never")) as events:
        assert events.fault(None).life is Life.READY
        assert events.fault("unproven").life is Life.UNKNOWN


def test_a_pad_proves_nothing_and_is_never_called_ready(tmp_path: Path) -> None:
    with serial_rig.pad(tmp_path) as rig:
        state = rig.driver.state()
        assert (state.life, state.usable, state.proof_at) == (Life.UNKNOWN, True, None)
        assert not any(s.life is Life.READY for s in _states(rig.events))


class Returning(Wedged):
    """Vanishes; when it is back it does not say what it is."""

    def turn(self) -> float | None:
        if self.armed.is_set():
            raise OSError("gone")
        return super().turn()


def test_a_device_that_vanished_is_not_usable_while_its_return_is_not_proven() -> None:
    device = Returning("identify")
    try:
        with watched(device) as events:
            events.fault(None)
            device.armed.set()
            device.wake()
            assert device.inside.wait(20)
            assert events.fault("absent").life is Life.ABSENT
    finally:
        device.let_go.set()


def _states(events: serial_rig.Events) -> list[DeviceState]:
    from devices.port import DeviceChanged

    return [change.state for change in events.of(DeviceChanged)]


def _faults(events: serial_rig.Events) -> list[str | None]:
    return [state.fault for state in _states(events)]
