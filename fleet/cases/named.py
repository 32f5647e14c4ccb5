"""Which sealed documents the centre's books name and hold, whatever names them."""

from __future__ import annotations

from fleet import database

_NAMED = (
    "SELECT 1 FROM case_documents WHERE digest = ?1 UNION ALL SELECT 1 FROM act_documents WHERE digest = ?1 "
    "UNION ALL SELECT 1 FROM request_documents WHERE digest = ?1"
)


def named(db: database.Connection, digest: str) -> bool:
    """Whether something names it: naming it once more would let whoever may read that one read this one."""
    return db.execute(_NAMED, (digest,)).fetchone() is not None


def stored(db: database.Connection, digest: str) -> bool:
    return db.execute("SELECT 1 FROM documents WHERE digest = ?", (digest,)).fetchone() is not None
