"""kill -9 before each SQL statement of a ticket's life: the bad rating is there with its ticket, an act with all it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.fleet import EPOCH, TERMINAL, rating
from support.killing import killed_before_every_statement
from support.tickets import act_of

from domain.calendar import Calendar
from domain.rating import ticket_acts as acts
from domain.rating.ticket import day_of
from domain.rating.ticket_acts import Act
from domain.rating.ticket_rights import RIGHTS
from domain.rating.ticket_terms import running
from fleet.intake import understand
from fleet.people import record
from fleet.store import Store
from fleet.tickets import ledger
from mqtt import topics
from mqtt.events import EventData, event

START = datetime(2026, 3, 2, 2, tzinfo=UTC)


def done() -> list[Act]:
    """Every act is written the same way: these two change the most."""
    kinds = (acts.Acknowledged, acts.Appealed)
    return [act_of(kind, START + timedelta(hours=n + 1)) for n, kind in enumerate(kinds)]


def tell(store: Store, sequence: int, data: EventData) -> None:
    raw = event(TERMINAL, EPOCH, sequence, START.isoformat(), data)
    store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], START.timestamp())


def life(folder: Path) -> None:
    """The bad rating, and what is done about it. Doing it again goes on where it was left."""
    store = Store(folder / "c.db")
    tell(store, 1, rating("C1", 2))
    for after, act in enumerate(done()):
        with store.transaction() as db:
            if ledger.read(db, 1).position == after:
                store.tickets.act(db, 1, after, RIGHTS[type(act)][0], act, act.at.timestamp())
    store.close()


def test_killed_before_every_statement_and_started_again(tmp_path: Path) -> None:
    statements = killed_before_every_statement(Path(__file__), tmp_path)
    assert statements > 15
    written = set()
    for statement in range(1, statements + 1):
        folder = tmp_path / str(statement)
        store = Store(folder / "c.db")
        written.add(whole(store))
        store.close()
        life(folder)
        store = Store(folder / "c.db")
        assert whole(store) == len(done())
        store.close()
    assert written == {None, 0, 1}


def whole(store: Store) -> int | None:
    """How many acts there are, each with all it changes and its line in the record; ``None``: there is no ticket yet."""
    with store.reading() as db:
        ratings = db.execute("SELECT count(*) FROM ratings").fetchone()[0]
        row = db.execute("SELECT * FROM tickets").fetchone()
        assert (row is not None) == (ratings == 1), "a bad rating and its ticket are there together"
        if row is None:
            return None
        kept = ledger.acts(db, 1)
        ticket = ledger.read(db, 1)
        recorded = [line for line in record.lines(db) if line.act.startswith("ticket.")]
        assert record.broken(db) is None
    assert list(kept) == done()[: len(kept)]
    assert len(recorded) == len(kept) == row["position"] == ticket.position
    assert row["state"] == ticket.state
    timer = running(ticket, day_of(kept[-1].at if kept else START), Calendar(), Calendar())
    assert (row["term"], row["due"]) == ((timer.term, str(timer.due.day)) if timer else (None, None))
    return len(kept)
