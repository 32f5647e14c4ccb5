"""What a citizen rated: one transaction, once a service and side; and the sealed words until the centre has them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from domain import sealing
from domain.rating import words
from domain.rating.service import Service
from kiosk.clock import Clock
from kiosk.store import audit
from kiosk.store.store import Store, enqueue
from kiosk.visit.state import Rated
from mqtt.events import RatingGiven


@dataclass(frozen=True, slots=True)
class NewRating:
    """``party``: who is rated. ``recipient``: the centre's rating key; without it nothing of what was written is kept."""

    service: Service
    party: str
    rated: Rated = field(repr=False)
    recipient: sealing.Recipient | None = None


class RatingStore:
    """Used from the clerk's thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._database = store.database
        self._clock = clock

    def keep(self, new: NewRating) -> None:
        """The rating, its sealed words, its audit line and its outbox row. The second time for the same service changes nothing.
        ``ContractError`` for one the centre would refuse."""
        of = new.service
        with self._database.transaction() as db:
            known = db.execute('SELECT 1 FROM rating WHERE (number, "of", side, task) = (?, ?, ?, ?)', _place(of)).fetchone()
            if known:
                return
            now = self._clock.now()
            written = words.Words(text=new.rated.text, name=new.rated.name, phone=new.rated.phone)
            sealed = None if written.empty or new.recipient is None else sealing.seal(words.encode(written), (new.recipient,))
            digest = sealing.digest(sealed) if sealed is not None else None
            data = RatingGiven(
                case=of.number,
                level=new.rated.level,
                tags=new.rated.tags,
                by=new.rated.by,
                given_at=now.isoformat(),
                of=of.of,
                side=of.side,
                task=of.task or None,
                party=new.party,
                edition=new.rated.edition,
                words=digest,
                named=digest is not None and written.named,
            )
            sequence = enqueue(db, now, data)
            db.execute("INSERT INTO rating VALUES (?, ?, ?, ?, ?, ?)", (*_place(of), now.isoformat(), sequence))
            if sealed is not None:
                db.execute("INSERT INTO rating_words VALUES (?, ?, ?, ?, ?, 0)", (digest, of.number, sequence, len(sealed), sealed))
            audit.record(db, now, "rating_given", number=of.number, by=new.rated.by, of=of.of, side=of.side)


def free(db: sqlite3.Connection) -> None:
    """In the caller's transaction: let go of words the centre took, of ratings whose event it confirmed."""
    db.execute(
        "DELETE FROM rating_words WHERE stored AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.sequence = rating_words.sequence)"
        " AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.sequence = rating_words.sequence)"
    )


def _place(of: Service) -> tuple[str, str, str, str]:
    return of.number, of.of, of.side, of.task
