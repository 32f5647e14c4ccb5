"""What must not go on from before, once a database is put back."""

from __future__ import annotations

from fleet import database
from fleet.backup.contents import Manifest
from fleet.people import record


def settle(db: database.Connection, archive: str, manifest: Manifest, now: float, by: str) -> None:
    """In the caller's transaction: sessions end, terminals hear a number of a connect they have not heard, and it is on record."""
    db.execute("DELETE FROM console_sessions")
    db.execute("DELETE FROM sign_ins")
    db.execute("UPDATE counters SET value = max(value, ?) WHERE name = 'bd'", (int(now),))
    what, result = told(archive, manifest)
    record.write(db, now, by, "restore", what, result=result)


def told(archive: str, manifest: Manifest) -> tuple[str, str]:
    """As it stands on record."""
    return archive[:80], f"backup of {manifest.made}"
