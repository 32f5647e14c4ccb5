"""The citizen's page: one shell, one screen at a time, one post a touch. The truth is the snapshot; a page is its rendering."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from datetime import UTC, datetime
from functools import partial
from io import BytesIO

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request
from markupsafe import escape
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from domain.case.receipt import query
from kiosk.visit import attending
from kiosk.visit.advice import advice
from kiosk.visit.ink import Ink
from kiosk.visit.snapshot import Glass, Snapshot
from kiosk.visit.state import Step, Visit
from ui.citizen import intents
from ui.citizen.signing import preview
from ui.citizen.speech import Speech
from ui.citizen.typing import typing_error
from ui.look import Look, choose, look
from ui.stream import Streams
from ui.view import desk, screen
from ui.view.attended import attended
from ui.words import language, speaking

logger = logging.getLogger(__name__)
LONGEST = 1.0
"""Seconds a request waits for the desk's next picture: it holds one of the server's threads."""
_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OPEN = re.compile(r"/open/[A-Za-z0-9./-]{0,140}(\?q=[A-Z]{0,40})?")


def create_pages(glass: Glass, px_per_mm: float, speech: Speech, ink: Ink) -> Blueprint:
    """Routes of the citizen's page over ``glass``; ``px_per_mm`` is the panel's density, ``speech`` hears what is shown,
    ``ink`` holds what is being signed.
    """
    pages = Blueprint("citizen", __name__)
    streams = Streams(glass)

    @pages.get("/")
    def whole() -> Response:
        snapshot = glass.snapshot()
        fragment = _fragment(glass, speech, snapshot, None)
        with speaking(look(snapshot).language, glass.hall, glass.catalogue):
            page = make_response(render_template("page.html", boot=glass.boot, fragment=fragment))
        if snapshot.state.visit is None:
            # Nothing of the visit before stays in the browser.
            page.headers["Clear-Site-Data"] = '"cache", "storage"'
        return page

    @pages.get("/screen")
    def current() -> Response:
        return _answer(glass, speech, glass.snapshot(), request.args.get("key"))

    @pages.post("/act/<name>")
    def act(name: str) -> Response:
        try:
            visit, version = intents.seen(request.form)
            intent = intents.parse(name, request.form)
        except intents.BadFormError as error:
            # The name came from outside: it is logged only if it is one of ours.
            logger.warning("form refused: %s: %s", name if name in intents.names() else "?", error)
            return _answer(glass, speech, glass.snapshot(), None, 400)
        except RequestEntityTooLarge:
            logger.warning("form refused: larger than %d bytes", intents.MAX_BODY)
            return _answer(glass, speech, glass.snapshot(), None, 400)
        reply = glass.act(visit, version, intent)
        return _answer(glass, speech, reply.snapshot, request.form.get("key"), 409 if reply.stale else 200)

    @pages.post("/look")
    def shown_so() -> AnyResponse:
        """Show it otherwise: one of ``look.CHOICES`` on or off, a language, anything else takes all back. Touches no visit."""
        snapshot = glass.snapshot()
        choose(snapshot, look(snapshot).turned(request.form.get("change", "")))
        return _same_page(snapshot)

    @pages.post("/help")
    def help_() -> AnyResponse:
        """请人帮忙, or 不用了. Touches no visit."""
        snapshot = glass.ask_help(request.form.get("wanted") == "yes")
        look(snapshot)
        return _same_page(snapshot)

    def _same_page(snapshot: Snapshot) -> AnyResponse:
        if "HX-Request" in request.headers:
            return _answer(glass, speech, snapshot, request.form.get("key"))
        # A page open to anyone: back to it, and nowhere else.
        return redirect(came if _OPEN.fullmatch(came := request.form.get("from", "")) else "/", 303)

    @pages.post("/check")
    def check() -> Response:
        """What is wrong with an answer while it is being written: a sentence, or nothing. Never the answer."""
        with speaking(look(glass.snapshot()).language, glass.hall, glass.catalogue):
            return Response(escape(typing_error(glass, request.form) or ""), mimetype="text/html")

    @pages.get("/events")
    def events() -> Response:
        return streams.open("citizen")

    @pages.get("/desk.jpg")
    def desk_now() -> Response:
        """The next picture of the desk after the one of serial ``after``, and in the header ``Desk`` what goes with it."""
        after = request.args.get("after", "")
        now = glass.desk(int(after) if re.fullmatch(r"[0-9]{1,12}", after) else 0, LONGEST)
        picture = _picture(now.picture.jpeg if now else None)
        if now is not None:
            with speaking(look(glass.snapshot()).language, glass.hall, glass.catalogue):
                picture.headers["Desk"] = json.dumps(desk.told(now), separators=(",", ":"))
        return picture

    @pages.get("/thumb/<ref>.jpg")
    def thumb(ref: str) -> Response:
        return _picture(glass.thumb(ref) if _REF.fullmatch(ref) else None)

    @pages.get("/photo/<ref>.jpg")
    def photo(ref: str) -> Response:
        return _picture(glass.photo(ref) if _REF.fullmatch(ref) else None)

    @pages.get("/page/<ref>.jpg")
    def page(ref: str) -> Response:
        return _picture(glass.page(ref) if _REF.fullmatch(ref) else None)

    @pages.get("/paper/<material>.png")
    def paper(material: str) -> Response:
        """The form to be signed, as it will be; with ``pad``, the size of the page's, with what is written there now."""
        signed = preview(glass, ink, request.args.get("pad", ""))
        png = glass.paper(material, signed) if _REF.fullmatch(material) else None
        return Response(png, mimetype="image/png") if png else Response(status=204)

    @pages.get("/receipt.svg")
    def receipt() -> Response:
        """The receipt's code on the screen, for when the paper failed."""
        visit = glass.snapshot().state.visit
        if visit is None or visit.submitted is None:
            return Response(status=204)
        return _code(query(glass.hall.query, visit.submitted.token))

    @pages.get("/online.svg")
    def online() -> Response:
        """The address of 全程网办, while the guide is on the screen."""
        visit = glass.snapshot().state.visit
        told = advice(visit, glass.catalogue) if visit is not None and visit.step is Step.GUIDE else None
        return _code(told.address) if told is not None and told.address else Response(status=204)

    @pages.get("/panel.css")
    def panel() -> Response:
        return Response(f":root {{ --mm: {px_per_mm:.3f}px; }}\n", mimetype="text/css")

    return pages


