"""A new database of the centre, copied: the first of a process runs every revision, which imports Alembic and takes its time."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from fleet.store import Store


def new_database(path: Path) -> Path:
    """``path``, where a database lies now: one that is like new, unless there was one already."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_made())
    return path


@cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        Store(path).close()
        return path.read_bytes()
