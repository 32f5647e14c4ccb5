"""Every kind of page in every kind of outage, and how long after the service answers again each is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

from flask import Flask
from playwright.sync_api import Browser, Page, Route
from screens_glass import ScreenGlass, served
from screens_walk import rich_catalogue, walk

from kiosk.visit.snapshot import PaperState
from ui.app import create_app
from ui.public.pages import create_public

TYPED = "13"
PATIENCE = 60.0
DAY = date(2026, 11, 26)
BACK = """(serial) => {
  const live = document.getElementById('live');
  return document.getElementById('cover').hidden && (!live || live.dataset.serial === String(serial));
}"""


class Nobody:
    """Behind the open pages: nothing is printed, nothing reported."""

    def print(self, _home: str, _item: str, _situation: str) -> str | None:
        return None

    def paper(self, _job: str) -> PaperState | None:
        return None

    def report(self, *_told: object) -> bool:
        return True


@dataclass
class Stand:
    """One page over a service of its own. ``away`` ends the service as a kill does, ``back`` starts it anew on its port."""

    kind: str
    glass: ScreenGlass
    app: Flask
    page: Page
    open_at: str = ""
    port: int = 0
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.open_at}"

    def start(self) -> None:
        self.port = int(self._running.enter_context(served(self.app, self.port)).rpartition(":")[2])

    def away(self) -> None:
        self._running.close()

    def back(self) -> None:
        """Another process: another boot, and serials that begin again."""
        self.glass.boot = f"boot-{time.monotonic_ns()}"
        self.start()

    def told(self) -> bool:
        return bool(self.page.evaluate(BACK, self.glass.snapshot().serial))

    def typed(self) -> str | None:
        field_of = self.page.locator("#ask-input")
        return field_of.input_value() if field_of.count() else None


@contextmanager
def stands(browser: Browser) -> Iterator[dict[str, Stand]]:
    """首屏, 办理中, 正在填写 and 公开页面, each loaded and heard of."""
    with ExitStack() as stack:
        found = {}
        for kind, screen, path in (
            ("首屏", "welcome", "/"),
            ("办理中", "prepare", "/"),
            ("正在填写", "form-mobile", "/"),
            ("公开页面", "welcome", "/open/contacts"),
        ):
            glass = ScreenGlass(rich_catalogue())
            next(name for name in walk(glass) if name == screen)
            app, nobody = create_app(glass), Nobody()
            app.register_blueprint(create_public(glass, nobody, nobody, lambda: DAY))
            context = browser.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
            stack.callback(context.close)
            stand = Stand(kind, glass, app, context.new_page(), path)
            stack.callback(stand.away)
            stand.start()
            stand.page.goto(stand.address)
            found[kind] = stand
        for digit in TYPED:
            found["正在填写"].page.locator(f'.key[data-key="{digit}"]').tap()
        yield found


Outage = Callable[[list[Stand]], None]
"""Ends when the service answers again, of all stands."""


def killed(seconds: float) -> Outage:
    def outage(all_: list[Stand]) -> None:
        for stand in all_:
            stand.away()
        _wait(all_, seconds)
        for stand in all_:
            stand.back()

    return outage


def unavailable(seconds: float) -> Outage:
    """Something answers in the service's place, with 503."""

    def outage(all_: list[Stand]) -> None:
        for stand in all_:
            stand.away()
        with ExitStack() as stack:
            for stand in all_:
                stack.enter_context(_sorry(stand.port))
            _wait(all_, seconds)
        for stand in all_:
            stand.back()

    return outage


def first_refused(seconds: float) -> Outage:
    """The page comes, and whatever it asks for first does not: refused, as by a service that is about to end."""

    def refuse(route: Route) -> None:
        route.abort("connectionrefused")

    def outage(all_: list[Stand]) -> None:
        for stand in all_:
            for path in ("**/events", "**/beat", "**/screen*"):
                stand.page.route(path, refuse)
            if stand.typed() is None:
                stand.page.reload()
        _wait(all_, seconds)
        for stand in all_:
            stand.page.unroute_all()

    return outage


def frozen(seconds: float) -> Outage:
    """Connections are taken and nothing is answered, on open streams neither: as of a process that is stopped."""

    def outage(all_: list[Stand]) -> None:
        held = threading.Event()
        for stand in all_:
            inner = stand.app.wsgi_app

            def slow(environ: object, start: object, inner: object = inner) -> object:
                held.wait(PATIENCE)
                return inner(environ, start)  # type: ignore[operator]

            stand.app.wsgi_app = slow  # type: ignore[method-assign, assignment]
            stand.glass.wait = lambda serial, timeout, glass=stand.glass: (
                held.wait(PATIENCE),
                ScreenGlass.wait(glass, serial, timeout),
            )[1]  # type: ignore[method-assign]
        _wait(all_, seconds)
        held.set()

    return outage


OUTAGES: dict[str, Outage] = {
    "进程被杀，20 秒": killed(20),
    "进程被杀，60 秒": killed(60),
    "503，5 秒": unavailable(5),
    "首次连接被拒": first_refused(5),
    "服务停住，15 秒": frozen(15),
}


def recover(all_: list[Stand], outage: Outage) -> dict[str, float]:
    """Seconds from the service's answering again to each page's showing what is so now, by the kind of page."""
    outage(all_)
    began = time.monotonic()
    back: dict[str, float] = {}
    for stand in all_:
        stand.glass.show(card_lies=not stand.glass.snapshot().card_lies)
    while len(back) < len(all_):
        for stand in all_:
            if stand.kind not in back and stand.told():
                back[stand.kind] = time.monotonic() - began
        assert time.monotonic() - began < PATIENCE, f"never back: {[s.kind for s in all_ if s.kind not in back]}"
        all_[0].page.wait_for_timeout(20)
    return back


def _wait(all_: list[Stand], seconds: float) -> None:
    """Let the pages go on, and each find out that the service is away."""
    all_[0].page.wait_for_timeout(seconds * 1000)


@contextmanager
def _sorry(port: int) -> Iterator[None]:
    class Sorry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        do_POST = do_GET  # noqa: N815 (http.server's own names)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", port), Sorry)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
