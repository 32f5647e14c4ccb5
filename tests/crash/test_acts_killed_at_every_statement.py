"""kill -9 before each SQL statement of a case's life at the centre: an act is there with all it changes, or it is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.cases import act_of
from support.fleet import EPOCH, TERMINAL, taken
from support.killing import killed_before_every_statement

from domain.calendar import Calendar
from domain.case import acts
from domain.case.acts import Act, Sealed
from domain.case.deadlines import Calendars, access_until, timers
from domain.case.life import day_of
from fleet.cases.ledger import Ledger, entries
from fleet.intake import understand
from fleet.store import Store
from mqtt import topics
from mqtt.events import AnswerRef, CaseCorrected, EventData, event

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
TASK, NOTICE, PAGE = (Sealed(digit * 64, 5, kind) for digit, kind in (("a", "task"), ("b", "paper"), ("c", "page")))  # type: ignore[arg-type]


def posted() -> list[Act]:
    """Of both desks, an hour apart; the third is answered by the terminal."""
    hours = [START + timedelta(hours=n) for n in range(1, 5)]
    return [
        act_of(acts.Prechecked, hours[0]),
        act_of(acts.Dispatched, hours[1]),
        act_of(acts.CorrectionRequested, hours[2], documents=(TASK, NOTICE)),
    ]


def tell(store: Store, sequence: int, data: EventData, at: datetime) -> None:
    raw = event(TERMINAL, EPOCH, sequence, at.isoformat(), data)
    store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], at.timestamp())


def life(folder: Path) -> None:
    """Taken in, worked on by both desks, corrected at the terminal, and then met with silence. Doing it again changes nothing."""
    store = Store(folder / "c.db")
    tell(store, 1, taken("C1", (b"case",)), START)
    for document in (TASK, NOTICE):
        store.document_stored(document.digest, document.size, START.timestamp())
    for after, act in enumerate(posted()):
        with store.transaction() as db:
            store.ledger.post(db, "C1", after, act, act.at.timestamp())  # type: ignore[arg-type]
    corrected = START + timedelta(hours=9)
    answer = CaseCorrected("C1", TASK.digest, ("M-copy#1",), (AnswerRef(PAGE.digest, 5, "page"),), corrected.isoformat())
    tell(store, 2, answer, corrected)
    with store.transaction() as db:
        store.ledger.keep_silence(db, (START + timedelta(days=20)).timestamp())
    store.close()


def test_killed_before_every_statement_and_started_again(tmp_path: Path) -> None:
    statements = killed_before_every_statement(Path(__file__), tmp_path)
    assert statements > 40
    written = set()
    for statement in range(1, statements + 1):
        folder = tmp_path / str(statement)
        store = Store(folder / "c.db")
        written.add(whole(store))
        store.close()
        life(folder)
        store = Store(folder / "c.db")
        assert whole(store) == 5
        store.close()
    assert written == {None, 0, 1, 2, 3, 4}


def whole(store: Store) -> int | None:
    """How many acts there are, each with all it changes; ``None``: there is no case yet."""
    calendars, ledger = Calendars(Calendar(), Calendar()), Ledger()
    with store.reading() as db:
        events = db.execute("SELECT count(*) FROM events").fetchone()[0]
        if db.execute("SELECT 1 FROM cases").fetchone() is None:
            assert events == 0
            return None
        done = entries(db, "C1")
        life_row = dict(db.execute("SELECT * FROM lives").fetchone())
        named = [tuple(row) for row in db.execute("SELECT position, digest FROM act_documents ORDER BY position, digest")]
        terms = {row["term"]: row["due"] for row in db.execute("SELECT * FROM terms")}
        stands = ledger.life(db, "C1")
    assert [entry.act for entry in done[:3]] == posted()[: len(done)]
    assert [type(entry.act) for entry in done[3:]] == [acts.Corrected, acts.DeemedAccepted][: len(done[3:])]
    assert named == [(entry.position, d) for entry in done for d in sorted(one.digest for one in entry.act.documents)]
    assert (life_row["state"], life_row["position"]) == (stands.state, len(done))
    until = access_until(stands)
    assert life_row["access"] == (until.timestamp() if until else None)
    today = day_of(done[-1].received) if done else day_of(START)
    assert terms == {t.term: str(t.due.day) for t in timers(stands, calendars, today)}
    assert events == (2 if len(done) > 3 else 1)
    return len(done)
