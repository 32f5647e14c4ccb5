"""The central end in one object: authority, store, ingest, the API and the console. It holds no key that opens a case."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from fleet.alerts.alerting import Alerting
from fleet.alerts.sites import of_settings
from fleet.authority import broker as mosquitto
from fleet.authority.authority import Authority, Connect
from fleet.authority.keys import Folder
from fleet.board.board import Board
from fleet.board.streams import MOST, Streams
from fleet.board.watch import Watch
from fleet.cases.calendars import Calendars
from fleet.cases.clock import CaseClock
from fleet.cases.ledger import Ledger
from fleet.clerks.clock import ClerkClock
from fleet.console.app import create_console
from fleet.drafts import Drafts
from fleet.http import create_api
from fleet.ingest import Ingest
from fleet.items import signing
from fleet.items.published import Shelf
from fleet.known import Known
from fleet.machine.health import Machine
from fleet.machine.metrics import Metrics
from fleet.machine.pages import watch
from fleet.opening import store_of
from fleet.orders import Orders
from fleet.people import anchor
from fleet.people.oidc import provider
from fleet.programs import Programs
from fleet.protection.clock import Retention
from fleet.ratings.export import create_export
from fleet.reports.clock import ReportClock
from fleet.rollout.audience import groups_of
from fleet.rollout.clock import RolloutClock
from fleet.settings import CentreSettings, RatingSettings, SettingsError
from fleet.storage.chosen import Stores
from fleet.tickets.ledger import Tickets
from fleet.tickets.opened import Box, rating_keys
from fleet.tls import TlsServer, shown
from fleet.web import ThreadServer
from mqtt.connection import Broker
from mqtt.resources import MAX_DOCUMENT
from mqtt.walk import Pace

_log = logging.getLogger(__name__)

MOST_FORM = 1024 * 1024
"""Bytes of what a form carries beside a catalogue."""
_UPKEEP = 3600.0
"""Seconds between two looks at the age of the servers' certificates, of drafts and of what was cut off."""
_THREADS = 10
"""Of the console, beside those its streams hold."""


