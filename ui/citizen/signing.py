"""The strokes of a signature on their way to and from the page (``kiosk/visit/ink.py``): hostile until they are parsed, and never
in a message or a log.
"""

from __future__ import annotations

import logging
import re

import msgspec
from flask import Blueprint, Response, jsonify, request

from domain.case.content import Point, Signature
from kiosk.visit import ink
from kiosk.visit.ink import Change, Cleared, Drawn, Ink, TakenBack, TooMuchInkError
from kiosk.visit.snapshot import Glass
from ui.citizen.intents import BadFormError, Form, sane
from ui.look import look
from ui.words import N_, _, speaking

logger = logging.getLogger(__name__)
_NUMBER = re.compile(r"[0-9]{1,16}")
_PAD = re.compile(r"([1-9][0-9]{0,3})x([1-9][0-9]{0,3})")
_FULL = N_("写得太多了，这一笔没有记下。请点“重写”，再签一次。")


def create_signing(glass: Glass, held: Ink) -> Blueprint:
    """``POST /ink``: ``sheet``, ``number`` and ``points`` (JSON, ``[[x, y, t], …]``) or ``change`` (``back``, ``clear``). 204; 400
    for anything else, 409 for another sheet than the one that is, 413 with what to do. ``GET /ink?sheet=…``: ``[[number, points],
    …]``.
    """
    pages = Blueprint("signing", __name__)

    @pages.post("/ink")
    def drawn() -> Response:
        try:
            change = _change(request.form)
        except BadFormError as error:
            logger.warning("ink refused: %s", error)
            return Response(status=400)
        now = _now(request.form.get("sheet"))
        if now is None:
            return Response(status=409)
        try:
            held.change(now, change)
        except TooMuchInkError as error:
            logger.warning("ink refused: too many %s", error)
            with speaking(look(glass.snapshot()).language, glass.hall, glass.catalogue):
                return Response(_(_FULL), 413, mimetype="text/plain")
        return Response(status=204)

    @pages.get("/ink")
    def again() -> Response:
        now = _now(request.args.get("sheet"))
        return jsonify(msgspec.to_builtins(held.strokes(now))) if now else Response(status=409)

    def _now(name: str | None) -> ink.Sheet | None:
        now = ink.sheet(glass.snapshot().state.visit)
        return now if now is not None and now.name == name else None

    return pages


def preview(glass: Glass, held: Ink, pad: str) -> Signature | None:
    """The signature as it stands on the screen now, on a ``pad`` of that size (``800x300``)."""
    now, size = ink.sheet(glass.snapshot().state.visit), _PAD.fullmatch(pad)
    if now is None or size is None:
        return None
    return ink.signature(held.strokes(now), int(size[1]), int(size[2]))


def _change(form: Form) -> Change:
    if not {"sheet", "number"} <= set(form) or len(form) != 3 or any(len(form.getlist(key)) != 1 for key in form):
        raise BadFormError("fields")
    if not _NUMBER.fullmatch(form["number"]) or (number := int(form["number"])) >= ink.MOST_NUMBER:
        raise BadFormError("number")
    if "points" not in form:
        if form.get("change") not in ("back", "clear"):
            raise BadFormError("change")
        return TakenBack(number) if form["change"] == "back" else Cleared(number)
    try:
        stroke = msgspec.json.decode(form["points"], type=tuple[Point, ...])
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        raise BadFormError("points") from None
    if not 1 <= len(stroke) <= ink.MOST_POINTS or not all(sane(point) for point in stroke):
        raise BadFormError("points")
    return Drawn(number, stroke)
