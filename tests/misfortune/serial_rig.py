"""A real driver above a virtual device on a real pty, and everything the driver says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from devices.idcard.photo import PhotoLibrary
from devices.idcard.reader import SdtReader
from devices.port import DeviceChanged, DeviceEvent, DeviceState
from devices.rating.pad import SerialPad
from devices.supervisor import Pace
from devices.virtual.idcard import VirtualReader
from devices.virtual.rating import VirtualPad

PATIENCE = 20.0
"""Seconds before a wait is called hopeless on a busy machine; nothing is measured by it."""
Kind = TypeVar("Kind")


class Events:
    """What a driver emitted, oldest first; waits are on the events themselves."""

    def __init__(self) -> None:
        self._all: list[DeviceEvent] = []
        self._changed = threading.Condition()

    def __call__(self, event: DeviceEvent) -> None:
        with self._changed:
            self._all.append(event)
            self._changed.notify_all()

    def of(self, kind: type[Kind]) -> list[Kind]:
        with self._changed:
            return [event for event in self._all if isinstance(event, kind)]

    def after(self, count: int, kind: type[Kind]) -> Kind:
        """The event of ``kind`` that has ``count`` of its kind before it, waiting for it."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.of(kind)) > count, PATIENCE), f"no {kind.__name__} in {self._all}"
        return self.of(kind)[count]

    def first(self, kind: type[Kind]) -> Kind:
        return self.after(0, kind)

    def state(self, test: Callable[[DeviceState], bool], since: int = 0) -> DeviceState:
        """The first state from the ``since``-th on for which ``test`` holds, waiting for it."""

        def found() -> DeviceState | None:
            return next((change.state for change in self.of(DeviceChanged)[since:] if test(change.state)), None)

        with self._changed:
            assert self._changed.wait_for(lambda: found() is not None, PATIENCE), f"never so in {self._all}"
            state = found()
        assert state is not None
        return state

    def fault(self, code: str | None, since: int = 0) -> DeviceState:
        """The first state with this fault, or usable again if ``None``."""
        return self.state(lambda state: state.usable if code is None else state.fault == code, since)

    def changes(self) -> int:
        return len(self.of(DeviceChanged))

    def cards(self) -> list[str]:
        """What was said of cards, by the events' names; a failure with its code."""
        with self._changed:
            named = [(type(event).__name__, getattr(event, "fault", "")) for event in self._all]
        return [" ".join((name, fault)).strip() for name, fault in named if name.startswith("Card")]


@dataclass(frozen=True, slots=True)
class Reader:
    device: VirtualReader
    driver: SdtReader
    events: Events


@dataclass(frozen=True, slots=True)
class Pad:
    device: VirtualPad
    driver: SerialPad
    events: Events


@contextmanager
def reader(
    folder: Path,
    *faults: str,
    card: str | None = None,
    armed: bool = True,
    photos: PhotoLibrary | None = None,
    pace: Pace | None = None,
    make: Callable[..., VirtualReader] = VirtualReader,
    **options: Any,
) -> Iterator[Reader]:
    """A reader that shows ``faults`` and holds ``card`` from the start; without faults it is ready when this returns."""
    device = make(folder / "idcard", **({"chip_time": 0.05} if make is VirtualReader else {}) | options)
    driver = SdtReader(device.address, photos=photos, pace=pace)
    events = Events()
    for fault in faults:
        device.inject(fault)
    if card is not None:
        device.lay(card)
    device.start()
    driver.start(events)
    try:
        if armed:
            driver.arm()
        if not faults:
            events.fault(None)
        yield Reader(device, driver, events)
    finally:
        driver.stop()
        device.stop()


@contextmanager
def pad(folder: Path, *faults: str, profile: str = "framed", pace: Pace | None = None) -> Iterator[Pad]:
    """A rating pad that shows ``faults`` from the start; ready when this returns unless it is unplugged."""
    device = VirtualPad(folder / "rating", profile=profile)
    driver = SerialPad(device.address, profile, pace=pace)
    events = Events()
    for fault in faults:
        device.inject(fault)
    device.start()
    driver.start(events)
    try:
        if "unplug" not in faults:
            events.fault(None)
        yield Pad(device, driver, events)
    finally:
        driver.stop()
        device.stop()


def polls(rig: Reader, count: int) -> None:
    """Wait until the reader has answered ``count`` questions more."""
    for _ in range(count):
        before = rig.driver.state().proof_at
        until(partial(_answered_since, rig, before))


def _answered_since(rig: Reader, before: float | None) -> bool:
    return rig.driver.state().proof_at != before


def until(test: Callable[[], bool]) -> None:
    """Wait until ``test`` holds, for what has no event of its own."""
    end = time.monotonic() + PATIENCE
    idle = threading.Event()
    while not test():
        assert time.monotonic() < end, "it never came true"
        idle.wait(0.01)
