"""PostgreSQL 13 or newer, by psycopg 3. One writer at a time as on SQLite, by a lock of the database's own; readers beside it.

What is said to be written is on the disk: ``synchronous_commit`` is on, whatever the server's settings say. A connection that
broke is opened anew for the next transaction; nothing is done twice here: whether a commit it broke in counts is not known.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable, SerializationFailure

from fleet.database import AwayError, DatabaseError, dialect
from fleet.database.verified import refusal

LOCK = 0x746F6E67_62616E01
"""Of everybody who writes (``pg_advisory_xact_lock``): alone, or, where a batch takes finer locks of its own, shared."""
OLDEST = 13
_T = TypeVar("_T")
_KEPT = 8
"""Connections of readers that wait for the next one."""
_OPTIONS = "-c synchronous_commit=on -c lock_timeout=30s -c TimeZone=UTC -c standard_conforming_strings=on"
_AGAIN = (SerializationFailure, DeadlockDetected, LockNotAvailable)


class PostgreSQL:
    """Opens, upgrades or makes what lies in the database at ``conninfo``. ``ValueError`` for one that is none of ours, of a newer
    version, or of a server too old; :class:`AwayError`."""

    def __init__(self, conninfo: str) -> None:
        from fleet.migrations import postgresql

        self._conninfo = conninfo
        self._lock = threading.Lock()
        self._writer: Link | None = None
        self._readers: list[Link] = []
        self._closed = False
        with ExitStack() as undone:
            undone.callback(self.close)
            with self.transaction() as db:
                postgresql.upgrade(db)
            undone.pop_all()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            links, self._readers = [*self._readers, self._writer], []
            self._writer = None
        for link in links:
            if link is not None:
                link.close()

    def size(self) -> int:
        with self.reading() as db:
            return int(db.execute("SELECT pg_database_size(current_database())").fetchall()[0][0])

    @contextmanager
    def transaction(self) -> Iterator[Link]:
        with self._lock:
            self._writer = link = self._begun(self._writer, "BEGIN")
            with _ended(link):
                link.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
                yield link

    @contextmanager
    def reading(self) -> Iterator[Link]:
        try:
            kept = self._readers.pop()
        except IndexError:
            kept = None
        link = self._begun(kept, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            with _ended(link):
                yield link
        finally:
            if len(self._readers) < _KEPT and not self._closed and link.idle:
                self._readers.append(link)
            else:
                link.close()

    def _begun(self, kept: Link | None, begin: str) -> Link:
        """On the connection there is, or on a new one: nothing was done on either yet."""
        if self._closed:
            raise DatabaseError("数据库已经关闭")
        if kept is not None:
            with suppress(AwayError):
                if kept.idle:
                    kept.execute(begin)
                    return kept
            kept.close()
        link = connect(self._conninfo)
        link.execute(begin)
        return link


class Link:
    """A connection as the port has it. ``native``: psycopg's own, for what only PostgreSQL can do."""

    def __init__(self, native: psycopg.Connection[Any]) -> None:
        self.native = native

    def execute(self, sql: str, parameters: Any = (), /) -> psycopg.Cursor[Any]:
        turned = dialect.query(sql)
        return self.ran(lambda: self.native.execute(turned, dialect.parameters(turned, parameters)))

    def ran(self, what: Callable[[], _T], /) -> _T:
        """What psycopg's own connection is asked for, with its errors as the port has them."""
        try:
            return what()
        except psycopg.Error as error:
            raise self._said(error) from error

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> psycopg.Cursor[Any]:
        turned = dialect.query(sql)
        cursor = self.native.cursor()
        try:
            cursor.executemany(turned, [dialect.parameters(turned, one) for one in parameters])
        except psycopg.Error as error:
            raise self._said(error) from error
        return cursor

    def script(self, statements: str) -> None:
        """As they stand."""
        try:
            self.native.execute(statements.encode())
        except psycopg.Error as error:
            raise self._said(error) from error

    def close(self) -> None:
        with suppress(psycopg.Error):
            self.native.close()

    @property
    def idle(self) -> bool:
        """Whether it is there, and in no transaction."""
        return not self.native.closed and self.native.info.transaction_status == pq.TransactionStatus.IDLE

    @property
    def broken(self) -> bool:
        return self.native.closed or self.native.info.transaction_status == pq.TransactionStatus.UNKNOWN

    def _said(self, error: psycopg.Error) -> Exception:
        """What is of the database and not of the statement."""
        if self.broken:
            return AwayError("与 PostgreSQL 的连接断了")
        if isinstance(error, _AGAIN):
            return DatabaseError("数据库正忙，没有写成，请再试一次")
        if isinstance(error, InsufficientPrivilege):
            return DatabaseError(f"PostgreSQL 的这个角色没有权限，数据库应当属于它（OWNER）：{_one_line(error)}")
        if isinstance(error, psycopg.OperationalError):  # its disk is full, it is being shut down …
            return DatabaseError(f"PostgreSQL 没有做成：{_one_line(error)}")
        return error


