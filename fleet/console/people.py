"""People and the record, at the console: a party's administrator sees and changes the people of their own party only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fleet import database
from fleet.people import accounts, managing, record
from fleet.people.accounts import AccountError, Person
from fleet.people.gate import needs, parties, session
from fleet.people.managing import NotYoursError
from fleet.people.rights import ALL, WORDS, Act, Grant, Role
from fleet.store import Store

_A_PAGE = 200


def create_people(store: Store, names: Mapping[str, str], now: Callable[[], float]) -> Blueprint:
    """``names``: party → its name."""
    pages = Blueprint("people", __name__)

    def listed(error: str = "", shown: str = "") -> str:
        mine = parties(Act.MANAGE_PEOPLE)
        with store.reading() as db:
            found = managing.managed(db, mine)
        own = names if ALL in mine else {party: name for party, name in names.items() if party in mine}
        wide = {ALL: "全部签约方", **own} if ALL in mine else own
        return render_template("people.html", people=found, roles=WORDS, parties=wide, error=error, shown=shown)

    def target(db: database.Connection, login: str) -> Person:
        """Whom a form is about; 404 for somebody who is not of the visitor's parties."""
        return managing.target(db, login, parties(Act.MANAGE_PEOPLE)) or abort(404)

    def granted() -> Grant:
        try:
            given = Grant(Role(request.form.get("role", "")), request.form.get("party", ""))
        except ValueError:
            abort(400)
        try:
            managing.granting(given, parties(Act.MANAGE_PEOPLE), names)
        except NotYoursError:
            abort(403)
        return given

    @pages.get("/people")
    @needs(Act.MANAGE_PEOPLE)
    def everybody() -> str:
        return listed()

    @pages.post("/people")
    @needs(Act.MANAGE_PEOPLE)
    def add() -> str | tuple[str, int]:
        given, by = granted(), session().who.login
        login, name = request.form.get("login", "").strip(), request.form.get("name", "")
        try:
            with store.transaction() as db:
                address = accounts.add(db, login, name, request.form.get("password", ""), now(), by)
                accounts.grant(db, login, given, now(), by)
        except AccountError as error:
            return listed(error=str(error)), 422
        return listed(shown=f"{login} 的动态验证码地址，只显示这一次：{address}")

    @pages.post("/people/<login>/grant")
    @needs(Act.MANAGE_PEOPLE)
    def give(login: str) -> Response | tuple[str, int]:
        given = granted()
        try:
            with store.transaction() as db:
                accounts.grant(db, target(db, login).login, given, now(), session().who.login)
        except AccountError as error:
            return listed(error=str(error)), 422
        return _back()

    @pages.post("/people/<login>/withdraw")
    @needs(Act.MANAGE_PEOPLE)
    def take(login: str) -> Response:
        taken = granted()
        with store.transaction() as db:
            accounts.withdraw(db, target(db, login).login, taken, now(), session().who.login)
        return _back()

    @pages.post("/people/<login>/disable")
    @needs(Act.MANAGE_PEOPLE)
    def disable(login: str) -> Response:
        me = session().who.login
        with store.transaction() as db:
            found = target(db, login)
            try:
                managing.shut_out(db, found, me, now(), me, disabled=not found.disabled)
            except NotYoursError:
                abort(409)
        return _back()

    @pages.get("/record")
    @needs(Act.READ_RECORD)
    def kept() -> str:
        if ALL not in parties(Act.READ_RECORD):
            abort(403)
        before = request.args.get("before", type=int)
        with store.reading() as db:
            return render_template("record.html", lines=record.lines(db, _A_PAGE, before), broken=record.broken(db), most=_A_PAGE)

    return pages


def _back() -> Response:
    return redirect(url_for("people.everybody"), 303)
