"""Terminals' sessions that a centre steers: real link, outbox, trust, book and threads of orders; no devices and no screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from support.broker import QUICK, RunningBroker
from support.fleet import birth
from support.orders import Floor
from support.wanting import terminal_settings

from domain.catalogue.catalogue import load
from kiosk import settings as conf
from kiosk.clock import Clock
from kiosk.enrolment.files import IdentityFiles
from kiosk.orders.book import Book
from kiosk.orders.commands import Commands
from kiosk.orders.fetch import fetch
from kiosk.orders.operations import Means, Operations
from kiosk.orders.shelf import Shelf, take_up
from kiosk.orders.trust import Trust
from kiosk.orders.wanted import WantedDocuments
from kiosk.standing import Parts
from kiosk.store.db import Database
from kiosk.store.outbox import StoredOutbox
from kiosk.store.store import Numbering, Store
from mqtt import topics
from mqtt.connection import Received
from mqtt.link import Link
from mqtt.messages import Health
from mqtt.publisher import Publisher
from mqtt.wire import VERSION


class SteeredTerminal:
    """``knows``: whether it holds the key of every home place; without one it refuses the demonstration's catalogue. Started when
    made; :meth:`stop` leaves its folder for the next.
    """

    def __init__(self, folder: Path, broker: RunningBroker, api: str, name: str, *, knows: bool = True) -> None:
        folder.mkdir(exist_ok=True)
        account = broker.account(name)
        files = IdentityFiles(broker.authority.path.parent / "identities" / name)
        settings, clock = _settings(folder, knows=knows), Clock()
        self._clock = clock
        self.database = Database(folder / "terminal.db")
        self.store = store = Store(self.database, folder / "pages", Numbering("519902", "K01"), clock)
        self.outbox = StoredOutbox(store)
        book = Book(self.database, clock)
        trust = Trust(name, files, book, clock)
        self._link = Link(name, (account,), birth=birth, next_bd=store.next_bd, pace=QUICK, ordered=self._ordered)
        self.publisher = Publisher(self._link, self.outbox, self._health)
        self.parts, floor = Parts(settings, load()), Floor()
        shelf = Shelf(folder / "wanted", settings)
        take_up(self.parts, book, shelf)
        fetching: Callable[[str, int, Path], None] = partial(fetch, api, files.tls())
        news = self._news
        self._wanted = WantedDocuments(book, trust, floor, self.parts, shelf, fetching, clock, news)
        means = Means({}, lambda: None, (), lambda: None, lambda: "", self._wanted.refresh)
        doing = Operations(floor, self.parts, book, means, clock)
        self._commands = Commands(book, trust, doing, self._link.publish_answer, news)
        self._topic = topics.commands(name)
        self._wanted.start()
        self._commands.start()
        self.publisher.start()

    @property
    def version(self) -> str:
        """Of the catalogue it stands on."""
        return self.parts.catalogue.version

    def stop(self) -> None:
        self.publisher.stop()
        self._commands.stop()
        self._wanted.stop()
        self.database.close()

    def _ordered(self, heard: Received) -> None:
        if heard.topic == self._topic:
            self._commands.hear(heard.payload)
        else:
            self._wanted.hear(heard.payload, retained=heard.retained)

    def _news(self) -> None:
        self.publisher.wake()
        self.publisher.health_changed()

    def _health(self, bd: int) -> Health:
        now = self._clock.now()
        closed = self.parts.standing(now).closed
        fault = None if closed is None else closed.code
        return Health(VERSION, bd, {}, closed is None, 0, None, 0, now.isoformat(timespec="seconds"), fault)


def _settings(folder: Path, *, knows: bool) -> conf.Settings:
    found = terminal_settings(folder, pinned=False)
    if knows:
        return found
    path = folder / "terminal.toml"
    path.write_text(re.sub(r", demo-ding = \{[^}]*\}", "", path.read_text("utf-8")), "utf-8")
    return conf.load(path)