def _answer(glass: Glass, speech: Speech, snapshot: Snapshot, key: str | None, status: int = 200) -> Response:
    """The screen, or only its living part when the page already shows the rest: what was typed there must not be lost."""
    answer = make_response(_fragment(glass, speech, snapshot, key), status)
    if answer.get_data(as_text=True).lstrip().startswith('<div id="live"'):
        answer.headers["HX-Retarget"] = "#live"
    return answer


def _fragment(glass: Glass, speech: Speech, snapshot: Snapshot, shown: str | None) -> str:
    now_so = look(snapshot)
    with speaking(now_so.language, glass.hall, glass.catalogue):
        return _said(glass, speech, snapshot, now_so, shown)


def _said(glass: Glass, speech: Speech, snapshot: Snapshot, now_so: Look, shown: str | None) -> str:
    seen = screen(glass, snapshot, datetime.now(UTC).astimezone().date())
    visit = snapshot.state.visit
    shown_with = {"frame": seen.frame, "look": now_so, "may": partial(_may, glass, visit)}
    body = render_template("screen.html", name=seen.name, view=seen.view, attended=attended(glass, visit), **shown_with)
    # Two visits never share a body, even where they look the same.
    key = hashlib.blake2b(f"{visit.id if visit else ''} {body}".encode(), digest_size=8).hexdigest()
    live = render_template("live.html", live=seen.live, key=key, **shown_with)
    speech.shown(body + live, now_so)
    if key == shown:
        return live
    classes = " ".join(f"screen--{name}" for name in (seen.name, *now_so.chosen))
    return f'<div id="screen" class="screen {classes}" lang="{language()}">{body}{live}</div>'


def _may(glass: Glass, visit: Visit | None, name: str) -> bool:
    """Whether the glass may send the intent ``name`` now."""
    return attending.glass_may(visit, attending.BY_ADDRESS[name], glass.catalogue, clerks=glass.hall.clerks)


def _code(content: str) -> Response:
    drawn = BytesIO()
    segno.make(content, error="m").save(drawn, kind="svg", xmldecl=False, svgclass=None)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


def _picture(jpeg: bytes | None) -> Response:
    return Response(jpeg, mimetype="image/jpeg") if jpeg else Response(status=204)
