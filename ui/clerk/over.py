"""To and from the intake window's pages, which are another process at another address: one typing signs in at both, and a way over
keeps who is signed in. See ``docs/decisions/one-typing-two-doors.md``.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request

from ui.guard import policy

AGAIN = "again"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def door(intake: str) -> str:
    """Where a sign-in form is posted to at the intake window; empty where no password may go: there is none, or it has no TLS."""
    there = urlsplit(intake)
    safe = there.scheme == "https" or there.hostname in _LOOPBACK
    return f"{there.scheme}://{there.netloc}/sign-in" if intake and safe else ""


def opened(page: Response, there: str) -> Response:
    """``page`` may post to ``there`` as well, and says then which page it is: with ``same-origin`` a browser says ``null``."""
    if there:
        page.headers["Content-Security-Policy"] = policy(there)
        page.headers["Referrer-Policy"] = "origin"
    return page


def stepped() -> Response | None:
    """Answers a way over from another site's page: a step of our own, with which the browser sends its Strict cookie."""
    came = request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site"
    return make_response(render_template("over.html")) if came and AGAIN not in request.args else None
