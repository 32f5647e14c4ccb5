"""The durable queue to the centre, as ``mqtt.publisher`` and ``mqtt.uploads`` see it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

import msgspec

from kiosk.store import answers, audit, ratings
from kiosk.store.store import Priority, Store, enqueue
from mqtt.events import DeviceTrouble, EventData
from mqtt.publisher import Row
from mqtt.uploads import Waiting
from mqtt.window import Ranges

log = logging.getLogger(__name__)

MOST_TELEMETRY = 150_000
"""Rows of telemetry that may wait, some 40 MB: a week of a device that fails every five seconds. Then the oldest are given up."""
_TELEMETRY_STEP = 1000
"""Rows given up in one transaction: where the disk is nearly full, a large one would not fit beside it."""


class StoredOutbox:
    """Rows leave only by :meth:`confirm`, that is by the centre's storage receipt; only telemetry is ever given up, and counted.

    Confirmed rows are gone, so every limit is one of unconfirmed rows.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._again()

    @property
    def epoch(self) -> str:
        return str(self._store.epoch)

    def pending(self, limit: int) -> Sequence[Row]:
        """The most urgent, each class in the order of its sequence. What cannot be read is set aside and blocks nobody."""
        while True:
            found, unreadable = [], []
            for sequence, time, data in self._store.database.rows(
                "SELECT sequence, time, data FROM outbox ORDER BY priority, sequence LIMIT ?", limit
            ):
                try:
                    found.append(Row(int(str(sequence)), str(time), _decoded(data)))
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                    unreadable.append((sequence, type(error).__name__))
            if not unreadable:
                return found
            self._set_aside(unreadable)

    def confirm(self, ranges: Ranges) -> None:
        with self._store.database.transaction() as db:
            db.executemany("DELETE FROM outbox WHERE sequence BETWEEN ? AND ?", ranges)
            ratings.free(db)
        answers.free(self._store)

    def report(self, at: datetime, troubles: Sequence[DeviceTrouble], *, room: bool) -> None:
        """Telemetry. Without ``room`` it is counted and not kept, and some of what waits is given up with it."""
        with self._store.database.transaction() as db:
            for trouble in troubles if room else ():
                enqueue(db, at, trouble)
            (count,) = db.execute("SELECT count(*) FROM outbox WHERE priority = ?", (Priority.TELEMETRY,)).fetchone()
            lost = 0 if room else len(troubles)
            if count > MOST_TELEMETRY or (count and not room):
                lost += db.execute(
                    "DELETE FROM outbox WHERE sequence IN"
                    " (SELECT sequence FROM outbox WHERE priority = ? ORDER BY sequence LIMIT ?)",
                    (Priority.TELEMETRY, _TELEMETRY_STEP),
                ).rowcount
            if lost:
                db.execute("UPDATE terminal SET dropped = dropped + ?", (lost,))

    def depth(self) -> tuple[int, datetime | None]:
        """How many rows wait, and since when the oldest by its sequence, whatever the clock said since."""
        ((count,),) = self._store.database.rows("SELECT count(*) FROM outbox")
        oldest = self._store.database.rows("SELECT time FROM outbox ORDER BY sequence LIMIT 1")
        return int(str(count)), datetime.fromisoformat(str(oldest[0][0])) if oldest else None

    def set_aside(self) -> int:
        """Rows this program cannot read."""
        ((count,),) = self._store.database.rows("SELECT count(*) FROM set_aside")
        return int(str(count))

    def dropped(self) -> int:
        """Rows of telemetry given up since the database was made."""
        ((count,),) = self._store.database.rows("SELECT dropped FROM terminal")
        return int(str(count))

    def _set_aside(self, rows: Sequence[tuple[object, str]]) -> None:
        with self._store.database.transaction() as db:
            for sequence, reason in rows:
                log.error("row %s of the outbox cannot be read (%s): set aside", sequence, reason)
                db.execute(
                    "INSERT INTO set_aside SELECT sequence, priority, type, time, data, ? FROM outbox WHERE sequence = ?",
                    (reason, sequence),
                )
                db.execute("DELETE FROM outbox WHERE sequence = ?", (sequence,))

    def _again(self) -> None:
        """At start: this may be the program that reads what another set aside."""
        with self._store.database.transaction() as db:
            for sequence, data in db.execute("SELECT sequence, data FROM set_aside").fetchall():
                try:
                    _decoded(data)
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    continue
                db.execute(
                    "INSERT INTO outbox (sequence, priority, type, time, data)"
                    " SELECT sequence, priority, type, time, data FROM set_aside WHERE sequence = ?",
                    (sequence,),
                )
                db.execute("DELETE FROM set_aside WHERE sequence = ?", (sequence,))


