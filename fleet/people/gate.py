"""The door of the console: nobody comes in without an account, and no page exists that does not say what it needs."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Blueprint, Flask, abort, g, redirect, render_template, request, url_for
from flask_limiter import Limiter
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from fleet.people import accounts, sessions
from fleet.people.rights import Act, may, scope
from fleet.people.sessions import Session
from fleet.store import Store

COOKIE = "console"
A_MINUTE = "30 per minute"
"""Sign-ins tried from one address: each costs most of a tenth of a second of a core."""
_NEEDS = "needs"
_P = ParamSpec("_P")
_R = TypeVar("_R")


def needs(act: Act | None) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """What a view's visitor must be allowed to do, for any party; ``None``: open to anybody."""

    def marked(view: Callable[_P, _R]) -> Callable[_P, _R]:
        setattr(view, _NEEDS, act)
        return view

    return marked


def needed(app: Flask, endpoint: str) -> Act | None:
    """:class:`LookupError` for a view that does not say."""
    view = app.view_functions[endpoint]
    if endpoint == "static":
        return None
    if not hasattr(view, _NEEDS):
        raise LookupError(f"{endpoint} does not say what it needs")
    found: Act | None = getattr(view, _NEEDS)
    return found


def guard(app: Flask, store: Store, now: Callable[[], float] = time.time) -> None:
    """Put the door before every view of ``app``; call it when all of them are there. :class:`LookupError` as :func:`needed`."""
    app.register_blueprint(_doors(app, store, now))
    wanted = {rule.endpoint: needed(app, rule.endpoint) for rule in app.url_map.iter_rules()}

    @app.before_request
    def _who() -> AnyResponse | None:
        act = wanted.get(request.endpoint or "")
        g.session = _session(store, now())
        if request.endpoint in wanted and act is None:
            return None
        if g.session is None:
            if request.method in ("GET", "HEAD") and request.accept_mimetypes.accept_html:
                return redirect(url_for("door.sign_in", then=request.full_path.rstrip("?")))
            abort(401)
        if act is not None and not may(g.session.who.grants, act):
            abort(403)
        if request.method not in ("GET", "HEAD") and not secrets.compare_digest(request.form.get("form", ""), g.session.form):
            abort(403)
        return None

    @app.context_processor
    def _me() -> dict[str, object]:
        return {"me": getattr(g, "session", None), "Act": Act, "may": may, "token": token}


def session() -> Session:
    """Who asks; inside a guarded view only."""
    found = g.session
    assert isinstance(found, Session), "behind the door there is always a session"
    return found


def parties(act: Act) -> frozenset[str]:
    """For which parties whoever asks may do ``act``."""
    return scope(session().who.grants, act)


def token() -> Markup:
    """What every form of a page must carry."""
    return Markup('<input type="hidden" name="form" value="{}">').format(session().form)


def _session(store: Store, now: float) -> Session | None:
    cookie = request.cookies.get(COOKIE)
    if not cookie or len(cookie) > 100:
        return None
    with store.reading() as db:
        found = sessions.find(db, cookie, now)
    if found is not None and sessions.due(found, now):
        with store.transaction() as db:
            sessions.touch(db, cookie, now)
    return found


def _doors(app: Flask, store: Store, now: Callable[[], float]) -> Blueprint:
    door = Blueprint("door", __name__)
    limiter = Limiter(lambda: request.remote_addr or "-", app=app, storage_uri="memory://")

    @door.get("/sign-in")
    @needs(None)
    def sign_in() -> AnyResponse | str:
        if g.session is not None:
            return redirect(wanted_page())
        return render_template("sign_in.html", then=wanted_page(), login="", error="")

    @door.post("/sign-in")
    @needs(None)
    @limiter.limit(A_MINUTE)
    def signed_in() -> AnyResponse | tuple[str, int]:
        login, password, code = (request.form.get(name, "")[:300] for name in ("login", "password", "code"))
        login, code, at = login.strip().lower(), "".join(code.split()), now()
        with store.reading() as db:
            claimed = accounts.claim(db, login)
        step = accounts.step_of(claimed, password, code, at)
        with store.transaction() as db:
            cookie = sessions.begin(db, login, at) if accounts.proven(db, claimed, step, at) else None
        if cookie is None:
            error = "登录名、密码或验证码不对。连续五次不对，要等十五分钟。"
            return render_template("sign_in.html", then=wanted_page(), login=login[:40], error=error), 401
        answer = redirect(wanted_page(), 303)
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", secure=request.is_secure, max_age=int(sessions.LONGEST))
        return answer

    @door.post("/sign-out")
    @needs(Act.SEE)
    def sign_out() -> AnyResponse:
        with store.transaction() as db:
            sessions.end(db, request.cookies[COOKIE], now())
        answer = redirect(url_for("door.sign_in"), 303)
        answer.delete_cookie(COOKIE)
        return answer

    @door.app_errorhandler(403)
    def _no(_error: Exception) -> tuple[str, int]:
        return render_template("no.html", text="您的账号没有这项权限。要办，请找签约方管理员。"), 403

    @door.app_errorhandler(429)
    def _slowly(_error: Exception) -> tuple[str, int]:
        return render_template("no.html", text="试得太快了，请过一分钟再试。"), 429

    return door


def wanted_page() -> str:
    """Where to go after signing in: a page of ours only."""
    wanted = request.values.get("then", "/")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and len(wanted) < 500 else "/"
