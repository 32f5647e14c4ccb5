"""The HTTP resources of protection (``mqtt/protection.py``): deletions; requests in from windows, out to home desks, answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request

from domain.case.acts import Sealed
from domain.protection.rights import By
from fleet import database
from fleet.protection import deletions, requests
from fleet.protection.requests import NotNowError
from fleet.store import Store
from mqtt.protection import (
    MOST_DELETIONS,
    MOST_REQUESTS,
    Deletion,
    DeletionList,
    PersonRequest,
    RequestAnswered,
    RequestDocument,
    RequestFiled,
    RequestList,
    RequestRefused,
)
from mqtt.resources import Refused


def create_protection(store: Store, home: Callable[[], str], window: Callable[[], str], terminal: Callable[[], str]) -> Blueprint:
    """``home``, ``window``, ``terminal``: whose token or certificate this request carries; they refuse it where it is none of
    theirs."""
    pages = Blueprint("protection", __name__)

    @pages.get("/v1/homes/<party>/deletions")
    def get_deletions(party: str) -> Response:
        if home() != party:
            abort(404)
        with store.reading() as db:
            found = deletions.newest(db, MOST_DELETIONS, party)
        return _json(
            DeletionList(
                tuple(Deletion(one.digest, one.number or "", one.rule, int(one.at), one.gone is not None) for one in found)
            )
        )

    @pages.get("/v1/homes/<party>/requests")
    def get_requests(party: str) -> Response:
        if home() != party:
            abort(404)
        with store.reading() as db:
            return _json(RequestList(tuple(_told(db, one) for one in requests.of_home(db, party, MOST_REQUESTS))))

    @pages.post("/v1/cases/<case>/requests")
    def post_request(case: str) -> Response:
        by: By = "window" if request.headers.get("Authorization") is not None else "terminal"
        who = window() if by == "window" else store.ledger.hall(terminal())
        with store.reading() as db:
            row = db.execute("SELECT intake, terminal FROM cases WHERE number = ?", (case,)).fetchone()
        if row is None or who != (row["intake"] if by == "window" else store.ledger.hall(row["terminal"])):
            abort(404)
        asked = _read(RequestFiled)
        if asked is None or (by == "terminal" and asked.documents):
            return _json(Refused("bad_request"), 400)
        now, sealed = time.time(), _sealed(asked.documents)
        try:
            with store.transaction() as db:
                found = requests.file(db, store.ledger.calendars, case, asked.kind, asked.groups, by, now, sealed)
                if found is None:
                    return _json(RequestRefused("too_many"), 422)
                return _json(_told(db, found), 201 if found.at == now else 200)
        except NotNowError as refused:
            return _json(RequestRefused(refused.code), 422)

    @pages.post("/v1/requests/<number>/answer")
    def post_answer(number: str) -> Response:
        party = home()
        if not (number.isascii() and number.isdigit() and len(number) < 12):
            abort(404)
        with store.reading() as db:
            found = requests.one(db, int(number))
        if found is None or found.home != party:
            abort(404)
        said = _read(RequestAnswered)
        if said is None:
            return _json(Refused("bad_request"), 400)
        try:
            with store.transaction() as db:
                new = requests.answer(db, found.id, said.outcome, said.why, _sealed(said.documents), time.time())
                answered = requests.one(db, found.id)
                assert answered is not None
                return _json(_told(db, answered), 201 if new else 200)
        except NotNowError as refused:
            return _json(RequestRefused(refused.code), 422)

    return pages


def _told(db: database.Connection, one: requests.PersonRequest) -> PersonRequest:
    listed = tuple(RequestDocument(d.digest, d.size, d.kind) for d in requests.documents_of(db, one.id))  # type: ignore[arg-type]
    return PersonRequest(
        request=one.id,
        case=one.case,
        item_name=one.item_name,
        kind=one.kind,
        groups=one.groups,
        by=one.by,
        at=int(one.at),
        due=one.due,
        estimate=one.estimate,
        state=one.state,
        documents=listed,
        outcome=one.outcome,
        why=one.why,
        answered_at=int(one.answered_at) if one.answered_at is not None else None,
        handed_at=int(one.handed_at) if one.handed_at is not None else None,
    )


def _sealed(documents: tuple[RequestDocument, ...]) -> tuple[Sealed, ...]:
    return tuple(Sealed(one.digest, one.size, one.kind) for one in documents)


def _read(kind: Any) -> Any:
    """``None`` for a body that is none."""
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, mimetype="application/json")
