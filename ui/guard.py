"""What every answer carries and what no request may lack, so that only the terminal's own browser page drives the visit.

A page of another origin can make a browser send requests to the loopback address, and a name can be made to resolve to
it (DNS rebinding): hence Host, Origin and Sec-Fetch-Site (W3C Fetch Metadata).
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import Flask, Response, request

logger = logging.getLogger(__name__)

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it the browser sends `Origin: null` on our own posts.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=()",
}


def protect(app: Flask) -> None:
    """Put the checks before and the headers after every route of ``app``, those of later blueprints included."""
    app.before_request(_check)
    app.after_request(_dress)


def _check() -> Response | None:
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
        return _refused("Host")
    # A page elsewhere cannot read our answers, but asking alone would do harm: a second event stream ends the first.
    from_elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    if from_elsewhere and request.headers.get("Sec-Fetch-Mode") != "navigate":
        return _refused("site")
    foreign = request.headers.get("Origin") != f"{request.scheme}://{request.host}"
    return _refused("Origin") if foreign and request.method not in ("GET", "HEAD", "OPTIONS") else None


def _refused(what: str) -> Response:
    logger.warning("request refused: foreign %s", what)
    return Response(f"{what} refused\n", status=403, mimetype="text/plain")


def _dress(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Cache-Control"] = _kept()
    return response


def _kept() -> str:
    """A file of the page is kept for good under the address that names its edition: no touch waits for the same picture again."""
    if request.endpoint != "static":
        return "no-store"
    return "max-age=31536000, immutable" if "v" in request.args else "no-cache"
