"""What a document camera's driver told, and ways to wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from devices.camera.driver import FrameCamera
from devices.port import DeviceChanged, DeviceEvent, DeviceState, Life, PageRefused, PageTaken

PATIENCE = 30.0


class Heard:
    """What the driver told, in order; ``until`` waits for it."""

    def __init__(self) -> None:
        self.events: list[DeviceEvent] = []
        self._news = threading.Condition()

    def __call__(self, event: DeviceEvent) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def until(self, told: Callable[[DeviceEvent], bool], since: int = 0) -> DeviceEvent:
        with self._news:
            assert self._news.wait_for(lambda: any(told(event) for event in self.events[since:]), PATIENCE), self.events
            return next(event for event in self.events[since:] if told(event))

    def state(self, wanted: Callable[[DeviceState], bool], since: int = 0) -> DeviceState:
        event = self.until(lambda event: isinstance(event, DeviceChanged) and wanted(event.state), since)
        assert isinstance(event, DeviceChanged)
        return event.state

    def ready(self, since: int = 0) -> DeviceState:
        return self.state(lambda state: state.life is Life.READY, since)

    def fault(self, code: str, since: int = 0) -> DeviceState:
        return self.state(lambda state: state.fault == code, since)

    def answer(self, request: str) -> PageTaken | PageRefused:
        event = self.until(lambda event: isinstance(event, PageTaken | PageRefused) and event.request == request)
        assert isinstance(event, PageTaken | PageRefused)
        return event

    @property
    def so_far(self) -> int:
        return len(self.events)


def first_preview(driver: FrameCamera) -> bytes:
    """The next preview there is, waited for."""
    gap = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if (picture := driver.live()) is not None:
            return picture.jpeg
        gap.wait(0.02)
    raise AssertionError("no preview came")
