"""Tickets for bad ratings (差评工单) at the console: the list, one ticket with its next step, appeals, the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.rating import service
from domain.rating.ticket_rights import State
from domain.rating.ticket_words import GROUNDS, OUTCOMES, REACHED, REFUSALS, SATISFACTION, STATES
from fleet.people.gate import needs, session
from fleet.people.rights import Act
from fleet.reports.sheet import MIME, Format, written
from fleet.store import Store
from fleet.tickets import opened, reading
from fleet.tickets.asked import act_of
from fleet.tickets.ledger import RefusedTicketError
from fleet.tickets.opened import Box, ClosedError
from fleet.tickets.reading import VIEWS, Eyes, Filters, View
from fleet.tickets.table import ledger_sheet

_WORDS = {"outcomes": OUTCOMES, "grounds": GROUNDS, "reached": REACHED, "satisfactions": SATISFACTION}


def create_tickets(store: Store, names: Mapping[str, str], box: Box | None, now: Callable[[], float]) -> Blueprint:
    """``names``: party → its name; ``box``: what opens raters' words, ``None`` where the centre has no rating key."""
    pages = Blueprint("tickets", __name__)

    def eyes() -> Eyes:
        return Eyes.of(session().who.grants)

    def filters(view: str = "mine") -> Filters:
        said = request.args
        narrowed = {name: said.get(name, "") for name in ("party", "side", "state")}
        asked = Filters(said.get("view") or view, **narrowed)
        known = asked.view in VIEWS and asked.side in ("", *service.SIDES) and asked.state in ("", *State)
        return asked if known else abort(400)

    def found(number: int) -> View:
        try:
            with store.reading() as db:
                return reading.one(db, eyes(), number, store.tickets, names, now())
        except LookupError:
            abort(404)

    def shown(number: int, status: int = 200, page: str = "ticket.html", **more: object) -> tuple[str, int]:
        return render_template(page, view=found(number), kept=request.form, **_WORDS, **more), status

    def acted(number: int, way: str, ways: tuple[str, ...]) -> Response | tuple[str, int]:
        """One of the ``ways`` of a side; said back in words where it is refused, with what was typed."""
        view, by, at = found(number), session().who.login, now()
        if way not in ways:
            abort(404)
        side = "unit" if ways is _UNIT else "centre"
        if view.role != side:
            abort(403)
        try:
            act = act_of(way, request.form, by, at)
            with store.transaction() as db:
                store.tickets.act(db, number, request.form.get("after", -1, int), side, act, at)
        except RefusedTicketError as refused:
            page = "ticket_appeal.html" if way in ("appealed", "appeal_decided") else "ticket.html"
            return shown(number, 409 if refused.code == "state" else 422, page, error=REFUSALS[refused.code], tried=way)
        return redirect(url_for(".one", number=number), 303)

    @pages.get("/tickets")
    @needs(Act.READ_TICKETS)
    def everything() -> str:
        who, asked, page = eyes(), filters(), max(1, request.args.get("page", 1, int))
        with store.reading() as db:
            work = reading.work_list(db, who, asked, names, now(), page)
        mine = {party: name for party, name in names.items() if "*" in who.reads or party in who.reads}
        more = {"views": VIEWS, "parties": mine, "sides": service.SIDES, "states": STATES, "most": reading.A_PAGE}
        return render_template("tickets.html", work=work, asked=asked, page=page, **more)

    @pages.get("/tickets.<any(csv, xlsx):kind>")
    @needs(Act.READ_TICKETS)
    def table(kind: Format) -> Response:
        asked = filters("all")
        with store.reading() as db:
            made = written(ledger_sheet(db, eyes(), asked, names, now()), kind)
        return download(made, f"tickets.{kind}", kind)

    @pages.get("/tickets/<int:number>")
    @needs(Act.READ_TICKETS)
    def one(number: int) -> tuple[str, int]:
        return shown(number)

    @pages.get("/tickets/<int:number>/appeal")
    @needs(Act.READ_TICKETS)
    def appeal(number: int) -> tuple[str, int]:
        view = found(number)
        if not {"appealed", "appeal_decided"} & set(view.ways):
            abort(404)
        return shown(number, page="ticket_appeal.html")

    @pages.post("/tickets/<int:number>/unit/<way>")
    @needs(Act.HANDLE_TICKETS)
    def handled(number: int, way: str) -> Response | tuple[str, int]:
        return acted(number, way, _UNIT)

    @pages.post("/tickets/<int:number>/centre/<way>")
    @needs(Act.FOLLOW_UP)
    def followed(number: int, way: str) -> Response | tuple[str, int]:
        return acted(number, way, _CENTRE)

    @pages.post("/tickets/<int:number>/words")
    @needs(Act.READ_TICKETS)
    def words(number: int) -> tuple[str, int]:
        found(number)
        try:
            with store.transaction() as db:
                text = opened.written(db, _key(box), number, session().who.login, now())
        except ClosedError as closed:
            return shown(number, 422, error=str(closed))
        return shown(number, text=text or "没有写文字。")

    @pages.post("/tickets/<int:number>/contact")
    @needs(Act.FOLLOW_UP)
    def contact(number: int) -> tuple[str, int]:
        """Never for whoever may handle it for the rated party."""
        if found(number).role != "centre":
            abort(403)
        try:
            with store.transaction() as db:
                left = opened.contact(db, _key(box), number, session().who.login, request.form.get("why", ""), now())
        except ClosedError as closed:
            return shown(number, 422, error=str(closed))
        return shown(number, contact=left)

    return pages


def download(made: bytes, name: str, kind: Format) -> Response:
    return Response(made, mimetype=MIME[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


_UNIT = ("acknowledged", "answered", "rectified", "appealed")
_CENTRE = ("appeal_decided", "called_back", "sent_back", "closed")


def _key(box: Box | None) -> Box:
    if box is None:
        raise ClosedError("中心没有设置评价私钥（[ratings] key_file），原话打不开。请找技术人员。")
    return box
