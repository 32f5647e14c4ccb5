"""What a desk, a window and a terminal may see of cases, as the centre's tables have it in one moment; nothing names anybody."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Literal

from domain.calendar import CHINA, Calendar, Due
from domain.case import deadlines
from domain.case.acts import RESULT, Sealed
from domain.case.deadlines import Term
from domain.case.rights import READERS, State
from fleet import database
from fleet.cases.ledger import Ledger, entries, taken
from fleet.protection import requests
from mqtt.casework import CaseFile, Days, OtherDay, Task, TaskList
from mqtt.events import DocumentRef
from mqtt.resources import CaseList, HomeCase, Timer, Work

MOST_CASES = 1000
Desk = Literal["home", "intake"]
"""Whose token was shown; the name of the column that says whose a case is."""

_ROW = "cases.*, state, position, access, lives.awaits AS open"
_NAMED = (
    "SELECT digest, number, kind FROM case_documents UNION ALL SELECT digest, number, kind FROM act_documents "
    "UNION ALL SELECT digest, number, r.kind FROM request_documents r JOIN person_requests USING (request)"
)
_DEEMED = "SELECT 1 FROM acts WHERE number = ? AND kind = 'deemed_accepted'"
_OPEN = "SELECT number, state, terminal FROM lives JOIN cases USING (number) WHERE state IN (?, ?)"
_CORRECTION: tuple[Literal["correction", "result"], str] = ("correction", "correction_requested")
_RESULT: tuple[Literal["correction", "result"], str] = ("result", "result_sent")


def cases(
    db: database.Connection, desk: Desk, party: str, now: float, before: str | None = None, *, running: bool = False
) -> CaseList:
    """The cases of ``party``, newest first, from the one behind ``before`` on."""
    whose = f"FROM cases JOIN lives USING (number) WHERE {desk} = ? AND (? = 0 OR state <> 'closed')"
    (total,) = db.execute(f"SELECT count(*) {whose}", (party, running)).fetchone()
    newest = (
        f"SELECT {_ROW} {whose} "  # noqa: S608 no value in it
        "AND (? IS NULL OR (received, number) < (SELECT received, number FROM cases WHERE number = ?)) "
        "ORDER BY received DESC, number DESC LIMIT ?"
    )
    rows = db.execute(newest, (party, running, before, before, MOST_CASES + 1)).fetchall()
    found = tuple(case(db, row, now) for row in rows[:MOST_CASES])
    return CaseList(found, total, found[-1].case if len(rows) > MOST_CASES else None)


def file(db: database.Connection, desk: Desk, party: str, number: str, ledger: Ledger, now: float) -> CaseFile | None:
    """All of one case of ``party``."""
    owned = f"SELECT {_ROW} FROM cases JOIN lives USING (number) WHERE number = ? AND {desk} = ?"  # noqa: S608 no value in it
    row = db.execute(owned, (number, party)).fetchone()
    if row is None:
        return None
    home, intake = ledger.calendars(row["home"]), ledger.calendars(row["intake"])
    days = Days(home.plans, _own_days(home), _own_days(intake))
    return CaseFile(case(db, row, now), taken(db, number), entries(db, number), ledger.rules, days)


def case(db: database.Connection, row: database.Row, now: float) -> HomeCase:
    """``row``: ``_ROW``."""
    number = row["number"]
    named = documents(db, number)
    return HomeCase(
        case=number,
        item=row["item"],
        item_name=row["item_name"],
        situation=row["situation"],
        intake=row["intake"],
        taken_at=row["taken_at"],
        documents=tuple(ref for ref, _ in named),
        missing=(*(ref.digest for ref, stored in named if not stored), *_lacking(db, number)),
        home=row["home"],
        work=work(db, row, now),
    )


def work(db: database.Connection, row: database.Row, now: float) -> Work:
    """``row``: ``_ROW``, or :func:`life_row`."""
    today, until = datetime.fromtimestamp(now, CHINA).date(), row["access"]
    return Work(
        state=row["state"],
        position=row["position"],
        awaits=tuple(json.loads(row["open"])),
        timers=tuple(
            _timer(term, today) for term in db.execute("SELECT * FROM terms WHERE number = ? ORDER BY due, term", (row["number"],))
        ),
        access_until=datetime.fromtimestamp(until, UTC).isoformat() if until is not None else None,
        deemed=db.execute(_DEEMED, (row["number"],)).fetchone() is not None,
    )


def life_row(db: database.Connection, number: str) -> database.Row:
    found: database.Row = db.execute(
        "SELECT number, state, position, access, awaits AS open FROM lives WHERE number = ?", (number,)
    ).fetchone()
    return found


def documents(db: database.Connection, number: str) -> list[tuple[DocumentRef, bool]]:
    """What a case was taken in with, and whether it is stored, or was until its time was over."""
    rows = db.execute(
        "SELECT c.digest, c.size, c.kind, coalesce(d.digest, x.digest) IS NOT NULL AS stored FROM case_documents c "
        "LEFT JOIN documents d USING (digest) LEFT JOIN over x USING (digest) WHERE c.number = ? ORDER BY c.position",
        (number,),
    )
    return [(DocumentRef(row["digest"], row["size"], row["kind"]), bool(row["stored"])) for row in rows]


def brought(db: database.Connection, number: str, terminal: str) -> tuple[str, ...] | None:
    """What is missing of what this terminal has to bring of a case, taken in or told of by it; ``None``: nothing of it is its."""
    own = db.execute(
        "SELECT 1 FROM cases WHERE (number, terminal) = (?1, ?2) UNION SELECT 1 FROM acts WHERE (number, terminal) = (?1, ?2) "
        "UNION SELECT 1 FROM request_documents r JOIN person_requests USING (request) WHERE (number, r.terminal) = (?1, ?2)",
        (number, terminal),
    ).fetchone()
    if own is None:
        return None
    rows = db.execute(
        "SELECT digest FROM (SELECT digest, 0 AS act, position FROM case_documents JOIN cases USING (number) "
        "WHERE (number, terminal) = (?1, ?2) "
        "UNION ALL SELECT digest, position, 0 FROM act_documents JOIN acts USING (number, position) "
        "WHERE (number, terminal) = (?1, ?2) "
        "UNION ALL SELECT digest, 0, request FROM request_documents r JOIN person_requests USING (request) "
        "WHERE (number, r.terminal) = (?1, ?2)) n LEFT JOIN documents d USING (digest) LEFT JOIN over x USING (digest) "
        "WHERE d.digest IS NULL AND x.digest IS NULL ORDER BY act, position",
        (number, terminal),
    )
    return tuple(digest for (digest,) in rows)


def may_read(db: database.Connection, desk: Desk, party: str, digest: str, now: float) -> Literal["yes", "no", "over", "deleted"]:
    """Whether this desk may fetch a document. ``over``: its window could, until its access expired; ``deleted``: it was there."""
    rows = db.execute(
        f"SELECT kind, access, d.digest IS NOT NULL, x.digest IS NOT NULL FROM ({_NAMED}) n "  # noqa: S608 no value in it
        "JOIN cases USING (number) JOIN lives USING (number) LEFT JOIN documents d ON d.digest = n.digest "
        f"LEFT JOIN over x ON x.digest = n.digest WHERE n.digest = ? AND {desk} = ?",
        (digest, party),
    ).fetchall()
    readable = [(access, bool(there), bool(gone)) for kind, access, there, gone in rows if desk in READERS[kind]]
    now_readable = [one for one in readable if desk == "home" or one[0] is None or now < one[0]]
    if any(there for _, there, _ in now_readable):
        return "yes"
    if any(gone for _, _, gone in now_readable):
        return "deleted"
    return "over" if any(there for _, there, _ in readable) else "no"


def tasks(db: database.Connection, terminal: str, ledger: Ledger) -> TaskList:
    """What is to be shown in this terminal's hall: open notices, and results that can be handed over there by now."""
    found: list[Task] = []
    for row in db.execute(f"{_OPEN} ORDER BY received, number", (State.CORRECTION, State.RESULT_SENT)).fetchall():
        task = _task(db, row, terminal, ledger)
        if task is not None and len(found) < MOST_CASES:
            found.append(task)
    found += [
        Task(number, "result", sealed)
        for number, took, sealed in requests.waiting(db)
        if sealed and ledger.hall(took) == ledger.hall(terminal)
    ]
    return TaskList(tuple(found[:MOST_CASES]))


