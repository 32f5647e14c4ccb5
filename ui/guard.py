"""What every answer carries and what no request may lack, so that only a page of our own drives the visit: the terminal's, or at a
window the clerk's. A cookie is not enough.

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


def policy(posts_to: str) -> str:
    """The policy of a page whose forms may go to that address too."""
    return _POLICY.replace("form-action 'self'", f"form-action 'self' {posts_to}")


def protect(app: Flask, name: str | None = None) -> None:
    """Put the checks before and the headers after every route of ``app``, those of later blueprints included. ``name``: the one
    name its pages are served as over TLS; without one they are the loopback's.
    """
    names = _LOOPBACK if name is None else {name.strip("[]").lower()}
    headers = _HEADERS if name is None else {**_HEADERS, "Strict-Transport-Security": "max-age=31536000"}

    @app.before_request
    def _check() -> Response | None:
        if urlsplit(f"//{request.host}").hostname not in names:
            return _refused("Host")
        # A page elsewhere cannot read our answers, but asking alone would do harm: a second event stream ends the first.
        from_elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if from_elsewhere and request.headers.get("Sec-Fetch-Mode") != "navigate":
            return _refused("site")
        foreign = request.headers.get("Origin") != f"{request.scheme}://{request.host}"
        return _refused("Origin") if foreign and request.method not in ("GET", "HEAD", "OPTIONS") else None

    @app.after_request
    def _dress(response: Response) -> Response:
        for header, value in headers.items():
            response.headers.setdefault(header, value)
        response.headers["Cache-Control"] = _kept()
        return response


def _refused(what: str) -> Response:
    logger.warning("request refused: foreign %s", what)
    return Response(f"{what} refused\n", status=403, mimetype="text/plain")


def _kept() -> str:
    """A file of the page is kept for good under the address that names its edition: no touch waits for the same picture again."""
    if request.endpoint != "static":
        return "no-store"
    return "max-age=31536000, immutable" if "v" in request.args else "no-cache"
