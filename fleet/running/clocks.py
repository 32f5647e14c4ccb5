"""Everything that time alone makes true, in one object: it runs in one process of a centre at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from fleet.alerts.alerting import Alerting
from fleet.alerts.sites import of_settings
from fleet.authority import broker as mosquitto
from fleet.board.watch import Watch
from fleet.cases.clock import CaseClock
from fleet.drafts import Drafts
from fleet.people import anchor
from fleet.presence import Hearing
from fleet.protection.clock import Retention
from fleet.ratings.export import create_export
from fleet.recording import months
from fleet.reports.clock import ReportClock
from fleet.rollout.clock import RolloutClock
from fleet.running.ground import Ground
from fleet.running.leader import Led
from fleet.settings import RatingSettings

_log = logging.getLogger(__name__)

_UPKEEP = 3600.0
"""Seconds between two looks at the age of the servers' certificates, of drafts and of what was cut off."""


class Clocks:
    """Started once; who runs them again makes new ones. ``drafts``: of this process; ``tell``: a terminal is to hear now what is
    wanted of it. ``SettingsError`` when a channel of alerts or a platform cannot be used.
    """

    def __init__(
        self, ground: Ground, drafts: Drafts, hearing: Callable[[], Hearing], tell: Callable[[str], None] = lambda _terminal: None
    ) -> None:
        self._ground, self._drafts = ground, drafts
        settings, store = ground.settings, ground.store
        self._ended = threading.Event()
        self._upkeep = threading.Thread(target=self._keep, name="upkeep", daemon=True)
        self._retention = Retention(store, ground.documents)
        alerts = Alerting(store, settings.alerts, of_settings(settings.terminals), ground.known.parties, hearing, settings.data)
        try:
            exports = [create_export(store, path, settings.data) for path in (settings.ratings or RatingSettings()).platforms]
        except BaseException:
            alerts.stop()
            raise
        self._clocks: tuple[Led, ...] = (
            CaseClock(store, ground.calendars, ground.bodies),
            ReportClock(store),
            Watch(store, ground.places, hearing, ground.authority.identity),
            RolloutClock(store, ground.groups, hearing, tell),
            ground.accounts(),
            *exports,
            alerts,
        )

    @property
    def working(self) -> bool:
        return self._upkeep.is_alive()

    def start(self) -> None:
        self._upkeep.start()
        for clock in self._clocks:
            clock.start()

    def stop(self) -> None:
        self._ended.set()
        for clock in self._clocks:
            clock.stop()

    def _months(self) -> None:
        settings = self._ground.settings.database
        for name in months.keep_up(self._ground.store, time.time(), settings.events_months if settings is not None else None):
            _log.info("the events of a month are dropped: %s", name)

    def _keep(self) -> None:
        while not self._ended.wait(_UPKEEP):
            try:
                for stored in (self._ground.documents, self._ground.bodies):
                    stored.expire(time.time())
                self._drafts.expire(time.time())
                self._drafts.sweep(time.time())
                if self._ground.servers():
                    mosquitto.tell(self._ground.settings.broker)
            except Exception:
                _log.exception("the servers' certificates could not be renewed")
            try:
                with self._ground.store.reading() as db:
                    anchor.drop(db, self._ground.folder.path, time.time())
            except Exception:
                _log.exception("the record's head could not be written down")
            try:
                self._months()
            except Exception:
                _log.exception("the months of events could not be kept up")
            try:
                self._retention.look(time.time())
            except Exception:
                _log.exception("what is due could not be deleted; it is tried again")