def may_show(db: database.Connection, terminal: str, digest: str, ledger: Ledger) -> bool:
    """Whether a document is of an open task of this terminal's hall."""
    named = f"{_OPEN} AND number IN (SELECT number FROM act_documents WHERE digest = ?)"  # noqa: S608 no value in it
    rows = db.execute(named, (State.CORRECTION, State.RESULT_SENT, digest)).fetchall()
    found = (_task(db, row, terminal, ledger) for row in rows)
    if any(digest == document.digest for task in found if task is not None for document in task.documents):
        return True
    return any(
        digest == one.digest and ledger.hall(took) == ledger.hall(terminal)
        for _, took, sealed in requests.waiting(db)
        for one in sealed
    )


def _task(db: database.Connection, row: database.Row, terminal: str, ledger: Ledger) -> Task | None:
    """``row``: of ``_OPEN``."""
    number = row["number"]
    if ledger.hall(row["terminal"]) != ledger.hall(terminal):
        return None
    if row["state"] == State.RESULT_SENT and ledger.life(db, number).paper.at("to_window").get(RESULT):
        return None  # on paper, and still on its way
    kind, act = _CORRECTION if row["state"] == State.CORRECTION else _RESULT
    sealed = _sealed_for_hall(db, number, act)
    return Task(number, kind, sealed) if sealed else None


def _sealed_for_hall(db: database.Connection, number: str, kind: str) -> tuple[Sealed, ...]:
    """The task of the last act of this kind, with the pages of its result."""
    rows = db.execute(
        "SELECT digest, size, kind FROM act_documents WHERE kind IN ('task', 'result') "
        "AND digest IN (SELECT digest FROM documents) AND number = ?1 "
        "AND position = (SELECT max(position) FROM acts WHERE number = ?1 AND kind = ?2) ORDER BY digest",
        (number, kind),
    )
    return tuple(Sealed(*row) for row in rows)


def _lacking(db: database.Connection, number: str) -> tuple[str, ...]:
    rows = db.execute(
        "SELECT digest FROM act_documents a LEFT JOIN documents d USING (digest) LEFT JOIN over x USING (digest) "
        "WHERE a.number = ? AND d.digest IS NULL AND x.digest IS NULL ORDER BY position, digest",
        (number,),
    )
    return tuple(digest for (digest,) in rows)


def _timer(row: database.Row, today: date) -> Timer:
    begins, due, warns = (date.fromisoformat(row[name]) for name in ("begins", "due", "warns"))
    timer = deadlines.Timer(Term(row["term"]), row["side"], begins, Due(due, bool(row["estimate"])), warns, bool(row["halted"]))
    return Timer(timer.term, timer.side, begins, due, timer.due.estimate, timer.standing(today))


def _own_days(calendar: Calendar) -> tuple[OtherDay, ...]:
    return tuple(OtherDay(own.day, own.works) for own in calendar.own)
