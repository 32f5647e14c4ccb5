"""The clerks' own web application: another one than the citizen's, with templates, scripts and a listener of its own."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from domain.names import pieces
from kiosk.visit.snapshot import Glass
from ui.citizen.intents import MAX_BODY
from ui.clerk.badges import Badges
from ui.clerk.pages import create_clerk_pages
from ui.clerk.seen import ClerkGlass
from ui.clerk.sessions import Sessions
from ui.clerk.streams import Streams
from ui.guard import protect


def create_clerk_app(glass: Glass, sessions: Sessions, badges: Badges, name: str, intake: str = "") -> tuple[Flask, Streams]:
    """Clerks' pages over ``glass``. ``name``: the one name or address this window is called by; ``intake``: where the intake
    window's pages are. The streams are to be stopped before the listener."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=200)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters["pieces"] = pieces
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    protect(app, name)
    pages, streams = create_clerk_pages(ClerkGlass(glass), sessions, badges, intake)
    app.register_blueprint(pages)
    return app, streams
