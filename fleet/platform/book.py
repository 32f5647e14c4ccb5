"""What the desk knows of its cases at the platform: which record was put last, and the platform's own number. SQLite."""

from __future__ import annotations

import threading
from pathlib import Path

from fleet.database.small import durable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reported (number TEXT PRIMARY KEY, position INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projects (number TEXT PRIMARY KEY, project TEXT NOT NULL) WITHOUT ROWID;
"""


class Book:
    """Thread-safe; ``synchronous=FULL``. Nothing of a person stands in it."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = durable(path, _SCHEMA)

    def position(self, case: str) -> int | None:
        """Up to which act of ``case`` was reported; ``None``: nothing."""
        found = self._row("SELECT position FROM reported WHERE number = ?", case)
        return None if found is None else int(str(found[0]))

    def record(self, case: str) -> bytes | None:
        """What was reported last, as it was noted."""
        found = self._row("SELECT record FROM reported WHERE number = ?", case)
        return found[0] if found is not None and isinstance(found[0], bytes) else None

    def note(self, case: str, position: int, record: bytes) -> None:
        with self._lock:
            self._db.execute(
                "INSERT INTO reported VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE SET position = excluded.position, "
                "record = excluded.record WHERE excluded.position >= position",
                (case, position, record),
            )

    def project(self, case: str) -> str | None:
        """The platform's number of ``case``."""
        found = self._row("SELECT project FROM projects WHERE number = ?", case)
        return None if found is None else str(found[0])

    def assign(self, case: str, project: str) -> bool:
        """The platform gave ``case`` this number. ``False``: it has another one, which stays."""
        with self._lock:
            self._db.execute("INSERT INTO projects VALUES (?, ?) ON CONFLICT (number) DO NOTHING", (case, project))
        return self.project(case) == project

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _row(self, statement: str, case: str) -> tuple[object, ...] | None:
        with self._lock:
            found: tuple[object, ...] | None = self._db.execute(statement, (case,)).fetchone()
        return found
