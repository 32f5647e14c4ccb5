"""The statistics of 好差评 at the console, with their formulas; as CSV and Excel too. Nobody finds a single rating in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from fleet.console.reports import link, sheet_of
from fleet.console.tickets import download
from fleet.people.gate import needs, parties
from fleet.people.rights import ALL, Act
from fleet.reports import periods, ratings, reading
from fleet.reports.sheet import Format, written
from fleet.store import Store


def create_statistics(store: Store, names: Mapping[str, str], now: Callable[[], float], least: int) -> Blueprint:
    """``names``: party → its name. ``least``: ratings a row must have to stand alone."""
    pages = Blueprint("statistics", __name__)

    def only() -> frozenset[str] | None:
        seen = parties(Act.SEE)
        return None if ALL in seen else seen

    def mine() -> dict[str, str]:
        seen = only()
        return {party: name for party, name in names.items() if seen is None or party in seen}

    def counted() -> tuple[ratings.Statistics, dict[str, object]]:
        today, said, seen = periods.day_of(now()), request.args, only()
        newest = ratings.newest_month(today, seen)
        first, last, party, by = (
            said.get("from") or newest,
            said.get("to") or newest,
            said.get("party", ""),
            said.get("by", "party"),
        )
        if by not in ratings.BY or (party and party not in mine()):
            abort(404)
        try:
            for month in (first, last):
                periods.month_bounds(month)
        except ValueError:
            abort(400)
        first, last = min(first, last, newest), min(max(first, last), newest)
        asked = ratings.Asked(first, last, party, seen)
        with store.reading() as db:
            found = ratings.statistics(db, asked, by, names, reading.items(db), today, least)
            made = reading.made_at(db)
        return found, {"asked": asked, "by": by, "made": made, "newest": newest, "sort": said.get("sort", "")}

    @pages.get("/statistics")
    @needs(Act.SEE)
    def page() -> str:
        found, shown = counted()
        sorted_table = found.table.sorted(str(shown["sort"]))
        return render_template(
            "statistics.html", found=found, table=sorted_table, bys=ratings.BY, parties=mine(), link=link, least=least, **shown
        )

    @pages.get("/statistics.<any(csv, xlsx):kind>")
    @needs(Act.SEE)
    def table(kind: Format) -> Response:
        found, _ = counted()
        rates = [f"{f.name} = {f.formula}：{f.worked}{f' = {f.value}%' if f.value is not None else ''}" for f in found.figures]
        sheet = sheet_of(found.table, " 至 ".join(found.months), rates)
        return download(written(sheet, kind), f"statistics-{found.months[0]}-{found.months[1]}.{kind}", kind)

    return pages
