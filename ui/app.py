"""The terminal's own web application, for the one browser on its loopback address."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from domain.spelling.characters import Characters
from domain.spelling.port import Spelling
from kiosk.visit.ink import Ink
from kiosk.visit.pulse import GlassWatch
from kiosk.visit.snapshot import Glass
from kiosk.visit.voice import Voice
from ui.citizen.intents import MAX_BODY
from ui.citizen.pages import create_pages
from ui.citizen.pulse import create_pulse
from ui.citizen.signing import create_signing
from ui.citizen.speech import Speech, create_speech
from ui.citizen.spelling import create_spelling
from ui.compiled import configure
from ui.edition import edition
from ui.guard import protect
from ui.look import keep

PPI = 102.4
"""Pixels an inch of a 21.5 inch panel of 1080 × 1920; the settings say another panel's."""
_INCH = 25.4


def create_app(
    glass: Glass,
    ppi: float = PPI,
    watch: GlassWatch | None = None,
    spelling: Spelling | None = None,
    knocks: Callable[[], bool] = lambda: False,
    voice: Voice | None = None,
    ink: Ink | None = None,
) -> Flask:
    """The citizen's pages over ``glass``. Further blueprints registered on it come under the same guard. ``ppi``: the panel's
    density, from which every size of the pages is computed. ``watch`` is told of every beat of the page. ``spelling``: what
    Chinese is typed with; without one, the tables. ``knocks``: staff laid a badge down, and the screen goes to their door.
    ``voice``: what says screens aloud; without one it is not offered. ``ink`` holds what is being signed, longer than these pages.
    """
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=200)
    configure(app.jinja_env)
    protect(app)
    app.after_request(keep)
    app.jinja_env.globals["edition"] = now = edition()
    app.url_defaults(lambda endpoint, values: values.update(v=now) if endpoint == "static" else None)
    app.jinja_env.globals["voiced"] = voice is not None
    speech, ink = Speech(glass, voice), ink or Ink()
    app.register_blueprint(create_pages(glass, ppi / _INCH, speech, ink))
    app.register_blueprint(create_signing(glass, ink))
    app.register_blueprint(create_speech(glass, speech))
    app.register_blueprint(create_pulse(glass, watch, now, knocks))
    app.register_blueprint(create_spelling(glass, spelling or Characters()))
    return app
