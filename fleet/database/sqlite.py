"""SQLite, WAL, ``synchronous=FULL``. One writer at a time; readers have connections of their own."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from fleet import migrations
from fleet.database import DatabaseError
from fleet.database.small import together

_CACHE, _CHECKPOINT = 16_000, 4000
"""KiB of pages the writer keeps, and pages of the log after which it is carried over: a busy batch touches more than SQLite's own
1000, and carrying over after every batch doubles what is written. What is committed lies on the disk either way."""


def moved(path: Path) -> Path:
    """The file that says that this database lives at PostgreSQL now."""
    return path.with_name(path.name + ".moved")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody has the database at ``path`` open, and nobody opens it meanwhile. :class:`DatabaseError`."""
    held = _held(path, fcntl.LOCK_EX, "中心还在运行，或有命令正在用它的数据库。请先停下中心")
    try:
        yield
    finally:
        os.close(held)


def _held(path: Path, how: int, refused: str) -> int:
    """A lock on the folder: closing any file of the database's own would take SQLite's locks on it away."""
    folder = os.open(path.resolve().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise DatabaseError(refused) from None
    return folder


class SQLite:
    """Opens, upgrades or makes the database at ``path``. ``ValueError`` for one of a newer version, or that was moved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        if moved(path).exists():
            raise ValueError(
                f"{path} 已经搬到 PostgreSQL：设置文件里要有 [database]。要回到这个旧库（搬后的都不在里面），先删除 {moved(path)}"
            )
        with ExitStack() as undone:
            self._folder = _held(path, fcntl.LOCK_SH, f"{path} 正在搬到 PostgreSQL，请等它搬完")
            undone.callback(os.close, self._folder)
            self._writer = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
            undone.callback(self._writer.close)
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writer.execute("PRAGMA synchronous = FULL")
            self._writer.execute("PRAGMA foreign_keys = ON")
            self._writer.execute(f"PRAGMA cache_size = -{_CACHE}")
            self._writer.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
            migrations.upgrade(self._writer, path)
            undone.pop_all()

    def close(self) -> None:
        with self._lock:
            self._writer.close()
            if self._folder >= 0:
                os.close(self._folder)
                self._folder = -1

    def size(self) -> int:
        return self._path.stat().st_size

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, together(self._writer) as db:
            yield db
