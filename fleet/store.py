"""The centre's memory, on SQLite or PostgreSQL (:mod:`fleet.database`): one writer at a time, and readers beside it.

Lives here: what an event, a state and a stored document change. Not here: who may send it, and what is made of it on a page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from fleet import commands, corrections, database, desired, standing
from fleet.board import conditions, samples
from fleet.cases.ledger import Ledger, RefusedActError
from fleet.ratings import telling
from fleet.ratings.ledger import RefusedRatingError
from fleet.tickets.ledger import Tickets
from mqtt import topics
from mqtt.commands import CommandAnswer
from mqtt.messages import (
    MOST_COUNT,
    CaseCorrected,
    CaseDelivered,
    CaseTaken,
    CaseWithdrawn,
    CommandEnded,
    DesiredReported,
    DeviceTrouble,
    Event,
    EventData,
    Health,
    ItemError,
    OrderRefused,
    RatingGiven,
    ReceiptEnded,
    Report,
    ServiceGiven,
    TerminalState,
    encode,
)

MOST_DEAD_LETTERS = 10_000
"""Kept for one terminal; beyond it broken events are refused without a receipt, so that no terminal fills the disk."""


@dataclass(frozen=True, slots=True)
class EventIn:
    """A good event with the bytes it came in."""

    terminal: str
    envelope: Event
    data: EventData = field(repr=False)
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that breaks the contract but whose place in its outbox can be read."""

    terminal: str
    epoch: str
    sequence: int
    reason: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StateIn:
    terminal: str
    state: TerminalState
    retained: bool


@dataclass(frozen=True, slots=True)
class HealthIn:
    terminal: str
    report: Health | Report


@dataclass(frozen=True, slots=True)
class AnswerIn:
    """How a command stands at its terminal."""

    terminal: str
    command: str
    answer: CommandAnswer


@dataclass(frozen=True, slots=True)
class RefusedIn:
    topic: str
    reason: str


Input = EventIn | DeadLetter | StateIn | HealthIn | AnswerIn | RefusedIn


@dataclass(frozen=True, slots=True)
class Stored:
    """An event or a dead letter that is on the disk now; it may be confirmed."""

    terminal: str
    epoch: str
    sequence: int


Place = tuple[str, str, int]
"""Terminal, epoch and sequence of an event: unique for ever."""


