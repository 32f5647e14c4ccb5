"""The clerk's page: one page, the task in the middle, its steps and papers beside it; one post a key. The truth is the snapshot."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
from datetime import UTC, datetime

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from domain.staff.sign_in import Refused
from kiosk.visit import attending
from kiosk.visit.attending_events import Attend, Attended
from kiosk.visit.snapshot import Snapshot
from ui.citizen import intents
from ui.citizen.typing import typing_error
from ui.clerk import over
from ui.clerk.badges import Badges, create_badge_pages
from ui.clerk.seen import ClerkGlass
from ui.clerk.sessions import Session, Sessions
from ui.clerk.side import side
from ui.clerk.streams import Streams
from ui.clerk.tasks import may_take, task
from ui.view import desk

logger = logging.getLogger(__name__)
COOKIE = "__Host-window"
LONGEST = 1.0
"""Seconds a request waits for the desk's next picture: it holds one of the listener's threads."""
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST = 200


def create_clerk_pages(glass: ClerkGlass, sessions: Sessions, badges: Badges, intake: str = "") -> tuple[Blueprint, Streams]:
    """``intake``: the address of the intake window's pages, or nothing."""
    pages = Blueprint("clerk", __name__)
    also = over.door(intake)
    key = secrets.token_bytes(16)

    def mark(what: str, number: int) -> str:
        """In place of a number: whoever sees two of them cannot tell how much lies between."""
        return hashlib.blake2b(f"{what} {number}".encode(), key=key, digest_size=8).hexdigest()

    def next_mark(shown: str, timeout: float) -> str:
        serial = glass.snapshot().serial
        return mark("serial", glass.wait(serial, timeout).serial if mark("serial", serial) == shown else serial)

    streams = Streams(next_mark)

    @pages.get("/")
    def whole() -> AnyResponse:
        session = _session(touched=True)
        if not isinstance(session, Session):
            return _door(session)
        snapshot = glass.snapshot()
        fragment = _fragment(session, snapshot, None)
        page = make_response(
            render_template("work.html", boot=glass.boot, hall=glass.hall, who=session, intake=intake, fragment=fragment)
        )
        if snapshot.state.visit is None:
            # Nothing of the visit before stays in the browser.
            page.headers["Clear-Site-Data"] = '"cache", "storage"'
        return page

    @pages.post("/sign-in")
    def sign_in() -> AnyResponse:
        typed = [request.form.get(name, "")[:_MOST] for name in ("login", "password", "code")]
        found = sessions.sign_in(*typed)
        return _door(found) if isinstance(found, Refused) else badges.known(_entered(found, redirect("/", 303)))

    @pages.post("/sign-out")
    def sign_out() -> AnyResponse:
        session = _session()
        if isinstance(session, Session) and secrets.compare_digest(request.form.get("token", ""), session.token):
            sessions.end(session.secret)
        gone = redirect("/", 303)
        gone.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
        gone.headers["Clear-Site-Data"] = '"cache", "storage"'
        return gone

    @pages.get("/work")
    def work() -> AnyResponse:
        session = _session()
        return _answer(session, glass.snapshot(), request.args.get("key")) if isinstance(session, Session) else _over()

    @pages.post("/act/<name>")
    def act(name: str) -> AnyResponse:
        session = _session(touched=True)
        if not isinstance(session, Session):
            return _over()
        now = glass.snapshot()
        try:
            form = request.form.copy()
            if not secrets.compare_digest(form.pop("token", ""), session.token):
                raise intents.BadFormError("token")
            version, form["version"] = form.get("version", ""), "0"
            of, _ = intents.seen(form)
            intent = intents.parse(name, _meant(form))
        except intents.BadFormError as error:
            # The name came from outside: it is logged only if it is one of ours.
            logger.warning("clerk's form refused: %s: %s", name if name in intents.names() else "?", error)
            return _answer(session, now, None, 400)
        except RequestEntityTooLarge:
            logger.warning("clerk's form refused: larger than %d bytes", intents.MAX_BODY)
            return _answer(session, now, None, 400)
        if version != mark("version", now.state.version):
            return _answer(session, now, None, 409)
        taken = isinstance(intent, Attend) and not may_take(now.state.visit, session)
        if taken or not attending.clerk_may(now.state.visit, type(intent), glass.catalogue, session.name):
            return _answer(session, now, None, 403)
        reply = glass.act(of, now.state.version, Attended(session.attendant, intent))
        return _answer(session, reply.snapshot, request.form.get("key"), 409 if reply.stale else 200)

    @pages.post("/check")
    def check() -> AnyResponse:
        """What is wrong with an answer while it is being typed: a sentence, or nothing. Never the answer."""
        session = _session()
        if not isinstance(session, Session) or not attending.holds_it(glass.snapshot().state.visit, session.name):
            return _over()
        form = MultiDict({**request.form, "version": "0"})
        form.pop("token", None)
        return Response(escape(typing_error(glass, form) or ""), mimetype="text/html")

    @pages.post("/beat")
    def beat() -> AnyResponse:
        session = _session()
        if not isinstance(session, Session):
            return jsonify(boot=glass.boot, over=True)
        return jsonify(boot=glass.boot, over=False, mark=mark("serial", glass.snapshot().serial))

    @pages.get("/events")
    def events() -> AnyResponse:
        session = _session()
        if not isinstance(session, Session):
            return Response(status=204)
        secret = session.secret
        return streams.open(session.name, lambda: sessions.lasts(secret))

    @pages.get("/desk.jpg")
    def desk_now() -> AnyResponse:
        if not _holds():
            return Response(status=204)
        after = request.args.get("after", "")
        now = glass.desk(int(after) if re.fullmatch(r"[0-9]{1,12}", after) else 0, LONGEST)
        picture = _picture(now.picture.jpeg if now else None)
        if now is not None:
            picture.headers["Desk"] = json.dumps(desk.told(now), separators=(",", ":"))
        return picture

    @pages.get("/thumb/<ref>.jpg")
    def thumb(ref: str) -> Response:
        return _picture(glass.thumb(ref) if _holds() and _REF.fullmatch(ref) else None)

    @pages.get("/page/<ref>.jpg")
    def page(ref: str) -> Response:
        return _picture(glass.page(ref) if _holds() and _REF.fullmatch(ref) else None)

    @pages.get("/photo/<ref>.jpg")
    def photo(ref: str) -> Response:
        return _picture(glass.photo(ref) if _holds() and _REF.fullmatch(ref) else None)

    def _session(*, touched: bool = False) -> Session | Refused | None:
        if "session" not in g:
            g.session = sessions.of(request.cookies.get(COOKIE, ""), touched=touched)
        found: Session | Refused | None = g.session
        return found

    def _holds() -> bool:
        session = _session()
        return isinstance(session, Session) and attending.holds_it(glass.snapshot().state.visit, session.name)

    def _words(refused: Session | Refused | None) -> tuple[str, str]:
        """(what happened, what to do); nothing where nobody was refused."""
        if not isinstance(refused, Refused):
            return "", ""
        fault = glass.fault(refused.fault)
        wait = f"还要等 {int(refused.wait.total_seconds()) + 1} 秒。" if refused.wait else ""
        return f"{fault.cause}。{wait}", fault.staff

    def _door(why: Session | Refused | None) -> AnyResponse:
        """The page to sign in on; ``why`` somebody was not let in, or is out again."""
        if why is None and (step := over.stepped()) is not None:
            return step
        told = {"told": _words(why), "badges": badges.offered, "also": also}
        words = render_template("sign-in.html", boot=glass.boot, hall=glass.hall, **told)
        page = make_response(words, 403 if request.method == "POST" else 200)
        page.headers["Clear-Site-Data"] = '"cache", "storage"'
        return over.opened(page, also)

    def _entered(session: Session, answer: AnyResponse) -> AnyResponse:
        answer.set_cookie(COOKIE, session.secret, secure=True, httponly=True, samesite="Strict", path="/")
        return answer

    def _over() -> AnyResponse:
        """Signed out meanwhile: the whole page anew, which says why."""
        return Response(status=403, headers={"HX-Redirect": "/"})

    def _answer(session: Session, snapshot: Snapshot, shown: str | None, status: int = 200) -> AnyResponse:
        """All of it, or only what is around the task when the page shows that already: what was typed there must not be lost."""
        answer = make_response(_fragment(session, snapshot, shown), status)
        if answer.get_data(as_text=True).lstrip().startswith('<div id="around"'):
            answer.headers["HX-Retarget"] = "#around"
        return answer

    def _fragment(session: Session, snapshot: Snapshot, shown: str | None) -> str:
        now, visit = datetime.now(UTC).astimezone(), snapshot.state.visit
        middle = task(glass, snapshot, session, now.date())
        body = render_template("task.html", task=middle, intake=intake if visit is None else "")
        digest = hashlib.blake2b(f"{visit.id if visit else ''} {body}".encode(), digest_size=8).hexdigest()
        beside = side(glass, snapshot, session.name)
        holder = visit.attendant if visit is not None else None
        around = render_template(
            "around.html",
            side=beside,
            snapshot=snapshot,
            visit=visit,
            key=digest,
            token=session.token,
            serial=mark("serial", snapshot.serial),
            version=mark("version", snapshot.state.version),
            mine=attending.holds_it(visit, session.name),
            holder=holder,
        )
        if digest == shown:
            return around
        step = visit.step.value if visit is not None else "welcome"
        return f'<div id="work" class="work" data-step="{step}">{body}{around}</div>'

    if badges.counter is not None:
        pages.register_blueprint(create_badge_pages(glass, sessions, badges, _door, _entered))
    return pages, streams


def _meant(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """A clerk's form in the words of the citizen's: what was left empty where the card says something stands by the card."""
    field = form.pop("unless", "")
    if field and not form.get(field, "").strip():
        form.poplist(field)
        form[f"{field}.by"] = "card"
    if "address" in form and "where" not in form:
        form["where"] = "other" if form["address"].strip() else "card"
    return form


def _picture(jpeg: bytes | None) -> Response:
    return Response(jpeg, mimetype="image/jpeg") if jpeg else Response(status=204)
