"""Letters of the keyboard on the glass to Chinese. Nothing of it is kept: what was typed goes back in the answer and no further."""

from __future__ import annotations

import re
from typing import get_args

from flask import Blueprint, Response, jsonify, request

from domain.spelling.port import LETTERS, Spelling, Way
from kiosk.visit.snapshot import Glass

_LETTERS = re.compile(rf"[a-z][a-z']{{0,{LETTERS - 1}}}|")
_FIRST = re.compile(r"[0-9]{1,3}")
_WORD = re.compile(r"\w{0,40}")


def create_spelling(glass: Glass, spelling: Spelling) -> Blueprint:
    """``POST /spell``: ``visit``, ``way``, ``letters`` and ``first`` to ``{words, more, letters}``. With ``word``, one offered
    for the letters, the answer is for those it leaves. 400 for anything else, 409 for another visit than the one that is.
    """
    pages = Blueprint("spelling", __name__)

    @pages.post("/spell")
    def spell() -> Response | tuple[Response, int]:
        visit, way, letters, first, word = (request.form.get(name, "") for name in ("visit", "way", "letters", "first", "word"))
        known = _way(way)
        if known is None or not (_LETTERS.fullmatch(letters) and _FIRST.fullmatch(first or "0") and _WORD.fullmatch(word)):
            return jsonify(words=[], more=False, letters=""), 400
        now = glass.snapshot().state.visit
        if now is None or now.id != visit:
            return jsonify(words=[], more=False, letters=""), 409
        if word:
            letters = spelling.rest(visit, known, letters, word)
            known = "name" if known == "surname" else known  # what is taken first is the surname
        found = spelling.spell(visit, known, letters, int(first or 0))
        return jsonify(words=found.words, more=found.more, letters=letters)

    return pages


def _way(name: str) -> Way | None:
    return next((way for way in get_args(Way) if way == name), None)
