"""The centre's register of what people ask of their own information: filed, answered, handed over. It names nobody.

Filing the same again while it is open is the same request. Where the case's documents were deleted at the end of their time, the
answer is that nothing is kept any more, and the register gives it at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.calendar import CHINA, Calendar
from domain.case.acts import Sealed
from domain.case.rights import State
from domain.protection.groups import GROUPS, Group
from domain.protection.rights import DAYS, DELETED, By, Kind, Outcome, reasons
from fleet import database
from fleet.cases.named import named, stored

MOST_OPEN = 200
"""Requests of one case, ever: far more than anybody needs, and a bound."""
_SELECT = """
SELECT p.request, p.number, c.item_name, c.home, c.intake, kind, groups, by, p.at, due, estimate,
  a.outcome, a.why, a.at, h.at, l.state
FROM person_requests p JOIN cases c USING (number) JOIN lives l USING (number)
LEFT JOIN request_answers a USING (request) LEFT JOIN request_handed h USING (request)
"""


class NotNowError(Exception):
    """It cannot be filed or answered so; ``code``: answered, reason, running, not_whole, document_known."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class PersonRequest:
    """``at`` and what ends in it: seconds since 1970. ``due``: the last day of the answer. ``state``: of the case."""

    id: int
    case: str
    item_name: str
    home: str
    intake: str
    kind: Kind
    groups: tuple[Group, ...]
    by: By
    at: float
    due: date
    estimate: bool
    outcome: Outcome | None
    why: str
    answered_at: float | None
    handed_at: float | None
    state: State

    def overdue(self, today: date) -> bool:
        return self.outcome is None and today > self.due


