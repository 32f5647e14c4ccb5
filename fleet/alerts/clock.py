"""The clock over alerts: every few seconds one look at everything, in one transaction; then what is to be told is handed over.

Killed between any two lines it goes on where it was: the engine's state, the tellings and the messages are the transaction's, and
a message is handed to the outbox under its id until it is noted that the outbox has it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from domain.protection.retention import BY_CODE
from fleet import database
from fleet.alerts import book, maintenance, rules, telling
from fleet.alerts.engine import Look, step
from fleet.alerts.sites import Site
from fleet.alerts.words import Names
from fleet.presence import Hearing
from fleet.store import Store

_log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks."""
_UPKEEP = 3600.0
"""Seconds between two looks at what is old enough to be forgotten."""


class AlertClock:
    """A thread of its own, between :meth:`start` and :meth:`stop`; :meth:`tick` is one look. ``sites``: asked at each, for tags
    change. ``teller`` is started and stopped by whoever made it.
    """

    def __init__(
        self,
        store: Store,
        sites: Callable[[database.Connection], Mapping[str, Site]],
        parties: Mapping[str, str],
        hearing: Callable[[], Hearing],
        teller: telling.Teller,
        address: str = "",
        now: Callable[[], float] = time.time,
        every: float = EVERY,
    ) -> None:
        self._store, self._sites, self._parties, self._hearing = store, sites, parties, hearing
        self._teller, self._address, self._now, self._every = teller, address, now, every
        self._channels = book.Channels({one.id: one.entry.party for one in teller.channels.values()})
        self._forgot = now()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def tick(self) -> None:
        """Look first without holding the writer up: most times there is nothing to write."""
        now = self._now()
        with self._store.reading() as db:
            anything = any(look.changed for look in self._looks(db, now)) or bool(self._due(db, now))
        if anything:
            with self._store.transaction() as db:
                found = {rule.id: rule for rule in rules.current(db).rules}
                for look in self._looks(db, now):
                    if look.changed:
                        book.write(db, look, found.get(look.cause.rule), self._channels, now)
                names = Names(self._sites(db), self._parties)
                for channel, tellings in self._due(db, now).items():
                    telling.put(db, channel, tellings, names, self._address, now)
        self._hand(now)
        if now - self._forgot >= _UPKEEP:
            self._forget(now)

    def _looks(self, db: database.Connection, now: float) -> list[Look]:
        found, sites = rules.current(db).rules, self._sites(db)
        choice = rules.Choice(found, sites)
        longest = max((rule.clear for rule in found), default=0)
        planned = maintenance.Planned(maintenance.recent(db, now), sites, now)
        standing = book.conditions(db, choice.codes, now - longest)
        by_id = {rule.id: rule for rule in found}
        return list(step(choice, sites, standing, book.live(db), by_id, now, self._hearing().since, planned.counts_from))

    def _due(self, db: database.Connection, now: float) -> dict[str, list[telling.Telling]]:
        waiting = [one for one in telling.waiting(db) if one.channel in self._teller.channels]
        if not waiting:
            return {}
        found = {rule.id: rule for rule in rules.current(db).rules}
        return telling.due(waiting, found, telling.last_messages(db, {one.channel for one in waiting}), now)

    def _hand(self, now: float) -> None:
        with self._store.reading() as db:
            rows = db.execute("SELECT id, channel, title, text FROM alert_messages WHERE handed = 0 ORDER BY at").fetchall()
        for id_, channel, title, text in rows:
            self._teller.hand(id_, channel, telling.Message(title, text), now)
        if rows:
            with self._store.transaction() as db:
                db.executemany("UPDATE alert_messages SET handed = 1 WHERE id = ?", [(row[0],) for row in rows])

    def _forget(self, now: float) -> None:
        before = now - BY_CODE["alerts"].seconds
        with self._store.transaction() as db:
            count, messages = book.forget(db, before)
        self._teller.forget(messages)
        self._forgot = now
        if count:
            _log.info("%d alerts were deleted at the end of their time", count)

    def _run(self) -> None:
        while True:
            try:
                self.tick()
            except Exception:
                _log.exception("the clock over alerts could not look")
            if self._ended.wait(self._every):
                return
