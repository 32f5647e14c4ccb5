"""kill -9 before each SQL statement of a rating's life, terminal to centre: it is there once, as it was given,
its words lie on one side or the other, and what nobody rated stays unrated.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from support.centre_db import new_database
from support.fleet import TERMINAL, TIME
from support.killing import killed_before_every_statement
from support.stores import Shelf, new_case

from domain import sealing
from domain.rating import words
from domain.rating.service import Service, Unrated
from domain.sealing import Recipient
from fleet.documents import Documents
from fleet.intake import understand
from fleet.ratings import ledger
from fleet.store import Store
from kiosk.visit.state import Rated
from mqtt import topics
from mqtt.events import event

BAD = Rated(1, "screen", (108,), "2020", "等了一上午", "刘试安", "13800001234")
RATED, SILENT = "v1", "v2"


def case_of(shelf: Shelf, visit: str) -> str:
    ((number,),) = shelf.database.rows("SELECT number FROM office_case WHERE visit = ?", visit)
    return str(number)


def drain(shelf: Shelf, centre: Store) -> None:
    while rows := shelf.outbox.pending(10):
        raws = [event(TERMINAL, shelf.outbox.epoch, row.sequence, TIME, row.data) for row in rows]
        told = centre.record([understand(topics.events(TERMINAL), raw, False, {TERMINAL}) for raw in raws], time.time())
        shelf.outbox.confirm([(one.sequence, one.sequence) for one in told])


def life(folder: Path) -> None:
    """One of two cases is rated, badly; the words go up and the outbox drains. Every line may be the last."""
    if not (folder / "terminal").exists():
        shutil.copytree(folder.parent / "terminal", folder / "terminal")
    shelf, centre, documents = Shelf(folder / "terminal"), Store(folder / "c.db"), Documents(folder / "documents")
    recipient = Recipient("ratings", (folder.parent / "public").read_text())
    shelf.rate(case_of(shelf, RATED), BAD, recipient=recipient)
    for waiting in shelf.documents.answers():
        with shelf.documents.open(waiting) as source:
            documents.take(TERMINAL, waiting.digest, source, waiting.size)
        centre.document_stored(waiting.digest, waiting.size, time.time())
        shelf.documents.stored(waiting.digest)
    drain(shelf, centre)
    shelf.close()
    centre.close()


def test_killed_before_every_statement_and_lived_again(tmp_path: Path) -> None:
    recipient, key = sealing.new_key("ratings")
    (tmp_path / "public").write_text(recipient.public)
    before, there = Shelf(tmp_path / "terminal"), Store(new_database(tmp_path / "c.db"))
    for visit in (RATED, SILENT):
        before.store.take_case(new_case(visit))
    drain(before, there)
    before.close()
    there.close()
    statements = killed_before_every_statement(Path(__file__), tmp_path)
    assert statements > 30
    for statement in range(1, statements + 1):
        folder = tmp_path / str(statement)
        life(folder)
        shelf, centre = Shelf(folder / "terminal"), Store(folder / "c.db")
        with centre.reading() as db:
            (rating,) = ledger.of_number(db, case_of(shelf, RATED))
            assert (rating.level, rating.tags, rating.round, rating.party, rating.named) == (1, (108,), 1, "demo-bing", True)
            assert ledger.stands(db, Service(case_of(shelf, SILENT), "intake")) == Unrated()
            assert db.execute("SELECT count(*) FROM dead_letters").fetchone()[0] == 0
        assert rating.words is not None
        sealed = (folder / "documents" / rating.words[:2] / rating.words).read_bytes()
        assert words.decode(sealing.unseal(sealed, key)).text == BAD.text
        assert shelf.database.rows("SELECT count(*) FROM rating_words") == [(0,)]
        shelf.close()
        centre.close()
