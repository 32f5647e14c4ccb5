"""A terminal's process without devices and screen: the real store, outbox, link, publisher and uploader; visits follow a plan."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from chaos import rivals
from chaos.plan import Visit
from devices.port import PrintOutcome
from domain import sealing
from domain.rating.service import Service
from kiosk.clock import Clock
from kiosk.store.db import Database
from kiosk.store.journal import SentBeforeError, StoredJournal
from kiosk.store.outbox import StoredDocuments, StoredOutbox
from kiosk.store.ratings import NewRating, RatingStore
from kiosk.store.room import Room
from kiosk.store.store import NewCase, Numbering, Store
from kiosk.visit.state import Rated
from mqtt.connection import Broker
from mqtt.events import DeviceTrouble
from mqtt.link import Link
from mqtt.messages import Birth, Health
from mqtt.publisher import Publisher
from mqtt.tls import Tls
from mqtt.uploads import Uploader, UploadPace
from mqtt.walk import Pace
from mqtt.wire import VERSION

log = logging.getLogger(__name__)
QUICK = Pace(keepalive=10, first=0.1, most=0.5)
UPLOADS = UploadPace(first=0.2, most=1.0, standing=0.2, silence=3.0)
PATIENCE = 1.5
HOME, HOME_KEY = sealing.new_key("demo-jia")


@dataclass(frozen=True)
class Spec:
    """``ledger``: what the citizens were told; it lies outside of the terminal's disk. ``clock``: file with the seconds its wall
    clock is off. ``rival``: how events leave, if not by our publisher.
    """

    name: str
    code: str
    data: Path
    ledger: Path
    clock: Path
    broker: Broker
    centre: str
    tls: Tls
    visits: tuple[Visit, ...]
    reserve: int
    rival: str | None = None


class JumpingClock(Clock):
    def __init__(self, off: Path) -> None:
        self._off = off

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=int(self._off.read_text() or 0))


def run(spec: Spec) -> None:
    """Until it is killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    clock = JumpingClock(spec.clock)
    database = Database(spec.data / "terminal.db")
    store = Store(database, spec.data / "pages", Numbering("519902", spec.code), clock)
    journal = StoredJournal(database, clock)
    journal.settle()
    store.remove_residue(None)
    for folder in store.folders():
        store.sweep(folder)
    outbox, documents = StoredOutbox(store), StoredDocuments(store)
    room = Room(spec.data, database, spec.reserve)

    def birth(bd: int) -> Birth:
        return Birth(v=VERSION, bd=bd, boot="b0", app="chaos", catalogue="-", place="-", ts=clock.now().isoformat())

    def health(bd: int) -> Health:
        unconfirmed, _ = outbox.depth()
        now = clock.now().isoformat()
        return Health(v=VERSION, bd=bd, devices={}, serving=True, unconfirmed=unconfirmed, oldest=None, pages_waiting=0, ts=now)

    link = Link(spec.name, (spec.broker,), birth=birth, next_bd=store.next_bd, pace=QUICK)
    if spec.rival is None:
        publisher: Publisher | rivals.Rival = Publisher(link, outbox, health, PATIENCE)
    else:
        publisher = rivals.Rival(spec.rival, spec.name, spec.broker, outbox)
    publisher.start()
    uploader = Uploader(spec.centre, spec.tls, documents, UPLOADS)
    uploader.start()
    done = {line.split()[1] for line in spec.ledger.read_text().splitlines() if line.startswith("done ")}
    with spec.ledger.open("a") as ledger:
        for visit in spec.visits:
            if visit.id in done:
                continue
            time.sleep(visit.gap)
            while not _served(visit, store, clock, journal, room, ledger.fileno()):
                time.sleep(0.1)
            outbox.report(clock.now(), [DeviceTrouble("printer", "paper_out")], room=not room.tight())
            publisher.wake()
            uploader.wake()
    while True:
        time.sleep(3600)


def _served(visit: Visit, store: Store, clock: Clock, journal: StoredJournal, room: Room, ledger: int) -> bool:
    """One visit, from the pages to the rating. False: nothing was promised, and the citizen was told so; it is tried again."""
    if room.tight():
        return False
    try:
        store.remove_residue(None)
        pages = tuple(store.keep_page(visit.id, sealing.seal(page.picture, (HOME,))) for page in visit.pages)
        case = store.take_case(_new_case(visit, pages)).case
    except Exception:
        log.exception("not handed in")
        return False
    _tell(ledger, f"case {visit.id} {case}")
    for promise in (
        lambda: _printed(journal, case),
        lambda: _rated(store, clock, visit, case, ledger),
        lambda: store.end_visit(visit.id, "done", True, 0, ()),
    ):
        try:
            promise()
        except Exception:
            log.exception("not printed, not rated, or not ended")
    _tell(ledger, f"done {visit.id}")
    return True


def _new_case(visit: Visit, pages: tuple[str, ...]) -> NewCase:
    return NewCase(
        visit=visit.id,
        item="MED-REMOTE",
        item_name="异地就医备案",
        situation="MED-2",
        home="demo-jia",
        intake="demo-bing",
        pages=pages,
        content=lambda number: visit.content + number.encode(),
        recipients=(HOME,),
    )


def _printed(journal: StoredJournal, case: str) -> None:
    try:
        journal.sending(case, 1)
    except SentBeforeError:
        return
    journal.ended(case, 1, PrintOutcome.PRINTED, None)


def _rated(store: Store, clock: Clock, visit: Visit, case: str, ledger: int) -> None:
    if visit.rating is not None:
        ratings = RatingStore(store, clock)
        ratings.keep(NewRating(Service(case, "intake"), "demo-bing", Rated(visit.rating, "pad")))
        _tell(ledger, f"rating {visit.id} {case} {visit.rating}")


def _tell(ledger: int, line: str) -> None:
    os.write(ledger, f"{line}\n".encode())
