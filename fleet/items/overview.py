"""How each part stands: what terminals have, what is being edited, looked at, or waits to be published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from domain.catalogue.part import JOINT
from fleet import database
from fleet.items import drafts, versions
from fleet.items.published import Piece, Shelf
from fleet.items.versions import State, Version


class PartState(Struct, frozen=True):
    """``batch``, ``approved_by``, ``approved_on``: of what terminals have; null: nothing, or nobody signed it. ``edits``: of the
    draft that is open, begun by ``edited_by``. ``proposed``: number of the version before the second person; ``waiting``: of the
    one that is approved and not published, which stands as ``waiting_state``.
    """

    part: str
    published: bool
    batch: str | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    edits: int | None = None
    edited_by: str | None = None
    proposed: int | None = None
    drafted_by: str | None = None
    waiting: int | None = None
    waiting_state: State | None = None
    waiting_batch: str | None = None
    waiting_since: str | None = None


def parts(db: database.Connection, shelf: Shelf, named: Iterable[str], only: frozenset[str] | None) -> list[str]:
    """Every part there is or will be, of ``only`` these parties; the joint list is for who may see all. ``named``: all parties."""
    every = dict.fromkeys((JOINT, *shelf.now(db).parts, *named))
    return [part for part in every if only is None or part in only]


def overview(db: database.Connection, shelf: Shelf, listed: Iterable[str]) -> list[PartState]:
    """Of each of these parts. ``CatalogueDamagedError`` where what is published cannot be read."""
    now, held = shelf.now(db), versions.waiting(db)
    return [_state(db, part, now.parts.get(part), held.get(part)) for part in listed]


def _state(db: database.Connection, part: str, piece: Piece | None, held: Version | None) -> PartState:
    said, draft = piece.said if piece else None, drafts.of(db, part)
    editing = draft if draft is not None and draft.state == "open" else None
    row = db.execute("SELECT number, drafted_by FROM item_versions WHERE (part, state) = (?, 'proposed')", (part,)).fetchone()
    return PartState(
        part,
        piece is not None,
        said.batch if said else None,
        said.approved_by if said else None,
        said.day if said else None,
        editing.edits if editing else None,
        editing.by if editing else None,
        *(tuple(row) if row else (None, None)),
        *((held.number, held.state, held.batch, held.since) if held else (None, None, None, None)),
    )
