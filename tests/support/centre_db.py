"""A new database of the centre, copied: the first of a process runs every revision, which imports Alembic and takes its time.

``TONGBAN_TEST_DATABASE=postgresql``: the tests that come here run on PostgreSQL; every path stands for a database of its own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

import psycopg
import pytest

from fleet.database import Where
from fleet.database.sqlite import SQLite
from fleet.settings import DatabaseSettings
from fleet.store import Store

POSTGRESQL = os.environ.get("TONGBAN_TEST_DATABASE") == "postgresql"
sqlite_only = pytest.mark.skipif(POSTGRESQL, reason="of SQLite's file")
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)
"""What a record that is never changed raises."""


def new_database(path: Path) -> Where:
    """Where a database lies now: one that is like new, unless there was one already."""
    if POSTGRESQL:
        from support.postgres import database_of

        where = database_of(path)
        _folders[where] = path.parent
        return where
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_made())
    return path


def copied(centre: Path, to: Path) -> None:
    """A centre's folder, whose database is closed, into ``to``."""
    shutil.copytree(centre, to, dirs_exist_ok=True)
    if POSTGRESQL:
        from support.postgres import copied_database

        copied_database(centre / "centre.db", to / "centre.db")


def folder_of(store: Store) -> Path:
    """Beside which a store of :func:`new_database` is: the centre's."""
    where = store.database._path if isinstance(store.database, SQLite) else store.database._conninfo  # type: ignore[attr-defined]
    return _folders.get(where, where.parent if isinstance(where, Path) else Path())


def database_settings(path: Path) -> DatabaseSettings | None:
    """Of a centre whose folder the database at ``path`` would lie in."""
    return DatabaseSettings(str(new_database(path))) if POSTGRESQL else None


def database_lines(path: Path) -> str:
    """The same, as a settings file has it."""
    found = database_settings(path)
    return "" if found is None else f'[database]\nconninfo = "{found.conninfo}"\n'


_folders: dict[Where, Path] = {}


@cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        Store(path).close()
        return path.read_bytes()


class Snapshot:
    """What a store holds now, to put it back into the same store as often as wished."""

    def __init__(self, store: Store) -> None:
        self._store = store
        if isinstance(store.database, SQLite):
            self._copy = sqlite3.connect(":memory:", check_same_thread=False)
            store.database._writer.backup(self._copy)
        else:
            from support.postgres import dumped

            self._rows = dumped(store)

    def put_back(self) -> None:
        if isinstance(self._store.database, SQLite):
            self._copy.backup(self._store.database._writer)
        else:
            from support.postgres import put_back

            put_back(self._store, self._rows)
