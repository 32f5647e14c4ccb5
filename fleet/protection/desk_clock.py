"""The home desk's clock of retention: copies that the recovery officers brought go when the centre's have gone, scans of consents
three years after their end. What went is a line of the journal, before its bytes go; a look that was broken off is done again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from domain.durable import sync_folder
from domain.protection.retention import BY_CODE
from fleet.casework.client import CentreError
from fleet.desk.inbox import Inbox
from fleet.desk.journal import Journal
from fleet.desk.means import today_of
from fleet.protection.consents import Consents

_log = logging.getLogger(__name__)

EVERY = 24 * 3600.0
_FIRST = 60.0
CLOCK = "时钟"
"""Who did it, in the journal."""


class DeskClock:
    """A thread of its own between :meth:`start` and :meth:`stop`; :meth:`tick` is one look. ``recovered``: folder of what the
    recovery officers resealed, where there is one."""

    def __init__(
        self, inbox: Inbox, journal: Journal, consents: Consents, recovered: Path | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._inbox, self._journal, self._consents = inbox, journal, consents
        self._recovered, self._clock = recovered, clock
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-retention", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def tick(self, now: float) -> int:
        """How many files went. :class:`CentreError`: the centre was not to be asked what is over."""
        gone = self._old_scans(now, today_of(now))
        return gone + (self._over(now) if self._recovered is not None else 0)

    def _old_scans(self, now: float, today: date) -> int:
        kept = BY_CODE["consent"].days or 0
        old = [one for one in self._consents.all() if (today - one.until).days > kept and self._consents.scan(one).is_file()]
        for one in old:
            self._erase(self._consents.scan(one), one.number, "consent", now)
        return len(old)

    def _over(self, now: float) -> int:
        assert self._recovered is not None
        found = [(one, self._recovered / one.digest) for one in self._inbox.deletions() if (self._recovered / one.digest).is_file()]
        for one, path in found:
            self._erase(path, one.case, "recovered", now)
        return len(found)

    def _erase(self, path: Path, what: str, rule: str, now: float) -> None:
        self._journal.write(now, CLOCK, "deleted", what, BY_CODE[rule].what, f"{rule}:{path.name}")
        path.unlink(missing_ok=True)
        sync_folder(path.parent)

    def _run(self) -> None:
        wait = _FIRST
        while not self._ended.wait(wait):
            wait = EVERY
            try:
                self.tick(self._clock())
            except CentreError:
                wait = _FIRST
            except Exception:
                _log.exception("what is due could not be deleted; it is tried again")
