"""Orders in the terminal's database. Every step of one is a transaction here, with its audit line and its event for the centre."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from kiosk.clock import Clock
from kiosk.store import audit
from kiosk.store.db import Database
from kiosk.store.store import enqueue
from mqtt.commands import Command
from mqtt.desired import Desired
from mqtt.events import CommandEnded, DesiredReported, OrderRefused
from mqtt.wire import Wanted

MOST_RULES = 60
"""Rules a refused order can have broken, by name; a table that grows beyond says "another rule"."""
TOLD_AGAIN = 3600
"""Seconds between two events about orders refused by one rule: whoever floods us must not fill the outbox."""
REMEMBERED = 30 * 24 * 3600
"""Seconds an ended command's id is kept past its expiry, by the centre's own time."""

End = Literal["succeeded", "failed", "rejected", "expired"]


@dataclass(frozen=True, slots=True)
class Given:
    """A command that was accepted and has not ended. ``boot``: of the machine, when it began; ``None`` before."""

    id: str
    expires: int
    op: str
    body: bytes = field(repr=False)
    boot: str | None


class Row(Struct, frozen=True):
    """What is wanted, and what is held. Digests; ``held`` null: the terminal's own. ``why``: code of what was last reported."""

    what: Wanted
    rev: int
    sha256: str
    size: int
    since: str | None
    stage: Literal["fetch", "ready", "applied", "refused"]
    held: str | None
    before: str | None
    why: str | None = None


