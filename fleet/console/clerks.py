"""Clerks' accounts at the console: who administers a party makes, changes, locks and ends those of that party, and of no other.

A password and the QR code of the one-time codes are shown in the answer to the form that made them, and never again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import segno
from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from domain.staff.duties import WORDS, Duty
from fleet import database
from fleet.clerks import accounts
from fleet.clerks.accounts import Account, Told
from fleet.known import Known
from fleet.people.accounts import AccountError
from fleet.people.gate import needs, parties, session
from fleet.people.rights import ALL, Act
from fleet.store import Store

_MOST_WHY = 200
_ACTS = "change, reset, lock, unlock, end, badge"


def create_clerks(store: Store, known: Known, now: Callable[[], float]) -> Blueprint:
    pages = Blueprint("clerks", __name__)

    def mine() -> dict[str, str]:
        held = parties(Act.MANAGE_PEOPLE)
        return {party: name for party, name in known.parties.items() if ALL in held or party in held}

    def halls(party: str) -> dict[str, str]:
        """Hall → where its terminals of windows stand."""
        found: dict[str, str] = {}
        for terminal in sorted(known.windows):
            if known.owners.get(terminal) == party:
                hall = known.hall(terminal)
                found[hall] = f"{found[hall]}、{known.places[terminal]}" if hall in found else known.places[terminal]
        return found

    def told_once(told: Told | None) -> dict[str, object]:
        drawn = segno.make(told.address, error="m").svg_inline(scale=5, border=4, light="#fff") if told else ""
        return {"told": told, "qr": Markup(drawn)}  # noqa: S704 drawn here

    def listed(error: str = "", told: Told | None = None) -> str:
        with store.reading() as db:
            found = {party: accounts.of(db, party) for party in mine()}
        where = {party: halls(party) for party in found}
        asked = request.form
        return render_template("clerks.html", clerks=found, duties=WORDS, halls=where, error=error, asked=asked, **told_once(told))

    def shown(one: Account, error: str = "", told: Told | None = None) -> str:
        return render_template("clerk.html", one=one, duties=WORDS, halls=halls(one.party), error=error, **told_once(told))

    def theirs(db: database.Connection, party: str, login: str) -> Account:
        """404 for somebody who is not of the visitor's parties."""
        return (accounts.found(db, party, login) if party in mine() else None) or abort(404)

    def fields() -> tuple[list[Duty], str | None, str]:
        try:
            duties = [Duty(one) for one in request.form.getlist("duty")]
        except ValueError:
            abort(400)
        return duties, request.form.get("hall", "").strip() or None, request.form.get("why", "").strip()[:_MOST_WHY]

    @pages.get("/clerks")
    @needs(Act.MANAGE_PEOPLE)
    def everybody() -> str:
        return listed()

    @pages.post("/clerks")
    @needs(Act.MANAGE_PEOPLE)
    def add() -> str | tuple[str, int]:
        party, (duties, hall, why) = request.form.get("party", ""), fields()
        if party not in mine():
            abort(403)
        form = request.form
        try:
            if hall is not None and hall not in halls(party):
                raise AccountError("没有这个大厅")
            with store.transaction() as db:
                told = accounts.add(
                    db,
                    party,
                    form.get("login", ""),
                    form.get("name", ""),
                    duties,
                    now(),
                    session().who.login,
                    why,
                    hall=hall,
                    password=form.get("password", ""),
                )
        except AccountError as error:
            return listed(str(error)), 422
        return listed(told=told)

    @pages.get("/clerks/<party>/<login>")
    @needs(Act.MANAGE_PEOPLE)
    def page(party: str, login: str) -> str:
        with store.reading() as db:
            return shown(theirs(db, party, login))

    @pages.post(f"/clerks/<party>/<login>/<any({_ACTS}):act>")
    @needs(Act.MANAGE_PEOPLE)
    def do(
        party: str, login: str, act: Literal["change", "reset", "lock", "unlock", "end", "badge"]
    ) -> Response | str | tuple[str, int]:
        duties, hall, why = fields()
        form, by, at, told = request.form, session().who.login, now(), None
        try:
            with store.transaction() as db:
                one = theirs(db, party, login)
                if not why:
                    raise AccountError("请写为什么")
                match act:
                    case "change":
                        if hall is not None and hall not in halls(party):
                            raise AccountError("没有这个大厅")
                        accounts.change(db, party, one.login, form.get("name", ""), duties, hall, at, by, why)
                    case "reset":
                        told = accounts.reset(db, party, one.login, at, by, why, form.get("password", ""))
                    case "badge":
                        accounts.bind(db, party, one.login, form.get("badge", ""), at, by, why)
                    case "end":
                        accounts.end(db, party, one.login, at, by, why)
                    case _:
                        accounts.lock(db, party, one.login, at, by, why, locked=act == "lock")
                one = theirs(db, party, login)
        except AccountError as error:
            with store.reading() as db:
                return shown(theirs(db, party, login), str(error)), 422
        return shown(one, told=told) if told else redirect(url_for("clerks.page", party=party, login=one.login), 303)

    return pages
