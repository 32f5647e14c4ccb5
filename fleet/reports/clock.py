"""Keeps the counts of reports up to date: the day's every ten minutes, the months' every hour."""

from __future__ import annotations

import logging
import threading
import time

from fleet.reports import making
from fleet.store import Store

_log = logging.getLogger(__name__)

EVERY = 600.0
"""Seconds between two looks."""
_MONTHS = 6
"""Every so many looks the months too."""


class ReportClock:
    """A thread of its own, between :meth:`start` and :meth:`stop`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="report-clock", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        look = 0
        while not self._ended.is_set():
            try:
                making.refresh(self._store, time.time(), months=look % _MONTHS == 0, ended=self._ended.is_set)
            except Exception:
                _log.exception("the counts of reports could not be made")
            look += 1
            self._ended.wait(EVERY)
