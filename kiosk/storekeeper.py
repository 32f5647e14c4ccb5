"""The storekeeper: one thread that looks after the terminal's disk. Room, what the devices suffer, and what may go."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from devices.port import DeviceState
from kiosk.clock import Clock
from kiosk.store.db import Database
from kiosk.store.outbox import StoredOutbox
from kiosk.store.pruning import prune
from kiosk.store.room import Room
from mqtt.events import DeviceTrouble

log = logging.getLogger(__name__)

PERIOD = 5.0
"""Seconds between two looks. A device that flaps is told so often at most; what came and went between two looks is not told."""
_PRUNE_FIRST, _PRUNE_EVERY = 60.0, 3600.0


class Storekeeper:
    """``tell`` is called with whether only the reserve is left, when that changes; ``grown`` after the outbox has grown."""

    def __init__(
        self,
        database: Database,
        outbox: StoredOutbox,
        room: Room,
        devices: Callable[[], Mapping[str, DeviceState]],
        clock: Clock,
        tell: Callable[[bool], None],
        grown: Callable[[], None],
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._room = room
        self._devices = devices
        self._clock = clock
        self._tell = tell
        self._grown = grown
        self._told: dict[str, DeviceTrouble] = {}
        self._tight = False
        self._prune_at = clock.monotonic() + _PRUNE_FIRST
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="storekeeper", daemon=True)

    def start(self) -> None:
        """The first look is taken before this returns: nobody is let begin on a disk that is full already."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._ended.wait(PERIOD):
            self._look()

    def _look(self) -> None:
        try:
            self._measure()
            self._report()
            self._prune()
        except Exception:
            # A disk that fails is told by whoever has to write on it; the next look may find it well.
            log.exception("a look at the store failed")

    def _measure(self) -> None:
        tight = self._room.tight()
        if tight != self._tight:
            self._tight = tight
            log.log(logging.ERROR if tight else logging.INFO, "room on the disk: %s", "only the reserve" if tight else "enough")
            self._tell(tight)

    def _report(self) -> None:
        now = {name: DeviceTrouble(name, state.fault, state.warning) for name, state in self._devices().items()}
        news = [trouble for name, trouble in now.items() if trouble != self._told.get(name, DeviceTrouble(name))]
        if news or self._tight:
            self._outbox.report(self._clock.now(), news, room=not self._tight)
        self._told = now
        if news:
            self._grown()

    def _prune(self) -> None:
        if self._clock.monotonic() >= self._prune_at and not prune(self._database, self._clock.now()):
            self._prune_at = self._clock.monotonic() + _PRUNE_EVERY
