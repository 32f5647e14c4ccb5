"""A rating as a terminal tells it: of its own hall's cases and services. Hostile values are the normal case."""

from __future__ import annotations

from typing import NamedTuple

from domain.case.rights import State
from domain.rating.service import SETTLED, Service
from fleet import database
from fleet.cases.ledger import Ledger
from fleet.ratings.ledger import RefusedRatingError, keep
from fleet.ratings.rating import NewRating
from fleet.tickets.ledger import Tickets
from mqtt.events import RatingGiven


class RatedCase(NamedTuple):
    """What of a case says who may rate whom."""

    terminal: str
    intake: str
    home: str
    state: str


class RatedService(NamedTuple):
    terminal: str
    intake: str


def told(db: database.Connection, terminal: str, said: RatingGiven, ledger: Ledger, tickets: Tickets, now: float) -> None:
    """:class:`RefusedRatingError`: of another hall's case, of a department that has not decided, or a third one."""
    case = db.execute(
        "SELECT terminal, intake, home, state FROM cases JOIN lives USING (number) WHERE number = ?", (said.case,)
    ).fetchone()
    service = db.execute("SELECT terminal, intake FROM services WHERE number = ?", (said.case,)).fetchone()
    known = RatedCase(*case) if case is not None else None, RatedService(*service) if service is not None else None
    keep(db, new_rating(terminal, said, *known, ledger), tickets, now)


def new_rating(terminal: str, said: RatingGiven, case: RatedCase | None, service: RatedService | None, ledger: Ledger) -> NewRating:
    """By what is known of the case or service of this number. :class:`RefusedRatingError`, as :func:`told`."""
    if said.side == "home" and said.of != "delivery":
        raise RefusedRatingError("the home department is rated for its handling only")
    party = _of_service(terminal, service) if said.of == "consult" else _of_case(terminal, said, case, ledger)
    return NewRating(
        service=Service(said.case, said.of, said.side, said.task or ""),
        party=party or said.party,
        level=said.level,
        tags=said.tags,
        edition=said.edition,
        by=said.by,
        given_at=said.given_at,
        words=said.words,
        named=said.named and said.words is not None,
        terminal=terminal,
    )


def _of_service(terminal: str, service: RatedService | None) -> str:
    if service is not None and service.terminal != terminal:
        raise RefusedRatingError("of a service another terminal gave")
    return service.intake if service is not None else ""


def _of_case(terminal: str, said: RatingGiven, case: RatedCase | None, ledger: Ledger) -> str:
    """The case itself may still be on its way; but no department has decided one that is."""
    if case is None:
        if said.side == "home":
            raise RefusedRatingError("of a case nobody took in")
        return ""
    if case.terminal != terminal if said.of == "intake" else ledger.hall(case.terminal) != ledger.hall(terminal):
        raise RefusedRatingError("of a case another terminal took in")
    if said.side == "home" and State(case.state) not in SETTLED:
        raise RefusedRatingError("of a department that has not decided")
    return case.home if said.side == "home" else case.intake