class Book:
    """Used from the threads of commands and of what is wanted, and at start."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- whose word it is ---------------------------------------------------------------------------------------------

    def trust(self) -> tuple[int, int]:
        """The newest key seen, and the newest time signed: seconds since 1970."""
        ((key, made),) = self._database.rows("SELECT key, made FROM trust")
        return int(str(key)), int(str(made))

    def seen(self, key: int, made: int) -> None:
        """A newer key begins the times anew: so a centre whose clock once stood far ahead is believed again."""
        if (key, made) != self.trust():
            with self._database.transaction() as db:
                db.execute("UPDATE trust SET made = iif(key < ?1, ?2, max(made, ?2)), key = max(key, ?1)", (key, made))

    def refuse(self, what: Literal["command", "desired"], rule: str) -> bool:
        """Count it; whether there is an event for the centre."""
        now = self._clock.now()
        with self._database.transaction() as db:
            (kinds,) = db.execute("SELECT count(*) FROM order_refused").fetchone()
            known = db.execute("SELECT 1 FROM order_refused WHERE (what, rule) = (?, ?)", (what, rule)).fetchone()
            name = rule[:120] if known is not None or kinds < MOST_RULES else "another rule"
            db.execute(
                "INSERT INTO order_refused VALUES (?, ?, 1, 1, 0)"
                " ON CONFLICT (what, rule) DO UPDATE SET count = count + 1, untold = untold + 1",
                (what, name),
            )
            return _tell_refused(db, now)

    def refusals_due(self) -> bool:
        """Tell the centre of what was refused since; whether there was something."""
        now = self._clock.now()
        if not self._database.rows("SELECT 1 FROM order_refused WHERE untold > 0 AND abs(? - told) >= ?", _at(now), TOLD_AGAIN):
            return False
        with self._database.transaction() as db:
            return _tell_refused(db, now)

    # --- commands -----------------------------------------------------------------------------------------------------

    def known(self, id_: str) -> Literal["accepted", "running", "ended"] | None:
        rows = self._database.rows("SELECT state FROM command WHERE id = ?", id_)
        return rows[0][0] if rows else None  # type: ignore[return-value]

    def accept(self, command: Command, op: str) -> None:
        """Written down: from now on it is this terminal's to do, whatever becomes of the message."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM command WHERE state = 'ended' AND expires < (SELECT made FROM trust) - ?", (REMEMBERED,))
            db.execute(
                "INSERT OR IGNORE INTO command (id, made, expires, op, body, state) VALUES (?, ?, ?, ?, ?, 'accepted')",
                (command.id, command.made, command.expires, op, bytes(command.do)),
            )

    def open(self) -> list[Given]:
        """Oldest first."""
        rows = self._database.rows("SELECT id, expires, op, body, boot FROM command WHERE state <> 'ended' ORDER BY made, id")
        return [Given(str(i), int(str(e)), str(o), bytes(b), boot and str(boot)) for i, e, o, b, boot in rows]  # type: ignore[call-overload, arg-type]

    def begin(self, id_: str, boot: str) -> None:
        """The intent, on the disk before anything is done."""
        self._set(id_, "running", boot)

    def put_back(self, id_: str) -> None:
        """It was not begun after all, or may be done again."""
        self._set(id_, "accepted", None)

    def end(
        self,
        id_: str,
        op: str,
        state: End,
        why: str | None = None,
        detail: str | None = None,
        beside: Callable[[sqlite3.Connection], None] = lambda _db: None,
    ) -> None:
        """Result, audit line and event in one transaction, and ``beside``, what the command itself changes here."""
        now = self._clock.now()
        detail = detail[:120] if detail else None
        with self._database.transaction() as db:
            beside(db)
            db.execute("UPDATE command SET state = 'ended', result = ? WHERE id = ?", (state, id_))
            enqueue(db, now, CommandEnded(id_, op, state, why, detail))
            audit.record(db, now, "command_ended", command=id_, op=op, state=state, why=why)

    def _set(self, id_: str, state: str, boot: str | None) -> None:
        with self._database.transaction() as db:
            db.execute("UPDATE command SET state = ?, boot = ? WHERE id = ?", (state, boot, id_))

    # --- out of service -----------------------------------------------------------------------------------------------

    def out_of_service(self) -> tuple[str, str | None] | None:
        """Notice and until when, while the centre keeps this terminal out of service."""
        rows = self._database.rows("SELECT notice, until FROM out_of_service")
        return (str(rows[0][0]), str(rows[0][1]) if rows[0][1] else None) if rows else None

    def put_out_of_service(self, db: sqlite3.Connection, notice: str, until: str | None) -> None:
        db.execute("INSERT OR REPLACE INTO out_of_service VALUES (1, ?, ?)", (notice, until))
        audit.record(db, self._clock.now(), "out_of_service", by="command")

    def put_back_in_service(self, db: sqlite3.Connection, by: Literal["command", "time"]) -> None:
        if db.execute("DELETE FROM out_of_service").rowcount:
            audit.record(db, self._clock.now(), "back_in_service", by=by)

    def time_is_over(self) -> None:
        with self._database.transaction() as db:
            self.put_back_in_service(db, "time")

    # --- what is wanted -----------------------------------------------------------------------------------------------

    def wanted(self) -> list[Row]:
        rows = self._database.rows(
            "SELECT what, rev, sha256, size, since, stage, held, before, reported ->> 'why' FROM wanted ORDER BY what"
        )
        return [Row(*row) for row in rows]  # type: ignore[arg-type]

    def want(self, desired: Desired) -> None:
        """A newer revision than any before; the one under way, if any, is forgotten."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO wanted (what, rev, sha256, size, since, stage) VALUES (?, ?, ?, ?, ?, 'fetch') ON CONFLICT (what)"
                " DO UPDATE SET rev = excluded.rev, sha256 = excluded.sha256, size = excluded.size, since = excluded.since,"
                " stage = 'fetch', reported = NULL WHERE rev < excluded.rev",
                (desired.what, desired.rev, desired.sha256, desired.size, desired.since),
            )

    def stage(self, row: Row, stage: Literal["fetch", "ready"]) -> None:
        with self._database.transaction() as db:
            db.execute("UPDATE wanted SET stage = ? WHERE (what, rev) = (?, ?)", (stage, row.what, row.rev))

    def apply(self, row: Row) -> None:
        """The switch: held from now on, and after every restart. What was held before stays as the last good one; not of accounts:
        older ones name people who may have been locked out since.
        """
        with self._database.transaction() as db:
            db.execute(
                "UPDATE wanted SET stage = 'applied', held = sha256,"
                " before = CASE WHEN what = 'accounts' THEN NULL WHEN held = sha256 THEN before ELSE held END"
                " WHERE (what, rev) = (?, ?)",
                (row.what, row.rev),
            )
            self._report(db, row, "applied", None, None)

    def report(self, row: Row, state: Literal["waiting", "refused"], why: str, detail: str | None = None) -> bool:
        """Said once for each reason; whether it is news."""
        with self._database.transaction() as db:
            if state == "refused":
                db.execute("UPDATE wanted SET stage = 'refused' WHERE (what, rev) = (?, ?)", (row.what, row.rev))
            return self._report(db, row, state, why, detail[:120] if detail else None)

    def report_again(self, row: Row) -> bool:
        """The centre does not know what it was told: say it once more. Whether there was anything."""
        rows = self._database.rows("SELECT reported FROM wanted WHERE what = ? AND reported IS NOT NULL", row.what)
        if not rows:
            return False
        with self._database.transaction() as db:
            enqueue(db, self._clock.now(), msgspec.json.decode(str(rows[0][0]), type=DesiredReported))
        return True

    def fall_back(self, row: Row) -> None:
        """What is held cannot be read any more: the one before it, if any, and the wanted one is fetched anew."""
        with self._database.transaction() as db:
            db.execute("UPDATE wanted SET held = before, before = NULL, stage = 'fetch' WHERE what = ?", (row.what,))
            audit.record(db, self._clock.now(), "wanted", what=row.what, rev=row.rev, state="damaged", why=None)

    def _report(self, db: sqlite3.Connection, row: Row, state: str, why: str | None, detail: str | None) -> bool:
        told = DesiredReported(row.what, row.rev, state, why, detail)  # type: ignore[arg-type]
        text = msgspec.json.encode(told).decode()
        if db.execute("SELECT reported IS ? FROM wanted WHERE what = ?", (text, row.what)).fetchone() == (1,):
            return False
        now = self._clock.now()
        db.execute("UPDATE wanted SET reported = ? WHERE (what, rev) = (?, ?)", (text, row.what, row.rev))
        enqueue(db, now, told)
        audit.record(db, now, "wanted", what=row.what, rev=row.rev, state=state, why=why)
        return True


def _tell_refused(db: sqlite3.Connection, now: datetime) -> bool:
    due = db.execute(
        "SELECT what, rule, untold FROM order_refused WHERE untold > 0 AND abs(? - told) >= ?", (_at(now), TOLD_AGAIN)
    ).fetchall()
    for what, rule, untold in due:
        enqueue(db, now, OrderRefused(what, rule, untold))
        audit.record(db, now, "order_refused", what=what, rule=rule, count=untold)
        db.execute("UPDATE order_refused SET untold = 0, told = ? WHERE (what, rule) = (?, ?)", (_at(now), what, rule))
    return bool(due)


def _at(now: datetime) -> int:
    return int(now.timestamp())
