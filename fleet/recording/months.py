"""Months of events on PostgreSQL: made before they begin, dropped when nobody keeps them any longer. On SQLite there are none.

What an event has changed stands in the other tables; its own bytes are for whoever has to look again.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta

from fleet import database
from fleet.recording import kept
from fleet.store import Store

_NAME = re.compile(r"events_(\d{4})(\d{2})")
_DROPPED = """
INSERT INTO bygone SELECT terminal, epoch, min(sequence), max(sequence) FROM (
  SELECT terminal, epoch, sequence, sequence - row_number() OVER (PARTITION BY terminal, epoch ORDER BY sequence) AS run FROM {name}
) runs GROUP BY terminal, epoch, run
"""


def keep_up(store: Store, now: float, keep: int | None) -> list[str]:
    """Make the next month, drop those that ended more than ``keep`` months ago (``None``: all are kept); the names of these."""
    with store.transaction() as db:
        if isinstance(db, sqlite3.Connection):
            return []
        later = datetime.fromtimestamp(now, UTC).replace(day=1) + timedelta(days=32)
        kept.months_of(db, (now, later.timestamp()))
    gone = []
    if keep is not None:
        for name in months(store):
            if _age(name, now) > keep:
                with store.transaction() as db:
                    _drop(db, name)
                gone.append(name)
    return gone


def months(store: Store) -> list[str]:
    """Their tables, oldest first."""
    with store.reading() as db:
        if isinstance(db, sqlite3.Connection):
            return []
        rows = db.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'events'::regclass ORDER BY 1")
        return [name for (name,) in rows]


def _drop(db: database.Connection, name: str) -> None:
    """What was in it stays known."""
    assert _NAME.fullmatch(name), "a month's own name"
    db.execute(_DROPPED.format(name=name))
    db.execute(f"DROP TABLE {name}")


def _age(name: str, now: float) -> int:
    """Months between it and the present one."""
    found, today = _NAME.fullmatch(name), datetime.fromtimestamp(now, UTC)
    assert found is not None, "a month's own name"
    return (today.year - int(found[1])) * 12 + today.month - int(found[2])
