"""Reports at the console: tables that can be sorted, plots beside them, CSV and Excel. Never identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from fleet.console.tickets import download
from fleet.known import Known
from fleet.people.gate import needs, parties
from fleet.people.rights import ALL, Act
from fleet.reports import periods, reading
from fleet.reports.counting import STEPS
from fleet.reports.periods import PRESETS, BadRangeError
from fleet.reports.reading import Question, Table
from fleet.reports.sheet import Format, Sheet, written
from fleet.store import Store

TABS = {"cases": "办件", "places": "两地", "times": "时长与期限", "terminals": "终端使用"}


def create_reporting(store: Store, known: Known, now: Callable[[], float]) -> Blueprint:
    pages = Blueprint("reports", __name__)

    def only() -> frozenset[str] | None:
        seen = parties(Act.SEE)
        return None if ALL in seen else seen

    def mine() -> dict[str, str]:
        seen = only()
        return {party: name for party, name in known.parties.items() if seen is None or party in seen}

    def question() -> tuple[Question, str]:
        """And what is wrong with the range, in words."""
        said, today = request.args, periods.day_of(now())
        side, party = said.get("side", "home"), said.get("party", "")
        if side not in reading.SIDES or (party and party not in mine()):
            abort(404)
        try:
            span, error = periods.asked(said.get("from", ""), said.get("to", ""), said.get("preset", "30d"), today), ""
        except BadRangeError as wrong:
            span, error = periods.preset("30d", today), str(wrong)
        return Question(span, side, party, said.get("item", "")[:40], only()), error

    def tables(tab: str) -> tuple[list[Table], dict[str, object]]:
        asked, error = question()
        by, step = request.args.get("by", "item"), request.args.get("step", "decided")
        if tab not in TABS or by not in reading.BY or step not in STEPS:
            abort(404)
        with store.reading() as db:
            items = reading.items(db)
            match tab:
                case "cases":
                    found = [reading.cases(db, asked, by, known.parties)]
                case "places":
                    found = [reading.places(db, asked, known.parties)]
                case "terminals":
                    seen = asked.only
                    owned = {t: known.owners.get(t, "") for t in known.places}
                    wanted = {
                        t: (place, known.parties.get(owned[t], owned[t]))
                        for t, place in known.places.items()
                        if (seen is None or owned[t] in seen) and (not asked.party or owned[t] == asked.party)
                    }
                    found = [reading.terminals(db, asked, wanted)]
                case _:
                    found = [reading.times(db, asked), reading.terms(db, asked), reading.times_by_item(db, asked, step, items)]
            made = reading.made_at(db)
        sort = request.args.get("sort", "")
        shown = {"asked": asked, "error": error, "by": by, "step": step, "sort": sort, "made": made, "items": items}
        return [one.sorted(sort) for one in found], shown

    @pages.get("/reports")
    @needs(Act.SEE)
    def first() -> str:
        return page("cases")

    @pages.get("/reports/<tab>")
    @needs(Act.SEE)
    def page(tab: str) -> str:
        found, shown = tables(tab)
        more = {"tabs": TABS, "presets": PRESETS, "bys": reading.BY, "steps": reading.STEP_WORDS, "sides": reading.SIDES}
        return render_template("reports.html", tables=found, tab=tab, parties=mine(), link=link, **shown, **more)

    @pages.get("/reports/<tab>.<any(csv, xlsx):kind>")
    @needs(Act.SEE)
    def table(tab: str, kind: Format) -> Response:
        found, shown = tables(tab)
        asked = shown["asked"]
        assert isinstance(asked, Question), "as tables gives it"
        chosen = found[min(request.args.get("table", 0, int), len(found) - 1)]
        return download(
            written(sheet_of(chosen, str(asked.range)), kind), f"{tab}-{asked.range.first}-{asked.range.last}.{kind}", kind
        )

    return pages


def sheet_of(table: Table, span: str, more: list[str] | None = None) -> Sheet:
    rows = (*table.rows, *((table.total,) if table.total else ()))
    return Sheet(table.title, [column.word for column in table.columns], rows, (f"范围：{span}", *table.notes, *(more or ())))


def link(endpoint: str, **changed: object) -> str:
    """This page's address with some of its words changed; ``None`` takes one out."""
    if endpoint == "reports.page":
        changed = {"tab": "cases"} | (request.view_args or {}) | changed
    kept = {name: value for name, value in request.args.items() if name not in changed}
    values: dict[str, Any] = kept | {name: value for name, value in changed.items() if value is not None}
    return url_for(endpoint, **values)
