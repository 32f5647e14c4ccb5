"""The events themselves, each as it came, once for ever.

On SQLite in one table by their places. On PostgreSQL by the month they came in, so that an old month can be dropped: what is above
the highest of its outbox is new for certain, so hardly an event is looked for in the months; what was in those that were dropped
is known by ranges.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from fleet import database
from fleet.database import rows, unnest
from fleet.inputs import EventIn, Place

_PLACE = ("text", "text", "bigint")
_HIGHEST = "SELECT o.terminal, o.epoch, highest FROM {} AS k (terminal, epoch) JOIN outboxes o USING (terminal, epoch)"
_RAW = (
    "SELECT e.terminal, e.epoch, e.sequence, raw FROM {} AS k (terminal, epoch, sequence) "
    "JOIN events e USING (terminal, epoch, sequence)"
)
_BYGONE = (
    "SELECT k.terminal, k.epoch, sequence FROM {} AS k (terminal, epoch, sequence) "
    "JOIN bygone b ON (b.terminal, b.epoch) = (k.terminal, k.epoch) AND sequence BETWEEN first AND last"
)


def known(db: database.Connection, places: Collection[Place]) -> dict[Place, bytes | None]:
    """Those that are stored already, with their bytes; ``None``: of a month that was dropped."""
    if isinstance(db, sqlite3.Connection):
        one = "SELECT raw FROM events WHERE (terminal, epoch, sequence) = (?, ?, ?)"
        rows = ((place, db.execute(one, place).fetchone()) for place in places)
        return {place: row[0] for place, row in rows if row is not None}
    outboxes = sorted({(terminal, epoch) for terminal, epoch, _ in places})
    highest = {(t, e): sequence for t, e, sequence in unnest.execute(db, _HIGHEST, _PLACE[:2], outboxes)} if outboxes else {}
    looked_for = sorted(place for place in places if place[2] <= highest.get(place[:2], 0))
    if not looked_for:
        return {}
    found: dict[Place, bytes | None] = {(t, e, s): raw for t, e, s, raw in unnest.execute(db, _RAW, _PLACE, looked_for)}
    if left := [place for place in looked_for if place not in found]:
        found |= dict.fromkeys(unnest.execute(db, _BYGONE, _PLACE, left))
    return found


def keep(db: database.Connection, events: Sequence[EventIn], now: float) -> None:
    """Of places that were not known."""
    if not events:
        return
    if not isinstance(db, sqlite3.Connection):
        months_of(db, [now])
        highest: dict[tuple[str, str], int] = {}
        for one in events:
            terminal, epoch, sequence = one.place
            highest[terminal, epoch] = max(sequence, highest.get((terminal, epoch), 0))
        rows.insert(
            db,
            "outboxes",
            [(*outbox, sequence) for outbox, sequence in highest.items()],
            then="ON CONFLICT (terminal, epoch) DO UPDATE SET highest = greatest(outboxes.highest, excluded.highest)",
        )
    rows.insert(db, "events", [(*one.place, one.envelope.type, now, one.raw) for one in events])


def months_of(db: database.Connection, times: Iterable[float]) -> None:
    """On PostgreSQL: where the events of the months of these times will stand."""
    days = (datetime.fromtimestamp(at, UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) for at in times)
    for begins in {day.replace(day=1) for day in days}:
        db.execute("SELECT month_of_events(?)", (begins,))


def count_outboxes(db: database.Connection) -> None:
    """On PostgreSQL: of events that came there by another way."""
    db.execute("INSERT INTO outboxes SELECT terminal, epoch, max(sequence) FROM events GROUP BY terminal, epoch")
