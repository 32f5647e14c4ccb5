"""Many rows in one statement of PostgreSQL: a column each as an array, in its binary form. No statement a row comes near it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from fleet import database

if TYPE_CHECKING:
    from fleet.database.postgresql import Link

_known: dict[tuple[str, str], tuple[str, ...]] = {}
"""A revision of the schema never gives a column another type."""


def execute(db: database.Connection, sql: str, types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Any:
    """The cursor. ``{}`` stands in ``sql`` where the rows are to be read from; ``types``: PostgreSQL's, of their columns."""
    link: Link = db  # type: ignore[assignment]
    marks = ", ".join(f"%b::{one}[]" for one in types)
    return link.ran(lambda: psycopg.Cursor(link.native).execute(sql.format(f"unnest({marks})"), _columns(rows)))


def types(db: database.Connection, table: str, columns: str = "") -> tuple[str, ...]:
    """Of the table's columns, or of these."""
    found = _known.get((table, columns))
    if found is None:
        rows = db.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (table,),
        )
        all_of: dict[str, str] = dict(rows.fetchall())
        named = [one.strip(' "') for one in columns.split(",")] if columns else list(all_of)
        found = _known[table, columns] = tuple(all_of[name] for name in named)
    return found


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
