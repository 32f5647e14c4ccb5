"""The centre's clock of retention: deletes what has lain as long as its rule says, and says so (``deletions.py``).

What a table names is a document's digest; one that names any more has to be entered in :data:`NAMED`, or it would be taken for a
document nobody names. A test holds that.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from domain.protection.retention import BY_CODE, DAY
from fleet import database
from fleet.documents import Documents
from fleet.protection import deletions
from fleet.store import Store

_log = logging.getLogger(__name__)

NAMED = {"case_documents": "digest", "act_documents": "digest", "ratings": "words", "request_documents": "digest"}
"""Table → its column of digests of sealed documents."""
OTHER = {
    "item_answers.words",
    "correction_steps.words",
    "item_steps.words",
    "drafts.digest",
    "dead_letters.digest",
    "deletions.digest",
    "documents.digest",
    "clerk_documents.digest",
}
"""Columns of such a name that name no document of :class:`fleet.documents.Documents`, or are the book itself."""
_OF_DOCUMENTS = ("case", "asked", "answer", "unfetched", "unnamed", "rating")
_STEP = 200
"""Documents of one transaction."""
_CLOSED = """
SELECT n.digest, n.number FROM acts a
JOIN (SELECT number, digest FROM case_documents UNION ALL SELECT number, digest FROM act_documents) n USING (number)
JOIN documents d USING (digest)
WHERE a.kind = 'closed' AND a.received <= ? ORDER BY a.received LIMIT ?
"""
_UNNAMED = f"""
SELECT digest, NULL FROM documents WHERE stored <= ?
AND {" AND ".join(f"NOT EXISTS (SELECT 1 FROM {table} n WHERE n.{column} = documents.digest)" for table, column in NAMED.items())}
LIMIT ?
"""  # noqa: S608 our own names
_RATINGS = """
SELECT words, NULL FROM ratings JOIN documents ON digest = words WHERE received <= ?
AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.rating = ratings.id AND t.term IS NOT NULL) LIMIT ?
"""
_ASKED = """
SELECT n.digest, n.number FROM person_requests p JOIN request_answers a USING (request) JOIN lives USING (number)
JOIN (SELECT number, digest FROM case_documents UNION ALL SELECT number, digest FROM act_documents) n USING (number)
JOIN documents d USING (digest)
WHERE p.kind = 'delete' AND a.outcome = 'granted' AND a.why = '' AND state = 'closed' AND a.at <= ? LIMIT ?
"""
_ANSWERS = """
SELECT r.digest, number FROM request_documents r JOIN documents d USING (digest) JOIN person_requests USING (request)
JOIN request_handed h USING (request) WHERE h.at <= ? LIMIT ?
"""
_UNFETCHED = """
SELECT r.digest, number FROM request_documents r JOIN documents d USING (digest) JOIN person_requests USING (request)
JOIN request_answers a USING (request) WHERE a.at <= ? LIMIT ?
"""
_DUE = {"case": _CLOSED, "answer": _ANSWERS, "unfetched": _UNFETCHED, "unnamed": _UNNAMED, "rating": _RATINGS}


class Retention:
    """One thread calls it, again and again."""

    def __init__(self, store: Store, documents: Documents) -> None:
        self._store, self._documents = store, documents
        self._looked = 0.0

    def look(self, now: float) -> None:
        """What was asked for each time; all that is due once a day: it goes over everything."""
        self._over("asked", _ASKED, now)
        if now - self._looked >= DAY:
            self.tick(now)
            self._looked = now

    def tick(self, now: float) -> int:
        """All that is due; how many documents went."""
        with self._store.reading() as db:
            left = deletions.unfinished(db, _OF_DOCUMENTS)
        self._erase(left, now)
        count = len(left) + self._over("asked", _ASKED, now)
        for rule, query in _DUE.items():
            count += self._over(rule, query, now)
        if count:
            _log.info("%d documents were deleted at the end of their time", count)
        return count

    def _over(self, rule: str, query: str, now: float) -> int:
        count = 0
        while due := self._due(query, now - BY_CODE[rule].seconds):
            count += self.forget(due, rule, now)
            if len(due) < _STEP:
                break
        return count

    def forget(self, due: Sequence[tuple[str, str | None]], rule: str, now: float) -> int:
        """These (digest, case) now, by ``rule``; how many there were. What somebody has named meanwhile is not one nobody names."""
        with self._store.transaction() as db:
            if rule == "unnamed":
                due = [one for one in due if not _named(db, one[0])]
            for digest, number in due:
                deletions.write(db, (digest,), rule, number, now)
            db.executemany("DELETE FROM documents WHERE digest = ?", [(digest,) for digest, _ in due])
        self._erase([digest for digest, _ in due], now)
        return len(due)

    def _due(self, query: str, before: float) -> list[tuple[str, str | None]]:
        with self._store.reading() as db:
            return [(digest, number) for digest, number in db.execute(query, (before, _STEP)).fetchall()]

    def _erase(self, digests: Sequence[str], now: float) -> None:
        if digests:
            self._documents.remove(digests)
            with self._store.transaction() as db:
                deletions.gone(db, digests, now)


def _named(db: database.Connection, digest: str) -> bool:
    return any(
        db.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (digest,)).fetchone()  # noqa: S608 our own names
        for table, column in NAMED.items()
    )


def named_columns(db: database.Connection) -> set[str]:
    """Every column of the database that holds digests, as ``table.column``."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {(table, row[1]) for table in tables for row in db.execute(f"PRAGMA table_info ({table})")}
    return {f"{table}.{column}" for table, column in columns if column in ("digest", "words", "sealed", "document")}
