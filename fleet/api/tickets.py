"""Tickets for bad ratings, and the statistics of 好差评. What a rater wrote, and who they are, is not to be had here."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.rating.ticket_acts import Ground, Outcome, Reached, Role, Satisfaction
from domain.rating.ticket_words import REFUSALS
from fleet.api.frame import Api, Call, Page, Paged, Refused, Write, absent, pack, unpack
from fleet.people.rights import Act
from fleet.reports import ratings, reading
from fleet.reports.periods import day_of
from fleet.tickets import ledger
from fleet.tickets.asked import act_of
from fleet.tickets.ledger import RefusedTicketError
from fleet.tickets.reading import Eyes, Filters, TicketLine, lines

Number = Annotated[str, Meta(pattern=r"^[0-9]{1,12}$")]
Month = Annotated[str, Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
View = Literal["mine", "open", "over", "soon", "appeal", "all"]


class TicketsAsked(Paged, frozen=True, forbid_unknown_fields=True):
    view: View = "mine"
    party: Annotated[str, Meta(max_length=80)] = ""


class UnitAct(Write, frozen=True, forbid_unknown_fields=True):
    """``after``: how many acts there are, as far as whoever acts knows. ``why`` stands in the timeline: it names nobody."""

    do: Literal["acknowledged", "answered", "rectified", "appealed"]
    after: Annotated[int, Meta(ge=0, le=1000)]
    outcome: Outcome | None = None
    ground: Ground | None = None


class CentreAct(Write, frozen=True, forbid_unknown_fields=True):
    """As :class:`UnitAct`. ``upheld``: of an appeal; ``reached`` and ``satisfaction``: of a call."""

    do: Literal["appeal_decided", "called_back", "sent_back", "closed"]
    after: Annotated[int, Meta(ge=0, le=1000)]
    upheld: bool | None = None
    reached: Reached | None = None
    satisfaction: Satisfaction | None = None


class Stands(Struct, frozen=True):
    """How a ticket stands: its state, and after how many acts, as far as one's side is told of them."""

    ticket: int
    state: str
    after: int


class StatisticsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """``first``, ``last``: months; the newest one may see where they are not given."""

    by: Literal["party", "item", "side", "of", "place", "month"] = "party"
    first: Month | None = None
    last: Month | None = None


def routes(api: Api) -> None:
    @api.get("/tickets", Act.READ_TICKETS)
    def tickets(call: Call, ask: TicketsAsked) -> Page[TicketLine]:
        """Tickets of one's parties, due first. ``mine``: those whose next step is one's own."""
        start = unpack(ask.cursor, int) or 0
        if start < 0:
            raise Refused(422, "wrong-cursor", "cursor 只能是上一页给的 next")
        filters = Filters(ask.view, ask.party)
        found = lines(call.db, Eyes.of(call.grants), filters, call.site.known.parties, call.now, ask.most + 1, start)
        return Page(found[: ask.most], pack(start + ask.most) if len(found) > ask.most else None)

    @api.get("/tickets/<ticket>", Act.READ_TICKETS)
    def ticket(call: Call, ticket: Number) -> Stands:
        """How one of them stands."""
        return _stands(call, int(ticket))

    @api.post("/tickets/<ticket>/unit", Act.HANDLE_TICKETS)
    def handle_ticket(call: Call, ticket: Number, body: UnitAct) -> Stands:
        """The rated unit's next act: acknowledge, answer, rectify, appeal."""
        return _acted(call, int(ticket), "unit", body)

    @api.post("/tickets/<ticket>/centre", Act.FOLLOW_UP)
    def follow_up_ticket(call: Call, ticket: Number, body: CentreAct) -> Stands:
        """The centre's next act, by somebody who could not have handled it: an appeal decided, a call, back again, closed."""
        return _acted(call, int(ticket), "centre", body)

    @api.get("/statistics", Act.SEE)
    def statistics(call: Call, ask: StatisticsAsked) -> ratings.Statistics:
        """好差评 with its formulas, by whole months; rows of few ratings are put together."""
        today, only = day_of(call.now), call.only(Act.SEE)
        newest = ratings.newest_month(today, only)
        first, last = min(ask.first or newest, newest), min(ask.last or newest, newest)
        asked = ratings.Asked(min(first, last), last, "", only)
        names = call.site.known.parties
        return ratings.statistics(call.db, asked, ask.by, names, reading.items(call.db), today, call.site.least)


def _stands(call: Call, number: int) -> Stands:
    try:
        found = ledger.read(call.db, number)
    except (LookupError, OverflowError):
        absent()
    if not Eyes.of(call.grants).read(found.opened.party):
        absent()
    return Stands(number, found.state, found.seen(Eyes.of(call.grants).role(found.opened.party)))


def _acted(call: Call, number: int, side: Role, body: UnitAct | CentreAct) -> Stands:
    """By the person whose token it is: a token is nobody else."""
    _stands(call, number)
    found = ledger.read(call.db, number)
    if Eyes.of(call.grants).role(found.opened.party) != side:
        absent()
    told = {name: value for name, value in msgspec.to_builtins(body).items() if isinstance(value, str)}
    if isinstance(body, CentreAct) and body.upheld is not None:
        told["upheld"] = "yes" if body.upheld else "no"
    try:
        act = act_of(body.do, {**told, "said": body.why}, call.login, call.now)
        then = call.site.store.tickets.act(call.db, number, body.after, side, act, call.now)
    except RefusedTicketError as refused:
        raise Refused(409 if refused.code == "state" else 422, "ticket-refused", REFUSALS[refused.code]) from None
    return Stands(number, then.state, then.seen(side))
