"""What is confirmed and old goes, a little at a time: entries of cases with their print jobs, audit lines, counts of days.

A case is confirmed when the centre has said that it is whole, which needs its event and every document, and none of its rows waits
in the outbox or aside. Age is by the clock, which may be wrong by years; so the newest stay whatever it says.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.store.db import Database

CASES_KEPT = timedelta(days=90)
AUDIT_KEPT = timedelta(days=190)
"""Logs of a network are kept for six months at least (Cybersecurity Law, article 21, 3)."""
NEWEST_CASES = 1000
NEWEST_AUDIT = 20_000
_STEP = 200
"""Cases or lines of one transaction: a commit of a visit never waits long behind it."""


def prune(database: Database, now: datetime) -> int:
    """At most one step; how many cases, services and audit lines went. 0: nothing is left to prune."""
    with database.transaction() as db:
        old = db.execute(
            "SELECT number FROM office_case c WHERE whole AND taken_at < ?"
            " AND number NOT IN (SELECT number FROM office_case ORDER BY sequence DESC, number DESC LIMIT ?)"
            " AND NOT EXISTS (SELECT 1 FROM document d WHERE d.number = c.number)"
            " AND NOT EXISTS (SELECT 1 FROM print_job p WHERE p.number = c.number AND p.state = 'sending')"
            # A row that is no JSON makes this NULL, and nothing is pruned.
            " AND number NOT IN (SELECT iif(json_valid(CAST(data AS TEXT)), CAST(data AS TEXT) ->> 'case', NULL)"
            " FROM outbox WHERE priority < 2)"
            " AND NOT EXISTS (SELECT 1 FROM set_aside)"
            " ORDER BY sequence, number LIMIT ?",
            ((now - CASES_KEPT).isoformat(), NEWEST_CASES, _STEP),
        ).fetchall()
        db.executemany("DELETE FROM print_job WHERE number = ?", old)
        db.executemany("DELETE FROM office_case WHERE number = ?", old)
        aged = (now - CASES_KEPT).isoformat()
        services = db.execute(
            "DELETE FROM service WHERE number IN (SELECT number FROM service WHERE given_at < ? AND number NOT IN"
            " (SELECT number FROM service ORDER BY given_at DESC, number DESC LIMIT ?) LIMIT ?)",
            (aged, NEWEST_CASES, _STEP),
        ).rowcount
        services += db.execute(
            "DELETE FROM print_job WHERE (number, attempt) IN (SELECT number, attempt FROM print_job"
            " WHERE at < ? AND state <> 'sending'"
            " AND number NOT IN (SELECT number FROM office_case) AND number NOT IN (SELECT number FROM service) LIMIT ?)",
            (aged, _STEP),
        ).rowcount
        db.execute(
            "DELETE FROM answer WHERE at < ? AND NOT EXISTS (SELECT 1 FROM answer_document d WHERE d.visit = answer.visit)"
            " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.sequence = answer.sequence)"
            " AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.sequence = answer.sequence)",
            (aged,),
        )
        db.execute(
            "DELETE FROM rating WHERE at < ? AND NOT EXISTS (SELECT 1 FROM rating_words w WHERE w.sequence = rating.sequence)"
            " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.sequence = rating.sequence)"
            " AND NOT EXISTS (SELECT 1 FROM set_aside s WHERE s.sequence = rating.sequence)",
            (aged,),
        )
        lines = db.execute(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id <= (SELECT max(id) FROM audit) - ? AND at < ? LIMIT ?)",
            (NEWEST_AUDIT, (now - AUDIT_KEPT).isoformat(), _STEP),
        ).rowcount
        db.execute("DELETE FROM intake WHERE day < ?", ((now - AUDIT_KEPT).date().isoformat(),))
    return len(old) + services + lines
