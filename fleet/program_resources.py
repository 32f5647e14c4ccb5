"""``GET /v1/programs/{digest}``: a program's archive, to terminals, in parts (``mqtt/desired.py``)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, send_file
from werkzeug.wrappers import Response

from fleet.programs import Programs


def create_programs(programs: Programs, terminal: Callable[[], str]) -> Blueprint:
    """``terminal``: who asks; refuses whoever is none."""
    pages = Blueprint("programs", __name__)

    @pages.get("/v1/programs/<digest>")
    def get_program(digest: str) -> Response:
        terminal()
        try:
            path = programs.path(digest)
        except ValueError:
            abort(404)
        if not path.is_file():
            abort(404)
        return send_file(path, mimetype="application/x-xz", etag=digest, conditional=True)

    return pages
