"""The HTTP resources of progress (``mqtt/progress.py``): how far a case is, for whoever shows a terminal its receipt or number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from flask import Blueprint, Response, abort

from fleet.progress import told
from fleet.ratings.asking import open_by
from fleet.store import Store
from mqtt.progress import CaseProgress


def create_progress(store: Store, terminal: Callable[[], str]) -> Blueprint:
    """``terminal``: who this request's certificate says it is; refuses the request where it says nothing."""
    pages = Blueprint("progress_resources", __name__)

    @pages.get("/v1/receipts/<token>/progress")
    def by_receipt(token: str) -> Response:
        terminal()
        return answer("token", token)

    @pages.get("/v1/cases/<case>/progress")
    def by_number(case: str) -> Response:
        terminal()
        return answer("number", case)

    def answer(by: str, value: str) -> Response:
        with store.reading() as db:
            found = told(db, by, value)
            rated = open_by(db, value) if by == "token" else None
        if found is None:
            abort(404)
        row, words = found
        at = datetime.now(UTC).isoformat(timespec="seconds")
        ratable = rated is not None and any(one.service.side == "home" for one in rated[1])
        body = CaseProgress(row["number"], row["item_name"], row["home"], words, at, ratable)
        return Response(msgspec.json.encode(body), mimetype="application/json")

    return pages
