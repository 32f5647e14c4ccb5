"""The centre's book of what was deleted at the end of its time. First it stands here and in no other book, then the bytes go, then
it is written that they are gone: killed anywhere in between, the next look goes on. Doing it again is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fleet import database


@dataclass(frozen=True, slots=True)
class Deletion:
    """``rule``: code of ``domain.protection.retention``. ``gone``: when the bytes were no more; ``None``: not yet."""

    digest: str
    rule: str
    number: str | None
    at: float
    gone: float | None


def write(db: database.Connection, digests: Iterable[str], rule: str, number: str | None, now: float) -> None:
    """In the transaction in which they go from the other books."""
    db.executemany(
        "INSERT INTO deletions (digest, rule, number, at) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
        [(digest, rule, number, now) for digest in digests],
    )


def gone(db: database.Connection, digests: Iterable[str], now: float) -> None:
    db.executemany("UPDATE deletions SET gone = ? WHERE digest = ? AND gone IS NULL", [(now, digest) for digest in digests])


def unfinished(db: database.Connection, rules: Iterable[str]) -> list[str]:
    """Whose bytes may still be there."""
    named = tuple(rules)
    marks = ", ".join("?" * len(named))
    query = f"SELECT digest FROM deletions WHERE gone IS NULL AND rule IN ({marks})"  # noqa: S608 marks only
    return [digest for (digest,) in db.execute(query, named).fetchall()]


def over(db: database.Connection, digest: str) -> bool:
    """It was brought, and its time is over: nobody has to bring it again."""
    return db.execute("SELECT 1 FROM over WHERE digest = ?", (digest,)).fetchone() is not None


def newest(db: database.Connection, most: int, home: str | None = None) -> list[Deletion]:
    """Newest first; ``home``: of the cases this party decides."""
    rows = db.execute(
        "SELECT d.digest, rule, d.number, at, gone FROM deletions d LEFT JOIN cases c ON c.number = d.number "
        "WHERE ?1 IS NULL OR c.home = ?1 ORDER BY at DESC, d.digest LIMIT ?2",
        (home, most),
    )
    return [Deletion(*row) for row in rows]
