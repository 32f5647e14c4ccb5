"""Durable memory of printing (``devices.port.PrintJournal``): what is unknown is never called printed."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from devices.port import PrintOutcome
from kiosk.clock import Clock
from kiosk.store import audit
from kiosk.store.db import Database
from kiosk.store.store import enqueue
from kiosk.visit.state import Printing, PrintState
from mqtt.events import ReceiptEnded

RESTARTED = "terminal_restarted"
"""Fault code: the service or the power went while the paper was moving."""
SHEET = "sheet-"
"""What the job of an A4 document begins with; behind it stands the visit."""
PASSING = "slip-"
"""How a job's name begins that is no case's, such as a guide to take along: what becomes of it is nobody's to remember."""


class SentBeforeError(ValueError):
    """This attempt was on its way to paper already: another piece of paper is another attempt, and is marked as a copy."""


class StoredJournal:
    """A line per piece of paper and attempt, which moves one way only: (refused →) sending → printed, spoilt, uncertain or refused.

    Called from the printer's thread and, at start, from the composition root.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def sending(self, job: str, attempt: int) -> None:
        """:class:`SentBeforeError` unless this attempt was never begun, or was refused."""
        if job.startswith(PASSING):
            return
        with self._database.transaction() as db:
            begun = db.execute(
                "INSERT INTO print_job (number, attempt, state, at) VALUES (?, ?, 'sending', ?)"
                " ON CONFLICT (number, attempt) DO UPDATE SET state = 'sending', at = excluded.at WHERE state = 'refused'",
                (job, attempt, self._clock.now().isoformat()),
            )
            if begun.rowcount != 1:
                raise SentBeforeError(f"attempt {attempt}")

    def ended(self, job: str, attempt: int, outcome: PrintOutcome, cause: str | None) -> None:
        if job.startswith(PASSING):
            return
        with self._database.transaction() as db:
            self._end(db, self._clock.now(), job, attempt, outcome, cause)

    def settle(self) -> bool:
        """At start: whatever was being sent is uncertain now, and is reported so. Whether there was such a slip."""
        with self._database.transaction() as db:
            open_jobs = db.execute("SELECT number, attempt FROM print_job WHERE state = 'sending'").fetchall()
            for job, attempt in open_jobs:
                self._end(db, self._clock.now(), job, attempt, PrintOutcome.UNCERTAIN, RESTARTED)
        return any(not job.startswith(SHEET) for job, _ in open_jobs)

    def last(self, number: str) -> Printing:
        """What is known of the latest attempt; where none was begun, the first is told as printing: it has to be started."""
        rows = self._database.rows(
            "SELECT state, attempt, cause FROM print_job WHERE number = ? ORDER BY attempt DESC LIMIT 1", number
        )
        if not rows:
            return Printing(PrintState.PRINTING, 1)
        ((state, attempt, cause),) = rows
        return Printing(PrintState(str(state)), int(str(attempt)), str(cause) if cause else None)

    def _end(self, db: sqlite3.Connection, now: datetime, job: str, attempt: int, outcome: PrintOutcome, cause: str | None) -> None:
        before = db.execute("SELECT state, cause FROM print_job WHERE number = ? AND attempt = ?", (job, attempt)).fetchone()
        if before is not None and (before == (outcome.value, cause) or before[0] not in ("sending", "refused")):
            return  # the same refusal again, while the citizen waits for paper, is no news; what is on paper stays so
        db.execute(
            "INSERT INTO print_job (number, attempt, state, cause, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (number, attempt) DO UPDATE SET state = excluded.state, cause = excluded.cause, at = excluded.at",
            (job, attempt, outcome.value, cause, now.isoformat()),
        )
        if db.execute("SELECT 1 FROM office_case WHERE number = ?", (job,)).fetchone():
            enqueue(db, now, ReceiptEnded(case=job, attempt=attempt, outcome=outcome.value, cause=cause))
        audit.record(db, now, "receipt_ended", number=job, attempt=attempt, outcome=outcome.value, cause=cause)
