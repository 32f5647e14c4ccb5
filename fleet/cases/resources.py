"""The HTTP resources of casework (``mqtt/resources.py``): acts in from both desks, lists and ledgers out, tasks out to halls.

Whose token was shown decides by which type a body is read: a home desk's has no act of the window in it, and the window's none
of the home department.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request

from fleet import database
from fleet.cases import reading
from fleet.cases.ledger import OtherActError, RefusedActError
from fleet.cases.reading import Desk
from fleet.store import Store
from mqtt.casework import TASKS, ActPosted, ActRefused, HomeActPosted, IntakeActPosted
from mqtt.resources import Refused

_READ: dict[Desk, Any] = {"home": msgspec.json.Decoder(HomeActPosted), "intake": msgspec.json.Decoder(IntakeActPosted)}
_ANY = msgspec.json.Decoder(ActPosted)
_NOT_ALLOWED = ("not_yours", "role")


def create_cases(store: Store, desk: Callable[[], tuple[Desk, str]], terminal: Callable[[], str]) -> Blueprint:
    """``desk``: which desk's token this request carries, and whose; ``terminal``: who its certificate says it is. Both refuse the
    request where it says nothing.
    """
    pages = Blueprint("cases", __name__)

    @pages.get("/v1/homes/<party>/cases")
    def get_home_cases(party: str) -> Response:
        return _cases(("home", party))

    @pages.get("/v1/intakes/<party>/cases")
    def get_intake_cases(party: str) -> Response:
        return _cases(("intake", party))

    def _cases(asked: tuple[Desk, str]) -> Response:
        if desk() != asked:
            abort(404)
        running, before = request.args.get("open") == "1", request.args.get("before")
        with store.reading() as db:
            return _json(reading.cases(db, *asked, time.time(), before, running=running))

    @pages.get("/v1/cases/<number>/acts")
    def get_acts(number: str) -> Response:
        side, party = desk()
        with store.reading() as db:
            found = reading.file(db, side, party, number, store.ledger, time.time())
        return _json(found) if found is not None else abort(404)

    @pages.post("/v1/cases/<number>/acts")
    def post_act(number: str) -> Response:
        side, party = desk()
        now = time.time()
        with store.reading() as db:
            if not _owns(db, side, party, number):
                abort(404)
        posted = _posted(side)
        if isinstance(posted, Response):
            return posted
        try:
            with store.transaction() as db:
                new = store.ledger.post(db, number, posted.after, posted.act, now)
        except OtherActError:
            return _json(Refused("moved_on"), 409)
        except RefusedActError as refused:
            return _json(ActRefused(refused.code), 403 if refused.code in _NOT_ALLOWED else 422)
        with store.reading() as db:
            return _json(reading.work(db, reading.life_row(db, number), now), 201 if new else 200)

    @pages.get(TASKS)
    def get_tasks() -> Response:
        who = terminal()
        with store.reading() as db:
            return _json(reading.tasks(db, who, store.ledger))

    return pages


def _posted(side: Desk) -> Any:
    """The body, or the answer to one that is none."""
    body = request.get_data()
    try:
        return _READ[side].decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        _ANY.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _json(Refused("bad_request"), 400)
    return _json(ActRefused("not_yours"), 403)


def _owns(db: database.Connection, side: Desk, party: str, number: str) -> bool:
    owned = f"SELECT 1 FROM cases WHERE number = ? AND {side} = ?"  # noqa: S608 no value in it
    return db.execute(owned, (number, party)).fetchone() is not None


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, mimetype="application/json")