class StoredDocuments:
    """Sealed documents on their way: a page lies in its file, a case's content in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def cases(self) -> Sequence[str]:
        rows = self._store.database.rows("SELECT number FROM office_case WHERE NOT whole ORDER BY sequence, number")
        return [str(number) for (number,) in rows]

    def documents(self, case: str) -> Sequence[Waiting]:
        rows = self._store.database.rows("SELECT digest, size, stored FROM document WHERE number = ? ORDER BY kind, digest", case)
        return [Waiting(case, str(digest), int(str(size)), bool(stored)) for digest, size, stored in rows]

    def open(self, document: Waiting) -> BinaryIO:
        rows = self._store.database.rows(
            "SELECT body FROM document WHERE digest = ?1 UNION ALL SELECT body FROM answer_document WHERE digest = ?1"
            " UNION ALL SELECT body FROM rating_words WHERE digest = ?1",
            document.digest,
        )
        body = rows[0][0] if rows else None
        return BytesIO(body) if isinstance(body, bytes) else self._store.page_path(document.digest).open("rb")

    def stored(self, digest: str) -> None:
        with self._store.database.transaction() as db:
            db.execute("UPDATE document SET stored = 1 WHERE digest = ?", (digest,))
            db.execute("UPDATE answer_document SET stored = 1 WHERE digest = ?", (digest,))
            db.execute("UPDATE rating_words SET stored = 1 WHERE digest = ?", (digest,))
            ratings.free(db)
        answers.free(self._store)

    def answers(self) -> Sequence[Waiting]:
        rows = self._store.database.rows(
            "SELECT number, digest, size, sequence FROM answer_document JOIN answer USING (visit) WHERE NOT stored"
            " UNION ALL SELECT number, digest, size, sequence FROM rating_words WHERE NOT stored ORDER BY sequence, digest"
        )
        return [Waiting(str(number), str(digest), int(str(size))) for number, digest, size, _ in rows]

    def whole(self, case: str) -> None:
        """Free the terminal's copies: the rows first, in one transaction; a file left by a power cut is residue."""
        with self._store.database.transaction() as db:
            digests = [d for (d,) in db.execute("SELECT digest FROM document WHERE number = ?", (case,)).fetchall()]
            db.execute("DELETE FROM document WHERE number = ?", (case,))
            db.execute("UPDATE office_case SET whole = 1 WHERE number = ?", (case,))
            if digests:
                audit.record(db, self._store.now(), "copies_deleted", number=case, documents=len(digests), rule="outbox")
        for digest in digests:
            self._store.page_path(digest).unlink(missing_ok=True)
        self._store.database.forget()

    def count(self) -> int:
        """Documents the centre has not confirmed."""
        ((count,),) = self._store.database.rows(
            "SELECT (SELECT count(*) FROM document WHERE number IS NOT NULL AND NOT stored)"
            " + (SELECT count(*) FROM answer_document WHERE NOT stored) + (SELECT count(*) FROM rating_words WHERE NOT stored)"
        )
        return int(str(count))


def _decoded(data: object) -> EventData:
    if not isinstance(data, bytes):
        raise msgspec.ValidationError("no bytes")
    found: EventData = msgspec.json.decode(data, type=EventData)
    return found
