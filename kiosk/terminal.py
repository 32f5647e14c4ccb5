"""The composition root of a terminal: builds everything, starts it in order, stops it in reverse."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import platform
import signal
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from devices.camera.codes import read_code
from devices.port import BadgeEvent, BadgeGone, DeviceEvent, PrintEnded
from devices.reading.reader import PageReader
from devices.watchdog import Watchdog
from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError
from domain.catalogue.trust import UntrustedError
from domain.notify import Manager
from domain.press.press import Press
from domain.profile import addresses
from domain.sealing import Recipient
from kiosk import equipment, faults
from kiosk import settings as conf
from kiosk.care import taking
from kiosk.care.control import Control
from kiosk.care.reviewed import ReviewedLog
from kiosk.care.support import Support, beside
from kiosk.care.upkeep import Machine, Upkeep
from kiosk.clerk import Clerk
from kiosk.clock import Clock
from kiosk.corrections import CorrectionDesk
from kiosk.demonstration import DemonstrationProvider
from kiosk.drafted import described, private_keys
from kiosk.drafts import DraftPost, Place
from kiosk.enrolment.centre import CLOCK
from kiosk.enrolment.files import IdentityFiles
from kiosk.enrolment.keeper import Keeper
from kiosk.enrolment.standing import enrolled
from kiosk.glass_watch import GlassJudge
from kiosk.guides import GuideDesk
from kiosk.hands import Workers
from kiosk.health.machine import machine_health
from kiosk.helping import Helping
from kiosk.line import Line
from kiosk.middle import Middle
from kiosk.orders.book import Book
from kiosk.orders.bundle import Bundle, LogTail
from kiosk.orders.commands import Commands
from kiosk.orders.fetch import fetch
from kiosk.orders.operations import Means, Operations
from kiosk.orders.shelf import Shelf, checked, own, take_up
from kiosk.orders.trial_slip import TrialSlip
from kiosk.orders.trust import Trust
from kiosk.orders.wanted import Taking, WantedDocuments
from kiosk.paperwork import on_paper
from kiosk.program.renewal import Renewal, Senses, on_trial
from kiosk.receipt_reader import ReceiptReader
from kiosk.reporting import Reporting
from kiosk.serving import serve_clerks, serve_codes, serve_page
from kiosk.staff.clerks import Clerks
from kiosk.staff.counter import counter
from kiosk.staff.door import Door, Rules
from kiosk.staff.entrance import Entrance
from kiosk.staff.memory import Memory
from kiosk.staff.rules import rules
from kiosk.standing import Parts
from kiosk.store.answers import AnswerStore
from kiosk.store.db import Database
from kiosk.store.files import alone
from kiosk.store.journal import StoredJournal
from kiosk.store.known import Memory as Known
from kiosk.store.outbox import StoredDocuments, StoredOutbox
from kiosk.store.ratings import RatingStore
from kiosk.store.room import Room
from kiosk.store.store import Numbering, Store
from kiosk.store.volatile import VolatileVisit
from kiosk.storekeeper import Storekeeper
from kiosk.tasks import TaskPost
from kiosk.tray import Tray
from kiosk.typing.typist import Typist
from kiosk.visit.ink import Ink
from kiosk.visit.privacy import Forgetful
from kiosk.visit.snapshot import Fault
from kiosk.visit.state import State
from kiosk.voice import Speaker
from kiosk.watch.parts import critical
from kiosk.watch.watch import Watch
from mqtt import topics
from mqtt.connection import Broker, Received
from mqtt.link import NO_SESSION, SESSION, Link
from mqtt.messages import Birth, Health
from mqtt.publisher import Publisher
from mqtt.uploads import Uploader
from mqtt.walk import Pace
from mqtt.wire import VERSION, Wanted
from ui.app import create_app
from ui.public.pages import create_public
from ui.technician.pages import create_technician

log = logging.getLogger(__name__)

OVERLOADED = "bus_overloaded"
UNREADABLE = "outbox_unreadable"


class Terminal:
    """A whole terminal in this process. ``StoreError``, ``SettingsError``, ``NotInMemoryError``: it cannot run, and why."""

    def __init__(
        self,
        chosen: conf.Settings,
        clock: Clock | None = None,
        *,
        settings: Path | None = None,
        taken_back: str | None = None,
        manager: Manager | None = None,
    ) -> None:
        """``settings``: their file; ``taken_back``: why those before are no longer; ``manager``: is told that it is up."""
        self._settings = chosen
        self._manager = manager or Manager()
        self._file = settings
        self._taken_back = taken_back
        self._clock = clock or Clock()
        self._running = ExitStack()
        self._version = importlib.metadata.version("tongban")
        self.app_version = f"tongban {self._version}"

    def start(self) -> None:
        """All of it, or nothing: what had begun is stopped again when a part cannot start (``OSError``: a port is taken)."""
        try:
            self._start()
        except BaseException:
            self._running.close()
            raise

    def _start(self) -> None:
        settings, clock = self._settings, self._clock
        enrolled(settings)
        self._running.enter_context(alone(settings.paths.data))
        volatile = VolatileVisit(settings.paths.runtime)
        self._database = database = Database(settings.paths.data / "terminal.db")
        self._running.callback(database.close)
        store = Store(database, settings.paths.data / "pages", Numbering(settings.terminal.division, settings.terminal.code), clock)
        journal = StoredJournal(database, clock)
        unfinished = journal.settle()
        book = Book(database, clock)
        shelf = Shelf(settings.paths.data / "wanted", settings)
        self._parts = parts = Parts(settings, *self._catalogue(), out_of_service=book.out_of_service(), updating=on_trial())
        take_up(parts, book, shelf)
        state = volatile.load() or State()
        store.remove_residue(state.visit.id if state.visit else None)
        store.note("started", app=self.app_version)
        if self._taken_back is not None:
            log.error("new settings were taken back: %s", self._taken_back)
            store.note("settings_taken_back")
        self._running.callback(store.note, "stopped")
        if state.visit:
            store.note("visit_restored", step=state.visit.step.value)

        self._outbox, self._documents = StoredOutbox(store), StoredDocuments(store)
        self._devices = equipment.build(settings.devices, journal, unfinished=unfinished)
        tray, press, standing = Tray(), Press(), parts.standing(clock.now())
        provider = DemonstrationProvider(press, parts.catalogue, clock) if settings.query and parts.catalogue.demo else None
        self._page_reader = reader = PageReader(settings.reading) if settings.reading else None
        self._helping = helping = Helping(clock, lambda: self._link.connected, self._news)
        self._glass = GlassJudge(clock, self._news)
        self._machine_health = machine_health(settings.paths, self._devices.states, self._glass, clock, self._news)
        self._typist = typist = Typist(self._news)
        self._running.callback(typist.close)
        self._ink = ink = Ink()
        forgetful: dict[str, Forgetful] = {"typing": typist, "ink": ink}
        self._voice = Speaker(settings.voice, self._news) if settings.voice is not None else None
        self._middle = middle = Middle(
            standing, self._devices, tray, press, volatile, clock, self._news, provider, reader, helping, forgetful
        )
        self._guides = GuideDesk(middle, self._devices.printer, clock)
        self._trial = TrialSlip(middle, self._devices.printer, clock, settings.terminal.place)
        self._corrections = CorrectionDesk(database, clock, lambda: middle.catalogue.version, self._committed)
        self._room = Room(settings.paths.data, database, settings.paths.reserve * 1024 * 1024)
        self._reporting = Reporting(self._devices.states, self._outbox, self._documents, self._room, clock)
        self._renewal = renewal = self._build_renewal()
        self._build_link(store)
        self._build_orders(book, shelf, database)
        self._build_care()
        storekeeper = Storekeeper(
            database, self._outbox, self._room, self._devices.states, clock, middle.only_reserve, self._publisher.wake
        )
        answers, ratings = AnswerStore(store, clock), RatingStore(store, clock)
        clerk = Clerk(store, answers, ratings, settings, parts.catalogue, tray, press, middle.post, self._committed)
        clerk.start()
        self._running.callback(clerk.stop)
        drafts = self._build_drafts(store, clerk)
        drafts.start()
        self._running.callback(drafts.stop)
        tasks = self._build_tasks(database, answers)
        tasks.start()
        self._running.callback(tasks.stop)
        receipts = ReceiptReader(partial(read_code, settings.devices.camera.socket), middle.post)
        receipts.start()
        self._running.callback(receipts.stop)
        workers = Workers(clerk, drafts, tasks, receipts)
        middle.start(workers, state, journal.last(paper) if (paper := on_paper(state)) else None)
        self._running.callback(middle.stop)
        renewal.later(self._running, storekeeper.start, storekeeper.stop)
        for device in self._devices.all():
            device.start(partial(self._from_device, device.name))
            self._running.callback(device.stop)
        if self._page_reader is not None:
            self._page_reader.start(middle.post)
            self._running.callback(self._page_reader.stop)
        self._serve_ssh()
        renewal.later(self._running, self._entrance.start, self._entrance.stop)
        self._watchdog = watchdog = Watchdog(self._devices.all())
        watchdog.start()
        self._running.callback(watchdog.stop)
        self._publisher.start()
        self._running.callback(lambda: self._publisher.stop(renewal.leaving))
        renewal.later(self._running, self._uploader.start, self._uploader.stop)
        self._keeper.start()
        self._running.callback(self._keeper.stop)
        renewal.later(self._running, self._wanted.start, self._wanted.stop)
        renewal.later(self._running, self._commands.start, self._commands.stop)
        self._serve()
        serve_codes(self._running, settings, middle)
        serve_clerks(self._running, settings, middle, self._counter, self._clerks, clock, self._news)
        asked = critical(middle, settings, database, watchdog, self._publisher, self._devices, renewal.waiting)
        self.watch = Watch(asked, self._manager)
        self.watch.start()
        self._running.callback(self.watch.stop)
        renewal.begin(self._running)
        log.info("terminal %s serves on port %d", settings.terminal.id, settings.glass.port)

    def stop(self) -> None:
        """In reverse. A visit in progress stays on tmpfs and is taken up by the next start."""
        self._running.close()
        log.info("terminal stopped")

    def _catalogue(self) -> tuple[Catalogue, Fault | None]:
        try:
            return checked(own(self._settings.catalogue), self._settings), None
        except CatalogueDamagedError as error:
            log.error("catalogue refused: %s", error)
            untrusted = isinstance(error, UntrustedError)
            words = faults.fault("catalogue_untrusted" if untrusted else "catalogue_damaged")
            return Catalogue("-", False, "", ()), replace(words, cause=f"{words.cause}：{error}")

    def _build_renewal(self) -> Renewal:
        def busy() -> str:
            trial = self._file is not None and taking.on_trial(self._file) is not None
            return "help_wanted" if self._helping.wanted() else "settings_on_trial" if trial else ""

        glass, leave = self._glass, partial(os.kill, os.getpid(), signal.SIGTERM)
        senses = Senses(
            self._devices.states,
            lambda: self._link.connected,
            lambda: glass.state,
            lambda: self.watch.lacking,
            lambda: self._machine_health.failed,
            busy,
        )
        return Renewal(self._settings, self._version, self._middle, self._parts, self._clock, senses, leave)

    def _build_link(self, store: Store) -> None:
        terminal, centre = self._settings.terminal, self._settings.centre
        files = IdentityFiles(centre.identity)
        brokers = [Broker(host, port, files.tls()) for host, port in addresses(centre.broker)]
        boot = self._middle.boot

        def birth(bd: int) -> Birth:
            now = self._clock.now().isoformat()
            version = self._middle.catalogue.version
            return Birth(v=VERSION, bd=bd, boot=boot, app=self.app_version, catalogue=version, place=terminal.place, ts=now)

        pace = Pace(most=centre.reconnect)
        session, ordered = SESSION if centre.session else NO_SESSION, self._ordered
        self._link = link = Link(
            terminal.id, brokers, birth=birth, next_bd=store.next_bd, pace=pace, session=session, ordered=ordered
        )
        self._publisher = Publisher(link, self._renewal.outbox(self._outbox), self._health)
        self._uploader = Uploader(centre.documents, files.tls(), self._documents)
        self._keeper = Keeper(files, centre.documents, link, lambda fault: self._identity_changed(store, fault))

    def _build_drafts(self, store: Store, clerk: Clerk) -> DraftPost:
        settings, own = self._settings, self._settings.terminal
        window = settings.keys.intake
        keys = private_keys(settings.window.key_file, "窗口") if settings.window else ()
        return DraftPost(
            settings.centre.documents,
            IdentityFiles(settings.centre.identity).tls,
            Place(own.id, own.hall, Recipient(window.key_id, window.public), keys),
            self._clock,
            self._middle.post,
            lambda visit: described(visit, self._middle.catalogue),
            store.page_path,
            clerk.lay,
            lambda: self._link.connected,
        )

    def _build_tasks(self, database: Database, answers: AnswerStore) -> TaskPost:
        settings, middle = self._settings, self._middle
        return TaskPost(
            Line(settings.centre.documents, IdentityFiles(settings.centre.identity).tls),
            private_keys(settings.handover.key_file, "大厅") if settings.handover else (),
            settings.keys.homes,
            Known(database, self._clock, time.time),
            answers.answered,
            lambda: middle.catalogue,
            middle.hold,
            middle.post,
        )

    def _build_orders(self, book: Book, shelf: Shelf, database: Database) -> None:
        settings, clock, middle = self._settings, self._clock, self._middle
        files, centre = IdentityFiles(settings.centre.identity), settings.centre.documents
        trust = Trust(settings.terminal.id, files, book, clock, lambda: self._keeper.fault == CLOCK)
        fetching = partial(fetch, centre, files.tls())
        slow: dict[Wanted, Taking] = {"program": self._renewal.updater}
        self._wanted = WantedDocuments(book, trust, middle, self._parts, shelf, fetching, clock, self._ordered_news, slow)
        self._tail = tail = LogTail()
        logging.getLogger().addHandler(tail)
        self._running.callback(logging.getLogger().removeHandler, tail)
        shown = ReviewedLog(tail)
        self._bundle = Bundle(
            settings, database, self._devices.states, self._trouble, shown, clock, files.tls(), lambda: self._beside()
        )
        means = Means(
            devices={device.name: device for device in self._devices.all()},
            leave=partial(os.kill, os.getpid(), signal.SIGTERM),
            reboot=settings.maintenance.reboot,
            trouble=self._trouble,
            bundle=self._bundle,
            refresh=self._wanted.refresh,
            help_coming=self._helping.answered,
            test_print=self._trial,
        )
        doing = Operations(middle, self._parts, book, means, clock)
        self._commands = Commands(book, trust, doing, self._link.publish_answer, self._ordered_news)

    def _build_care(self) -> None:
        """The technician's: the door, and what is behind it."""
        settings, clock, parts = self._settings, self._clock, self._parts
        memory = Memory(settings.paths.data / "staff.db")
        self._running.callback(memory.close)
        machine = Machine(
            settings,
            self._file,
            {device.name: device for device in self._devices.all()},
            {self._devices.smartcard.name: self._devices.badge} if self._devices.smartcard and self._devices.badge else {},
            self._devices.states,
            lambda: (self._middle.closed, *self._beside_the_devices()),
            self._facts,
            partial(os.kill, os.getpid(), signal.SIGTERM),
            self._tail.text,
            lambda: (("程序", self.app_version), ("事项目录", self._middle.catalogue.version), ("系统", platform.release())),
            self._machine_health.findings,
            self._renewal.updater,
        )
        folder = settings.paths.data / "support"
        support = Support(folder, settings.terminal.id, lambda: self._bundle.made(), self._bundle, clock.now)
        self._upkeep = upkeep = Upkeep(machine, self._middle, parts, memory, support, clock)
        self._beside = partial(beside, upkeep)
        try:
            asked = rules(settings)
        except conf.SettingsError as error:
            log.error("staff cannot sign in: %s", error)
            asked = Rules(settings.terminal.id)
        reader = self._devices.badge
        self._clerks = Clerks(lambda: parts.accounts, memory, clock, battery_clock=settings.staff.battery_clock)
        self._counter = counter(asked, memory, clock, reader, self._clerks) if settings.clerk is not None else None
        self._entrance = Entrance(lambda stands: Door(asked, memory, clock, reader, stands), reader, upkeep, self._counter)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        return self._reporting.facts(self._link.connected, self.app_version, self._middle.catalogue.version)

    def _ordered(self, heard: Received) -> None:
        """From the link's thread: an order, as it came."""
        if heard.topic == topics.commands(self._settings.terminal.id):
            self._commands.hear(heard.payload)
        else:
            self._wanted.hear(heard.payload, retained=heard.retained)

    def _ordered_news(self) -> None:
        self._publisher.wake()

    def _troubles(self) -> tuple[str, ...]:
        """What is wrong beside the devices, by code, worst first, each once."""
        return tuple(dict.fromkeys(code for code in (self._middle.closed, *self._beside_the_devices()) if code))

    def _trouble(self) -> str | None:
        return next(iter(self._troubles()), None)

    def _beside_the_devices(self) -> tuple[str | None, ...]:
        overloaded = OVERLOADED if self._middle.overloaded else None
        unreadable = UNREADABLE if self._outbox.set_aside() else None
        reading = self._page_reader.fault if self._page_reader is not None else None
        voice = self._voice.fault if self._voice is not None else None
        parts = reading, self._typist.fault, self._glass.fault, voice, *self._machine_health.faults
        return self._keeper.fault, self._uploader.fault, unreadable, overloaded, *parts

    def _health(self, bd: int) -> Health:
        """The state report. Called from the publisher's thread."""
        return self._reporting.health(bd, self._middle.serving, self._troubles(), self._helping.wanted())

    def _from_device(self, device: str, event: DeviceEvent) -> None:
        if self._upkeep.hear(device, event) and not isinstance(event, BadgeGone):
            return  # a lifted badge puts out whoever came in by it, also while its reader is being tried
        if isinstance(event, BadgeEvent):
            self._entrance.hear(event)
            return
        if isinstance(event, PrintEnded) and (self._trial.ended(event) or self._guides.ended(event)):
            return
        self._middle.post(event)
        if isinstance(event, PrintEnded):
            self._publisher.wake()

    def _news(self) -> None:
        self._publisher.health_changed()

    def _identity_changed(self, store: Store, fault: str | None) -> None:
        store.note("certificate", fault=fault)
        self._publisher.health_changed()

    def _committed(self) -> None:
        self._publisher.wake()
        self._uploader.wake()

    def _serve(self) -> None:
        glass = self._settings.glass
        app = create_app(self._middle, glass.ppi, self._glass, self._typist, self._entrance.shown, self._voice, self._ink)
        app.register_blueprint(create_public(self._middle, self._guides, self._corrections, self._clock.today))
        app.register_blueprint(create_technician(self._entrance, self._upkeep, self._settings.terminal.hall, self._middle.boot))
        if self._voice is not None:
            self._voice.start()
            self._running.callback(self._voice.stop)
        serve_page(self._running, app, glass.host, glass.port, self._glass.there)
        self._glass.start()
        self._running.callback(self._glass.stop)
        self._machine_health.start()
        self._running.callback(self._machine_health.stop)

    def _serve_ssh(self) -> None:
        """``tongban status`` and its like. Without it the terminal serves all the same."""
        try:
            control = Control(self._settings.paths.runtime, self._upkeep)
        except OSError as error:
            log.error("tongban status and test will not reach this terminal: %s", error)
            return
        control.start()
        self._running.callback(control.stop)