class _ConflictError(Exception):
    """The event is of the contract but contradicts what is stored; the text says how."""


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
        """Everything in one transaction; returns after its commit with what may be confirmed.

        Events that contradict what is stored are rare, and a savepoint for each event costs as much as the event. So only a batch
        in which one is met is taken back and gone through again with savepoints.
        """
        batch = tuple(batch)
        try:
            with self.transaction() as db:
                return self._record(db, batch, now, careful=False)
        except _ConflictError:
            with self.transaction() as db:
                return self._record(db, batch, now, careful=True)

    def _record(self, db: database.Connection, batch: Sequence[Input], now: float, *, careful: bool) -> tuple[Stored, ...]:
        """Without ``careful`` a :class:`_ConflictError` leaves the transaction half done."""
        stored: list[Stored] = []
        heard: set[str] = set()
        for one in batch:
            match one:
                case EventIn():
                    place = (one.terminal, one.envelope.epoch, one.envelope.sequence)
                    if careful:
                        stored += self._carefully(db, one, place, now, heard)
                    else:
                        self._event(db, one, place, now, heard)
                        stored.append(Stored(*place))
                case DeadLetter():
                    stored += self._dead_letter(db, one, now)
                case StateIn():
                    standing.state(db, one.terminal, one.state, now, retained=one.retained)
                case HealthIn():
                    refused = standing.report(db, one.terminal, one.report, now)
                    if refused is not None:
                        _refused(db, topics.health(one.terminal), refused, now)
                case AnswerIn():
                    refused = commands.answered(db, one.terminal, one.command, one.answer, now)
                    if refused is not None:
                        _refused(db, topics.answers(one.terminal), refused, now)
                    else:
                        samples.answered(db, one.terminal, one.command)
                case RefusedIn():
                    _refused(db, one.topic, one.reason, now)
        db.executemany("UPDATE terminals SET heard = max(coalesce(heard, 0), ?) WHERE terminal = ?", [(now, t) for t in heard])
        return tuple(stored)

    def document_stored(self, digest: str, size: int, now: float) -> None:
        """The file lies under its digest, fsynced."""
        with self.transaction() as db:
            db.execute("INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (digest, size, now))

    def refused(self, where: str, reason: str, now: float) -> None:
        """Count what was refused outside of MQTT; ``where`` and ``reason`` must be few."""
        with self.transaction() as db:
            _refused(db, where, reason, now)

    def next_bd(self) -> int:
        """One more than ever before, durably: the number of the centre's next connect."""
        with self.transaction() as db:
            (value,) = db.execute("UPDATE counters SET value = value + 1 WHERE name = 'bd' RETURNING value").fetchone()
        return int(value)

    def _event(self, db: database.Connection, one: EventIn, place: Place, now: float, heard: set[str]) -> None:
        """Nothing when it is stored already; into ``heard`` whose new one it is. :class:`_ConflictError`."""
        new = (*place, one.envelope.type, now, one.raw)
        done = db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", new)
        if done.rowcount == 1:
            _apply(db, one, self.ledger, self.tickets, now)
            heard.add(one.terminal)
            return
        (known,) = db.execute("SELECT raw FROM events WHERE (terminal, epoch, sequence) = (?, ?, ?)", place).fetchone()
        if known != one.raw:
            raise _ConflictError("another event stands under this sequence")

    def _carefully(self, db: database.Connection, one: EventIn, place: Place, now: float, heard: set[str]) -> list[Stored]:
        db.execute("SAVEPOINT event")
        try:
            self._event(db, one, place, now, heard)
        except _ConflictError as conflict:
            db.execute("ROLLBACK TO event")
            return self._dead_letter(db, DeadLetter(*place, str(conflict), one.raw), now)
        finally:
            db.execute("RELEASE event")
        return [Stored(*place)]

    def _dead_letter(self, db: database.Connection, one: DeadLetter, now: float) -> list[Stored]:
        _refused(db, topics.events(one.terminal), one.reason, now)
        digest = hashlib.sha256(one.raw).hexdigest()
        kept = db.execute("SELECT count(*) FROM dead_letters WHERE terminal = ?", (one.terminal,)).fetchone()[0]
        if kept >= MOST_DEAD_LETTERS:
            return []
        db.execute(
            "INSERT INTO dead_letters VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (one.terminal, one.epoch, one.sequence, digest, one.reason, now, one.raw),
        )
        return [Stored(one.terminal, one.epoch, one.sequence)]


def _apply(db: database.Connection, one: EventIn, ledger: Ledger, tickets: Tickets, now: float) -> None:
    match one.data:
        case CaseTaken() as case:
            _case(db, one.terminal, case, now)
            ledger.begin(db, case.case, now)
        case CaseCorrected() | CaseDelivered() | CaseWithdrawn() as told:
            try:
                ledger.told(db, one.terminal, told, now)
            except RefusedActError as refused:
                raise _ConflictError(str(refused)) from None
        case ServiceGiven() as service:
            _service(db, one.terminal, service, now)
        case RatingGiven() as rating:
            try:
                telling.told(db, one.terminal, rating, ledger, tickets, now)
            except RefusedRatingError as refused:
                raise _ConflictError(str(refused)) from None
        case ReceiptEnded() as receipt:
            _own_case(db, one.terminal, receipt.case)
            _receipt(db, one.terminal, receipt, now)
        case CommandEnded() as result:
            if not commands.ended(db, one.terminal, result, now):
                raise _ConflictError("result of a command this terminal was not given")
        case DesiredReported() as told:
            if desired.reported(db, one.terminal, told, (one.envelope.epoch, one.envelope.sequence), now):
                found = conditions.of_wanted(told)
                conditions.settle(db, one.terminal, {"settings-refused"}, found, now, subject=told.what)
        case OrderRefused() as refusal:
            down = topics.commands(one.terminal) if refusal.what == "command" else topics.desired(one.terminal, "+")
            _refused(db, down, refusal.rule, now, refusal.count)
        case ItemError() as told:
            corrections.keep(db, (one.terminal, one.envelope.epoch, one.envelope.sequence), told, now)
        case DeviceTrouble():
            pass  # kept as it came; what a device is like now, the state report says


def _case(db: database.Connection, terminal: str, case: CaseTaken, now: float) -> None:
    done = db.execute(
        "INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            case.case,
            terminal,
            case.item,
            case.item_name,
            case.situation,
            case.home,
            case.intake,
            case.taken_at,
            case.token,
            now,
            json.dumps(case.awaits),
            encode(case.terms).decode() if case.terms is not None else None,
        ),
    )
    if done.rowcount == 0:
        raise _ConflictError("a case of this number was taken in already")
    db.executemany(
        "INSERT INTO case_documents VALUES (?, ?, ?, ?, ?)",
        [(case.case, position, ref.digest, ref.size, ref.kind) for position, ref in enumerate(case.documents)],
    )


def _service(db: database.Connection, terminal: str, service: ServiceGiven, now: float) -> None:
    told = (service.item, service.item_name, service.situation, service.home, service.intake, service.way, service.given_at)
    done = db.execute(
        "INSERT INTO services VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", (service.service, terminal, *told, now)
    )
    if done.rowcount == 0:
        raise _ConflictError("a service of this number was given already")


def _receipt(db: database.Connection, terminal: str, receipt: ReceiptEnded, now: float) -> None:
    """An attempt that was refused sent nothing, and the terminal goes on with the same one: its last word counts, but another
    outcome is final. Events may come out of order: a refusal that comes later is the older one.
    """
    known = db.execute("SELECT outcome FROM receipts WHERE (number, attempt) = (?, ?)", (receipt.case, receipt.attempt)).fetchone()
    if known is not None and known[0] != "refused":
        if receipt.outcome == "refused":
            return
        raise _ConflictError("this attempt at a receipt has ended already")
    db.execute(
        "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (number, attempt) DO UPDATE SET "
        "terminal = excluded.terminal, outcome = excluded.outcome, cause = excluded.cause, received = excluded.received",
        (receipt.case, receipt.attempt, terminal, receipt.outcome, receipt.cause, now),
    )


def _own_case(db: database.Connection, terminal: str, number: str) -> None:
    """What a terminal says of a case counts for its own cases only; the case itself may still be on its way."""
    row = db.execute("SELECT terminal FROM cases WHERE number = ?", (number,)).fetchone()
    if row is not None and row[0] != terminal:
        raise _ConflictError("of a case another terminal took in")


def _refused(db: database.Connection, topic: str, reason: str, now: float, count: int = 1) -> None:
    db.execute(
        "INSERT INTO refused VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (topic, reason) DO UPDATE SET count = min(refused.count + ?3, ?5), last = excluded.last",
        (topic[:80], reason[:160], count, now, MOST_COUNT),
    )
