"""How far a case is, for whoever holds its receipt: by the random token alone, and nothing of the applicant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from fleet.store import Store
from fleet.words import AWAITED


@dataclass(frozen=True, slots=True)
class Progress:
    """``missing``: documents still on their way to the centre; ``awaits``: what the intake window must still do, in words."""

    case: str
    item: str
    home: str
    intake: str
    taken_at: str
    missing: int
    awaits: tuple[str, ...] = ()


def progress(store: Store, token: str, parties: Mapping[str, str]) -> Progress | None:
    """``None`` for a token that is none; ``parties``: code → name."""
    with store.reading() as db:
        row = db.execute("SELECT * FROM cases WHERE token = ?", (token,)).fetchone()
        if row is None:
            return None
        (missing,) = db.execute(
            "SELECT count(*) FROM case_documents LEFT JOIN documents d USING (digest) WHERE number = ? AND d.digest IS NULL",
            (row["number"],),
        ).fetchone()
    awaits = tuple(AWAITED.get(kind, kind) for kind in json.loads(row["awaits"]))
    home, intake = (parties.get(row[place], row[place]) for place in ("home", "intake"))
    return Progress(row["number"], row["item_name"], home, intake, row["taken_at"], missing, awaits)
