"""A process's own small database: SQLite, WAL, on the disk when a statement returns. The centre's own is :mod:`fleet.store`.

And what every SQLite of the centre's side shares: how what belongs together is written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


def durable(path: Path, schema: str, *, erases: bool = False) -> sqlite3.Connection:
    """Opened or made, for any thread under its owner's lock; ``schema`` may be run again. ``erases``: what is deleted is
    overwritten (``secure_delete``), in the log of the database as well. ``sqlite3.Error`` for a file that is none.
    """
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    with ExitStack() as undone:
        undone.callback(db.close)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if erases:
            db.execute("PRAGMA secure_delete = ON")
        db.executescript(schema)
        undone.pop_all()
    return db


@contextmanager
def together(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing, on the disk when the block ends. One at a time: under its owner's lock."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a failed COMMIT may have ended it
            db.execute("ROLLBACK")
        raise
