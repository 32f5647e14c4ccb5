"""纠错: errors windows found in the catalogue. The owner's desk and the centre's staff read the same list."""

from __future__ import annotations

import json
from collections.abc import Collection

import msgspec

from fleet import database
from mqtt.events import ItemError
from mqtt.resources import Correction, CorrectionList

MOST = 1000
"""Of one list; the total stands beside it."""


def keep(db: database.Connection, place: tuple[str, str, int], told: ItemError, now: float) -> None:
    """Once, however often it comes. ``place``: terminal, epoch and sequence of its event."""
    db.execute(
        "INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (*place, told.home, msgspec.json.encode(told), now),
    )


def found(db: database.Connection, homes: Collection[str] | None = None) -> CorrectionList:
    """Newest first; of these parties, or of all."""
    theirs = json.dumps(sorted(homes)) if homes is not None else None
    where = "?1 IS NULL OR home IN (SELECT value FROM json_each(?1))"
    (total,) = db.execute(f"SELECT count(*) FROM corrections WHERE {where}", (theirs,)).fetchone()  # noqa: S608 no value stands in it
    rows = db.execute(
        f"SELECT terminal, told FROM corrections WHERE {where} ORDER BY received DESC, terminal, sequence DESC LIMIT ?2",  # noqa: S608
        (theirs, MOST),
    )
    listed = tuple(Correction(terminal, msgspec.json.decode(told, type=ItemError)) for terminal, told in rows)
    return CorrectionList(listed, total)
