"""The ratings somebody gave, never changed and never deleted: one first and one follow-up of each service and side.

Nobody's name stands here. Whoever is rated is a party; words and contact are a sealed document, named by its digest.
"""

from __future__ import annotations

import json

from domain.rating.service import Round, Service, Standing, next_round, standing
from fleet import database
from fleet.ratings.rating import NewRating, Rating
from fleet.tickets.ledger import Tickets

COLUMNS = 'number, "of", side, task, round, party, level, tags, edition, "by", given_at, received, words, named, terminal'
"""All but its number, which the table gives."""


class RefusedRatingError(Exception):
    """It cannot be kept as a rating; the text says why. Nothing was written."""


def keep(db: database.Connection, new: NewRating, tickets: Tickets, now: float, asked: Round | None = None) -> Rating:
    """Write it down as the first of its service and side, or as the follow-up, by what is there; its ticket, where it opens one, in
    the same transaction. :class:`RefusedRatingError` for a third one, and where it is not the one that was ``asked`` for."""
    of = new.service
    place = (of.number, of.of, of.side, of.task)
    (given,) = db.execute('SELECT count(*) FROM ratings WHERE (number, "of", side, task) = (?, ?, ?, ?)', place).fetchone()
    turn = next_round(given)
    if turn is None or (asked is not None and turn != asked):
        raise RefusedRatingError("rated twice already" if turn is None else "rated meanwhile")
    marks = ", ".join("?" * len(COLUMNS.split(",")))
    (number,) = db.execute(f"INSERT INTO ratings ({COLUMNS}) VALUES ({marks}) RETURNING id", row_of(new, turn, now)).fetchone()  # noqa: S608
    kept = read(db, number)
    tickets.open_for(db, kept, now)
    return kept


def row_of(new: NewRating, turn: Round, now: float) -> tuple[object, ...]:
    """In the order of :data:`COLUMNS`."""
    of = new.service
    said = (new.party, new.level, json.dumps(new.tags), new.edition, new.by, new.given_at, now)
    return of.number, of.of, of.side, of.task, turn, *said, new.words, int(new.named), new.terminal


def read(db: database.Connection, id: int) -> Rating:
    """``LookupError``."""
    return next(iter(_read(db, "id = ?", id)), None) or _none(id)


def of_number(db: database.Connection, number: str) -> tuple[Rating, ...]:
    """Every rating of a case, or of a service without one, in the order they came."""
    return _read(db, "number = ?", number)


def after(db: database.Connection, id: int, most: int) -> tuple[Rating, ...]:
    """The next ratings behind ``id``, in the order they came."""
    return _read(db, "id > ?", id, most)


def stands(db: database.Connection, service: Service) -> Standing:
    """How the service stands: rated, or unrated."""
    return standing(service, (one.given for one in of_number(db, service.number)))


def _read(db: database.Connection, where: str, value: object, most: int = 2**62) -> tuple[Rating, ...]:
    rows = db.execute(f"SELECT id, {COLUMNS} FROM ratings WHERE {where} ORDER BY id LIMIT ?", (value, most))  # noqa: S608
    return tuple(_rating(*row) for row in rows)


def _rating(
    id: int, number: str, of: str, side: str, task: str, round: int, party: str, level: int, tags: str, edition: str, by: str,
    given_at: str, received: float, words: str | None, named: int, terminal: str | None,
) -> Rating:  # fmt: skip
    service = Service(number, of, side, task)  # type: ignore[arg-type]
    codes = tuple(json.loads(tags))
    return Rating(id, service, round, party, level, codes, edition, by, given_at, received, words, bool(named), terminal)  # type: ignore[arg-type]


def _none(id: int) -> Rating:
    raise LookupError(id)
