"""What each operation does on this terminal. Each gives an outcome; none touches the table of commands."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from devices.port import Device, DeviceState
from kiosk.clock import Clock
from kiosk.orders.book import Book
from kiosk.orders.wanted import Refreshed
from kiosk.standing import Parts, Stage, passed
from mqtt import commands as op
from mqtt.commands import Operation
from mqtt.wire import Wanted

log = logging.getLogger(__name__)

DEVICE_BACK = 30.0
"""Seconds a device has to be ready again."""
_REBOOT = 20.0
"""Seconds the command that restarts the machine may take to say that it cannot."""


def _nothing(_db: sqlite3.Connection) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Outcome:
    """``under_way``: the end of the program, or of the machine's boot, is its end. ``beside``: in the transaction of the result."""

    state: Literal["succeeded", "failed", "rejected", "expired", "under_way"]
    why: str | None = None
    detail: str | None = None
    beside: Callable[[sqlite3.Connection], None] = field(default=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Means:
    """What operations use. ``leave`` ends the program in order; ``reboot``: the machine's command, empty where there is none;
    ``trouble``: what is wrong beside the devices, by code; ``bundle``: makes and uploads it, and gives its digest (``OSError``).
    ``help_coming``: staff come to the call of then; false: it is over. ``test_print``: what became of a test slip; ``None``: not
    now.
    """

    devices: Mapping[str, Device]
    leave: Callable[[], None]
    reboot: Sequence[str]
    trouble: Callable[[], str | None]
    bundle: Callable[[], str]
    refresh: Callable[[tuple[Wanted, ...]], list[Refreshed]]
    help_coming: Callable[[str], bool] = lambda _since: False
    test_print: Callable[[], Outcome | None] = lambda: Outcome("rejected", "not_supported")


class Operations:
    """Implements ``kiosk.orders.commands.Doing``. Used from the thread of commands."""

    def __init__(self, stage: Stage, parts: Parts, book: Book, means: Means, clock: Clock) -> None:
        self._stage = stage
        self._parts = parts
        self._book = book
        self._means = means
        self._clock = clock

    def idle(self) -> bool:
        return self._stage.idle

    def do(self, do: Operation) -> Outcome | None:
        match do:
            case op.RestartDevice(device=name):
                return self._restart_device(name)
            case op.RestartService():
                return Outcome("under_way") if self._stage.between(self._means.leave) else None
            case op.OutOfService(notice=notice, until=until):
                if until is not None and passed(until, self._clock.now()):
                    return Outcome("rejected", "expired")
                beside = partial(self._book.put_out_of_service, notice=notice, until=until)
                return Outcome("succeeded", beside=beside) if self._serve_not((notice, until)) else None
            case op.BackInService():
                beside = partial(self._book.put_back_in_service, by="command")
                return Outcome("succeeded", beside=beside) if self._serve_not(None) else None
            case op.RefreshCatalogue():
                return _refreshed(self._means.refresh(("catalogue",)))
            case op.RefreshSettings():
                return _refreshed(self._means.refresh(("settings", "notices")))
            case op.SelfTest():
                return Outcome("succeeded", detail=self._self_test())
            case op.TestPrint():
                return self._means.test_print()
            case op.SupportBundle():
                try:
                    return Outcome("succeeded", detail=self._means.bundle())
                except OSError as error:
                    return Outcome("failed", "not_uploaded", str(error))
            case op.HelpComing(since=since):
                return Outcome("succeeded") if self._means.help_coming(since) else Outcome("rejected", "help_over")
            case op.Reboot():
                return self._reboot()
            case op.Update():
                return _refreshed(self._means.refresh(("program",)))

    def restarted(self, *, machine: bool) -> Outcome:
        if machine:
            return Outcome("succeeded")
        if self._means.reboot:
            return Outcome("failed", "not_rebooted")
        return Outcome("succeeded", detail="没有设置重启命令，只重启了程序")

    def tick(self) -> None:
        """Out of service until a time that is over: back."""
        held = self._book.out_of_service()
        if held is None or held[1] is None or not passed(held[1], self._clock.now()):
            return
        if self._serve_not(None):
            self._book.time_is_over()

    def _serve_not(self, held: tuple[str, str | None] | None) -> bool:
        def switch() -> None:
            self._parts.out_of_service = held
            self._stage.stand(self._parts.standing(self._clock.now()))

        return self._stage.between(switch)

    def _restart_device(self, name: str) -> Outcome | None:
        device = self._means.devices.get(name)
        if device is None:
            return Outcome("rejected", "no_such_device")
        if not self._stage.between(device.restart):
            return None
        deadline = time.monotonic() + DEVICE_BACK
        while device.restarting and time.monotonic() < deadline:
            time.sleep(0.05)
        state = device.state()
        return Outcome("succeeded") if state.usable else Outcome("failed", "device_not_back", state.fault)

    def _self_test(self) -> str:
        states = [device.state() for device in self._means.devices.values()]
        wrong = [f"{state.device}:{_trouble(state)}" for state in states if _trouble(state)]
        beside = self._means.trouble()
        return " ".join([*wrong, *([beside] if beside else [])]) or "ok"

    def _reboot(self) -> Outcome | None:
        if not self._means.reboot:
            return Outcome("under_way") if self._stage.between(self._means.leave) else None
        if not self._stage.idle:
            return None
        try:
            ended = subprocess.run(self._means.reboot, capture_output=True, timeout=_REBOOT, check=False)
        except subprocess.TimeoutExpired:
            return Outcome("under_way")
        except OSError as error:
            return Outcome("failed", "not_rebooted", error.strerror)
        said = ended.stderr.decode("utf-8", "replace").strip()
        return Outcome("under_way") if ended.returncode == 0 else Outcome("failed", "not_rebooted", said)


def _trouble(state: DeviceState) -> str | None:
    return state.fault or state.warning or (None if state.usable else state.life.value)


def _refreshed(found: list[Refreshed]) -> Outcome:
    said = " ".join(f"{one.what}:{one.state}" for one in found)
    if not found:
        return Outcome("failed", "nothing_wanted")
    failed = next((one for one in found if one.why is not None and one.state not in ("applied", "waiting")), None)
    return Outcome("succeeded", detail=said) if failed is None else Outcome("failed", failed.why, said)
