"""寄递费用: what parties paid for which leg, month by month: the same table as the centre's, also for a spreadsheet."""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template, request

from domain.case import postage
from domain.case.waybill import carrier
from fleet.window.cases import Answer
from fleet.window.web import trouble
from fleet.window.window import Window

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def create_statement(window: Window) -> Blueprint:
    pages = Blueprint("statement", __name__)

    def asked() -> str | None:
        month = request.args.get("month", "") or postage.month_of(window.now())
        return month if _MONTH.fullmatch(month) else None

    def told(month: str) -> postage.Statement:
        legs = [
            leg
            for one in window.standings(closed=True)
            for leg in postage.legs(one.number, one.life.taken.home, one.life.taken.intake, one.case.acts)
        ]
        return postage.statement(window.settings.party, month, legs)

    @pages.get("/postage")
    def page() -> Answer:
        month = asked()
        if month is None:
            return trouble("月份写成 2026-11 这样。", 400)
        return render_template("postage.html", told=told(month), roads=postage.ROADS, carrier=carrier, months=postage.around(month))

    @pages.get("/postage.csv")
    def table() -> Answer | Response:
        month = asked()
        if month is None:
            return trouble("月份写成 2026-11 这样。", 400)
        parties = {**window.settings.parties, window.settings.party: window.settings.name}
        made = postage.table((told(month),), parties)
        answer = Response(made, mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="postage-{window.settings.party}-{month}.csv"'
        return answer

    return pages
