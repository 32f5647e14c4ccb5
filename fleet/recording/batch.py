"""The order of a batch: events that are decided together, then all that is left as it came, then what terminals are like now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from fleet import commands, database
from fleet.board import samples
from fleet.cases.ledger import Ledger
from fleet.inputs import AnswerIn, DeadLetter, EventIn, HealthIn, Input, RefusedIn, StateIn, Stored
from fleet.recording import refusals, single, together
from fleet.recording.standing import Terminals
from fleet.recording.together import Kept
from fleet.tickets.ledger import Tickets
from mqtt import topics

HEARD = 20.0
"""Seconds that are no news of a terminal that sends events: its state reports come every 30 s and say when it was heard. Else its
row, a large one, would be written anew with every event of a backlog: a third of what PostgreSQL does for it."""
MOST_DEAD_LETTERS = 10_000
"""Kept for one terminal; beyond it broken events are refused without a receipt, so that no terminal fills the disk."""


def record(db: database.Connection, batch: Sequence[Input], now: float, ledger: Ledger, tickets: Tickets) -> tuple[Stored, ...]:
    """What may be confirmed when the transaction is on the disk, in the order it came."""
    told = together.settle(db, [one for one in batch if isinstance(one, EventIn)], now, ledger)
    terminals = Terminals(db, {one.terminal for one in batch if isinstance(one, StateIn | HealthIn)}, now)
    stored: list[Stored] = []
    heard: set[str] = set()
    for one in batch:
        match one:
            case EventIn():
                outcome = told.pop(id(one), None) or single.event(db, one, ledger, tickets, now)
                if isinstance(outcome, str):
                    stored += _dead_letter(db, DeadLetter(*one.place, outcome, one.raw), now)
                else:
                    stored.append(Stored(*one.place))
                    if outcome is Kept.NEW:
                        heard.add(one.terminal)
            case DeadLetter():
                stored += _dead_letter(db, one, now)
            case StateIn():
                terminals.state(one.terminal, one.state, retained=one.retained)
            case HealthIn():
                refused = terminals.report(one.terminal, one.report)
                if refused is not None:
                    refusals.count(db, topics.health(one.terminal), refused, now)
            case AnswerIn():
                refused = commands.answered(db, one.terminal, one.command, one.answer, now)
                if refused is not None:
                    refusals.count(db, topics.answers(one.terminal), refused, now)
                else:
                    samples.answered(db, one.terminal, one.command)
            case RefusedIn():
                refusals.count(db, one.topic, one.reason, now)
    terminals.write()
    if heard:
        db.execute(
            "UPDATE terminals SET heard = ?1 WHERE terminal IN (SELECT value FROM json_each(?2)) AND (heard IS NULL OR heard < ?3)",
            (now, json.dumps(sorted(heard)), now - HEARD),
        )
    return tuple(stored)


def _dead_letter(db: database.Connection, one: DeadLetter, now: float) -> list[Stored]:
    refusals.count(db, topics.events(one.terminal), one.reason, now)
    digest = hashlib.sha256(one.raw).hexdigest()
    kept = db.execute("SELECT count(*) FROM dead_letters WHERE terminal = ?", (one.terminal,)).fetchone()[0]
    if kept >= MOST_DEAD_LETTERS:
        return []
    db.execute(
        "INSERT INTO dead_letters VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (one.terminal, one.epoch, one.sequence, digest, one.reason, now, one.raw),
    )
    return [Stored(one.terminal, one.epoch, one.sequence)]
