"""How many cases stand where, and how many are late: what the console shows of casework. Counts only, by nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.calendar import CHINA
from domain.case.lifewords import STANDINGS, STATES
from fleet import database

_SEEN = "(?1 IS NULL OR home IN (SELECT value FROM json_each(?1)) OR intake IN (SELECT value FROM json_each(?1)))"


@dataclass(frozen=True, slots=True)
class Counts:
    """``states``: in words → cases, those without any left out. ``late``: (in words, condition, cases), each case by its worst
    term; condition as a mark: bad, warning."""

    states: Mapping[str, int]
    late: tuple[tuple[str, str, int], ...]

    @property
    def over(self) -> int:
        return next((count for _, condition, count in self.late if condition == "bad"), 0)


def counts(db: database.Connection, whose: str | None, now: float) -> Counts:
    """``whose``: JSON list of the parties whose cases may be seen; ``None``: all."""
    today = str(datetime.fromtimestamp(now, CHINA).date())
    found = dict(
        db.execute(
            f"SELECT state, count(*) FROM lives JOIN cases USING (number) WHERE {_SEEN} GROUP BY state",  # noqa: S608 no value in it
            (whose,),
        ).fetchall()
    )
    worst = (
        "SELECT min(CASE WHEN due < ?2 THEN 0 WHEN halted = 1 THEN 3 WHEN due = ?2 THEN 1 WHEN warns <= ?2 THEN 2 ELSE 3 END) "
        "AS worst FROM terms JOIN cases USING (number) WHERE SEEN GROUP BY number"
    ).replace("SEEN", _SEEN)
    late = dict(db.execute(f"SELECT worst, count(*) FROM ({worst}) w GROUP BY worst", (whose, today)).fetchall())  # noqa: S608
    kinds = (("over", "bad"), ("last_day", "warning"), ("warning", "warning"))
    return Counts(
        states={said: found[state] for state, said in STATES.items() if found.get(state)},
        late=tuple((STANDINGS[name], condition, late.get(place, 0)) for place, (name, condition) in enumerate(kinds)),
    )
