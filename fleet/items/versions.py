"""Versions of parts: what was put before the second person, and how far each came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fleet import database
from fleet.items.published import Piece, Published

State = Literal["proposed", "returned", "withdrawn", "approved", "signed", "published"]
WAITING: tuple[State, ...] = ("approved", "signed")
"""Its owner has said yes; terminals do not have it yet."""


@dataclass(frozen=True, slots=True)
class Version:
    """``number`` counts within the part. ``approval``: JWS; ``None`` as long as nobody has signed."""

    id: int
    part: str
    number: int
    state: State
    sha256: str
    body: bytes = field(repr=False)
    batch: str
    since: str | None
    why: str
    drafted_by: str
    approved_by: str | None
    day: str | None
    approval: str | None = field(repr=False)
    made: float
    draft: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """With which list it is to be published, whose hand it is, why, and the first day in force its drafter asks for."""

    batch: str
    drafted_by: str
    why: str = ""
    since: str | None = None


_COLUMNS = "id, part, number, state, sha256, body, batch, since, why, drafted_by, approved_by, day, approval, made, draft"


def add(
    db: database.Connection, part: str, state: State, piece: Piece, asked: Asked, now: float, draft: int | None = None
) -> Version:
    """The next version of ``part``."""
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM item_versions WHERE part = ?", (part,)).fetchone()
    told = (part, last + 1, state, piece.sha256, piece.body, asked.batch, asked.since, asked.why, asked.drafted_by)
    signed = (piece.said.approved_by, str(piece.said.day)) if piece.said else (None, None)
    (made,) = db.execute(
        "INSERT INTO item_versions "
        "(part, number, state, sha256, body, batch, since, why, drafted_by, approved_by, day, approval, made, draft) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (*told, *signed, piece.approval, now, draft),
    ).fetchone()
    return by_id(db, made)


def by_id(db: database.Connection, version: int) -> Version:
    """:class:`LookupError`."""
    row = db.execute(f"SELECT {_COLUMNS} FROM item_versions WHERE id = ?", (version,)).fetchone()  # noqa: S608 columns only
    if row is None:
        raise LookupError(version)
    return Version(*row)


def of(db: database.Connection, part: str, number: int) -> Version:
    """:class:`LookupError`."""
    row = db.execute("SELECT id FROM item_versions WHERE (part, number) = (?, ?)", (part, number)).fetchone()
    if row is None:
        raise LookupError(number)
    return by_id(db, row[0])


def listed(db: database.Connection, part: str) -> list[Version]:
    """Newest first."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM item_versions WHERE part = ? ORDER BY number DESC LIMIT 100", (part,))  # noqa: S608
    return [Version(*row) for row in rows]


def waiting(db: database.Connection) -> dict[str, Version]:
    """Of each part the newest its owner has approved and terminals do not have yet."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM item_versions WHERE state IN ('approved', 'signed') ORDER BY number"  # noqa: S608 columns only
    )
    return {version.part: version for version in (Version(*row) for row in rows)}


def adopted(db: database.Connection, published: Published, part: str, now: float) -> Version | None:
    """The version of ``part`` that terminals have; written down now where it was published some other way."""
    piece = published.parts.get(part)
    if piece is None:
        return None
    row = db.execute(
        "SELECT id FROM item_versions WHERE (part, sha256, state) = (?, ?, 'published') ORDER BY number DESC", (part, piece.sha256)
    ).fetchone()
    if row is not None:
        return by_id(db, row[0])
    batch, drafted_by = (piece.said.batch, piece.said.drafted_by) if piece.said else (published.version, "-")
    return add(db, part, "published", piece, Asked(batch, drafted_by), now)


def basis(db: database.Connection, published: Published, part: str, now: float) -> Version | None:
    """What a new draft of ``part`` begins with: what its owner approved last, else what terminals have."""
    return waiting(db).get(part) or adopted(db, published, part, now)


def about(published: Published, held: Mapping[str, Version], besides: str) -> dict[str, bytes]:
    """What a part stands among: the others' parts as they will be when what is approved has been published."""
    parts = {name: piece.body for name, piece in published.parts.items()}
    parts |= {name: version.body for name, version in held.items()}
    return {name: body for name, body in parts.items() if name != besides}
