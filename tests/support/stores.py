"""A terminal's store on a temporary folder, with keys of its own."""

from __future__ import annotations

from pathlib import Path

from domain import sealing
from domain.rating.service import Kind, Service
from kiosk.clock import Clock
from kiosk.store.db import Database
from kiosk.store.journal import StoredJournal
from kiosk.store.outbox import StoredDocuments, StoredOutbox
from kiosk.store.ratings import NewRating, RatingStore
from kiosk.store.store import NewCase, Numbering, Store
from kiosk.visit.state import Rated
from mqtt.uploads import Waiting

HOME, HOME_KEY = sealing.new_key("demo-jia")


class Shelf:
    """Database, pages, journal and the two queues of one terminal."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        self.folder = folder
        self.database = Database(folder / "terminal.db")
        self.store = Store(self.database, folder / "pages", Numbering("519902", "K01"), clock)
        self.journal = StoredJournal(self.database, clock)
        self.outbox = StoredOutbox(self.store)
        self.documents = StoredDocuments(self.store)
        self.ratings = RatingStore(self.store, clock)

    def page(self, visit: str = "v1", picture: bytes = b"jpeg") -> str:
        return self.store.keep_page(visit, sealing.seal(picture, (HOME,)))

    def rate(self, number: str, rated: Rated, of: Kind = "intake", recipient: sealing.Recipient | None = None) -> None:
        self.ratings.keep(NewRating(Service(number, of), "demo-bing", rated, recipient))

    def waiting(self) -> list[Waiting]:
        return [document for case in self.documents.cases() for document in self.documents.documents(case)]

    def sealed(self, document: Waiting) -> bytes:
        with self.documents.open(document) as source:
            return source.read()

    def sweep(self) -> None:
        """As the clerk does after a start."""
        for folder in self.store.folders():
            self.store.sweep(folder)

    def files(self) -> set[str]:
        return {p.name for p in (self.folder / "pages").glob("*/*")}

    def page_on_disk(self, digest: str) -> bool:
        path = self.store.page_path(digest)
        return path.exists() and sealing.digest(path.read_bytes()) == digest

    def audit(self) -> list[tuple[object, ...]]:
        return self.database.rows("SELECT event, detail FROM audit ORDER BY id")

    def close(self) -> None:
        self.database.close()


def new_case(visit: str = "v1", pages: tuple[str, ...] = (), content: bytes = b"{}") -> NewCase:
    return NewCase(
        visit=visit,
        item="MED-REMOTE",
        item_name="异地就医备案",
        situation="MED-2",
        home="demo-jia",
        intake="demo-bing",
        pages=pages,
        content=lambda number: content + number.encode(),
        recipients=(HOME,),
    )
