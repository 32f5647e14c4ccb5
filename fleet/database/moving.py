"""The centre's database from SQLite's file into an empty PostgreSQL, whole or not at all: one transaction there; the file stays.

Killed anywhere it was not, and is begun again. What was read and what PostgreSQL then has are compared by a digest of every table.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from fleet import migrations
from fleet.database import DatabaseError
from fleet.database.postgresql import LOCK, Link, connect
from fleet.database.sqlite import alone
from fleet.migrations import postgresql
from fleet.recording import kept

MOVED = "moved"
"""Counter that says which file a database came from: so that a move that ended unheard of is known for one that succeeded."""
_NOT_COPIED = ("alembic_version", "sqlite_sequence")
_TYPES = {"INTEGER": "int8", "REAL": "float8", "TEXT": "text", "BLOB": "bytea"}
_NOTHING = "\N{SYMBOL FOR NULL}"
"""Instead of the character 0, which PostgreSQL keeps in no text."""


@dataclass(frozen=True, slots=True)
class Table:
    """``number``: the column PostgreSQL counts on by itself; ``last``: what it was given last, if more than any row says."""

    name: str
    columns: tuple[tuple[str, str], ...]
    number: str | None
    last: int


@dataclass(frozen=True, slots=True)
class Moved:
    """``again``: it had been moved before, and nothing was done now; ``mended``: texts with the character 0."""

    rows: int
    tables: int
    mended: int
    again: bool = False


def move(file: Path, conninfo: str, told: Callable[[str, int], None] = lambda _table, _rows: None) -> Moved:
    """``told``: each table that is over, and its rows. :class:`DatabaseError`, ``ValueError``, in Chinese: nothing was moved."""
    if not file.is_file():
        raise DatabaseError(f"{file} 不存在，没有可搬的")
    with alone(file), closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
        source.execute("BEGIN")
        if (found := migrations.revision(source)) != migrations.revisions()[-1]:
            raise DatabaseError(f"{file} 还是旧版本（{found}）：请先用本程序启动一次中心，停下后再搬")
        with closing(connect(conninfo)) as target:
            target.execute("BEGIN")
            target.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
            mark = _mark(source)
            if postgresql.revision(target) is not None:
                return _known(target, mark)
            postgresql.upgrade(target)
            tables = _in_order(_tables(source), target)
            try:
                moved = _copied(source, target, tables, told)
            except psycopg.Error as error:
                raise DatabaseError(f"没有搬成，PostgreSQL 里什么都没有留下：{' '.join(str(error).split())}") from error
            target.execute("INSERT INTO counters VALUES (?, ?)", (MOVED, mark))
            target.execute("COMMIT")
            return moved


def _known(target: Link, mark: int) -> Moved:
    if target.execute("SELECT 1 FROM counters WHERE (name, value) = (?, ?)", (MOVED, mark)).fetchone() is None:
        raise DatabaseError("PostgreSQL 的这个数据库里已经有一个中心，没有动它。只能搬进空的数据库")
    return Moved(0, 0, 0, again=True)


def _copied(source: sqlite3.Connection, target: Link, tables: Sequence[Table], told: Callable[[str, int], None]) -> Moved:
    rows = mended = 0
    for table in tables:
        target.execute(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
        target.execute(f"DELETE FROM {table.name}")  # noqa: S608 of the schema; a new database has its first counter
        if table.name == "events":
            kept.months_of(target, [at for (at,) in source.execute("SELECT DISTINCT received FROM events")])
        sent = _Digest()
        mended += _send(source, target, table, sent)
        target.execute(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")
        came = _Digest()
        for row in _read(target, table):
            came.add(row)
        if (sent.rows, sent.value) != (came.rows, came.value):
            raise DatabaseError(f"{table.name} 搬过去的与原来的不一样（{sent.rows} 行、{came.rows} 行），没有搬成")
        if table.number is not None:
            _count_on(target, table)
        if table.name == "events":
            kept.count_outboxes(target)
        rows += sent.rows
        told(table.name, sent.rows)
    return Moved(rows, len(tables), mended)


def _send(source: sqlite3.Connection, target: Link, table: Table, sent: _Digest) -> int:
    """How many texts had to be mended."""
    names = [name for name, _ in table.columns]
    asked = f"SELECT {', '.join(_quoted(names))} FROM {_quoted([table.name])[0]}"  # noqa: S608 names of the schema
    mended = 0
    into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with target.native.cursor().copy(into) as copy:
        copy.set_types([kind for _, kind in table.columns])
        for row in source.execute(asked):
            good, more = _mended(row)
            mended += more
            copy.write_row(good)
            sent.add(good)
    return mended


def _read(target: Link, table: Table) -> Iterator[tuple[Any, ...]]:
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in table.columns)
    out = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT BINARY)").format(names, sql.Identifier(table.name))
    with target.native.cursor().copy(out) as copy:
        copy.set_types([kind for _, kind in table.columns])
        yield from copy.rows()


def _mended(row: tuple[Any, ...]) -> tuple[tuple[Any, ...], int]:
    bad = [n for n, value in enumerate(row) if isinstance(value, str) and "\0" in value]
    if not bad:
        return row, 0
    return tuple(value.replace("\0", _NOTHING) if n in bad else value for n, value in enumerate(row)), len(bad)


def _count_on(target: Link, table: Table) -> None:
    most = target.execute(f"SELECT coalesce(max({table.number}), 0) AS n FROM {table.name}").fetchall()  # noqa: S608 of the schema
    last = max(most[0][0], table.last)
    target.execute("SELECT setval(pg_get_serial_sequence(?, ?), ?, ? = 1)", (table.name, table.number, max(last, 1), int(last > 0)))


class _Digest:
    """Of rows in any order."""

    def __init__(self) -> None:
        self.rows = self.value = 0

    def add(self, row: Iterable[Any]) -> None:
        self.rows += 1
        self.value += int.from_bytes(hashlib.sha256(msgspec.msgpack.encode(tuple(row))).digest()[:16], "big")


def _tables(source: sqlite3.Connection) -> list[Table]:
    names = source.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    counted = dict(source.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    return [_table(source, name, counted.get(name, 0)) for (name,) in names if name not in _NOT_COPIED]


def _table(source: sqlite3.Connection, name: str, last: int) -> Table:
    columns = source.execute(f"PRAGMA table_info({name})").fetchall()
    return Table(name, tuple((column[1], _TYPES[column[2]]) for column in columns), None, last)


def _in_order(tables: Sequence[Table], target: Link) -> list[Table]:
    """What is referred to before what refers to it, each with the column PostgreSQL counts on."""
    asked = "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
    needs: dict[str, set[str]] = {table.name: set() for table in tables}
    for name, other in target.execute(asked):
        if other != name:
            needs[name].add(other)
    counting = dict(
        target.execute(
            "SELECT table_name::text, column_name::text FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND is_identity = 'YES'"
        ).fetchall()
    )
    by_name, order = {table.name: table for table in tables}, list(TopologicalSorter(needs).static_order())
    return [replace(by_name[name], number=counting.get(name)) for name in order]


def _mark(source: sqlite3.Connection) -> int:
    """Of this file as it stands: what everything that was written changes."""
    said = [source.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("events", "record", "cases", "changes")]  # noqa: S608
    last = source.execute("SELECT hash FROM record ORDER BY position DESC LIMIT 1").fetchone()
    bd = source.execute("SELECT name, value FROM counters ORDER BY name").fetchall()
    return int.from_bytes(hashlib.sha256(repr((said, last, bd)).encode()).digest()[:7], "big")


def _quoted(names: Iterable[str]) -> list[str]:
    return ['"' + name.replace('"', '""') + '"' for name in names]