def connect(conninfo: str) -> Link:
    """A new connection. ``ValueError`` for a server that is too old; :class:`AwayError`, :class:`DatabaseError`."""
    try:
        native = psycopg.connect(
            conninfo,
            autocommit=True,
            cursor_factory=psycopg.ClientCursor,
            row_factory=_rows,
            connect_timeout=10,
            options=_OPTIONS,
            application_name="tongban",
            keepalives_idle=30,
            tcp_user_timeout=30_000,
            client_encoding="utf8",
        )
    except psycopg.OperationalError as error:
        raise _not_opened(error) from None
    adapters = native.adapters
    adapters.register_dumper(bool, _BoolDumper)
    adapters.register_loader("bool", _BoolLoader)
    adapters.register_loader("numeric", _NumberLoader)
    if native.info.server_version < OLDEST * 10_000:
        found = native.info.server_version // 10_000
        native.close()
        raise ValueError(f"PostgreSQL 是 {found} 版，本程序要 {OLDEST} 或更新的")
    return Link(native)


@contextmanager
def _ended(link: Link) -> Iterator[None]:
    try:
        yield
        link.execute("COMMIT")
    except BaseException:
        with suppress(Exception):
            if not link.broken and not link.idle:
                link.execute("ROLLBACK")
        raise


def _not_opened(error: psycopg.OperationalError) -> DatabaseError:
    """libpq's own sentence names host, user and database, never the password."""
    said = _one_line(error)
    if (told := refusal(said)) is not None:
        return DatabaseError(f"{told}：{said}")
    code = getattr(error, "sqlstate", None) or ""
    if code.startswith("28") or "password" in said or "no pg_hba.conf entry" in said:
        return DatabaseError(f"PostgreSQL 不让登录，请核对角色、口令和 pg_hba.conf：{said}")
    if code == "3D000" or "does not exist" in said:
        return DatabaseError(f"PostgreSQL 里没有这个数据库或角色：{said}")
    return AwayError(f"连不上 PostgreSQL：{said}")


def _one_line(error: psycopg.Error) -> str:
    return " ".join(str(error).split())


class _Row(tuple[Any, ...]):
    """As ``sqlite3.Row`` is: by place and by name."""

    __slots__ = ()
    _names: tuple[str, ...] = ()
    _places: dict[str, int] = {}  # noqa: RUF012 of each kind its own

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self._places[key] if type(key) is str else key)

    def keys(self) -> Sequence[str]:
        return self._names


@lru_cache(2048)
def _kind(names: tuple[str, ...]) -> type[_Row]:
    places = {name: n for n, name in reversed(tuple(enumerate(names)))}  # of two of one name the first, as SQLite has it
    return type("Row", (_Row,), {"__slots__": (), "_names": names, "_places": places})


def _rows(cursor: psycopg.Cursor[Any]) -> Any:
    described = cursor.description
    return _kind(tuple(column.name for column in described)) if described else tuple


class _BoolDumper(Dumper):
    """Columns are whole numbers, true is 1."""

    def dump(self, obj: bool) -> Buffer:
        return b"1" if obj else b"0"

    def quote(self, obj: bool) -> Buffer:
        return self.dump(obj)


class _BoolLoader(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _NumberLoader(Loader):
    """Sums of whole numbers are ``numeric``."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)
