"""One thread that looks at every device once a second, and has it told what its own thread no longer tells.

A driver call that never returns, and a device that has proven nothing for too long, leave no event behind: the owning
thread is the one that would have sent it. What is true at this moment is decided in :meth:`Supervised.state`; the watchdog
only sees to it that others hear of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

from devices.port import Device

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks."""


class Watchdog:
    """``start`` once, ``stop`` before the devices are stopped."""

    def __init__(self, devices: Iterable[Device], every: float = EVERY) -> None:
        self._devices = tuple(devices)
        self._every = every
        self._looked = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    @property
    def looked(self) -> float:
        """When the last look at all of them ended; monotonic seconds."""
        return self._looked

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            for device in self._devices:
                try:
                    device.review()
                except Exception:
                    log.exception("the watchdog failed on %s", device.name)
            self._looked = time.monotonic()
