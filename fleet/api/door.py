"""Before and behind every route: the token, how often, and what is said when something is not in order (RFC 9457)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

from fleet.api.frame import Api, Call, Problem, Refused, Route, Site
from fleet.database import DatabaseError
from fleet.people import tokens
from fleet.people.rights import ALL, may, scope
from fleet.people.tokens import Token

PACE = ("300 per minute", "3000 per minute")
"""How often may be asked with one token, and from one address."""
MOST_BODY = 64 * 1024
"""Bytes."""
_PROBLEM = "application/problem+json"
_TITLES = {
    400: "请求看不懂",
    401: "没有凭据，或凭据无效",
    403: "没有这项权限",
    404: "没有",
    405: "不支持这个方法",
    409: "与现状冲突",
    413: "内容太大",
    415: "内容不是 JSON",
    422: "内容有误",
    429: "问得太快",
    500: "中心出错",
    503: "暂时不能用",
}


def open_door(app: Flask, pace: tuple[str, str] | None) -> None:
    """Limits and answers of ``app``."""
    Limiter(
        lambda: hashlib.sha256(request.headers.get("Authorization", "").encode()).hexdigest()[:32],
        app=app,
        default_limits=[(pace or PACE)[0]],
        application_limits=[ApplicationLimit((pace or PACE)[1], key_function=get_remote_address)],
        storage_uri="memory://",
        headers_enabled=True,
        enabled=pace is not None,
    )
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        answer = problem(status, (error.name or "error").lower().replace(" ", "-"))
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
        return answer

    @app.errorhandler(DatabaseError)
    def _away(error: DatabaseError) -> Response:
        answer = problem(503, "database-away", str(error))
        answer.headers["Retry-After"] = "30"
        return answer

    @app.errorhandler(Refused)
    def _refused(refused: Refused) -> Response:
        return problem(refused.status, refused.code, refused.detail)


def answered(api: Api, route: Route, site: Site) -> Callable[..., Response]:
    """The view Flask calls for ``route``."""

    def view(**given: str) -> Response:
        now = site.now()
        token = _token(site, now)
        if route.act is not None:
            if not may(token.grants, route.act):
                raise Refused(403, "forbidden")
            if route.whole and ALL not in scope(token.grants, route.act):
                raise Refused(403, "forbidden")
        words = _given(route, given)
        opened = site.store.reading if route.method == "GET" else site.store.transaction
        try:
            with opened() as db:
                call = Call(f"{token.owner}#{token.id}", token.owner, token.grants, now, db, site)
                found = route.view(call, **words)
        except tuple(api.refusals) as error:
            status = next(code for kind, code in api.refusals.items() if isinstance(error, kind))
            raise Refused(status, "refused", str(error)) from None
        if found is None:
            return Response(status=204)
        return Response(msgspec.json.encode(found), route.status, mimetype="application/json")

    view.__name__ = route.name
    return view


def problem(status: int, code: str, detail: str = "") -> Response:
    body = Problem(f"urn:tongban:{code}", _TITLES.get(status, code), status, detail)
    answer = Response(msgspec.json.encode(body), status, mimetype=_PROBLEM)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="tongban"'
    return answer


def _token(site: Site, now: float) -> Token:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer" and len(shown) < 100:
        with site.store.reading() as db:
            found = tokens.find(db, shown.strip(), now)
    if found is None:
        raise Refused(401, "unauthorized", "Authorization: Bearer 后面写令牌")
    if tokens.due(found, now):
        with site.store.transaction() as db:
            tokens.touch(db, found, now)
    return found


def _given(route: Route, given: dict[str, str]) -> dict[str, object]:
    """What the view is called with, of the types it says. :class:`Refused`."""
    words: dict[str, object] = {}
    for name, kind in route.given.items():
        try:
            words[name] = msgspec.convert(given[name], kind, strict=False)
        except msgspec.ValidationError:
            raise Refused(404, "not-found") from None
    if route.ask is not None:
        words["ask"] = _asked(route.ask)
    elif request.args:
        raise Refused(422, "wrong-query", "这里没有查询参数")
    if route.body is not None:
        if request.mimetype != "application/json":
            raise Refused(415, "not-json")
        try:
            words["body"] = msgspec.json.decode(request.get_data(), type=route.body)
        except msgspec.ValidationError as error:
            raise Refused(422, "wrong-body", str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(400, "not-json", str(error)) from None
    return words


def _asked(kind: type[msgspec.Struct]) -> object:
    if repeated := [name for name, values in request.args.lists() if len(values) > 1]:
        raise Refused(422, "wrong-query", f"{repeated[0]} 写了两次")
    try:
        return msgspec.convert(request.args.to_dict(), kind, strict=False)
    except msgspec.ValidationError as error:
        raise Refused(422, "wrong-query", str(error)) from None
