"""The durable queue to the centre, as ``mqtt.publisher`` and ``mqtt.uploads`` see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from kiosk.store.files import write_durably
from kiosk.store.store import Store
from mqtt.messages import EventData
from mqtt.publisher import Row
from mqtt.uploads import Waiting
from mqtt.window import Ranges


class StoredOutbox:
    """Rows leave only by :meth:`confirm`, that is by the centre's storage receipt."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def epoch(self) -> str:
        return str(self._store.epoch)

    def pending(self, limit: int) -> Sequence[Row]:
        rows = self._store.database.rows("SELECT sequence, time, data FROM outbox ORDER BY sequence LIMIT ?", limit)
        return [
            Row(int(str(sequence)), str(time), msgspec.json.decode(bytes(data), type=EventData))  # type: ignore[call-overload]
            for sequence, time, data in rows
        ]

    def confirm(self, ranges: Ranges) -> None:
        with self._store.database.transaction() as db:
            db.executemany("DELETE FROM outbox WHERE sequence BETWEEN ? AND ?", ranges)

    def depth(self) -> tuple[int, datetime | None]:
        """How many rows wait, and since when the oldest."""
        ((count, oldest),) = self._store.database.rows("SELECT count(*), min(time) FROM outbox")
        return int(str(count)), datetime.fromisoformat(str(oldest)) if oldest else None


class StoredDocuments:
    """Sealed documents on their way. A case's content lies in the database and gets its file when it is to travel."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(self) -> Iterable[Waiting]:
        rows = self._store.database.rows(
            "SELECT d.number, d.digest, d.stored, d.body FROM document d JOIN office_case c ON c.number = d.number"
            " WHERE NOT c.whole ORDER BY c.taken_at, c.number, d.kind"
        )
        for number, digest, stored, body in rows:
            path = self._store.page_path(str(digest))
            if body is not None and not path.exists():
                write_durably(path, bytes(body))  # type: ignore[call-overload]
            yield Waiting(str(number), str(digest), path, bool(stored))

    def stored(self, digest: str) -> None:
        with self._store.database.transaction() as db:
            db.execute("UPDATE document SET stored = 1 WHERE digest = ?", (digest,))

    def whole(self, case: str) -> None:
        """Free the terminal's copies: the rows first, in one transaction; a file left by a power cut is residue."""
        with self._store.database.transaction() as db:
            digests = [d for (d,) in db.execute("SELECT digest FROM document WHERE number = ?", (case,)).fetchall()]
            db.execute("DELETE FROM document WHERE number = ?", (case,))
            db.execute("UPDATE office_case SET whole = 1 WHERE number = ?", (case,))
        for digest in digests:
            self._store.page_path(digest).unlink(missing_ok=True)

    def count(self) -> int:
        """Documents the centre has not confirmed."""
        ((count,),) = self._store.database.rows("SELECT count(*) FROM document WHERE number IS NOT NULL AND NOT stored")
        return int(str(count))
