"""Many rows by one statement, on either engine.

PostgreSQL is given the columns as arrays, in their binary form (``unnest``): a third of what a statement a row costs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from fleet import database
from fleet.database import unnest

Rows = Sequence[tuple[Any, ...]]


def insert(db: database.Connection, table: str, rows: Rows, columns: str = "", then: str = "") -> None:
    """``columns``: where they are not all of the table's, in order; ``then``: what follows the rows (``ON CONFLICT …``)."""
    if not rows:
        return
    into = f"INSERT INTO {table} ({columns})" if columns else f"INSERT INTO {table}"
    if isinstance(db, sqlite3.Connection):
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"{into} VALUES ({marks}) {then}", rows)
    else:
        types = unnest.types(db, table, columns)
        unnest.execute(db, f"{into} SELECT * FROM {{}} AS given {then}", types, rows)  # noqa: S608 names of ours
