"""The centre's memory, on SQLite or PostgreSQL (:mod:`fleet.database`): one writer at a time, and readers beside it.

Lives here: transactions. What a batch of events changes is ``fleet/recording``'s business.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager

from fleet import database
from fleet.cases.ledger import Ledger
from fleet.inputs import Input, Stored
from fleet.recording import refusals
from fleet.recording.batch import record
from fleet.tickets.ledger import Tickets


class Store:
    """Opens, upgrades or makes the database at ``where``: a file, or a ``postgresql://`` address. ``ValueError`` for one of a newer
    version, ``DatabaseError``. ``ledger``: by whose rules and calendars it is written what happens to cases; ``tickets``: and what
    to bad ratings.
    """

    def __init__(self, where: database.Where, ledger: Ledger | None = None, tickets: Tickets | None = None) -> None:
        self.ledger = ledger or Ledger()
        self.tickets = tickets or Tickets(self.ledger.calendars)
        self.database = database.opened(where)

    def close(self) -> None:
        self.database.close()

    def reading(self) -> AbstractContextManager[database.Connection]:
        """A connection that can only read, for the length of one page or answer; rows by column name."""
        return self.database.reading()

    def transaction(self) -> AbstractContextManager[database.Connection]:
        """All or nothing, on the disk when the block ends. One writer at a time, also beside the commands of other processes."""
        return self.database.transaction()

    def record(self, batch: Iterable[Input], now: float) -> tuple[Stored, ...]:
        """Everything in one transaction; returns after its commit with what may be confirmed."""
        with self.transaction() as db:
            return record(db, tuple(batch), now, self.ledger, self.tickets)

    def document_stored(self, digest: str, size: int, now: float) -> None:
        """The file lies under its digest, fsynced."""
        with self.transaction() as db:
            db.execute("INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (digest, size, now))

    def refused(self, where: str, reason: str, now: float) -> None:
        """Count what was refused outside of MQTT; ``where`` and ``reason`` must be few."""
        with self.transaction() as db:
            refusals.count(db, where, reason, now)

    def next_bd(self) -> int:
        """One more than ever before, durably: the number of the centre's next connect."""
        with self.transaction() as db:
            (value,) = db.execute("UPDATE counters SET value = value + 1 WHERE name = 'bd' RETURNING value").fetchone()
        return int(value)
