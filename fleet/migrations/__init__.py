"""The centre's database from any earlier version to this program's, by Alembic: ``versions/NNNN_subject.py``, one after the other.

A revision is SQL (:func:`run`) and is not changed once it is on the main branch. All that are missing run in one transaction:
killed in the middle, the database is what it was. There is no way down; for that there are backups.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from contextvars import ContextVar
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fleet.database.postgresql import Link

_PATIENCE = 60.0
"""Seconds to wait for somebody else who is at it."""
_one_at_a_time = threading.Lock()
"""Alembic's context and operations are the process's."""
at_postgresql: ContextVar[Link | None] = ContextVar("at_postgresql", default=None)
"""Where :func:`run` runs, if not in Alembic's hands: those would commit and roll back on their own account."""


@cache
def revisions() -> tuple[str, ...]:
    """``0001``, ``0002``, …: by the files' names, so that nothing of Alembic is imported where nothing is to be done."""
    files = resources.files(__name__).joinpath("versions").iterdir()
    return tuple(sorted(file.name[:4] for file in files if file.name.endswith(".py")))


def upgrade(db: sqlite3.Connection, path: Path) -> None:
    """``db`` is open at ``path``. ``ValueError``, in Chinese, for a database this program does not know."""
    if _missing(db, path):
        with _one_at_a_time:
            _upgrade(path)


def revision(db: sqlite3.Connection) -> str | None:
    """Of this database; ``None``: a new one. One of before Alembic counts in ``user_version``."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        (name,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(name)
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return f"{version:04}" if version else None


def run(sql: str, postgresql: str | None = None) -> None:
    """For revisions: every statement of ``sql``, as it stands (``op.execute`` would look for parameters in it).

    ``postgresql``: what is said there instead, where more differs than the words of a table (``fleet/database/dialect.py``).
    """
    if (link := at_postgresql.get()) is not None:
        from fleet.database import dialect

        for statement in [postgresql] if postgresql is not None else map(dialect.definition, statements(sql)):
            link.script(statement)
        return
    from alembic import op

    for statement in statements(sql):
        op.get_bind().exec_driver_sql(statement)


def statements(sql: str) -> Iterator[str]:
    """One by one; a trigger is one. ``ValueError`` when the last is not ended."""
    statement = ""
    for part in sql.strip().splitlines(keepends=True):
        statement += part
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""
    if statement:
        raise ValueError(f"not ended: {statement}")


def _missing(db: sqlite3.Connection, path: Path) -> bool:
    found = revision(db)
    if found is not None and found not in revisions():
        raise ValueError(f"{path}：数据库的版本是 {found}，本程序只认到 {revisions()[-1]}。没有改动它；请换用不旧于它的程序")
    return found != revisions()[-1]


def _upgrade(path: Path) -> None:
    """On a connection of its own: without foreign keys, as tables that are made anew want it."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # every step, in English

    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    config = Config()
    config.set_main_option("script_location", "fleet:migrations")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)) as db:
        engine = create_engine("sqlite://", creator=lambda: db, poolclass=StaticPool)
        event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
        with engine.begin() as connection:
            if not _missing(db, path):
                return  # somebody else did it meanwhile
            if (before := revision(db)) is not None:
                MigrationContext.configure(connection).stamp(ScriptDirectory.from_config(config), before)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if broken := db.execute("PRAGMA foreign_key_check").fetchone():
                raise ValueError(f"{path}：升级后 {broken[0]} 有一行指向不存在的 {broken[2]}。没有改动它")
