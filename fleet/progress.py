"""How far a case is, for whoever holds its receipt: by the random token alone, and nothing of the applicant or the decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.calendar import Due
from domain.case.life import day_of
from domain.case.lifewords import PROGRESS, STEPS
from domain.case.rights import State
from fleet import database
from fleet.cases.ledger import entries
from fleet.ratings.asking import Asked, open_by
from fleet.store import Store
from fleet.words import AWAITED

_BY = {
    "token": "SELECT c.*, l.state FROM cases c JOIN lives l USING (number) WHERE token = ?",
    "number": "SELECT c.*, l.state FROM cases c JOIN lives l USING (number) WHERE number = ?",
}
_SHOWN = ("promised", "legal")
"""Terms of the decision, the one to be told first."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What can be rated by this receipt: ``what`` in words, ``again`` when it was rated once. ``key``: how the page calls it."""

    key: str
    what: str
    again: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """``missing``: documents still on their way to the centre; ``awaits``: what the intake window must still do, in words, and
    ``until`` when. ``said``: where the case stands; ``steps``: (day, what), in order; ``due``: the last day of the decision.
    """

    case: str
    item: str
    home: str
    intake: str
    taken_at: str
    missing: int
    awaits: tuple[str, ...] = ()
    until: str = ""
    said: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    due: str = ""
    rates: tuple[Rates, ...] = ()


def told(db: database.Connection, by: str, value: str) -> tuple[database.Row, str] | None:
    """The case of this ``token`` or ``number``, and where it stands; ``None``: there is none."""
    row = db.execute(_BY[by], (value,)).fetchone()
    return (row, PROGRESS[State(row["state"])]) if row is not None else None


def progress(store: Store, token: str, parties: Mapping[str, str]) -> Progress | None:
    """``None`` for a token that is none; ``parties``: code → name."""
    with store.reading() as db:
        row = db.execute(
            "SELECT c.*, l.state, l.awaits AS open FROM cases c JOIN lives l USING (number) WHERE token = ?", (token,)
        ).fetchone()
        if row is None:
            return None
        number = row["number"]
        (missing,) = db.execute(
            "SELECT count(*) FROM (SELECT number, digest FROM case_documents UNION ALL SELECT number, digest FROM act_documents) n "
            "LEFT JOIN documents d USING (digest) LEFT JOIN over x USING (digest) "
            "WHERE number = ? AND d.digest IS NULL AND x.digest IS NULL",
            (number,),
        ).fetchone()
        done = entries(db, number)
        open_now = open_by(db, token)
        terms = {
            term: Due(date.fromisoformat(due), bool(estimate))
            for term, due, estimate in db.execute("SELECT term, due, estimate FROM terms WHERE number = ?", (number,))
        }
    home, intake = (parties.get(row[place], row[place]) for place in ("home", "intake"))
    return Progress(
        number,
        row["item_name"],
        home,
        intake,
        row["taken_at"],
        missing,
        awaits=tuple(AWAITED.get(kind, kind) for kind in json.loads(row["open"])),
        until=str(terms.get("originals", "")),
        said=PROGRESS[State(row["state"])],
        steps=tuple((str(day_of(one.act.at)), STEPS[type(one.act)]) for one in done if type(one.act) in STEPS),
        due=next((str(terms[term]) for term in _SHOWN if term in terms), ""),
        rates=tuple(_rates(one, parties) for one in open_now[1]) if open_now is not None else (),
    )


def _rates(one: Asked, parties: Mapping[str, str]) -> Rates:
    return Rates(one.key, what(one, parties), one.round == 2)


def what(one: Asked, parties: Mapping[str, str]) -> str:
    """What is rated, as whoever rates it calls it."""
    name = parties.get(one.party, one.party)
    of = {"intake": "收件", "correction": "补材料", "delivery": "领结果", "consult": "咨询"}[one.service.of]
    return f"{name}办这件事" if one.service.side == "home" else f"{name}大厅的服务（{of}）"
