"""The critical parts of a terminal, and what each is asked for.

A device that hangs is none of them: its supervisor says so itself, citizens are told, and the others serve on. What must live is
whoever looks after the devices.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from kiosk.middle import Middle
from kiosk.outfit import Devices
from kiosk.settings import Settings
from kiosk.store.db import Database
from kiosk.watch.watch import LATE, Part
from mqtt.publisher import Publisher

STORE_LATE = 20.0
"""A card may take seconds for a commit, and holds up whoever waits for the database."""
_PATIENCE = 4.0


THREADS = (
    *("dispatcher", "page", "clerk", "storekeeper", "publisher", "uploader", "identity", "wanted", "commands"),
    *("drafts", "tasks", "receipts", "staff", "watchdog", "glass"),
)
"""Every one of a terminal's that lives as long as the terminal, beside its devices' and its connection's."""


class Rounds(Protocol):
    """Of a thread that looks at all devices (``devices.watchdog``). ``looked``: when it last had seen them all, monotonic."""

    @property
    def looked(self) -> float: ...


class DeadError(RuntimeError):
    """A part did not do what it was asked for."""


def critical(
    middle: Middle,
    settings: Settings,
    database: Database,
    rounds: Rounds,
    publisher: Publisher,
    equipment: Devices,
    waiting: Callable[[], Collection[str]] = frozenset,
) -> tuple[Part, ...]:
    """All of a terminal whose threads have been started. ``rounds``: of whoever looks after the devices of its ``equipment``;
    ``waiting``: threads that are to be started later.
    """
    names = (*THREADS, f"mqtt-{settings.terminal.id}", *(f"device-{device.name}" for device in equipment.all()))
    glass = settings.glass
    return (
        dispatcher(middle),
        page(glass.host, glass.port),
        store(database),
        devices(rounds),
        link(publisher),
        threads(names, waiting),
    )


def dispatcher(middle: Middle) -> Part:
    """Something it does between two visits, and declines in one."""

    def ask() -> None:
        refused = middle.overloaded
        middle.between(lambda: None)
        if middle.overloaded != refused:
            raise DeadError("the bus is full")

    return Part("调度", ask)


def page(host: str, port: int) -> Part:
    """An answer to a beat that proves nothing: a thread of the server, and the present snapshot."""

    def ask() -> None:
        line = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
        shown = f"[{host}]" if ":" in host else host
        try:
            line.request("POST", "/beat", headers={"Origin": f"http://{shown}:{port}"})
            answer = line.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise DeadError(f"status {answer.status}")
        finally:
            line.close()

    return Part("页面", ask)


def store(database: Database) -> Part:
    """A row; whoever stands in a commit that does not come back keeps it from us."""
    return Part("数据库", lambda: database.rows("SELECT 1"), STORE_LATE)


def devices(rounds: Rounds) -> Part:
    """That they are all looked at, again and again."""

    def ask() -> None:
        if time.monotonic() - rounds.looked > LATE / 2:
            raise DeadError("nobody looks after the devices")

    return Part("设备", ask)


def link(publisher: Publisher) -> Part:
    """A turn of the publisher, which goes on while the broker is away; it reads the outbox, and waits for the card as that does."""

    def ask() -> None:
        if not publisher.knock(_PATIENCE):
            raise DeadError("the publisher does not turn")

    return Part("与中心的连接", ask, STORE_LATE)


def threads(names: Iterable[str], waiting: Callable[[], Collection[str]] = frozenset) -> Part:
    """Threads that live as long as the terminal: one that is gone ended by an error that nobody foresaw."""

    wanted = frozenset(names)

    def ask() -> None:
        gone = wanted - set(waiting()) - {thread.name for thread in threading.enumerate()}
        if gone:
            raise DeadError(f"gone: {', '.join(sorted(gone))}")

    return Part("线程", ask)
