"""What is kept where, until when, by which rule: for the pages 留存 of the centre, the desks and the windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.protection.retention import BY_CODE, Place, Rule, of
from fleet import database

_CLOSED = """
SELECT count(DISTINCT d.digest), coalesce(sum(d.size), 0), min(a.received) FROM acts a
JOIN (SELECT number, digest FROM case_documents UNION SELECT number, digest FROM act_documents) n USING (number)
JOIN documents d USING (digest) WHERE a.kind = 'closed'
"""
_OPEN = """
SELECT count(DISTINCT n.digest) FROM lives
JOIN (SELECT number, digest FROM case_documents UNION SELECT number, digest FROM act_documents) n USING (number)
JOIN documents d USING (digest) WHERE state <> 'closed'
"""
_RATINGS = "SELECT count(*), coalesce(sum(size), 0), min(received) FROM ratings JOIN documents ON digest = words"
_DRAFTS = "SELECT count(*), coalesce(sum(size), 0), min(until) FROM drafts"


@dataclass(frozen=True, slots=True)
class Count:
    """``pieces`` there now; ``next``: when the first of them goes, seconds since 1970, where that is known. ``note`` in words."""

    pieces: int | None = None
    size: int = 0
    next: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    rule: Rule
    count: Count = field(default=Count())


def listed(place: Place, counts: Mapping[str, Count]) -> list[Kept]:
    """Every rule of ``place``, with what is there."""
    return [Kept(rule, counts.get(rule.code, Count())) for rule in of(place)]


def centre(db: database.Connection) -> list[Kept]:
    closed, running = _first(db, _CLOSED, "case"), db.execute(_OPEN).fetchone()[0]
    drafts = db.execute(_DRAFTS).fetchone()
    counts = {
        "case": Count(closed.pieces, closed.size, closed.next, f"另有没有归档的 {running} 份，归档后再算"),
        "rating": _first(db, _RATINGS, "rating"),
        "draft": Count(drafts[0], drafts[1], drafts[2]),
        "ledger": Count(db.execute("SELECT count(*) FROM cases").fetchone()[0]),
        "record": Count(db.execute("SELECT count(*) FROM record").fetchone()[0]),
    }
    return listed("centre", counts)


def _first(db: database.Connection, query: str, rule: str) -> Count:
    pieces, size, since = db.execute(query).fetchone()
    return Count(pieces, size, since + BY_CODE[rule].seconds if since is not None else None)
