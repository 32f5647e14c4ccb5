"""寄递费用 at the console: what each party paid in a month for which leg, from the acts of the ledger, which name nobody."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
from flask import Blueprint, Response, abort, render_template, request

from domain.case import postage
from domain.case.acts import Act
from domain.case.waybill import carrier
from domain.casepapers.handover_list import yuan
from fleet import database
from fleet.people.gate import needs, parties
from fleet.people.rights import ALL
from fleet.people.rights import Act as Right
from fleet.store import Store

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_ACT: msgspec.json.Decoder[Act] = msgspec.json.Decoder(Act)
_SENDING = ("dispatched", "sent_back", "result_sent")


def create_postage(store: Store, names: Mapping[str, str], now: Callable[[], float] = time.time) -> Blueprint:
    """``names``: party → its name."""
    pages = Blueprint("postage", __name__)

    def month() -> str:
        asked = request.args.get("month", "") or postage.month_of(datetime.fromtimestamp(now(), UTC))
        return asked if _MONTH.fullmatch(asked) else abort(400)

    def told(when: str) -> tuple[postage.Statement, ...]:
        """Of each party the visitor may see that paid anything."""
        seen = parties(Right.SEE)
        with store.reading() as db:
            found = legs(db)
        payers = sorted({leg.payer for leg in found if ALL in seen or leg.payer in seen})
        made = (postage.statement(party, when, found) for party in payers)
        return tuple(one for one in made if one.legs)

    @pages.get("/postage")
    @needs(Right.SEE)
    def page() -> str:
        when = month()
        shown = {"statements": told(when), "month": when, "months": postage.around(when)}
        return render_template("postage.html", names=names, roads=postage.ROADS, yuan=yuan, carrier=carrier, **shown)

    @pages.get("/postage.csv")
    @needs(Right.SEE)
    def table() -> Response:
        when = month()
        made = postage.table(told(when), dict(names))
        answer = Response(made, mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="postage-{when}.csv"'
        return answer

    return pages


def legs(db: database.Connection) -> list[postage.Leg]:
    """Every parcel of every case, as its act has it."""
    marks = ",".join("?" * len(_SENDING))
    rows = db.execute(
        f"SELECT number, home, intake, act FROM acts JOIN cases USING (number) WHERE acts.kind IN ({marks}) "  # noqa: S608 marks only
        "ORDER BY number, position",
        _SENDING,
    )
    return [leg for number, home, intake, act in rows for leg in postage.legs(number, home, intake, (_ACT.decode(act),))]
