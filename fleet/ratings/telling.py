"""A rating as a terminal tells it: of its own hall's cases and services. Hostile values are the normal case."""

from __future__ import annotations

from domain.case.rights import State
from domain.rating.service import SETTLED, Service
from fleet import database
from fleet.cases.ledger import Ledger
from fleet.ratings.ledger import RefusedRatingError, keep
from fleet.ratings.rating import NewRating
from fleet.tickets.ledger import Tickets
from mqtt.messages import RatingGiven


def told(db: database.Connection, terminal: str, said: RatingGiven, ledger: Ledger, tickets: Tickets, now: float) -> None:
    """:class:`RefusedRatingError`: of another hall's case, of a department that has not decided, or a third one."""
    if said.side == "home" and said.of != "delivery":
        raise RefusedRatingError("the home department is rated for its handling only")
    party = _of_service(db, terminal, said) if said.of == "consult" else _of_case(db, terminal, said, ledger)
    service = Service(said.case, said.of, said.side, said.task or "")
    keep(
        db,
        NewRating(
            service=service,
            party=party or said.party,
            level=said.level,
            tags=said.tags,
            edition=said.edition,
            by=said.by,
            given_at=said.given_at,
            words=said.words,
            named=said.named and said.words is not None,
            terminal=terminal,
        ),
        tickets,
        now,
    )


def _of_service(db: database.Connection, terminal: str, said: RatingGiven) -> str:
    row = db.execute("SELECT terminal, intake FROM services WHERE number = ?", (said.case,)).fetchone()
    if row is not None and row[0] != terminal:
        raise RefusedRatingError("of a service another terminal gave")
    return str(row[1]) if row is not None else ""


def _of_case(db: database.Connection, terminal: str, said: RatingGiven, ledger: Ledger) -> str:
    """The case itself may still be on its way; but no department has decided one that is."""
    row = db.execute(
        "SELECT terminal, intake, home, state FROM cases LEFT JOIN lives USING (number) WHERE number = ?", (said.case,)
    ).fetchone()
    if row is None:
        if said.side == "home":
            raise RefusedRatingError("of a case nobody took in")
        return ""
    taker, intake, home, state = row
    if taker != terminal if said.of == "intake" else ledger.hall(taker) != ledger.hall(terminal):
        raise RefusedRatingError("of a case another terminal took in")
    if said.side == "home" and State(state) not in SETTLED:
        raise RefusedRatingError("of a department that has not decided")
    return str(home if said.side == "home" else intake)
