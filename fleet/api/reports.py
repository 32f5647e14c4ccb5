"""Reports: cases and how long they took, as the console's tables have them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from fleet.api.frame import Api, Call, Refused
from fleet.people.rights import Act
from fleet.reports import periods, reading
from fleet.reports.periods import BadRangeError, day_of
from fleet.reports.reading import Question, Side, Table


class ReportAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """``first``, ``last``: days, both included; the last thirty where none is given. ``side``: whose cases, those a party decides
    or those it took in."""

    side: Side = "home"
    first: date | None = None
    last: date | None = None
    item: Annotated[str, Meta(max_length=80)] = ""


class CasesAsked(ReportAsked, frozen=True, forbid_unknown_fields=True):
    by: Literal["item", "party", "day", "month"] = "item"


def routes(api: Api) -> None:
    @api.get("/reports/cases", Act.SEE)
    def report_of_cases(call: Call, ask: CasesAsked) -> Table:
        """How many came, were accepted, decided, delivered: of one's parties, by one thing."""
        return reading.cases(call.db, _question(call, ask), ask.by, call.site.known.parties)

    @api.get("/reports/times", Act.SEE)
    def report_of_times(call: Call, ask: ReportAsked) -> Table:
        """From taking in to each step: median and ninetieth percentile in days, of whole months."""
        return reading.times(call.db, _question(call, ask))

    @api.get("/reports/terms", Act.SEE)
    def report_of_terms(call: Call, ask: ReportAsked) -> Table:
        """Terms kept and missed, of whole months."""
        return reading.terms(call.db, _question(call, ask))


def _question(call: Call, ask: ReportAsked) -> Question:
    first, last = (str(day) if day is not None else "" for day in (ask.first, ask.last))
    try:
        span = periods.asked(first, last, "30d", day_of(call.now))
    except BadRangeError as wrong:
        raise Refused(422, "wrong-range", str(wrong)) from None
    return Question(span, ask.side, "", ask.item, call.only(Act.SEE))
