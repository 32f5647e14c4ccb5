"""``/health/live``, ``/health/ready`` and ``/metrics``, beside the console on its server.

Health says nothing worth hiding and is open on the loopback the console listens on. Metrics want their own token where the
settings give one; without it they are for this machine only, and nothing that came through a proxy counts as this machine.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from flask import Flask, Response, abort, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from fleet.machine.health import Machine, readiness
from fleet.machine.metrics import Metrics
from fleet.tokens import bearer
from fleet.web import harden
from mqtt.broker import is_loopback

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def watch(console: Flask, machine: Machine, metrics: Metrics, token: str | None, now: Callable[[], float]) -> None:
    """Put them beside ``console``. ``token``: SHA-256 of the one that reads the metrics."""
    health, figures = _health(machine, now), _figures(metrics, token)
    console.wsgi_app = DispatcherMiddleware(console.wsgi_app, {"/health": health, "/metrics": figures})  # type: ignore[method-assign]


def _health(machine: Machine, now: Callable[[], float]) -> Flask:
    app = Flask("fleet.machine.health", static_folder=None)
    harden(app)

    @app.get("/live")
    def live() -> Response:
        return Response(status=204)

    @app.get("/ready")
    def ready() -> Response:
        found = readiness(machine, now())
        return Response(msgspec.json.encode(found), 200 if found.ready else 503, mimetype="application/json")

    return app


def _figures(metrics: Metrics, token: str | None) -> Flask:
    app = Flask("fleet.machine.metrics", static_folder=None)
    harden(app)

    @app.get("/", strict_slashes=False)
    def figures() -> Response:
        if token is not None:
            if bearer(request.headers.get("Authorization"), {"metrics": token}) is None:
                return Response(status=401, headers={"WWW-Authenticate": 'Bearer realm="metrics"'})
        elif not is_loopback(request.remote_addr or "") or any(name in request.headers for name in _FORWARDED):
            abort(403)
        return Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return app
