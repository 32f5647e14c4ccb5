"""The door before pages of ours: nobody comes in without signing in, and no page exists that does not say what it needs.

One implementation for the console, the home desk and the intake window; who knows the people is a :class:`Keeper`. A session is a
random cookie; every form carries the session's ``form`` (CSRF), or a program's header says it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar

from flask import Blueprint, Flask, abort, g, redirect, render_template, request, url_for
from flask_limiter import Limiter
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from fleet.database import DatabaseError

A_MINUTE = "30 per minute"
"""Sign-ins tried from one address: each costs most of a tenth of a second of a core."""
HEADER = "X-Form"
"""Of a request that is no form; a foreign page cannot send it."""
_NEEDS = "needs"
_STEP = Markup(
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={0}">'
    '<title>登录</title><p><a href="{0}">正在打开。没有动静，请点这里</a></p></html>'
)
"""Answers a way over from another site's page: a step of our own, with which the browser sends its cookie (it is Strict)."""
_MOST_COOKIE = 100
_P = ParamSpec("_P")
_R = TypeVar("_R")


class Session(Protocol):
    @property
    def form(self) -> str: ...


class Keeper(Protocol):
    """Knows who may come in. ``cookie``: its name; ``lasts``: seconds a session lasts at most; ``no``: what is told where a right
    is wanting; ``leave``: what signing out needs."""

    cookie: str
    lasts: int
    no: str
    leave: Any

    def find(self, cookie: str) -> Session | None:
        """The session of this cookie, while it lasts."""

    def enter(self, login: str, password: str, code: str) -> tuple[str | None, str]:
        """A new session's cookie; or why not, for the person."""

    def end(self, cookie: str) -> None: ...

    def may(self, session: Any, need: Any) -> bool: ...

    def notice(self, cookie: str | None) -> str:
        """What whoever has to sign in is told before they try; empty for nothing."""


def needs(act: Any) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """What a view's visitor must be allowed to do; ``None``: open to anybody."""

    def marked(view: Callable[_P, _R]) -> Callable[_P, _R]:
        setattr(view, _NEEDS, act)
        return view

    return marked


def needed(app: Flask, endpoint: str) -> Any:
    """:class:`LookupError` for a view that does not say."""
    view = app.view_functions[endpoint]
    if endpoint == "static":
        return None
    if not hasattr(view, _NEEDS):
        raise LookupError(f"{endpoint} does not say what it needs")
    return getattr(view, _NEEDS)


def guard(app: Flask, keeper: Keeper, need: Callable[[Flask, str], Any] = needed) -> None:
    """Put the door before every view of ``app``; call it when all of them are there. :class:`LookupError` as :func:`needed`."""
    app.register_blueprint(_doors(app, keeper))
    own = ("door.sign_in", "door.signed_in", "door.sign_out")
    wanted = {rule.endpoint: (needed if rule.endpoint in own else need)(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    app.jinja_env.globals["token"] = token

    @app.before_request
    def _who() -> AnyResponse | None:
        act = wanted.get(request.endpoint or "")
        g.session = _session(keeper)
        if request.endpoint in wanted and act is None:
            return None
        if g.session is None:
            if request.method in ("GET", "HEAD") and request.accept_mimetypes.accept_html:
                return redirect(url_for("door.sign_in", then=request.full_path.rstrip("?")))
            abort(401)
        if act is not None and not keeper.may(g.session, act):
            abort(403)
        shown = request.headers.get(HEADER) or request.form.get("form", "")
        if request.method not in ("GET", "HEAD") and not secrets.compare_digest(shown.encode(), g.session.form.encode()):
            abort(403)
        return None

    @app.context_processor
    def _me() -> dict[str, object]:
        return {"me": getattr(g, "session", None)}


def visitor() -> Any:
    """The session of who asks; inside a guarded view only."""
    assert g.session is not None, "behind the door there is always a session"
    return g.session


def token() -> Markup:
    """What every form of a page must carry."""
    return Markup('<input type="hidden" name="form" value="{}">').format(visitor().form)


def wanted_page() -> str:
    """Where to go after signing in: a page of ours only."""
    wanted = request.values.get("then", "/")
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and len(wanted) < 500 else "/"


def _session(keeper: Keeper) -> Session | None:
    cookie = request.cookies.get(keeper.cookie)
    return keeper.find(cookie) if cookie and len(cookie) <= _MOST_COOKIE else None


def _doors(app: Flask, keeper: Keeper) -> Blueprint:
    door = Blueprint("door", __name__)
    limiter = Limiter(lambda: request.remote_addr or "-", app=app, storage_uri="memory://")

    @door.get("/sign-in")
    @needs(None)
    def sign_in() -> AnyResponse | str:
        if g.session is not None:
            return redirect(wanted_page())
        if request.headers.get("Sec-Fetch-Site") == "cross-site" and "over" not in request.args:
            return _STEP.format(url_for("door.sign_in", then=wanted_page(), over=1))
        told = keeper.notice(request.cookies.get(keeper.cookie))
        return render_template("sign_in.html", then=wanted_page(), login="", error=told)

    @door.post("/sign-in")
    @needs(None)
    @limiter.limit(A_MINUTE)
    def signed_in() -> AnyResponse | tuple[str, int]:
        login, password, code = (request.form.get(name, "")[:300] for name in ("login", "password", "code"))
        cookie, error = keeper.enter(login.strip(), password, "".join(code.split()))
        if cookie is None:
            return render_template("sign_in.html", then=wanted_page(), login=login.strip()[:40], error=error), 401
        answer = redirect(wanted_page(), 303)
        answer.set_cookie(keeper.cookie, cookie, httponly=True, samesite="Strict", secure=request.is_secure, max_age=keeper.lasts)
        return answer

    @door.post("/sign-out")
    @needs(keeper.leave)
    def sign_out() -> AnyResponse:
        keeper.end(request.cookies[keeper.cookie])
        answer = redirect(url_for("door.sign_in"), 303)
        answer.delete_cookie(keeper.cookie)
        return answer

    @door.app_errorhandler(403)
    def _no(_error: Exception) -> tuple[str, int]:
        return render_template("no.html", text=keeper.no), 403

    @door.app_errorhandler(DatabaseError)
    def _away(error: DatabaseError) -> tuple[str, int, dict[str, str]]:
        return render_template("no.html", text=f"{error}。请过一会儿再试。"), 503, {"Retry-After": "30"}

    @door.app_errorhandler(429)
    def _slowly(_error: Exception) -> tuple[str, int]:
        return render_template("no.html", text="试得太快了，请过一分钟再试。"), 429

    return door
