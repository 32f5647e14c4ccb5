"""The centre's clock over cases: each minute it looks whether silence has become acceptance, each day it counts all terms anew, of
tickets for bad ratings too."""

from __future__ import annotations

import logging
import threading
import time
from datetime import date, datetime

from domain.calendar import CHINA
from fleet.cases.calendars import Calendars
from fleet.cases.ledger import RUNNING
from fleet.documents import Documents
from fleet.store import Store

_log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two looks."""
_AT_ONCE = 200
"""Cases counted anew in one transaction: events of terminals wait no longer than that."""


class CaseClock:
    """A thread of its own, between :meth:`start` and :meth:`stop`; :meth:`tick` is one look."""

    def __init__(self, store: Store, calendars: Calendars, bodies: Documents) -> None:
        self._store = store
        self._calendars = calendars
        self._bodies = bodies
        self._counted: date | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="case-clock", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def tick(self, now: float) -> None:
        """At a new day, or by a new catalogue, every running case's terms first."""
        today = datetime.fromtimestamp(now, CHINA).date()
        changed = self._calendars.refresh(self._store, self._bodies)
        if changed or today != self._counted:
            self._count(now)
            # Another process may have gone by the old calendars until a moment ago: once more at the next look.
            self._counted = None if changed else today
        with self._store.transaction() as db:
            silent = self._store.ledger.keep_silence(db, now)
        if silent:
            _log.info("%d cases were accepted by silence", silent)

    def _count(self, now: float) -> None:
        with self._store.reading() as db:
            marks = ", ".join("?" * len(RUNNING))
            rows = db.execute(f"SELECT number FROM lives WHERE state IN ({marks})", RUNNING)  # noqa: S608 marks only
            numbers = [row["number"] for row in rows]
        for start in range(0, len(numbers), _AT_ONCE):
            if self._ended.is_set():
                return
            with self._store.transaction() as db:
                self._store.ledger.refresh(db, numbers[start : start + _AT_ONCE], now)
        after: int | None = 0
        while after is not None and not self._ended.is_set():
            with self._store.transaction() as db:
                after = self._store.tickets.refresh(db, now, after)

    def _run(self) -> None:
        while True:
            try:
                self.tick(time.time())
            except Exception:
                _log.exception("the clock over cases could not look")
            if self._ended.wait(EVERY):
                return
