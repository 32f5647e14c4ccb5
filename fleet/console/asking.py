"""Whoever holds a receipt asks about their own information on its progress page: what, in codes. Nothing is typed here, so nothing
of a person passes the centre; the answer is handed over to the case's holder, after the card.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.protection.groups import GROUPS
from domain.protection.rights import KINDS, Kind
from fleet.people.gate import needs
from fleet.protection import requests
from fleet.store import Store

_OF_RECEIPT = "SELECT number FROM cases WHERE token = ?"
_KINDS: dict[str, Kind] = {kind: kind for kind in KINDS}


def create_asking(store: Store, now: Callable[[], float]) -> Blueprint:
    pages = Blueprint("asking", __name__)

    @pages.post("/progress/<token>/ask")
    @needs(None)
    def ask(token: str) -> Response:
        kind = _KINDS.get(request.form.get("kind", ""))
        groups = [group for group in GROUPS if f"group-{group}" in request.form]
        if kind is None:
            abort(400)
        with store.transaction() as db:
            row = db.execute(_OF_RECEIPT, (token,)).fetchone()
            if row is None:
                abort(404)
            if requests.file(db, store.ledger.calendars, row[0], kind, groups, "receipt", now()) is None:
                abort(429)
        return redirect(url_for("how_far", token=token) + "#asked", 303)

    return pages


def asked(store: Store, number: str) -> list[requests.PersonRequest]:
    """What was asked of a case, newest first; for its progress page."""
    with store.reading() as db:
        return requests.of_case(db, number)
