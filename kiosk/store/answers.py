"""What a citizen did about a case taken in before: one transaction, once a task; and its documents until the centre has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from domain import sealing
from kiosk.clock import Clock
from kiosk.store import audit
from kiosk.store.store import Store, enqueue
from kiosk.visit.state import Answered
from mqtt.events import AnswerRef, CaseCorrected, CaseDelivered, CaseWithdrawn

Kind = Literal["correction", "delivery", "withdrawal"]
_LETTER: dict[Kind, str] = {"correction": "C", "delivery": "D", "withdrawal": "W"}


class AnsweredBeforeError(ValueError):
    """This task was answered in another visit."""


class NewAnswer(Struct, frozen=True):
    """What the store needs of a visit. ``task``: digest; ``points``: codes of a notice that are answered; ``content``: what was
    signed, in plain; ``pages``: digests of sealed pages of this visit.
    """

    visit: str
    case: str
    task: str
    kind: Kind
    points: tuple[str, ...]
    pages: tuple[str, ...]
    content: bytes
    recipients: tuple[sealing.Recipient, ...]


class AnswerStore:
    """Used from the clerk's thread, but for :meth:`answered`, which any may ask."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._database = store.database
        self._clock = clock

    def take(self, new: NewAnswer) -> Answered:
        """The answer, its sealed documents, its audit line and its outbox row, in one transaction. The second time for the same
        visit gives the first answer. :class:`AnsweredBeforeError`; ``ContractError`` for one the centre would refuse.
        """
        with self._database.transaction() as db:
            known = db.execute("SELECT paper, at FROM answer WHERE visit = ?", (new.visit,)).fetchone()
            if known:
                return Answered(*known)
            if db.execute("SELECT 1 FROM answer WHERE task = ?", (new.task,)).fetchone():
                raise AnsweredBeforeError(new.kind)
            now = self._clock.now()
            sealed = sealing.seal(new.content, new.recipients)
            digest = sealing.digest(sealed)
            documents = (AnswerRef(digest, len(sealed), new.kind), *_pages(db, new))
            sequence = enqueue(db, now, _event(new, documents, now.isoformat()))
            paper = f"{_LETTER[new.kind]}{new.case}-{new.task[:8]}"
            row = (new.visit, new.case, new.kind, new.task, paper, now.isoformat(), sequence)
            db.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO answer_document VALUES (?, ?, ?, ?, 0)", (digest, new.visit, len(sealed), sealed))
            for page in documents[1:]:
                db.execute("INSERT INTO answer_document VALUES (?, ?, ?, NULL, 0)", (page.digest, new.visit, page.size))
                db.execute("DELETE FROM document WHERE digest = ? AND number IS NULL", (page.digest,))
            audit.record(db, now, "case_answered", number=new.case, kind=new.kind, pages=len(new.pages))
            return Answered(paper, now.isoformat())

    def answered(self, tasks: Iterable[str]) -> frozenset[str]:
        """Which of ``tasks`` were answered here: the centre may not know yet."""
        known = {str(task) for (task,) in self._database.rows("SELECT task FROM answer")}
        return frozenset(tasks) & known


def free(store: Store) -> None:
    """Let go of what the centre has: documents it took, of answers whose event it confirmed. Rows first; a file left by a power
    cut is residue.
    """
    with store.database.transaction() as db:
        gone = db.execute(
            "DELETE FROM answer_document WHERE stored AND visit IN (SELECT visit FROM answer a WHERE"
            " NOT EXISTS (SELECT 1 FROM outbox o WHERE o.sequence = a.sequence)"
            " AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.sequence = a.sequence)) RETURNING digest"
        ).fetchall()
    for (digest,) in gone:
        store.page_path(digest).unlink(missing_ok=True)
    if gone:
        store.database.forget()


def _pages(db: sqlite3.Connection, new: NewAnswer) -> tuple[AnswerRef, ...]:
    found = []
    for page in new.pages:
        row = db.execute(
            "SELECT size FROM document WHERE (digest, visit) = (?, ?) AND number IS NULL", (page, new.visit)
        ).fetchone()
        if row is None:
            raise ValueError("a page of another visit")
        found.append(AnswerRef(page, row[0], "page"))
    return tuple(found)


def _event(new: NewAnswer, documents: tuple[AnswerRef, ...], at: str) -> CaseCorrected | CaseDelivered | CaseWithdrawn:
    if new.kind == "correction":
        return CaseCorrected(new.case, new.task, new.points, documents, at)
    if new.kind == "delivery":
        return CaseDelivered(new.case, new.task, "terminal", documents, at)
    return CaseWithdrawn(new.case, new.task, documents, at)
