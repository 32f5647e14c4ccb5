"""The interface as an application of its own, put below the console's: :data:`BASE`."""

from __future__ import annotations

import msgspec
from flask import Flask, Response
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from fleet.api import (
    alerts,
    cases,
    commands,
    conditions,
    corrections,
    items,
    people,
    record,
    reports,
    steering,
    terminals,
    tickets,
    tokens,
)
from fleet.api.document import document
from fleet.api.door import PACE, answered, open_door
from fleet.api.frame import Api, Site
from fleet.web import harden

BASE = "/api/v1"
SUBJECTS = (terminals, conditions, alerts, commands, steering, cases, corrections, items, tickets, reports, people, tokens, record)
"""In the order the document has them."""


def routes() -> Api:
    """Every route there is."""
    api = Api()
    for subject in SUBJECTS:
        subject.routes(api)
    return api


def create_interface(site: Site, *, pace: tuple[str, str] | None = PACE) -> Flask:
    """``pace``: how often one token and one address may ask; ``None``: as often as they like."""
    app = Flask("fleet.api", static_folder=None)
    harden(app)
    open_door(app, pace)
    api = routes()
    described = msgspec.json.encode(document(api.routes, BASE))
    for one in api.routes:
        app.add_url_rule(one.path, f"{one.method} {one.path}", answered(api, one, site), methods=[one.method])

    @app.get("/openapi.json")
    def openapi() -> Response:
        return Response(described, mimetype="application/json")

    return app


def mount(console: Flask, interface: Flask) -> None:
    """Put ``interface`` below :data:`BASE` of ``console``: one server, and each with its own door."""
    console.wsgi_app = DispatcherMiddleware(console.wsgi_app, {BASE: interface})  # type: ignore[method-assign]
