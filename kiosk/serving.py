"""What a terminal serves, each on a listener of its own: the glass, the clerks at their browsers, and programs that read codes.

Whatever is started here is stopped by ``running``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from flask import Flask

from devices.camera.codes import ALL, read_code
from kiosk.clock import Clock
from kiosk.code_reader import create_code_reader, secret_of
from kiosk.enrolment.files import IdentityFiles
from kiosk.middle import Middle
from kiosk.settings import Settings
from kiosk.staff.clerks import Clerks
from kiosk.staff.counter import Counter
from kiosk.window.browsers import Browsers
from kiosk.window.listener import Listener
from ui.citizen.intents import MAX_BODY
from ui.clerk.app import create_clerk_app
from ui.clerk.badges import Badges
from ui.clerk.presence import Presence
from ui.clerk.sessions import Sessions, Times
from ui.compiled import compile_all
from ui.server import create_page_server


def serve_page(running: ExitStack, app: Flask, host: str, port: int, there: threading.Event) -> None:
    """The glass. ``there``: a page stands on it. ``OSError``: the port is taken."""
    _serve(running, app, host, port, "page")

    def compile_the_others() -> None:
        there.wait()  # the browser that starts wants every core
        compile_all(app.jinja_env)

    threading.Thread(target=compile_the_others, name="templates", daemon=True).start()


def serve_codes(running: ExitStack, settings: Settings, middle: Middle) -> None:
    """Codes before the camera, for programs beside this one, where the settings let them."""
    if settings.reader is None:
        return
    read = partial(read_code, settings.devices.camera.socket, formats=ALL)
    app = create_code_reader(read, lambda: middle.idle, secret_of(settings.reader))
    _serve(running, app, "127.0.0.1", settings.reader.port, "codes")


def serve_clerks(
    running: ExitStack,
    settings: Settings,
    middle: Middle,
    counter: Counter | None,
    clerks: Clerks,
    clock: Clock,
    news: Callable[[], None],
) -> None:
    """The window: clerks' pages by TLS, and word of whether the clerk who holds the visit is there."""
    own = settings.clerk
    if own is None:
        return
    sessions = Sessions(counter or clerks, Times(own.idle, own.total), clock.monotonic)
    running.callback(sessions.end_all)
    if counter is not None:
        counter.lifted = sessions.end_badge
    badges = Badges(counter, Browsers(settings.paths.data / "clerks-browsers.key"))
    app, streams = create_clerk_app(middle, sessions, badges, own.name, own.intake)
    listener = Listener(app, own, IdentityFiles(settings.centre.identity).authority, MAX_BODY, clock, news)
    presence = Presence(middle, sessions, middle.post)
    presence.start()
    running.callback(presence.stop)
    listener.start()
    running.callback(listener.stop)
    running.callback(streams.stop)


def _serve(running: ExitStack, app: Flask, host: str, port: int, name: str) -> None:
    server = create_page_server(app, host, port)
    threading.Thread(target=server.run, name=name, daemon=True).start()
    running.callback(server.close)
