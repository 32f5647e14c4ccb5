"""The console: one page, rendered on the server; a few lines of script fetch its live part again every five seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from flask import Flask, render_template

from fleet import corrections, words
from fleet.authority.authority import Identity
from fleet.overview import Overview, local_text, local_time, overview
from fleet.presence import Hearing
from fleet.progress import progress
from fleet.store import Store
from fleet.web import harden

MAX_TOKEN = 64
"""Characters; the contract's own limit (``mqtt.messages.CaseTaken``)."""


def create_console(
    store: Store,
    places: Mapping[str, str],
    parties: Mapping[str, str],
    hearing: Callable[[], Hearing],
    identity: Callable[[str], Identity],
) -> Flask:
    """``places``: terminal → where it stands; ``parties``: party → its name; ``identity``: what the authority's books say."""
    app = Flask("fleet.console", static_folder="../static", static_url_path="/static")
    app.jinja_env.filters["clock"] = local_time
    app.jinja_env.filters["local"] = local_text
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    harden(app)

    def now() -> Overview:
        return overview(store, places, parties, hearing(), identity, time.time())

    @app.get("/")
    def page() -> str:
        return render_template("console.html", view=now(), levels=words.RATINGS)

    @app.get("/progress/<token>")
    def how_far(token: str) -> tuple[str, int]:
        found = progress(store, token, parties) if len(token) <= MAX_TOKEN else None
        return render_template("progress.html", found=found), 200 if found else 404

    @app.get("/corrections")
    def corrections_page() -> str:
        with store.reading() as db:
            found = corrections.found(db)
        return render_template("corrections.html", found=found, parties=parties, places=places, parts=words.PARTS)

    @app.get("/live")
    def live() -> str:
        return render_template("live.html", view=now(), levels=words.RATINGS)

    return app
