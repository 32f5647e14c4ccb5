"""Errors windows report (纠错), as work: who takes it, what is answered, which version mends it.

A report comes to the party it is about; what stands in the joint list is passed on to who keeps that. It is closed with an answer,
or by itself with the version that mends it. Writes work inside the caller's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from fleet import database
from fleet.items.drafts import RefusedError
from fleet.items.elements import Element
from fleet.items.versions import Version
from fleet.people import record
from mqtt.events import ItemError

MOST_WORDS = 400
A_PAGE = 100
DONE = ("mended", "answered")


@dataclass(frozen=True, slots=True)
class Report:
    """``part``: who is to mend it. ``state``: open, taken (somebody looks at it), mending (done in a draft), mended (terminals have
    it), answered (nothing is to be mended)."""

    number: int
    terminal: str
    part: str
    state: str
    who: str | None
    version: str | None
    told: ItemError
    received: float


@dataclass(frozen=True, slots=True)
class Step:
    step: str
    words: str
    by: str
    at: float


_FROM = (
    "SELECT number, w.terminal, part, state, who, version, told, received FROM correction_work w "
    "JOIN corrections c USING (terminal, epoch, sequence)"
)


def listed(
    db: database.Connection, parts: Collection[str] | None, *, done: bool = False, before: int | None = None
) -> tuple[list[Report], int]:
    """Newest first, and how many there are; of these parts, or of all."""
    where = (
        "(?1 IS NULL OR part IN (SELECT value FROM json_each(?1)) OR home IN (SELECT value FROM json_each(?1))) "
        "AND iif(state IN ('mended', 'answered'), 1, 0) = ?2"
    )
    theirs = json.dumps(sorted(parts)) if parts is not None else None
    (total,) = db.execute(
        f"SELECT count(*) FROM correction_work w JOIN corrections c USING (terminal, epoch, sequence) WHERE {where}",  # noqa: S608 ours
        (theirs, done),
    ).fetchone()
    rows = db.execute(
        f"{_FROM} WHERE {where} AND number < ?3 ORDER BY number DESC LIMIT ?4", (theirs, done, before or 2**62, A_PAGE)
    )
    return [_report(row) for row in rows], total


def by_number(db: database.Connection, number: int) -> Report | None:
    row = db.execute(f"{_FROM} WHERE number = ?", (number,)).fetchone()
    return _report(row) if row else None


def steps(db: database.Connection, number: int) -> list[Step]:
    """Oldest first."""
    rows = db.execute("SELECT step, words, by, at FROM correction_steps WHERE number = ? ORDER BY id", (number,))
    return [Step(*row) for row in rows]


def take(db: database.Connection, report: Report, who: str, by: str, now: float) -> None:
    """``who`` looks at it."""
    _alive(report)
    db.execute("UPDATE correction_work SET state = 'taken', who = ? WHERE number = ?", (who, report.number))
    _step(db, report, "taken", who if who != by else "", by, now)


def pass_on(db: database.Connection, report: Report, part: str, words: str, by: str, now: float) -> None:
    """It stands in another part: the joint list's, or back to the party's."""
    _alive(report)
    db.execute("UPDATE correction_work SET part = ?, state = 'open', who = NULL WHERE number = ?", (part, report.number))
    _step(db, report, "passed-on", _words(words), by, now)


def answer(db: database.Connection, report: Report, words: str, by: str, now: float) -> None:
    """Nothing is to be mended, and why."""
    _alive(report)
    db.execute("UPDATE correction_work SET state = 'answered', who = ? WHERE number = ?", (by, report.number))
    _step(db, report, "answered", _words(words), by, now)


def mending(db: database.Connection, report: Report, words: str, by: str, now: float) -> None:
    """It is mended in the part's draft; the version published next closes it."""
    _alive(report)
    db.execute("UPDATE correction_work SET state = 'mending', who = ? WHERE number = ?", (by, report.number))
    _step(db, report, "mending", words.strip()[:MOST_WORDS], by, now)


def published(db: database.Connection, version: Version, catalogue: str, by: str, now: float) -> None:
    """Terminals are told ``version``: what was mended in it is closed."""
    rows = db.execute(
        "UPDATE correction_work SET state = 'mended', version = ? WHERE part = ? AND state = 'mending' "
        "AND (SELECT max(at) FROM correction_steps s WHERE s.number = correction_work.number AND s.step = 'mending') <= ? "
        "RETURNING number",
        (catalogue, version.part, version.made),
    ).fetchall()
    for (number,) in rows:
        db.execute(
            "INSERT INTO correction_steps (number, step, words, by, at) VALUES (?, 'mended', ?, ?, ?)", (number, catalogue, by, now)
        )


def taken_back(db: database.Connection, version: Version, why: str, by: str, now: float) -> None:
    """What ``version`` mended is to be mended again."""
    rows = db.execute(
        "UPDATE correction_work SET state = 'mending', version = NULL WHERE part = ? AND state = 'mended' AND version = "
        "(SELECT b.version FROM item_batches b JOIN item_batch_parts p USING (rev) WHERE p.version = ? ORDER BY rev DESC LIMIT 1) "
        "RETURNING number",
        (version.part, version.id),
    ).fetchall()
    for (number,) in rows:
        db.execute(
            "INSERT INTO correction_steps (number, step, words, by, at) VALUES (?, 'reopened', ?, ?, ?)", (number, why, by, now)
        )


def place(report: Report, elements: Collection[Element]) -> tuple[int, str] | None:
    """Where in its part's draft it is mended: element and address. ``None``: nothing of that name is there."""
    told = report.told
    if told.part in ("contact",) and (party := next((e for e in elements if e.kind == "party"), None)):
        return party.number, ""
    for one in elements:
        if one.kind == "opening" and (one.value["item"], one.value["situation"]) == (told.item, told.situation):
            return one.number, ""
        if one.kind == "item" and one.value["item_id"] == told.item:
            listed_ = [s["situation_id"] for s in one.value["situations"]]
            inside = told.part in ("materials",) and told.situation in listed_
            return one.number, f"situations/{listed_.index(told.situation)}" if inside else ""
    return None


def _report(row: database.Row | tuple[object, ...]) -> Report:
    number, terminal, part, state, who, version, told, received = tuple(row)
    return Report(number, terminal, part, state, who, version, msgspec.json.decode(told, type=ItemError), received)


def _step(db: database.Connection, report: Report, step: str, words: str, by: str, now: float) -> None:
    _line(db, report.number, step, words, by, now)
    record.write(db, now, by, f"correction.{step}", str(report.number), words)


def _line(db: database.Connection, number: int, step: str, words: str, by: str, now: float) -> None:
    told = (number, step, words, by, now)
    db.execute("INSERT INTO correction_steps (number, step, words, by, at) VALUES (?, ?, ?, ?, ?)", told)


def _alive(report: Report) -> None:
    if report.state in DONE:
        raise RefusedError("这一条已经办结")


def _words(words: str) -> str:
    if not 2 <= len(words.strip()) <= MOST_WORDS:
        raise RefusedError(f"写明意见，2 至 {MOST_WORDS} 个字")
    return words.strip()