class Centre:
    """Binds its ports when made (``OSError``). ``SettingsError`` when the authority's files cannot be used."""

    def __init__(self, settings: CentreSettings, pace: Pace | None = None) -> None:
        self._settings = settings
        self._ended = threading.Event()
        self._upkeep = threading.Thread(target=self._keep, name="upkeep", daemon=True)
        places = {entry.id: entry.place for entry in settings.terminals}
        owners = {entry.id: entry.party for entry in settings.terminals if entry.party}
        groups = {entry.id: groups_of(entry.groups, entry.party) for entry in settings.terminals}
        windows = frozenset(entry.id for entry in settings.terminals if entry.setting == "window")
        hours = {entry.id: entry.hours for entry in settings.terminals if entry.hours}
        halls = {entry.id: entry.hall for entry in settings.terminals if entry.hall}
        known = Known(places, owners, {entry.party: entry.name for entry in settings.homes}, groups, windows, hours, halls)
        with ExitStack() as undone:
            self._folder = folder_of(settings)
            self.authority = Authority(self._folder, places)
            undone.callback(self.authority.close)
            self._servers()
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._calendars = Calendars()
            tickets = Tickets(self._calendars.of, settings.tickets.rules)
            self.store = store_of(settings, Ledger(self._calendars.of, settings.cases.rules, halls), tickets)
            undone.callback(self.store.close)
            self._stores = Stores(settings)
            undone.callback(self._stores.close)
            self._documents = documents = self._stores.documents()
            self._retention = Retention(self.store, documents)
            self._bodies = bodies = self._stores.bodies()
            programs = Programs(settings.data / "programs", settings.publisher)
            self._clock = CaseClock(self.store, self._calendars, bodies)
            self._reports = ReportClock(self.store)
            self._drafts = Drafts(settings.data / "drafts", self.store, halls)
            links = [Broker(host, port, self._folder.centre()) for host, port in settings.broker.addresses]
            members = _Members(places, self.authority)
            machine = self._machine(settings.data)
            metrics = Metrics(machine, known, time.time)
            self.ingest = Ingest(links, self.store, members, pace, self._born, metrics.ingested)
            self._watch = Watch(self.store, places, lambda: self.ingest.hearing, self.authority.identity)
            self.orders = Orders(self.store, groups, self._folder.signer, self.ingest.publish, lambda: self.ingest.hearing)
            self._accounts = ClerkClock(self.store, bodies, known, self._folder.signer, settings.clerks.hours * 3600.0)
            self._rollouts = RolloutClock(self.store, groups, lambda: self.ingest.hearing, self.orders.born)
            tokens = {entry.party: entry.token_sha256 for entry in settings.homes if entry.token_sha256}
            intakes = {entry.party: entry.token_sha256 for entry in settings.intakes}
            if set(intakes.values()) & set(tokens.values()):
                raise SettingsError("设置有误：intakes 与 homes 的凭据不能相同，收件窗口不能当业务属地专窗")
            self._api = TlsServer(
                create_api(
                    self.store,
                    documents,
                    bodies,
                    self._drafts,
                    self.authority,
                    tokens,
                    shown,
                    intakes,
                    self._accounts,
                    programs,
                ),
                settings.api.host,
                settings.api.port,
                ca=self._folder.authority,
                certificate=self._folder.server,
                key=self._folder.server_key,
                most_body=MAX_DOCUMENT,
            )
            undone.callback(self._api.stop)
            rated = settings.ratings or RatingSettings()
            keys = rating_keys(rated.key_file) if rated.key_file is not None else None
            self._exports = [create_export(self.store, path, settings.data) for path in rated.platforms]
            sites = of_settings(settings.terminals)
            self._alerts = Alerting(self.store, settings.alerts, sites, known.parties, lambda: self.ingest.hearing, settings.data)
            undone.callback(self._alerts.stop)
            box = Box(keys, documents) if keys is not None else None
            catalogue = Shelf(bodies, settings.catalogue_root, programs), signing.keys(settings.items, settings.catalogue_root)
            board = Board(self.store, known, lambda: self.ingest.hearing)
            self._streams = Streams(board)
            console = create_console(
                self.store,
                known,
                lambda: self.ingest.hearing,
                self.authority.identity,
                box=box,
                catalogue=catalogue,
                least=settings.reports.least,
                alerts=self._alerts,
                documents=documents,
                board=board,
                streams=self._streams,
                oidc=provider(settings.oidc, time.time),
            )
            watch(console, machine, metrics, settings.metrics.token_sha256 if settings.metrics else None, time.time)
            listen, most = settings.console, MAX_DOCUMENT + MOST_FORM
            self._console = ThreadServer(console, listen.host, listen.port, threads=_THREADS + MOST, most_body=most)
            undone.pop_all()

    @property
    def api_address(self) -> str:
        """``https://host:port`` of the resources."""
        return self._api.address

    @property
    def console_address(self) -> str:
        return self._console.address

    def start(self) -> None:
        self.ingest.start()
        self.orders.start()
        self._api.start()
        self._console.start()
        self._upkeep.start()
        self._clock.start()
        self._reports.start()
        self._watch.start()
        self._rollouts.start()
        self._accounts.start()
        for export in self._exports:
            export.start()
        self._alerts.start()

    def stop(self) -> None:
        """Within three seconds, unless a disk hangs."""
        self._ended.set()
        self._clock.stop()
        self._reports.stop()
        self._watch.stop()
        self._rollouts.stop()
        self._accounts.stop()
        for export in self._exports:
            export.stop()
        self._alerts.stop()
        self.orders.stop()
        self.ingest.stop()
        self._streams.stop()
        self._console.stop()
        self._api.stop()
        self._stores.close()
        self.store.close()
        self.authority.close()

    def _machine(self, data: Path) -> Machine:
        certificates = {"机构": self._folder.authority, "服务器": self._folder.server, "命令": self._folder.path / "orders.pem"}
        working = {"收件": lambda: self.ingest.working, "维护": self._upkeep.is_alive}
        return Machine(self.store, data, lambda: self.ingest.hearing, certificates, working, self._stores.trouble)

    def _born(self, births: Sequence[Connect]) -> None:
        self.authority.births(births)
        for one in births:
            self.orders.born(one.terminal)

    def _servers(self) -> bool:
        self._folder.keep_orders(self.authority.ca, datetime.now(UTC))
        return self._folder.keep_servers(self.authority.ca, self._settings.authority.names, datetime.now(UTC))

    def _keep(self) -> None:
        while not self._ended.wait(_UPKEEP):
            try:
                for stored in (self._documents, self._bodies):
                    stored.expire(time.time())
                self._drafts.expire(time.time())
                if self._servers():
                    self._api.reload()
                    mosquitto.tell(self._settings.broker)
            except Exception:
                _log.exception("the servers' certificates could not be renewed")
            try:
                with self.store.reading() as db:
                    anchor.drop(db, self._folder.path, time.time())
            except Exception:
                _log.exception("the record's head could not be written down")
            try:
                self._retention.look(time.time())
            except Exception:
                _log.exception("what is due could not be deleted; it is tried again")


class _Members:
    """The terminals whose messages count: registered here, and not shut out."""

    def __init__(self, terminals: Iterable[str], authority: Authority) -> None:
        self._terminals = self._members = frozenset(terminals)
        self._authority = authority
        self._barred: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        barred = self._authority.barred()
        if barred is not self._barred:
            self._members, self._barred = self._terminals - barred, barred
        return self._members


def folder_of(settings: CentreSettings) -> Folder:
    """Where the authority of this centre lies."""
    return Folder(settings.authority.folder, settings.authority.passphrase_file)
