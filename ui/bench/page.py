"""The bench: one page that stands for a technician's hands on the virtual hardware. For demonstration and development only.

What is shown is drawn here, part by part, from what the hardware says; what is done goes to the hardware's own interface
(``/api`` on the same origin), and comes back as a part that has changed.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, jsonify, render_template, request
from markupsafe import Markup

from ui.bench import parts
from ui.bench.live import Live
from ui.bench.sources import Sources
from ui.bench.speaker import played


def policy(screen: str) -> str:
    """Content-Security-Policy; ``screen``: the one address that may be framed, if any."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; "
        f"frame-src {screen or chr(39) + 'none' + chr(39)}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


def create_bench(sources: Sources) -> Blueprint:
    """``/`` and its files and parts under ``/bench``."""
    bench = Blueprint("bench", __name__, static_folder="static", static_url_path="/bench", template_folder="templates")
    live = Live(sources)

    def drawn(name: str, of: str = "") -> Markup:
        return Markup(render_template(f"bench/parts/{name}.html", **parts.data(name, sources, of)))  # noqa: S704 Jinja's own, escaped

    bench.add_app_template_filter(lambda label: _parted(label)[0], "name")
    bench.add_app_template_filter(lambda label: _parted(label)[1], "rest")

    @bench.get("/")
    def page() -> str:
        sources.opened()
        screen = sources.screen if "alone" not in request.args else ""
        return render_template("bench/page.html", part=drawn, screen=screen, framed=bool(sources.screen))

    @bench.get("/bench/part/<name>")
    def part(name: str) -> Markup:
        if name not in parts.names():
            abort(404)
        return drawn(name, request.args.get("of", ""))

    @bench.get("/bench/live")
    def told() -> Response:
        return Response(live.words(), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    @bench.get("/bench/heard/<int:n>.wav")
    def sound(n: int) -> Response:
        path = sources.heard / f"{n}.wav" if sources.heard is not None else None
        if path is None or not path.exists():
            abort(404)
        return Response(played(path), mimetype="audio/wav")

    @bench.get("/bench/account")
    def known() -> Response:
        return jsonify(sources.account() if sources.account else {})

    @bench.get("/bench/clerks")
    def at_work() -> Response:
        return jsonify(sources.clerks() if sources.clerks else [])

    @bench.get("/bench/phone")
    def messages() -> Response:
        return jsonify(sources.phone() if sources.phone else [])

    @bench.after_request
    def dress(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy(sources.screen)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
        return response

    return bench


def _parted(label: str) -> tuple[str, str]:
    """A card's label: whose it is, which stands on the card, and the rest."""
    found = re.match(r"([^，（]*)[，（]?(.*?)）?$", label)
    return (found.group(1), found.group(2)) if found else (label, "")
