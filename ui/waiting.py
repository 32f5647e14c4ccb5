"""What stands on the screen while the terminal cannot start: that it cannot, and why, for whoever can do something about it."""

from __future__ import annotations

from zlib import crc32

from flask import Flask, Response, jsonify, render_template, request
from jinja2 import StrictUndefined

from domain.placard import Placard
from kiosk.visit.pulse import GlassWatch
from ui.citizen.pulse import beat_of
from ui.guard import protect
from ui.words import install

EDITION = "waiting"
"""How its edition begins; never that of the citizen's page: each gives way to the other with its next beat, and so does one reason
to another.
"""
MOST_WHY = 600
"""Characters of the reason that are shown."""


def create_waiting(why: str, watch: GlassWatch, disk: Placard | None = None) -> Flask:
    """One page under every address. ``why``: as staff read it; ``watch`` is told of every beat; ``disk``: the data's disk cannot be
    used, and nobody knows what has become of what was handed in; who this terminal is is read from there then.
    """
    edition = f"{EDITION}{crc32(why.encode()):08x}"
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=4096)
    app.jinja_env.undefined = StrictUndefined
    install(app.jinja_env)
    protect(app)

    @app.get("/")
    @app.get("/<path:_anywhere>")
    def page(_anywhere: str = "") -> str:
        return render_template("waiting.html", why=why[:MOST_WHY], edition=edition, disk=disk)

    @app.post("/beat")
    def beat() -> Response | tuple[str, int]:
        if request.form:
            told = beat_of(request.form)
            if told is None:
                return "beat refused\n", 400
            watch.beaten(told, 0)
        return jsonify(boot=edition, edition=edition, serial=0, visit=False, help="", staff=False)

    @app.get("/pulse")
    def state() -> Response:
        told = watch.asked()
        return jsonify(state=told.state.value, age=told.age, visit=False)

    return app
