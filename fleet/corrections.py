"""纠错: errors windows found in the catalogue. The owner's desk and the centre's staff read the same list."""

from __future__ import annotations

import sqlite3

import msgspec

from mqtt.messages import ItemError
from mqtt.resources import Correction, CorrectionList

MOST = 1000
"""Of one list; the total stands beside it."""


def keep(db: sqlite3.Connection, place: tuple[str, str, int], told: ItemError, now: float) -> None:
    """Once, however often it comes. ``place``: terminal, epoch and sequence of its event."""
    db.execute("INSERT OR IGNORE INTO corrections VALUES (?, ?, ?, ?, ?, ?)", (*place, told.home, msgspec.json.encode(told), now))


def found(db: sqlite3.Connection, home: str | None = None) -> CorrectionList:
    """Newest first; of one party, or of all."""
    where, values = ("WHERE home = ?", (home,)) if home is not None else ("", ())
    (total,) = db.execute(f"SELECT count(*) FROM corrections {where}", values).fetchone()  # noqa: S608 no value stands in it
    rows = db.execute(
        f"SELECT terminal, told FROM corrections {where} ORDER BY received DESC, terminal, sequence DESC LIMIT ?",  # noqa: S608
        (*values, MOST),
    )
    listed = tuple(Correction(terminal, msgspec.json.decode(told, type=ItemError)) for terminal, told in rows)
    return CorrectionList(listed, total)
