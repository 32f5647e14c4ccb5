"""One's own account at the console: where one is signed in, and one's programs' tokens. And the door of the identity provider."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fleet.people import flows, record, sessions, tokens
from fleet.people.accounts import LOGIN, AccountError, person
from fleet.people.gate import COOKIE, needs, session, wanted_page
from fleet.people.oidc import BACK, OidcError, Provider
from fleet.people.rights import WORDS, Act, Grant, Role
from fleet.store import Store

STATE = "console-oidc"
"""The cookie that ties a sign-in at the provider to its browser; Lax, because it comes back from another site."""


def create_account(store: Store, now: Callable[[], float]) -> Blueprint:
    pages = Blueprint("account", __name__)

    def shown(error: str = "", made: str = "") -> str:
        login = session().who.login
        with store.reading() as db:
            own, kept = sessions.of(db, login, request.cookies[COOKIE], now()), tokens.of(db, login)
        return render_template(
            "account.html", sessions=own, tokens=kept, now=now(), grants=session().who.grants, roles=WORDS, error=error, made=made
        )

    @pages.get("/account")
    @needs(Act.SEE)
    def page() -> str:
        return shown()

    @pages.post("/account/sessions/<id_>/end")
    @needs(Act.SEE)
    def end(id_: str) -> Response:
        with store.transaction() as db:
            if not sessions.end_one(db, session().who.login, id_, now()):
                abort(404)
        return redirect(url_for("account.page"), 303)

    @pages.post("/account/sign-out-everywhere")
    @needs(Act.SEE)
    def everywhere() -> Response:
        with store.transaction() as db:
            sessions.end_all(db, session().who.login, now())
        answer = redirect(url_for("door.sign_in"), 303)
        answer.delete_cookie(COOKIE)
        return answer

    @pages.post("/account/tokens")
    @needs(Act.SEE)
    def make() -> str | tuple[str, int]:
        form, login = request.form, session().who.login
        try:
            grants = [_grant(value) for value in form.getlist("grant")]
            with store.transaction() as db:
                days, why = _days(form.get("days", "")), form.get("why", "")[:200]
                made = tokens.make(db, login, form.get("name", ""), grants, days, now(), login, why)
        except AccountError as error:
            return shown(error=str(error)), 422
        return shown(made=made)

    @pages.post("/account/tokens/<id_>/revoke")
    @needs(Act.SEE)
    def revoke(id_: str) -> Response:
        login = session().who.login
        with store.transaction() as db:
            found = tokens.get(db, id_)
            if found is None or found.owner != login:
                abort(404)
            tokens.revoke(db, id_, now(), login, request.form.get("why", "")[:200])
        return redirect(url_for("account.page"), 303)

    return pages


def create_provider_door(store: Store, provider: Provider, now: Callable[[], float]) -> Blueprint:
    door = Blueprint("oidc", __name__)

    def refused(error: OidcError, who: str = "-") -> tuple[str, int]:
        with store.transaction() as db:
            record.write(db, now(), who, "sign-in", result=error.code)
        return render_template("sign_in.html", then="/", login="", error=str(error)), 401

    @door.get("/sign-in/oidc")
    @needs(None)
    def begin() -> Response | tuple[str, int]:
        with store.transaction() as db:
            state, flow = flows.begin(db, wanted_page(), now())
        try:
            address = provider.address(state, flow)
        except OidcError as error:
            return refused(error)
        answer = redirect(address)
        answer.set_cookie(STATE, state, httponly=True, samesite="Lax", secure=provider.secure, max_age=int(flows.LIFE), path=BACK)
        return answer

    @door.get(BACK)
    @needs(None)
    def back() -> Response | tuple[str, int]:
        state, shown = request.args.get("state", ""), request.cookies.get(STATE, "")
        try:
            if not state or state != shown:
                raise _strange()
            with store.transaction() as db:
                flow = flows.take(db, state, now())
            if flow is None:
                raise _strange()
            if "error" in request.args:
                raise OidcError("oidc-refused", "认证服务没有让您登录。")
            login = provider.login(flow, request.args.get("code", ""), request.args.get("iss"))
        except OidcError as error:
            return refused(error)
        with store.transaction() as db:
            found = person(db, login) if LOGIN.fullmatch(login) else None
            known = found is not None and not found.disabled
            cookie = sessions.begin(db, login, now(), "oidc") if known else None
        if cookie is None:
            return refused(OidcError("oidc-unknown", "您在这里没有账号，或账号已停用。请签约方管理员先建账号。"), login[:40])
        # A page, not a redirect: a browser that comes from another site would not send the new cookie along.
        answer = make_response(render_template("arrived.html", then=flow.then))
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", secure=provider.secure, max_age=int(sessions.LONGEST))
        answer.delete_cookie(STATE, path=BACK)
        return answer

    return door


def _strange() -> OidcError:
    return OidcError("oidc-state", "登录用的时间太长，或不是从这里开始的。请重新登录。")


def _grant(value: str) -> Grant:
    role, _, party = value.partition("@")
    try:
        return Grant(Role(role), party)
    except ValueError:
        raise AccountError("没有这项权限") from None


def _days(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
