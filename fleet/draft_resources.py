"""The HTTP resources of drafts (``mqtt/resources.py``): a terminal brings one, a terminal of the same hall fetches it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException

from fleet.documents import TooLargeError, WrongContentError, WrongOffsetError
from fleet.drafts import Drafts, TooManyError
from fleet.store import Store
from mqtt.resources import MAX_DOCUMENT, DraftKept

_log = logging.getLogger(__name__)

_NOTED = {411: "no_length", 413: "too_large", 422: "wrong_draft", 429: "too_many"}
"""Refusals the console counts; a line that broke is none."""


def create_drafts(drafts: Drafts, store: Store, terminal: Callable[[], str]) -> Blueprint:
    """``terminal``: who this request's certificate says it is; refuses the request where it says nothing."""
    pages = Blueprint("drafts", __name__)

    @pages.put("/v1/drafts/<name>")
    def put_draft(name: str) -> Response:
        who = terminal()
        try:
            new, until = _keep(who, name)
        except HTTPException as error:
            if error.code in _NOTED:
                store.refused(f"PUT /v1/drafts {who}", _NOTED[error.code], time.time())
            raise
        kept = DraftKept(datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds"))
        return Response(msgspec.json.encode(kept), 201 if new else 200, mimetype="application/json")

    def _keep(who: str, name: str) -> tuple[bool, float]:
        size = request.content_length
        if size is None:
            abort(411)
        if size > MAX_DOCUMENT:
            abort(413)
        try:
            return drafts.keep(who, name, request.stream, size, time.time())
        except TooLargeError:
            abort(413)
        except WrongContentError:
            abort(422)
        except WrongOffsetError:
            abort(400)
        except TooManyError:
            abort(429)

    @pages.get("/v1/drafts/<name>")
    def get_draft(name: str) -> Response:
        who = terminal()
        try:
            path = drafts.fetch(who, name, time.time())
            sealed = path.read_bytes() if path is not None else None
        except TooManyError:
            store.refused(f"GET /v1/drafts {who}", "too_many", time.time())
            abort(429)
        except FileNotFoundError:
            sealed = None  # dropped in this very moment
        if sealed is None:
            abort(404)
        return Response(sealed, mimetype="application/octet-stream")

    @pages.delete("/v1/drafts/<name>")
    def delete_draft(name: str) -> Response:
        who = terminal()
        try:
            gone = drafts.drop(who, name, time.time())
        except TooManyError:
            abort(429)
        if not gone:
            abort(404)
        return Response(status=204)

    return pages
