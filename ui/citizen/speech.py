"""语音提示 on the citizen's page: a screen is said aloud when it comes up, and what the hand on the keys has come to."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from kiosk.visit.snapshot import Glass, Snapshot
from kiosk.visit.voice import Voice
from ui.look import Look, look
from ui.spoken import names, pieces, sentences
from ui.words import language, speaking, translated

_MOST = 12
"""Texts of one element that are looked at."""


class Speech:
    """``voice`` absent: this terminal has none, and nothing is offered."""

    def __init__(self, glass: Glass, voice: Voice | None) -> None:
        self._glass = glass
        self._voice = voice

    def shown(self, page: str, now_so: Look) -> None:
        """``page`` is what is on the screen from now on; said once, where that was chosen."""
        if self._voice is None:
            return
        if now_so.speech:
            self._voice.say(sentences(page, self._public()), language())
        else:
            self._voice.hush()

    def asked(self, what: str, texts: list[str], snapshot: Snapshot) -> None:
        if self._voice is None:
            return
        now_so = look(snapshot)
        if what == "at":
            # Before it is chosen only the invitation to choose it is said, and only where nobody is being served.
            if now_so.speech or snapshot.state.visit is None:
                with speaking(now_so.language, self._glass.hall, self._glass.catalogue):
                    if said := pieces(texts[:_MOST], self._public()):
                        self._voice.aside("\n".join(said), language())
        elif now_so.speech and what == "again":
            self._voice.again()
        elif now_so.speech and what in ("louder", "softer"):
            self._voice.louder(1 if what == "louder" else -1)

    def _public(self) -> frozenset[str]:
        hall = self._glass.hall
        return names(self._glass.catalogue, translated(hall.hall), hall.phone, translated(hall.intake))


def create_speech(glass: Glass, speech: Speech) -> Blueprint:
    """``POST /speech``: ``do`` is again, louder, softer, or at with the texts of what has the focus, one a line."""
    routes = Blueprint("speech", __name__)

    @routes.post("/speech")
    def say() -> Response:
        speech.asked(request.form.get("do", ""), re.split(r"[\r\n]+", request.form.get("text", "")), glass.snapshot())
        return Response(status=204)

    return routes
