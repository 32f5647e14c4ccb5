"""The services that can be rated, as the centre's tables tell them: each once, with its running number within its case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.case.rights import State
from domain.rating.service import Service
from fleet import database


@dataclass(frozen=True, slots=True)
class Happened:
    """``at``: when the centre heard of it, seconds since 1970. ``task`` of a correction is not known here and left empty."""

    service: Service
    party: str
    item: str
    item_name: str
    situation: str | None
    home: str
    state: State
    number: int
    at: float


_WHAT = {
    "corrected": ("correction", "intake"),
    "decided": ("delivery", "home"),
    "not_accepted": ("delivery", "home"),
    "delivered": ("delivery", "intake"),
}
"""Acts that end a service, and whose it was."""


def of_number(db: database.Connection, number: str) -> tuple[Happened, ...]:
    """Of a case in the order they happened, or the one without a case; empty for a number nobody knows."""
    case = db.execute(
        "SELECT item, item_name, situation, home, intake, received, state FROM cases JOIN lives USING (number) WHERE number = ?",
        (number,),
    ).fetchone()
    if case is None:
        told = "SELECT item, item_name, situation, home, intake, received FROM services WHERE number = ?"
        rows = db.execute(told, (number,)).fetchall()
        return tuple(
            Happened(Service(number, "consult"), intake, item, name, situation, home, State.CLOSED, 1, at)
            for item, name, situation, home, intake, at in (tuple(row) for row in rows)
        )
    item, name, situation, home, intake, received, state = tuple(case)
    about = (item, name, situation, home, State(state))
    found = [Happened(Service(number, "intake"), intake, *about, 1, received)]
    marks = ", ".join("?" * len(_WHAT))
    acts = db.execute(
        f"SELECT kind, received FROM acts WHERE number = ? AND kind IN ({marks}) ORDER BY position",  # noqa: S608 only marks
        (number, *_WHAT),
    )
    for kind, at in acts:
        of, side = _WHAT[kind]
        service = Service(number, of, side)  # type: ignore[arg-type]
        found.append(Happened(service, home if side == "home" else intake, *about, len(found) + 1, at))
    return tuple(found)


def unrated(db: database.Connection, since: float, until: float) -> Iterator[Happened]:
    """Those the centre heard of from ``since`` to before ``until`` that nobody has rated. Corrections are not among them: which
    task one answered does not stand here."""
    numbers = db.execute(
        "SELECT number FROM cases WHERE received >= ?1 AND received < ?2 UNION SELECT number FROM services "
        "WHERE received >= ?1 AND received < ?2 UNION SELECT number FROM acts WHERE received >= ?1 AND received < ?2 ORDER BY 1",
        (since, until),
    ).fetchall()
    for (number,) in (tuple(row) for row in numbers):
        rated = {tuple(row) for row in db.execute('SELECT "of", side FROM ratings WHERE number = ?', (number,))}
        for one in of_number(db, number):
            own = (one.service.of, one.service.side)
            if since <= one.at < until and own not in rated and one.service.of != "correction":
                yield one
