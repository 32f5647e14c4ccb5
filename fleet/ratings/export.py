"""Keeps a 好差评 platform told: each rating once, through the platform's outbox, and where that platform insists also what nobody
rated, marked as such. The tables of ratings are looked at, never written.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from domain.catalogue.catalogue import Catalogue, load
from fleet import database
from fleet.outward.outbox import Outbox, Row
from fleet.outward.sender import Pace, Sender
from fleet.outward.ways import Carrier, carrier
from fleet.platform.assessment import Adapter, AssessmentSettings, Told, assessment
from fleet.platform.progress import ItemCodes, codes_of
from fleet.platform.signing import Signing, Unsigned, signing
from fleet.ratings.ledger import after
from fleet.ratings.rating import Rating
from fleet.ratings.services import Happened, of_number, unrated
from fleet.settings import read as read_settings
from fleet.store import Store

_log = logging.getLogger(__name__)

PACE = Pace(first=10.0, most=1800.0)
PERIOD = 30.0
"""Seconds between two looks."""
_AT_ONCE = 500
_DAY = 86400.0
_WAIT = 900.0
"""Seconds a rating waits, and those behind it, for what it was given to."""
_About = tuple[Told, str | None, str]
"""What is told, and by which situation and home the item's codes are looked up."""


class Export:
    """One thread, and the sender's. ``name``: of the platform, in its outbox's file and in how far it was told. ``catalogue``: for
    the items' codes where the settings have none."""

    def __init__(
        self,
        store: Store,
        name: str,
        carrier: Carrier,
        data: Path,
        settings: AssessmentSettings,
        dress: Signing | None = None,
        catalogue: Catalogue | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._carrier, self._settings, self._clock = store, carrier, settings, clock
        self._signing, self._catalogue = dress or Unsigned(), catalogue or load()
        self._last, self._defaulted = f"ratings-told-{name}", f"ratings-defaults-{name}"
        self._outbox = Outbox(data / f"ratings-{name}.db")
        self.sender = Sender(self._outbox, self._send, PACE, clock)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ratings-export", daemon=True)

    def start(self) -> None:
        self.sender.start()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(5.0)
        self.sender.stop()
        self._carrier.close()
        self._outbox.close()

    def look(self) -> int:
        """Put what is new; how many records. Killed in between, the same record is put under the same name again."""
        return self._ratings() + (self._defaults(self._settings.adapter) if self._settings.adapter.default is not None else 0)

    def _ratings(self) -> int:
        done = last = 0
        with self._store.reading() as db:
            found = after(db, int(_counter(db, self._last)), _AT_ONCE)
            for rating in found:
                about, whole = self._told(db, rating)
                if not whole and self._clock() - rating.received < _WAIT:
                    break  # what was rated is still on its way
                done, last = done + self._put(f"rating\0{rating.id}", about), rating.id
        if last:
            self._count(self._last, last)
        return done

    def _defaults(self, adapter: Adapter) -> int:
        assert adapter.default is not None
        until, done = self._clock() - adapter.default.days * _DAY, 0
        with self._store.reading() as db:
            since = _counter(db, self._defaulted) or until  # of what happened before it was set up nothing is made up
            for one in unrated(db, since, until):
                at = datetime.fromtimestamp(one.at + adapter.default.days * _DAY, UTC)
                name = f"default\0{one.service.number}\0{one.service.of}\0{one.service.side}"
                done += self._put(name, _of(one, one.number, adapter.default.level, at))
        self._count(self._defaulted, int(until))
        return done

    def _told(self, db: database.Connection, rating: Rating) -> tuple[_About | None, bool]:
        """And whether all is known of it: the case, or the act it ended with, may come later."""
        happened = of_number(db, rating.service.number)
        if not happened:
            return None, False
        own = [one for one in happened if (one.service.of, one.service.side) == (rating.service.of, rating.service.side)]
        one, number = (own[-1], own[-1].number) if own else (happened[0], len(happened) + 1)
        try:
            at = datetime.fromisoformat(rating.given_at)
        except ValueError:
            at = datetime.fromtimestamp(rating.received, UTC)
        told, situation, home = _of(one, number, rating.level, at)
        more = {"round": rating.round, "tags": rating.tags, "by": rating.by, "named": rating.named}
        said = msgspec.structs.replace(told, of=rating.service.of, side=rating.service.side, party=rating.party, **more)
        return (said, situation, home), bool(own)

    def _put(self, name: str, about: _About | None) -> int:
        if about is None:
            return 0
        told, situation, home = about
        rated, codes = self._settings.parties.get(told.party), self._codes(told.item, situation, home)
        if rated is None or codes is None:
            _log.info("a rating of %s is not reported: the settings have no code of its party or item", told.case)
            return 0
        id = hashlib.sha256(f"tongban {name}".encode()).hexdigest()[:32]
        body = msgspec.json.encode(assessment(told, codes, rated, self._settings.adapter))
        put = self._outbox.put(id, told.case, "rating", body, self._clock())
        self.sender.wake()
        return int(put)

    def _codes(self, item: str, situation: str | None, home: str) -> ItemCodes | None:
        if item in self._settings.items:
            return self._settings.items[item]
        known = self._catalogue.item(item)
        opening = self._catalogue.opening(home, item, situation) if situation is not None else None
        return codes_of(known, opening) if known is not None and opening is not None else None

    def _count(self, name: str, value: int) -> None:
        with self._store.transaction() as db:
            db.execute("INSERT INTO counters VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", (name, value))

    def _send(self, row: Row) -> str:
        body, headers = self._signing.dress(row.id, row.body)
        self._carrier.send(row.id, body, headers)
        return ""

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                while self.look() and not self._ended.is_set():
                    pass
            except Exception:
                _log.exception("ratings could not be looked through")
            self._ended.wait(PERIOD)


def create_export(store: Store, path: Path, data: Path) -> Export:
    """``path``: the platform's own settings file, whose name is the platform's. :class:`fleet.settings.SettingsError`."""
    settings = read_settings(path, AssessmentSettings)
    return Export(store, path.stem, carrier(settings.way), data, settings, signing(settings.signing))


def _of(one: Happened, number: int, level: int, at: datetime) -> _About:
    of = one.service
    told = Told(of.number, of.of, of.side, one.party, one.item, one.item_name, one.state, number, level, at)
    return told, one.situation, one.home


def _counter(db: database.Connection, name: str) -> int:
    row = db.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    return int(row[0]) if row is not None else 0
