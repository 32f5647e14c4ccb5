"""What every answer to a clerk's browser carries and what no request may lack: this window's name, our own origin, no cache."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import Flask, Response, request

logger = logging.getLogger(__name__)

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
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=()",
}


def protect(app: Flask, name: str) -> None:
    """Only requests to ``name``, posts only from pages of our own; a cookie is not enough."""

    @app.before_request
    def _check() -> Response | None:
        if (urlsplit(f"//{request.host}").hostname or "") != name.strip("[]").lower():
            return _refused("Host")
        from_elsewhere = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if from_elsewhere and request.headers.get("Sec-Fetch-Mode") != "navigate":
            return _refused("site")
        foreign = request.headers.get("Origin") != f"{request.scheme}://{request.host}"
        return _refused("Origin") if foreign and request.method not in ("GET", "HEAD", "OPTIONS") else None

    @app.after_request
    def _dress(response: Response) -> Response:
        for header, value in _HEADERS.items():
            response.headers.setdefault(header, value)
        response.headers["Cache-Control"] = "no-cache" if request.endpoint == "static" else "no-store"
        return response


def _refused(what: str) -> Response:
    logger.warning("clerk's request refused: foreign %s", what)
    return Response(f"{what} refused\n", status=403, mimetype="text/plain")
