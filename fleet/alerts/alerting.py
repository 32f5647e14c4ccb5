"""Alerts of a running centre in one object: the clock that looks, and the thread that carries what is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from fleet import database
from fleet.alerts.channels import channel
from fleet.alerts.clock import EVERY, AlertClock
from fleet.alerts.settings import AlertSettings
from fleet.alerts.sites import Site, tagged
from fleet.alerts.telling import PACE, Teller
from fleet.outward.sender import Pace
from fleet.presence import Hearing
from fleet.settings import SettingsError
from fleet.store import Store


class Alerting:
    """``sites``: terminal → where it stands, by the settings; ``parties``: party → its name; ``data``: the centre's folder.
    :class:`SettingsError` when a channel cannot be used.
    """

    def __init__(
        self,
        store: Store,
        settings: AlertSettings,
        sites: Mapping[str, Site],
        parties: Mapping[str, str],
        hearing: Callable[[], Hearing],
        data: Path,
        now: Callable[[], float] = time.time,
        pace: Pace = PACE,
        every: float = EVERY,
    ) -> None:
        channels = [channel(entry) for entry in settings.channels]
        if len({one.id for one in channels}) < len(channels):
            raise SettingsError("设置有误：alerts.channels 里有两个渠道的 id 相同")
        self._base = sites
        self.teller = Teller(channels, data, pace, now)
        self._clock = AlertClock(store, self.sites, parties, hearing, self.teller, settings.address, now, every)

    def sites(self, db: database.Connection) -> Mapping[str, Site]:
        """With the tags staff gave."""
        return tagged(db, self._base)

    def start(self) -> None:
        self.teller.start()
        self._clock.start()

    def stop(self) -> None:
        self._clock.stop()
        self.teller.stop()
