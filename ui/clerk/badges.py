"""Signing in by badge: it is laid at the terminal's reader, its PIN typed here. One browser asks at a time, by its ticket.

A PIN comes as the bare body of a request, is read into memory that is wiped, and stands in no form, no page and no address. Only a
browser that a clerk has signed in with before may ask (:class:`Browsers`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from domain.staff.sign_in import Refused
from kiosk.staff.port import Counter
from kiosk.visit.snapshot import Glass
from ui.clerk.sessions import Session, Sessions
from ui.secret_body import secret_body

TICKET = "__Host-badge"
KNOWN = "__Host-known"
MONTHS = 90 * 86400
TAKEN = "badge_reader_taken"


class Browsers(Protocol):
    """Implemented by ``kiosk/window/browsers.py``."""

    def mark(self) -> str: ...

    def knows(self, mark: str) -> bool: ...


class Badges:
    """What the sign-in page offers of badges. ``counter``: without it there is no reader, or no badge opens here."""

    def __init__(self, counter: Counter | None, browsers: Browsers) -> None:
        self.counter = counter
        self._browsers = browsers

    @property
    def offered(self) -> str:
        """``yes``; ``later``: this browser is new; empty: not here."""
        if self.counter is None:
            return ""
        return "yes" if self._browsers.knows(request.cookies.get(KNOWN, "")) else "later"

    def known(self, answer: AnyResponse) -> AnyResponse:
        """Whoever gets ``answer`` is a clerk: their browser is known from now on."""
        answer.set_cookie(KNOWN, self._browsers.mark(), MONTHS, secure=True, httponly=True, samesite="Strict")
        return answer


def create_badge_pages(
    glass: Glass,
    sessions: Sessions,
    badges: Badges,
    refused: Callable[[Refused], AnyResponse],
    entered: Callable[[Session, AnyResponse], AnyResponse],
) -> Blueprint:
    """``refused``: the sign-in page, saying why; ``entered``: an answer that carries the session's cookie."""
    pages = Blueprint("badges", __name__)
    counter = badges.counter
    assert counter is not None, "only where badges open"

    def ticket() -> str:
        return request.cookies.get(TICKET, "")

    @pages.post("/badge")
    def ask() -> AnyResponse:
        if badges.offered != "yes":
            return redirect("/", 303)
        counter.turn_back(ticket())
        given = counter.ask()
        if given is None:
            return refused(Refused(TAKEN))
        answer = redirect("/badge", 303)
        answer.set_cookie(TICKET, given, secure=True, httponly=True, samesite="Strict")
        return answer

    @pages.get("/badge")
    def page() -> AnyResponse:
        if counter.entry(ticket()) is None:
            return redirect("/", 303)
        return make_response(render_template("badge.html", boot=glass.boot, hall=glass.hall))

    @pages.post("/badge/now")
    def now() -> AnyResponse:
        """Asked again and again by the page. When the clerk is inside the answer carries their cookie."""
        found = counter.entry(ticket())
        if found is None:
            return jsonify(at="over")
        who = counter.entered(ticket()) if found.at == "open" else None
        told = jsonify(at=found.at, said=found.said, remedy=found.remedy, left=found.left)
        if who is None:
            return told
        session = sessions.open(who)
        return entered(session, told) if isinstance(session, Session) else jsonify(at="over")

    @pages.post("/badge/pin")
    def pin() -> Response:
        counter.pin(ticket(), secret_body())
        return Response(status=204)

    @pages.post("/badge/back")
    def back() -> AnyResponse:
        counter.turn_back(ticket())
        gone = redirect("/", 303)
        gone.delete_cookie(TICKET, secure=True, httponly=True, samesite="Strict")
        return gone

    return pages
