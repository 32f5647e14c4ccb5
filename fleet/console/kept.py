"""留存, at the console: what the centre keeps, until when, by which rule, and what was deleted."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from domain.protection.retention import BY_CODE
from fleet.people.gate import needs, parties
from fleet.people.rights import ALL, Act
from fleet.protection import deletions, kept
from fleet.store import Store

_A_PAGE = 100


def create_kept(store: Store) -> Blueprint:
    pages = Blueprint("kept", __name__, template_folder="../protection/templates")

    @pages.get("/kept")
    @needs(Act.READ_RECORD)
    def page() -> str:
        if ALL not in parties(Act.READ_RECORD):
            abort(403)
        with store.reading() as db:
            return render_template("kept.html", kept=kept.centre(db), deleted=deletions.newest(db, _A_PAGE), rules=BY_CODE)

    return pages
