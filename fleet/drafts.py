"""Drafts on the centre's disk: what a citizen has begun at a terminal, sealed to the window of that hall, for seven days.

The centre can open none of them, and does not know the codes they are fetched by: a draft's name is the hash of its code
(``mqtt/resources.py``). ``docs/decisions/drafts.md`` says why so.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from domain.durable import sync_folder
from fleet import database
from fleet.documents import Source, TooLargeError, WrongContentError, WrongOffsetError
from fleet.protection import deletions
from fleet.storage.folder import refusing
from fleet.store import Store
from mqtt.resources import DRAFT_KEPT, MAX_DOCUMENT

MOST_DRAFTS, MOST_BYTES = 200, 512 * 1024 * 1024
"""What one terminal may have lying here: far more than a week of its citizens, and a bound on what it can fill."""
MOST_OPENED = 20
"""How often one draft is given out."""
MOST_WRONG, WRONG_WITHIN = 20, 3600.0
"""Names that are none a terminal may ask for within so many seconds. Guessing needs 2^115; this is for slips of the hand."""
_NAME = re.compile(r"[0-9a-f]{64}")
_CHUNK = 64 * 1024
_BROKEN_OFF = 3600.0
"""Seconds after which nobody brings the rest of a file any more, in whichever process it began."""
_KEEP = (
    "INSERT INTO drafts (name, hall, terminal, digest, size, until) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
    "(hall, terminal, digest, size, until, opened) = "
    "(excluded.hall, excluded.terminal, excluded.digest, excluded.size, excluded.until, 0)"
)


class TooManyError(Exception):
    """The terminal has too many drafts here or asked for too many that are none, or the draft was given out too often."""


class Drafts:
    """``halls``: terminal → its hall; one that is not named is a hall of its own. ``alone``: no other process keeps drafts here.
    ``now`` is seconds since 1970, everywhere.
    """

    def __init__(self, folder: Path, store: Store, halls: Mapping[str, str], *, alone: bool = True) -> None:
        self._folder = folder
        self._store = store
        self._halls = halls
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if alone:
            self.sweep(time.time(), 0.0)

    def sweep(self, now: float, age: float = _BROKEN_OFF) -> None:
        """Remove files of at least ``age`` seconds that are nobody's: begun and not ended, or dropped and not removed yet."""
        old = [path for path in self._folder.iterdir() if now - path.stat().st_mtime >= age or not age]
        with self._store.reading() as db:
            named = {name for (name,) in db.execute("SELECT name FROM drafts")}
            gone = deletions.unfinished(db, ("draft",))
        for path in old:
            if path.name not in named:
                path.unlink(missing_ok=True)
        sync_folder(self._folder)
        with self._store.transaction() as db:
            deletions.gone(db, gone, now)

    def keep(self, terminal: str, name: str, source: Source, size: int, now: float) -> tuple[bool, float]:
        """(whether it is new, until when it stays). Its terminal may bring it again, after a restart sealed anew: that takes the
        place of the former, and lengthens nothing.

        :class:`WrongContentError`: no name, or another terminal's draft stands under it. :class:`TooLargeError`,
        :class:`TooManyError`, :class:`WrongOffsetError` (it ended before its end), :class:`StorageError`: nothing is left of it.
        """
        if not _NAME.fullmatch(name):
            raise WrongContentError("no name of a draft")
        if size > MAX_DOCUMENT:
            raise TooLargeError(f"more than {MAX_DOCUMENT} bytes")
        self.expire(now)
        aside = self._folder / f"{name}.{secrets.token_hex(4)}.part"
        try:
            digest = self._write(aside, source, size)
            with self._lock:
                return self._commit(aside, terminal, name, digest, size, now)
        finally:
            aside.unlink(missing_ok=True)

    def fetch(self, terminal: str, name: str, now: float) -> Path | None:
        """Where the sealed bytes lie; ``None`` when this hall has no such draft (any more). :class:`TooManyError`."""
        self.expire(now)
        with self._store.transaction() as db:
            self._may_try(db, terminal, now)
            found = db.execute("SELECT opened FROM drafts WHERE name = ? AND hall = ?", (name, self._hall(terminal))).fetchone()
            if found is None:
                self._wrong(db, terminal, now)
                return None
            if found[0] >= MOST_OPENED:
                raise TooManyError("given out too often")
            db.execute("UPDATE drafts SET opened = opened + 1 WHERE name = ?", (name,))
        return self._folder / name

    def drop(self, terminal: str, name: str, now: float) -> bool:
        """Done with it; whether this hall had it. :class:`TooManyError`."""
        self.expire(now)
        with self._store.transaction() as db:
            self._may_try(db, terminal, now)
            gone = db.execute(
                "DELETE FROM drafts WHERE name = ? AND hall = ? RETURNING digest", (name, self._hall(terminal))
            ).fetchall()
            if not gone:
                self._wrong(db, terminal, now)
            deletions.write(db, [digest for (digest,) in gone], "draft", None, now)
        if gone:
            self._erase([(name, digest) for (digest,) in gone], now)
        return bool(gone)

    def expire(self, now: float) -> int:
        """Remove what has lain long enough; how many there were."""
        with self._store.reading() as db:  # nothing is written where nothing is due
            if db.execute("SELECT 1 FROM drafts WHERE until <= ? LIMIT 1", (now,)).fetchone() is None:
                return 0
        with self._lock, self._store.transaction() as db:
            gone = db.execute("DELETE FROM drafts WHERE until <= ? RETURNING name, digest", (now,)).fetchall()
            deletions.write(db, [digest for _, digest in gone], "draft", None, now)
        self._erase(gone, now)
        return len(gone)

    def _erase(self, gone: Sequence[tuple[str, str]], now: float) -> None:
        for name, _ in gone:
            (self._folder / name).unlink(missing_ok=True)
        sync_folder(self._folder)
        with self._store.transaction() as db:
            deletions.gone(db, [digest for _, digest in gone], now)

    def _commit(self, aside: Path, terminal: str, name: str, digest: str, size: int, now: float) -> tuple[bool, float]:
        with self._store.reading() as db:
            known = db.execute("SELECT digest, terminal, until FROM drafts WHERE name = ?", (name,)).fetchone()
            (count, total) = db.execute(
                "SELECT count(*), coalesce(sum(size), 0) FROM drafts WHERE terminal = ?", (terminal,)
            ).fetchone()
        if known is not None and known["terminal"] != terminal:
            raise WrongContentError("another draft stands under this name")
        if known is not None and known["digest"] == digest:
            return False, float(known["until"])
        until = float(known["until"]) if known is not None else now + DRAFT_KEPT
        if count >= MOST_DRAFTS or total + size > MOST_BYTES:
            raise TooManyError("too many drafts of this terminal")
        with refusing():
            aside.rename(self._folder / name)
            sync_folder(self._folder)
        with self._store.transaction() as db:
            row = (name, self._hall(terminal), terminal, digest, size, until)
            db.execute(_KEEP, row)
        return known is None, until

    def _write(self, aside: Path, source: Source, size: int) -> str:
        seen, left = hashlib.sha256(), size
        with refusing():
            file = aside.open("xb")
        with file:
            while left:
                chunk = source.read(min(_CHUNK, left))
                if not chunk:
                    raise WrongOffsetError("it ended before its end")
                left -= len(chunk)
                seen.update(chunk)
                with refusing():
                    file.write(chunk)
            with refusing():
                file.flush()
                os.fsync(file.fileno())
        return seen.hexdigest()

    def _hall(self, terminal: str) -> str:
        return self._halls.get(terminal, terminal)

    def _may_try(self, db: database.Connection, terminal: str, now: float) -> None:
        row = db.execute("SELECT since, wrong FROM draft_tries WHERE terminal = ?", (terminal,)).fetchone()
        if row is not None and row[1] >= MOST_WRONG and 0 <= now - row[0] < WRONG_WITHIN:
            raise TooManyError("too many names that are none")

    def _wrong(self, db: database.Connection, terminal: str, now: float) -> None:
        db.execute(
            "INSERT INTO draft_tries AS t VALUES (?1, ?2, 1) ON CONFLICT (terminal) DO UPDATE SET "
            "wrong = iif(?2 - t.since BETWEEN 0 AND ?3, t.wrong + 1, 1), since = iif(?2 - t.since BETWEEN 0 AND ?3, t.since, ?2)",
            (terminal, now, WRONG_WITHIN),
        )
