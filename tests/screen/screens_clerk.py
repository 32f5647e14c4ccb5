"""A window for the tests: the clerks' pages over the tests' glass, with real accounts."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from screens_glass import ScreenGlass
from support import clerk_accounts as accounts
from support.door import TestClock
from support.window_tls import certified, free_port
from werkzeug.test import TestResponse

from domain.staff.duties import Duty
from kiosk.settings import ClerkSettings
from kiosk.staff.clerks import Clerks
from kiosk.staff.memory import Memory
from kiosk.window.browsers import Browsers
from kiosk.window.listener import Listener
from ui.citizen.intents import MAX_BODY
from ui.clerk.app import create_clerk_app
from ui.clerk.badges import Badges
from ui.clerk.presence import Presence, look
from ui.clerk.sessions import Sessions, Times

NAME = "window.test"
HERE = {"Origin": f"https://{NAME}"}
WANG, LI, DISPATCH = "C012", "C034", "C056"


class Window:
    """``glass`` at a window terminal where 王试岗 (C012, leads), 李试柜 (C034) and 赵试送 (C056, dispatches) have accounts."""

    def __init__(self, folder: Path, glass: ScreenGlass, times: Times | None = None) -> None:
        self.glass = glass
        glass.hall = replace(glass.hall, setting="window", clerks=True, drafts=True, handover=True, pages=True)
        glass.rules = replace(glass.rules, clerks=True, window=True, handover=True)
        self.now = datetime.now().astimezone()
        self.document = accounts.document(
            accounts.clerk(WANG, "王试岗", (Duty.LEADER,)),
            accounts.clerk(LI, "李试柜", (Duty.INTAKE,)),
            accounts.clerk(DISPATCH, "赵试送", (Duty.DISPATCH,)),
            now=self.now - timedelta(minutes=1),
        )
        self.memory = Memory(folder / "staff.db")
        self.clerks = Clerks(lambda: self.document, self.memory, _Clock(), battery_clock=True)
        self.clock = 1000.0
        self.sessions = Sessions(self.clerks, times or Times(), lambda: self.clock)
        self.browsers = Browsers(folder / "browsers.key")
        self.app, self.streams = create_clerk_app(glass, self.sessions, Badges(None, self.browsers), NAME)

    def browser(self, login: str = WANG) -> Browser:
        """A browser in which ``login`` is signed in."""
        return Browser(self).sign_in(login)

    def close(self) -> None:
        self.streams.stop()
        self.memory.close()


class _Clock(TestClock):
    """Civil time as it is: a code is good now."""

    def __init__(self) -> None:
        super().__init__()

    def now(self) -> datetime:
        return datetime.now().astimezone()


class Browser:
    """What a clerk's browser does, without one."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.client: FlaskClient = window.app.test_client()
        self.page = ""

    def get(self, path: str = "/") -> TestResponse:
        return self.client.get(path, base_url=f"https://{NAME}")

    def post(self, path: str, **fields: object) -> TestResponse:
        return self.client.post(path, base_url=f"https://{NAME}", headers=HERE, data=fields)

    def sign_in(self, login: str, password: str = accounts.PASSWORD, code: str | None = None) -> Browser:
        typed = accounts.code(login, time.time()) if code is None else code
        self.answer = self.post("/sign-in", login=login, password=password, code=typed)
        self.page = self.get().text
        return self

    def look(self) -> Browser:
        self.page = self.get("/work").text
        return self

    @property
    def seen(self) -> dict[str, str]:
        """What goes along with every form of this page."""
        return {name: _hidden(self.page, name) for name in ("visit", "version", "token")}

    def do(self, name: str, **fields: object) -> Browser:
        """As the page stands that this browser shows."""
        self.answer = self.post(f"/act/{name}", **{**self.seen, **fields})
        if self.answer.status_code != 302:
            self.page = self.answer.text
        return self

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page, re.S)
        return found.group(1) if found else ""


@contextmanager
def listening(window: Window, folder: Path, intake: str = "") -> Iterator[tuple[str, str]]:
    """The clerks' pages on their listener, and what looks after presence: (address, digest of the key for Chromium to believe)."""
    certificate, key = certified(folder)
    settings = ClerkSettings("127.0.0.1", free_port(), "127.0.0.1", certificate, key)
    app, streams = create_clerk_app(window.glass, window.sessions, Badges(None, window.browsers), settings.name, intake)
    listener = Listener(app, settings, folder / "authority" / "ca.pem", MAX_BODY, _Clock(), lambda: None)
    presence = Presence(window.glass, window.sessions, window.glass.tell)
    listener.start()
    presence.start()
    try:
        assert listener.fault is None, listener.fault
        public = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        yield listener.address or "", base64.b64encode(hashlib.sha256(spki).digest()).decode()
    finally:
        streams.stop()
        presence.stop()
        listener.stop()


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found.group(1) if found else ""


@contextmanager
def standing(folder: Path, glass: ScreenGlass, times: Times | None = None) -> Iterator[Window]:
    window = Window(folder, glass, times)
    try:
        yield window
    finally:
        window.close()


def present(window: Window) -> None:
    """One turn of what looks after presence on a terminal."""
    look(window.glass, window.sessions, window.glass.tell)
