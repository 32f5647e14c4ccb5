"""The authority's books: SQLite beside the key, used by the centre and by its commands at the same time.

Lives here: what is written down of codes, certificates and boots. Not here: keys, and whether to issue.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from fleet.database.small import together

VERSION = 1
_MOST_BOOTS = 100


@dataclass(frozen=True, slots=True)
class CodeRow:
    terminal: str
    expires: float
    key: str | None
    serial: str | None


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """``key``: SHA-256 of its public key; ``der``: the certificate itself."""

    serial: str
    terminal: str
    key: str
    by: str
    issued: float
    expires: float
    revoked: float | None
    der: bytes = field(repr=False)


class Books:
    """Opens or makes the database at ``path``. ``ValueError`` for one of another version, ``OSError`` when it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._barred: frozenset[str] = frozenset()
        self._version: int | None = None
        self._doubtful: set[str] = set()
        with ExitStack() as undone:
            try:
                self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10.0)
                undone.callback(self._db.close)
                path.chmod(0o600)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._upgrade(path)
            except sqlite3.Error as error:
                raise OSError(f"签发记录 {path} 打不开：{error}") from error
            undone.pop_all()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when the block ends."""
        with self._lock, together(self._db):
            yield

    def new_code(self, secret: str, terminal: str, made: float, expires: float) -> None:
        """``secret``: its hash. Codes of this terminal that were not used are void from now on."""
        self._write("DELETE FROM codes WHERE terminal = ? AND serial IS NULL", terminal)
        self._write("INSERT INTO codes VALUES (?, ?, ?, ?, NULL, NULL)", secret, terminal, made, expires)

    def code(self, secret: str) -> CodeRow | None:
        row = self._one("SELECT terminal, expires, key, serial FROM codes WHERE secret = ?", secret)
        return CodeRow(*row) if row else None

    def code_used(self, secret: str, key: str, serial: str) -> None:
        self._write("UPDATE codes SET key = ?, serial = ? WHERE secret = ?", key, serial, secret)

    def add(self, row: CertificateRow) -> None:
        values = (row.serial, row.terminal, row.key, row.by, row.issued, row.expires, row.revoked, row.der)
        self._doubtful.add(row.terminal)
        self._write("INSERT INTO certificates VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *values)

    def certificate(self, serial: str) -> CertificateRow | None:
        row = self._one("SELECT * FROM certificates WHERE serial = ?", serial)
        return CertificateRow(*row) if row else None

    def of_key(self, terminal: str, key: str) -> CertificateRow | None:
        """The newest certificate of this key."""
        row = self._one("SELECT * FROM certificates WHERE terminal = ? AND key = ? ORDER BY issued DESC LIMIT 1", terminal, key)
        return CertificateRow(*row) if row else None

    def latest(self, terminal: str) -> CertificateRow | None:
        row = self._one("SELECT * FROM certificates WHERE terminal = ? ORDER BY issued DESC LIMIT 1", terminal)
        return CertificateRow(*row) if row else None

    def revoke(self, terminal: str, at: float) -> int:
        """Every certificate of ``terminal``, and its codes; how many certificates that were."""
        self._doubtful.add(terminal)
        self._write("DELETE FROM codes WHERE terminal = ?", terminal)
        return self._write("UPDATE certificates SET revoked = ? WHERE terminal = ? AND revoked IS NULL", at, terminal)

    def barred(self) -> frozenset[str]:
        """The terminals whose newest certificate is revoked; the same set as before while that has not changed.

        Remembered: read anew when another process has written (SQLite's ``data_version``), and of a terminal we wrote of ourselves.
        """
        with self._lock:
            (version,) = self._db.execute("PRAGMA data_version").fetchone()
            if version != self._version:
                self._doubtful = {t for (t,) in self._db.execute("SELECT terminal FROM certificates WHERE revoked IS NOT NULL")}
                self._barred, self._version = frozenset(), version
            if self._doubtful:
                rows = ((terminal, self.latest(terminal)) for terminal in self._doubtful)
                now = {terminal for terminal, row in rows if row is not None and row.revoked is not None}
                self._barred = (self._barred - self._doubtful) | now
                self._doubtful.clear()
            return self._barred

    def revoked(self, now: float) -> list[tuple[str, float]]:
        """(serial, when) of what is revoked and would still be in date."""
        with self._lock:
            query = "SELECT serial, revoked FROM certificates WHERE revoked IS NOT NULL AND expires > ? ORDER BY serial"
            return self._db.execute(query, (now,)).fetchall()

    def boot_heard(self, terminal: str, boot: str, bd: int, now: float) -> bool:
        """A birth came. True when this run of the program had been followed by another one already: it came back.

        A birth that was heard before is no news: a broker that was killed may deliver it again.
        """
        row = self._one("SELECT boot FROM boots WHERE terminal = ? ORDER BY last DESC LIMIT 1", terminal)
        known = self._one("SELECT bd FROM boots WHERE (terminal, boot) = (?, ?)", terminal, boot)
        if known is not None and bd <= known[0]:
            return False
        self._write("INSERT OR REPLACE INTO boots VALUES (?, ?, ?, ?)", terminal, boot, bd, now)
        self._write(
            "DELETE FROM boots WHERE terminal = ?1 AND boot NOT IN "
            "(SELECT boot FROM boots WHERE terminal = ?1 ORDER BY last DESC LIMIT ?2)",
            terminal,
            _MOST_BOOTS,
        )
        return known is not None and row is not None and row[0] != boot

    def cloned(self, terminal: str, now: float) -> None:
        self._write("INSERT OR REPLACE INTO clones VALUES (?, ?)", terminal, now)

    def clone_settled(self, terminal: str) -> None:
        self._write("DELETE FROM clones WHERE terminal = ?", terminal)
        self._write("DELETE FROM boots WHERE terminal = ?", terminal)

    def clone_seen(self, terminal: str) -> float | None:
        row = self._one("SELECT seen FROM clones WHERE terminal = ?", terminal)
        return float(row[0]) if row else None

    def note(self, at: float, what: str, terminal: str, detail: str = "") -> None:
        self._write("INSERT INTO audit (at, what, terminal, detail) VALUES (?, ?, ?, ?)", at, what, terminal[:64], detail[:200])

    def audit(self) -> list[tuple[float, str, str, str]]:
        with self._lock:
            return self._db.execute("SELECT at, what, terminal, detail FROM audit ORDER BY id").fetchall()

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
            return row

    def _write(self, query: str, *values: object) -> int:
        with self._lock:
            return self._db.execute(query, values).rowcount

    def _upgrade(self, path: Path) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            schema = resources.files("fleet.authority").joinpath("schema_v1.sql").read_text(encoding="utf-8")
            self._db.executescript(f"BEGIN; {schema}; PRAGMA user_version = {VERSION}; COMMIT;")
        elif version != VERSION:
            raise ValueError(f"签发记录 {path} 是第 {version} 版，本程序只认识第 {VERSION} 版")
