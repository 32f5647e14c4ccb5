"""The port to the centre's database: what every query, page and clock of ``fleet/`` uses of it, be it SQLite or PostgreSQL.

There is one SQL for both: SQLite's placeholders (``?``, ``?1``, ``:name``) and what the two have in common, see
``docs/decisions/postgresql-beside-sqlite.md``. Rows come with their columns' names on either; true is 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

Where = Path | str
"""Of the centre's database: a file of SQLite, or a ``postgresql://`` address."""


class DatabaseError(OSError):
    """What was asked could not be done now, or not with this database; the text (Chinese) says why and what to do."""


class AwayError(DatabaseError):
    """PostgreSQL cannot be reached, or the connection broke: whether a commit it broke in counts is not known."""


class Row(Protocol):
    """By place and by name. Its length is the number of its columns, and it can be taken apart."""

    def __getitem__(self, key: int | str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> Sequence[str]: ...


class Cursor(Protocol):
    @property
    def rowcount(self) -> int: ...

    @property
    def description(self) -> Any:
        """A line a column, its name first."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """In a transaction, of one thread at a time."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor: ...

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor: ...


class Engine(Protocol):
    """Opened, and of the newest revision. Any thread may use it."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """All or nothing, on the disk when the block ends. One writer at a time, also beside other processes."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that can only read and sees one moment, for the length of one page or answer."""

    def size(self) -> int:
        """Bytes it takes on its disk."""

    def close(self) -> None: ...


def opened(where: Where) -> Engine:
    """The database at ``where``, upgraded or made. ``ValueError``, :class:`DatabaseError`: it cannot be used, in Chinese."""
    if isinstance(where, Path):
        from fleet.database.sqlite import SQLite

        return SQLite(where)
    from fleet.database.postgresql import PostgreSQL

    return PostgreSQL(where)
