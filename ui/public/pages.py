"""The public pages on the terminal: plain links, no visit, nothing of a person. Paper, and a visit, are asked of the middle."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from datetime import date
from io import BytesIO

import segno
from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.catalogue.guide import Guide, code, guide
from domain.catalogue.search import MAX_QUERY
from kiosk.visit.events import Begin
from kiosk.visit.snapshot import Corrections, Glass, Guides
from ui.look import look
from ui.public.book import Book, Page
from ui.words import N_, _, speak

logger = logging.getLogger(__name__)

PARTS = {
    "materials": N_("材料"),
    "conditions": N_("什么人能办"),
    "limit": N_("时限"),
    "fee": N_("费用"),
    "flow": N_("怎么办的"),
    "delivery": N_("怎么拿到结果"),
    "contact": N_("电话、地址"),
    "online": N_("网上怎么办"),
    "other": N_("别的"),
}
_NAME = re.compile(r"[A-Za-z0-9.-]{1,140}")
_TEXT = range(2, 201)
_OF_A_PERSON = re.compile(r"[0-9]{8}|[0-9]{3}[- ]?[0-9]{4}[- ]?[0-9]{4}")
"""What looks like the number of a person or their telephone; dates and amounts are shorter. A report travels unsealed."""


def create_public(glass: Glass, guides: Guides, corrections: Corrections, today: Callable[[], date]) -> Blueprint:
    """Routes under ``/open``."""
    pages = Blueprint("public", __name__, url_prefix="/open")

    @pages.before_request
    def in_their_language() -> None:
        speak(look(glass.snapshot()).language, glass.hall, glass.catalogue)

    @pages.teardown_request
    def in_ours(_error: BaseException | None) -> None:
        speak()

    def book() -> Book:
        return Book(glass.catalogue, glass.hall, today())

    def shown(page: Page | None, **more: object) -> str:
        if page is None:
            abort(404)
        snapshot = glass.snapshot()
        return render_template(
            f"open/{page.template}.html",
            page=page,
            live=True,
            boot=glass.boot,
            hall=glass.hall,
            demo=glass.catalogue.demo,
            look=look(snapshot),
            help=snapshot.help,
            here=request.full_path.rstrip("?"),
            to=lambda name: url_for("public.page", name=name),
            **{"printed": "", "refused": False, **more},
        )

    def asked(name: str) -> tuple[str, str, str]:
        """Whose guide a form is about: home, item, situation; 404 for what is none."""
        kind, *ids = name.split(".") if _NAME.fullmatch(name) else ("",)
        if kind != "guide" or len(ids) != 3 or guide(glass.catalogue, *ids) is None:
            abort(404)
        return ids[0], ids[1], ids[2]

    @pages.get("/")
    def index() -> str:
        return shown(book().page("index"))

    @pages.get("/<name>")
    def page(name: str) -> str:
        return shown(
            book().page(name) if _NAME.fullmatch(name) else None,
            printed=_short(request.args.get("paper")),
            refused="refused" in request.args,
        )

    @pages.get("/search")
    def search() -> str:
        return shown(book().results(request.args.get("q", "")[:MAX_QUERY]))

    @pages.get("/code/<name>.svg")
    def picture(name: str) -> Response:
        """The guide's code to take along."""
        told = guide(glass.catalogue, *asked(name))
        assert told is not None
        return _drawn(told)

    def _drawn(told: Guide) -> Response:
        drawn = BytesIO()
        segno.make(code(told, glass.hall.guides, glass.hall.phone), error="m").save(drawn, kind="svg", xmldecl=False, svgclass=None)
        return Response(drawn.getvalue(), mimetype="image/svg+xml")

    @pages.post("/print")
    def take_along() -> AnyResponse:
        name = request.form.get("name", "")
        job = guides.print(*asked(name))
        return redirect(url_for("public.page", name=name, **({"paper": job} if job else {"refused": 1})), 303)

    @pages.get("/paper/<job>")
    def paper(job: str) -> Response:
        return jsonify(paper=guides.paper(job) or "failed")

    @pages.post("/begin")
    def begin() -> AnyResponse:
        """A visit with its choice made. Whoever was faster has the screen."""
        home, item, situation = asked(request.form.get("name", ""))
        snapshot = glass.snapshot()
        if snapshot.state.visit is None:
            glass.act(None, snapshot.state.version, Begin(secrets.token_urlsafe(16), home, item, situation))
        return redirect("/", 303)

    @pages.route("/report/<name>", methods=["GET", "POST"])
    def report(name: str) -> str | tuple[str, int]:
        if glass.hall.setting != "window":
            abort(404)
        home, item, situation = asked(name)
        part, text = request.form.get("part", ""), " ".join(request.form.get("text", "").split())
        error = _wrong(part, text) if request.method == "POST" else ""
        done = False
        if request.method == "POST" and not error:
            done = corrections.report(home, item, situation, part, text)
            error = "" if done else _("没有记下来，请稍后再报告一次")
        view = (name, tuple(PARTS.items()), error, text, part, done)
        return shown(Page(name, "report", _("报告目录错误"), "", name, view)), 200 if not error else 422

    return pages


def _wrong(part: str, text: str) -> str:
    if part not in PARTS:
        return _("请选哪里写错了")
    if len(text) not in _TEXT:
        return _("请写明应该是什么样，2 至 200 字")
    return _("里面像有证件号码或电话号码。请去掉，只写目录的问题") if _OF_A_PERSON.search(text) else ""


def _short(job: str | None) -> str:
    return job if job is not None and re.fullmatch(r"slip-[0-9a-f]{16}", job) else ""
