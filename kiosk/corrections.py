"""纠错: a clerk at a window reports an error in the catalogue. Stored with its outbox row before the page says so."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kiosk.clock import Clock
from kiosk.store import audit
from kiosk.store.db import Database
from kiosk.store.store import enqueue
from mqtt.events import ItemError
from mqtt.wire import ContractError

log = logging.getLogger(__name__)


class CorrectionDesk:
    """Implements ``kiosk.visit.snapshot.Corrections``. ``version``: the catalogue's; ``committed`` is called after each commit."""

    def __init__(self, database: Database, clock: Clock, version: Callable[[], str], committed: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._version = version
        self._committed = committed

    def report(self, home: str, item: str, situation: str | None, part: str, text: str) -> bool:
        now = self._clock.now()
        told = ItemError(home, item, situation, part, text, self._version(), now.isoformat())  # type: ignore[arg-type]
        try:
            with self._database.transaction() as db:
                enqueue(db, now, told)
                audit.record(db, now, "item_error_reported", item=item, home=home, part=part)
        except (OSError, ContractError):
            log.exception("a correction could not be stored")
            return False
        self._committed()
        return True
