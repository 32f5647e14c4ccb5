"""What one day and one month hold, counted out of what is kept and never changed: counting again gives the same. Reads only.

What came is counted on the day the centre heard of it. No count is of anybody.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from fleet import database
from fleet.reports.periods import DAY, begins, month_bounds

STEPS = {
    "prechecked": ("prechecked",),
    "dispatched": ("dispatched",),
    "arrived": ("arrived",),
    "accepted": ("accepted", "deemed_accepted"),
    "decided": ("decided", "not_accepted"),
    "delivered": ("delivered", "handed_over", "served"),
}
"""Step → acts by which it is reached; the first of them counts."""
_MADE = {"accepted": "accepted", "deemed_accepted": "accepted", "not_accepted": "refused", "decided": "decided"}
_MADE |= {"delivered": "delivered", "handed_over": "delivered", "served": "delivered", "withdrawn": "withdrawn"}
_MEASURES = ("taken", "accepted", "refused", "decided", "delivered", "withdrawn")
_SHORTEST, _WIDER = 60.0, 1.1
SUMS = {
    "report_cases": ("side, party, item", _MEASURES),
    "report_places": ("intake, home", ("taken",)),
    "report_terminals": ("terminal", ("cases", "services", "comeback", "receipts", "unsure")),
}
"""Table by day and month → what its rows are of, and what is counted."""


@dataclass(frozen=True, slots=True)
class Made:
    """Rows by table, of one day or one month."""

    at: str
    rows: dict[str, list[tuple[object, ...]]]


def bucket(seconds: float) -> int:
    return max(0, int(math.log(max(seconds, _SHORTEST) / _SHORTEST, _WIDER)))


def duration(number: float) -> float:
    """Seconds in the middle of a bucket: right to within a twentieth."""
    return _SHORTEST * math.pow(_WIDER, number + 0.5)


def day_counts(db: database.Connection, day: date) -> Made:
    span = (begins(day), begins(day + DAY))
    cases: Counter[tuple[str, str, str, str]] = Counter()
    places: Counter[tuple[str, str]] = Counter()
    terminals: Counter[tuple[str, str]] = Counter()
    taken = "SELECT terminal, home, intake, item, count(*) FROM cases WHERE received >= ? AND received < ? GROUP BY 1, 2, 3, 4"
    for terminal, home, intake, item, count in db.execute(taken, span):
        _both(cases, home, intake, item, "taken", count)
        places[intake, home] += count
        terminals[terminal, "cases"] += count
    acts = (
        "SELECT a.kind, a.terminal, home, intake, item, count(*) FROM acts a JOIN cases USING (number) "
        "WHERE a.received >= ? AND a.received < ? GROUP BY 1, 2, 3, 4, 5"
    )
    for kind, terminal, home, intake, item, count in db.execute(acts, span):
        if terminal is not None:
            terminals[terminal, "comeback"] += count
        if kind in _MADE:
            _both(cases, home, intake, item, _MADE[kind], count)
    for table, column in (("services", "services"), ("receipts", "receipts")):
        found = f"SELECT terminal, count(*) FROM {table} WHERE received >= ? AND received < ? GROUP BY 1"  # noqa: S608 ours
        for terminal, count in db.execute(found, span):
            terminals[terminal, column] += count
    unsure = "SELECT terminal, count(*) FROM receipts WHERE received >= ? AND received < ? AND outcome != 'printed' GROUP BY 1"
    for terminal, count in db.execute(unsure, span):
        terminals[terminal, "unsure"] += count
    rows: dict[str, list[tuple[object, ...]]] = {
        "report_cases": _spread(cases, _MEASURES),
        "report_places": [(*key, count) for key, count in places.items()],
        "report_terminals": _spread(terminals, SUMS["report_terminals"][1]),
        "report_items": list(_items(db, span)),
    }
    return Made(str(day), rows)


def _both(cases: Counter[tuple[str, str, str, str]], home: str, intake: str, item: str, what: str, count: int) -> None:
    """Of either side, of its item and of all items together."""
    for side, party in (("home", home), ("intake", intake)):
        cases[side, party, item, what] += count
        cases[side, party, "", what] += count


def month_counts(db: database.Connection, month: str) -> Made:
    """What cannot be added up from days, or is asked by months only."""
    span = month_bounds(month)
    rows = {"report_steps": _steps(db, span), "report_terms": _terms(db, span), "report_ratings": _ratings(db, span)}
    return Made(month, rows)


def _steps(db: database.Connection, span: tuple[float, float]) -> list[tuple[object, ...]]:
    found: Counter[tuple[str, str, str, str, int]] = Counter()
    for step, kinds in STEPS.items():
        marks = ", ".join("?" * len(kinds))
        query = (
            "SELECT home, intake, item, a.received - c.received FROM acts a JOIN cases c USING (number) WHERE a.received >= ? AND "  # noqa: S608 marks only
            f"a.received < ? AND a.kind IN ({marks}) AND NOT EXISTS (SELECT 1 FROM acts b WHERE b.number = a.number AND "
            f"b.position < a.position AND b.kind IN ({marks}))"
        )
        for home, intake, item, took in db.execute(query, (*span, *kinds, *kinds)):
            which = bucket(took)
            for side, party in (("home", home), ("intake", intake)):
                found[side, party, item, step, which] += 1
                found[side, party, "", step, which] += 1
    return [(*key, count) for key, count in found.items()]


def _terms(db: database.Connection, span: tuple[float, float]) -> list[tuple[object, ...]]:
    query = (
        "SELECT side, CASE side WHEN 'home' THEN home ELSE intake END, item, term, sum(kept), sum(1 - kept) "
        "FROM ended_terms JOIN cases USING (number) WHERE ended >= ? AND ended < ? GROUP BY 1, 2, 3, 4"
    )
    return [tuple(row) for row in db.execute(query, span)]


SERVICES = (
    ("consult", "intake", "SELECT number, intake AS party, item, intake AS place, received FROM services WHERE {span}"),
    ("intake", "intake", "SELECT number, intake AS party, item, intake AS place, received FROM cases WHERE {span}"),
    ("correction", "intake", "{acts} AND a.kind = 'corrected'"),
    ("delivery", "intake", "{acts} AND a.kind IN ('delivered', 'handed_over')"),
    ("delivery", "home", "{handled}"),
)
"""Service events that can be rated: kind, who is rated, and which they are."""
_ACTS = (
    "SELECT a.number, {party} AS party, item, intake AS place, a.received FROM acts a JOIN cases USING (number) "
    "WHERE a.received >= :first AND a.received < :next"
)
_FIRST_HANDLED = (
    " AND a.kind IN ('decided', 'not_accepted') AND NOT EXISTS (SELECT 1 FROM acts b WHERE b.number = a.number "
    "AND b.position < a.position AND b.kind IN ('decided', 'not_accepted'))"
)


def _services(side: str, which: str) -> str:
    acts = _ACTS.format(party="home" if side == "home" else "intake")
    return which.format(span="received >= :first AND received < :next", acts=acts, handled=acts + _FIRST_HANDLED)


def _ratings(db: database.Connection, span: tuple[float, float]) -> list[tuple[object, ...]]:
    """A service counts as rated however late that was; what was never rated stays so."""
    bounds = {"first": span[0], "next": span[1]}
    found: Counter[tuple[str, str, str, str, str, str]] = Counter()
    for of, side, which in SERVICES:
        # Of several corrections of one case as many are rated as there are first ratings, and never more than there are.
        rated_once = (
            'SELECT count(*) FROM ratings r WHERE r.number = s.number AND r."of" = :of AND r.side = :side AND r.round = 1 '
            "AND (:of != 'correction' OR r.received >= :first AND r.received < :next)"
        )
        by_number = (
            f"SELECT party, item, place, count(*) AS n, ({rated_once}) AS rated "  # noqa: S608 ours
            f"FROM ({_services(side, which)}) s GROUP BY number, party, item, place"
        )
        query = f"SELECT party, item, place, sum(n), sum(min(n, rated)) FROM ({by_number}) s GROUP BY 1, 2, 3"  # noqa: S608 ours
        for party, item, place, ratable, rated in db.execute(query, {**bounds, "of": of, "side": side}):
            found[side, party, of, item, place, "ratable"] += ratable
            found[side, party, of, item, place, "rated"] += rated
    given = (
        "SELECT r.side, r.party, r.\"of\", coalesce(c.item, s.item, ''), coalesce(c.intake, s.intake, ''), r.level, count(*) "
        "FROM ratings r LEFT JOIN cases c ON c.number = r.number LEFT JOIN services s ON s.number = r.number "
        "WHERE r.received >= :first AND r.received < :next GROUP BY 1, 2, 3, 4, 5, 6"
    )
    for side, party, of, item, place, level, count in db.execute(given, bounds):
        found[side, party, of, item, place, f"l{level}"] += count
    return _spread(found, ("ratable", "rated", "l5", "l4", "l3", "l2", "l1"))


def _items(db: database.Connection, span: tuple[float, float]) -> Iterable[tuple[str, str]]:
    for table in ("cases", "services"):
        query = f"SELECT item, max(item_name) FROM {table} WHERE received >= ? AND received < ? GROUP BY 1"  # noqa: S608 ours
        yield from (tuple(row) for row in db.execute(query, span))


def _spread(counted: Counter[Any], measures: tuple[str, ...]) -> list[tuple[object, ...]]:
    """A count of (key…, measure) as rows of key… and one column a measure."""
    keys = dict.fromkeys(key[:-1] for key in counted)
    return [(*key, *(counted[*key, measure] for measure in measures)) for key in keys]
