"""The database file, opened and at the right version. WAL, ``synchronous=FULL``: a commit that returned is on the disk."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

VERSION = 6


class StoreError(RuntimeError):
    """The database cannot be used: damaged, of a newer version, or the disk failed. The text is for staff."""


class Database:
    """One connection, used by a few threads one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with ExitStack() as undone:
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
                undone.callback(self._connection.close)
                path.chmod(0o600)
                for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
                    self._connection.execute(f"PRAGMA {pragma}")
                self._prepare()
            except (sqlite3.Error, OSError) as error:
                raise StoreError(f"本机数据库 {path.name} 打不开：{error}") from error
            undone.pop_all()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, durable when the block ends."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a failed COMMIT may have ended it
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def forget(self) -> None:
        """What was deleted is in the log of the database no more (in its pages ``secure_delete`` has seen to it). Where a reader
        holds the log, the next time."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(f"本机数据库是更新的版本（{version}），本程序只认识到 {VERSION}；请升级程序，不要删除数据库")
        for step in range(version + 1, VERSION + 1):
            # One transaction a step: a power cut leaves the version before or this one, whole.
            schema = Path(__file__).with_name(f"schema_v{step}.sql").read_text("utf-8")
            self._connection.executescript(f"BEGIN IMMEDIATE; {schema}; PRAGMA user_version = {step};")
            if step == 1:
                self._connection.execute("INSERT INTO terminal (only_row, epoch) VALUES (1, ?)", (secrets.token_hex(8),))
            self._connection.execute("COMMIT")
