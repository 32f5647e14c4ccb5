"""What can be rated by the receipt's code: a department that has decided, and once more whatever was rated. Pure but for its reads.

Who holds the code may rate; nothing says who that is. What was said before is not shown: neither that it was good nor that it was
bad.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.case.rights import State
from domain.rating.service import SETTLED, Round, Service, next_round
from fleet import database
from fleet.ratings.ledger import of_number


@dataclass(frozen=True, slots=True)
class Asked:
    """``party``: who would be rated. ``key``: how the page calls it."""

    service: Service
    round: Round
    party: str

    @property
    def key(self) -> str:
        return "-".join(filter(None, (self.service.of, self.service.side, self.service.task[:16])))


def open_by(db: database.Connection, token: str) -> tuple[str, tuple[Asked, ...]] | None:
    """The case of this receipt, and what of it is open; ``None`` for a code that is none."""
    row = db.execute("SELECT number, home, intake, state FROM cases JOIN lives USING (number) WHERE token = ?", (token,)).fetchone()
    if row is None:
        return None
    number, home, intake, state = tuple(row)
    given = [rating.service for rating in of_number(db, number)]
    wanted = [Service(number, "delivery", "home")] if State(state) in SETTLED else []
    wanted += [service for service in dict.fromkeys(given) if service not in wanted]
    rounds = ((service, next_round(given.count(service))) for service in wanted)
    parties = {"home": home, "intake": intake}
    return number, tuple(Asked(service, round, parties[service.side]) for service, round in rounds if round is not None)
