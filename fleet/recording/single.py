"""An event by itself, with all it changes: what is rare, and what depends on something rare of the same batch."""

from __future__ import annotations

from fleet import commands, corrections, database, desired
from fleet.board import conditions
from fleet.cases.ledger import Ledger, RefusedActError
from fleet.inputs import EventIn
from fleet.ratings import telling
from fleet.ratings.ledger import RefusedRatingError
from fleet.recording import kept, refusals, together
from fleet.recording.together import Kept, Outcome
from fleet.tickets.ledger import Tickets
from mqtt import topics
from mqtt.events import (
    CaseCorrected,
    CaseDelivered,
    CaseWithdrawn,
    CommandEnded,
    DesiredReported,
    ItemError,
    OrderRefused,
    RatingGiven,
)


class _ConflictError(Exception):
    """The event is of the contract but contradicts what is stored; the text says how."""


def event(db: database.Connection, one: EventIn, ledger: Ledger, tickets: Tickets, now: float) -> Outcome:
    """What became of it; of one that contradicts what is stored nothing is."""
    known = kept.known(db, [one.place])
    if one.place in known:
        return together.again(one, known[one.place])
    db.execute("SAVEPOINT event")
    try:
        kept.keep(db, [one], now)
        _apply(db, one, ledger, tickets, now)
    except (_ConflictError, RefusedActError, RefusedRatingError) as conflict:
        db.execute("ROLLBACK TO event")
        return str(conflict)
    finally:
        db.execute("RELEASE event")
    return Kept.NEW


def _apply(db: database.Connection, one: EventIn, ledger: Ledger, tickets: Tickets, now: float) -> None:
    match one.data:
        case CaseCorrected() | CaseDelivered() | CaseWithdrawn() as told:
            ledger.told(db, one.terminal, told, now)
        case RatingGiven() as rating:
            telling.told(db, one.terminal, rating, ledger, tickets, now)
        case CommandEnded() as result:
            if not commands.ended(db, one.terminal, result, now):
                raise _ConflictError("result of a command this terminal was not given")
        case DesiredReported() as told:
            if desired.reported(db, one.terminal, told, (one.envelope.epoch, one.envelope.sequence), now):
                found = conditions.of_wanted(told)
                conditions.settle(db, one.terminal, {"settings-refused"}, found, now, subject=told.what)
        case OrderRefused() as refusal:
            down = topics.commands(one.terminal) if refusal.what == "command" else topics.desired(one.terminal, "+")
            refusals.count(db, down, refusal.rule, now, refusal.count)
        case ItemError() as told:
            corrections.keep(db, one.place, told, now)
        case _:
            contradiction = together.apply(db, one, now, ledger)
            if contradiction is not None:
                raise _ConflictError(contradiction)
