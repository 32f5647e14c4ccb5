"""One device under examination: what it says from the beginning of a step to its end."""

from __future__ import annotations

import time
from queue import Empty, SimpleQueue
from typing import Any

from devices.port import BadgeReader, Device, DeviceChanged, DeviceEvent, DeviceState, Life

SETTLED = 10.0
"""Seconds a device has to become ready: back-off, opening and the slowest identification."""
BROKEN = 4.0
"""The same for one that says it cannot; it may be on its way back."""
LOOK = 0.05
QUIET = 1.8
"""Seconds after a step in which a device that gives no proof would have been noticed to be gone: its check and its grace."""


class BrokenError(Exception):
    """The device became faulty in the middle of a step; ``code`` of the fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LeftError(Exception):
    """Whoever tried the device has gone: there is nobody to lay, press or look."""


class Station:
    """Feed :meth:`hear` to the device as its ``emit``. ``badge``: what reads staff's badges there, if anything does."""

    def __init__(self, device: Device, badge: BadgeReader | None = None) -> None:
        self.device = device
        self.badge = badge
        self._heard: SimpleQueue[DeviceEvent] = SimpleQueue()
        self._made = time.monotonic()
        self._confirmed = float("-inf")
        self._left = False

    def leave(self) -> None:
        """Any thread: nobody tries it any more. What is under way ends with :class:`LeftError`, within a second."""
        self._left = True

    def hear(self, event: DeviceEvent) -> None:
        self._heard.put(event)

    def settle(self) -> DeviceState:
        """Its state once it is usable, or time is up, counted from when the devices were started."""
        while True:
            state, waited = self.device.state(), time.monotonic() - self._made
            coming = state.fault is None and state.life in (Life.ABSENT, Life.OPENING, Life.IDENTIFYING)
            if state.usable or waited >= SETTLED or (waited >= BROKEN and not coming):
                return state
            self._pause()

    def begin(self) -> None:
        """A step begins: what was said before it is of no interest. :class:`BrokenError`."""
        while self._next(0) is not None:
            pass
        self._check(self.device.state())

    def wait(self, seconds: float, *kinds: type[Any]) -> Any:
        """The first event of one of these kinds, or ``None``; :class:`BrokenError`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            event = self._next(min(left, 0.5))
            if isinstance(event, DeviceChanged):
                self._check(event.state)
            elif isinstance(event, kinds):
                return event
            self._check(self.device.state())
        return None

    def confirm(self) -> bool:
        """Whether the device is there after all that: it proves itself anew. :class:`BrokenError`; ``False``: it does not."""
        within: float | None = getattr(self.device, "proof_within", None)
        if time.monotonic() - self._confirmed < LOOK:  # this very moment
            return True
        began, end = time.monotonic(), time.monotonic() + (QUIET if within is None else within + 1)
        while time.monotonic() < end:
            while (event := self._next(0)) is not None:
                if isinstance(event, DeviceChanged):
                    self._check(event.state)
            state = self.device.state()
            self._check(state)
            if within is not None and state.proof_at is not None and state.proof_at > began:
                break
            self._pause()
        else:
            if within is not None:
                return False
        self._confirmed = time.monotonic()
        return True

    def _check(self, state: DeviceState) -> None:
        if self._left:
            raise LeftError
        if state.fault is not None:
            raise BrokenError(state.fault)

    def _next(self, seconds: float) -> DeviceEvent | None:
        try:
            return self._heard.get(block=seconds > 0, timeout=seconds or None)
        except Empty:
            return None

    def _pause(self) -> None:
        if self._left:
            raise LeftError
        time.sleep(LOOK)
