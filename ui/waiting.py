"""What stands on the screen while the terminal cannot start: that it cannot, and why, for whoever can do something about it."""

from __future__ import annotations

from flask import Flask, Response, jsonify, render_template, request
from jinja2 import StrictUndefined

from kiosk.visit.pulse import GlassWatch
from ui.citizen.pulse import beat_of
from ui.guard import protect
from ui.words import install

EDITION = "waiting"
"""Never that of the citizen's page: each gives way to the other with its next beat."""
MOST_WHY = 600
"""Characters of the reason that are shown."""


def create_waiting(why: str, watch: GlassWatch) -> Flask:
    """One page under every address. ``why``: as staff read it; ``watch`` is told of every beat."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=4096)
    app.jinja_env.undefined = StrictUndefined
    install(app.jinja_env)
    protect(app)

    @app.get("/")
    @app.get("/<path:_anywhere>")
    def page(_anywhere: str = "") -> str:
        return render_template("waiting.html", why=why[:MOST_WHY], edition=EDITION)

    @app.post("/beat")
    def beat() -> Response | tuple[str, int]:
        if request.form:
            told = beat_of(request.form)
            if told is None:
                return "beat refused\n", 400
            watch.beaten(told, 0)
        return jsonify(boot=EDITION, edition=EDITION, serial=0, visit=False, help="", staff=False)

    @app.get("/pulse")
    def state() -> Response:
        told = watch.asked()
        return jsonify(state=told.state.value, age=told.age, visit=False)

    return app
