"""Which processes of the centre live, and since when its workers hear: a row each, written anew every :data:`BEAT` seconds.

A process that is alone knows it by itself, and writes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from fleet.presence import Hearing
from fleet.running.share import Share
from fleet.store import Store

_log = logging.getLogger(__name__)

BEAT = 2.0
SILENT = 10.0
"""Seconds without a beat after which a process counts as gone."""
_KEPT = 7 * 86400.0
"""Seconds a process that is gone is still shown."""
_FRESH = 0.5
"""Seconds what was read is good: pages ask often."""
_DEAF = Hearing(None)


@dataclass(frozen=True, slots=True)
class Process:
    """``name``: who it is, also when it comes again. ``hearing``: of a worker, since when it hears; ``leads``: it runs the clocks.
    Times in seconds since 1970.
    """

    name: str
    role: str
    number: int
    of: int
    pid: int
    began: float
    beat: float
    hearing: float | None
    leads: bool

    def lives(self, now: float) -> bool:
        return abs(now - self.beat) <= SILENT


class Beat:
    """Says that we live. A thread of its own, between :meth:`start` and :meth:`stop`; ``told``: we as we are now."""

    def __init__(self, store: Store, told: Callable[[float], Process]) -> None:
        self._store, self._told = store, told
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Whoever leaves in order is not missed."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def beat(self, now: float) -> None:
        one = self._told(now)
        with self._store.transaction() as db:
            db.execute(
                "INSERT INTO processes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET role = excluded.role, "
                "number = excluded.number, share = excluded.share, pid = excluded.pid, began = excluded.began, "
                "beat = excluded.beat, hearing = excluded.hearing, leads = excluded.leads",
                (one.name, one.role, one.number, one.of, one.pid, one.began, one.beat, one.hearing, int(one.leads)),
            )
            db.execute("DELETE FROM processes WHERE beat < ?", (now - _KEPT,))

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.beat(time.time())
            except Exception:
                _log.exception("it could not be written down that this process lives")
            self._ended.wait(BEAT)


class Processes:
    """What is read of them. For any thread."""

    def __init__(self, store: Store, workers: int, now: Callable[[], float] = time.time) -> None:
        self._store, self._workers, self._now = store, workers, now
        self._lock = threading.Lock()
        self._read: tuple[float, list[Process]] = (float("-inf"), [])

    def all(self) -> list[Process]:
        """By role and number."""
        with self._lock:
            at, found = self._read
            if not 0 <= time.monotonic() - at < _FRESH:
                with self._store.reading() as db:
                    rows = db.execute("SELECT * FROM processes ORDER BY role, number, name").fetchall()
                found = [
                    Process(name, role, number, of, pid, began, beat, hearing, bool(leads))
                    for name, role, number, of, pid, began, beat, hearing, leads in rows
                ]
                self._read = time.monotonic(), found
        return found

    def worker(self, number: int) -> bool:
        """Whether worker ``number`` of those there are to be lives and stores what comes."""
        return self._worker(number) is not None

    def led(self) -> bool:
        """Whether somebody runs the clocks."""
        now = self._now()
        return any(one.leads and one.lives(now) for one in self.all())

    def hearing(self) -> Hearing:
        """Since when every terminal is heard by somebody; while one worker is missing the centre does not hear: whose terminals are
        not heard nobody has to work out from a board."""
        workers = [self._worker(number) for number in range(1, self._workers + 1)]
        since = [one.hearing for one in workers if one is not None and one.hearing is not None]
        return Hearing(max(since)) if len(since) == self._workers else _DEAF

    def _worker(self, number: int) -> Process | None:
        now, share = self._now(), Share(number, self._workers)
        found = (one for one in self.all() if one.role == "ingest" and (one.number, one.of) == (share.number, share.of))
        return next((one for one in found if one.lives(now)), None)