def file(
    db: database.Connection,
    calendars: Callable[[str], Calendar],
    number: str,
    kind: Kind,
    groups: Sequence[Group],
    by: By,
    now: float,
    documents: Sequence[Sealed] = (),
) -> PersonRequest | None:
    """The request, or the open one of this kind there is already; ``None``: the case has had too many. ``LookupError``,
    :class:`NotNowError`."""
    row = db.execute("SELECT home FROM cases WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise LookupError(number)
    known = of_case(db, number)
    same = next((one for one in known if one.kind == kind and one.outcome is None), None)
    if same is not None:
        return same
    if len(known) >= MOST_OPEN:
        return None
    _need(db, documents)
    day = datetime.fromtimestamp(now, CHINA).date()
    due = calendars(row[0]).after(day, DAYS)
    asked = json.dumps([group for group in GROUPS if group in groups])
    (id_,) = db.execute(
        "INSERT INTO person_requests (number, kind, groups, by, at, due, estimate) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING request",
        (number, kind, asked, by, now, str(due.day), due.estimate),
    ).fetchone()
    _list(db, id_, documents)
    if _nothing_left(db, number):
        db.execute("INSERT INTO request_answers VALUES (?, 'granted', ?, ?)", (id_, DELETED, now))
        db.execute("INSERT INTO request_handed VALUES (?, NULL, ?)", (id_, now))
    return one(db, id_)


def answer(db: database.Connection, request: int, outcome: Outcome, why: str, documents: Sequence[Sealed], now: float) -> bool:
    """The home desk's; ``False``: it stands there already, the same. :class:`NotNowError`, ``LookupError``. Without a task among
    ``documents`` it was handed over by the desk itself."""
    found = one(db, request)
    if found is None:
        raise LookupError(request)
    if found.outcome is not None:
        if (found.outcome, found.why) == (outcome, why) and {d.digest for d in documents} <= set(_digests(db, request)):
            return False
        raise NotNowError("answered")
    if outcome == "refused" and why not in {reason.code for reason in reasons(found.kind, found.state)}:
        raise NotNowError("reason")
    if outcome == "granted" and found.kind == "delete" and found.state is not State.CLOSED:
        raise NotNowError("running")
    _need(db, documents)
    db.execute("INSERT INTO request_answers VALUES (?, ?, ?, ?)", (request, outcome, why if outcome == "refused" else "", now))
    _list(db, request, documents)
    if not any(d.kind == "task" for d in documents):
        db.execute("INSERT INTO request_handed VALUES (?, NULL, ?)", (request, now))
    return True


def handed(db: database.Connection, terminal: str, task: str, documents: Sequence[Sealed], now: float) -> bool:
    """A terminal handed over what ``task`` asked for; whether that is an answer of this register. Twice is once."""
    row = db.execute("SELECT request FROM request_documents WHERE digest = ? AND kind = 'task'", (task,)).fetchone()
    if row is None:
        return False
    db.execute("INSERT INTO request_handed VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (row[0], terminal, now))
    _list(db, row[0], documents, terminal)
    return True


def waiting(db: database.Connection) -> Iterator[tuple[str, str, tuple[Sealed, ...]]]:
    """(case, terminal that took it in, task and pages) of answers that nobody has fetched yet."""
    rows = db.execute(
        "SELECT a.request, p.number, c.terminal FROM request_answers a JOIN person_requests p USING (request) "
        "JOIN cases c USING (number) LEFT JOIN request_handed h USING (request) WHERE h.request IS NULL ORDER BY a.at"
    ).fetchall()
    for request, number, terminal in rows:
        sealed = db.execute(
            "SELECT digest, size, kind FROM request_documents JOIN documents USING (digest, size) "
            "WHERE request = ? AND kind IN ('task', 'result') ORDER BY digest",
            (request,),
        )
        yield number, terminal, tuple(Sealed(*row) for row in sealed)


def of_home(db: database.Connection, home: str, most: int) -> list[PersonRequest]:
    """What waits for the answer first, by its last day; then the newest."""
    rows = db.execute(
        f"{_SELECT} WHERE c.home = ? ORDER BY a.outcome IS NOT NULL, iif(a.outcome IS NULL, due, ''), p.at DESC LIMIT ?",
        (home, most),
    )
    return [_made(row) for row in rows]


def of_case(db: database.Connection, number: str) -> list[PersonRequest]:
    """Newest first."""
    return [_made(row) for row in db.execute(f"{_SELECT} WHERE p.number = ? ORDER BY p.request DESC", (number,))]


def one(db: database.Connection, request: int) -> PersonRequest | None:
    row = db.execute(f"{_SELECT} WHERE p.request = ?", (request,)).fetchone()
    return _made(row) if row is not None else None


def documents_of(db: database.Connection, request: int) -> tuple[Sealed, ...]:
    rows = db.execute("SELECT digest, size, kind FROM request_documents WHERE request = ? ORDER BY kind, digest", (request,))
    return tuple(Sealed(*row) for row in rows)


def _made(row: Sequence[object]) -> PersonRequest:
    id_, number, item, home, intake, kind, groups, by, at, due, estimate, outcome, why, answered, over, state = row
    return PersonRequest(
        id_, number, item, home, intake, kind, tuple(json.loads(str(groups))), by, at, date.fromisoformat(str(due)),  # type: ignore[arg-type]
        bool(estimate), outcome, str(why or ""), answered, over, State(str(state)),  # type: ignore[arg-type]
    )  # fmt: skip


def _list(db: database.Connection, request: int, documents: Sequence[Sealed], terminal: str | None = None) -> None:
    db.executemany(
        "INSERT INTO request_documents VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(request, d.digest, d.size, d.kind, terminal) for d in documents],
    )


def _need(db: database.Connection, documents: Sequence[Sealed]) -> None:
    """All are there, and nothing else names them."""
    if not all(stored(db, d.digest) for d in documents):
        raise NotNowError("not_whole")
    if any(named(db, d.digest) for d in documents):
        raise NotNowError("document_known")


def _digests(db: database.Connection, request: int) -> list[str]:
    return [
        digest for (digest,) in db.execute("SELECT digest FROM request_documents WHERE request = ? ORDER BY digest", (request,))
    ]


def _nothing_left(db: database.Connection, number: str) -> bool:
    """The case's content was deleted at the end of its time."""
    row = db.execute(
        "SELECT 1 FROM case_documents JOIN over USING (digest) WHERE number = ? AND kind = 'case'", (number,)
    ).fetchone()
    return row is not None
