"""kill -9 before each SQL statement that carries an old database to this program's version: it is the old one still, or the new."""

from __future__ import annotations

from pathlib import Path

import alembic.command  # noqa: F401  once, before the processes that are killed fork
from support.killing import killed_before_every_statement
from support.old_databases import old_database, schema, told

from fleet.store import Store


def life(folder: Path) -> None:
    Store(folder / "c.db").close()


def _bytes(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """All that a start reads; the shared memory beside a write-ahead log is made anew by it."""
    return tuple((path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if not path.name.endswith("-shm"))


RENAMED = {("ratings", "epoch"), ("ratings", "sequence")}
"""A rating's place in its terminal's outbox stands with its event; the ratings are numbered as they came since 10."""


def test_killed_before_every_statement_and_started_again(memory: Path) -> None:
    old = old_database(memory / "c.db", 6)
    before, held = schema(old), told(old)
    statements = killed_before_every_statement(Path(__file__), memory)
    assert statements > 30
    # The same bytes on the disk come to the same end: what was left by a kill is carried on once.
    left = {_bytes(memory / str(statement)): memory / str(statement) / "c.db" for statement in range(1, statements + 1)}
    for path in left.values():
        assert schema(path) == before  # the last statement is the COMMIT
        assert told(path) == held
        life(path.parent)
        assert len(schema(path)) > len(before)
        after = told(path)
        assert {column for column in held if column not in after} == RENAMED
        assert {column: after[column] for column in held if column in after} == {c: v for c, v in held.items() if c in after}
