"""The intake window (收件窗口): the queue of what is to be done, and everything that serves it in one process."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask, render_template, request

from domain.calendar import CHINA
from domain.case.deadlines import Timer
from domain.case.lifewords import STANDINGS, STATES, TERMS
from domain.casepapers.handover_list import yuan
from domain.catalogue.catalogue import load
from domain.names import pieces
from domain.staff.duties import Right
from fleet.casework.client import CentreError
from fleet.clerks.held import Held
from fleet.desk.clerk_gate import guard, staff
from fleet.desk.clerks import ClerkKeeper
from fleet.desk.settings import read_catalogue
from fleet.keys.keyring import read_keys
from fleet.overview import local_text, local_time
from fleet.protection.kept import Count
from fleet.protection.pages import create_record
from fleet.settings import SettingsError, secret
from fleet.web import InMemory, Server, harden
from fleet.window import words, work
from fleet.window.cases import create_cases
from fleet.window.ledger import Ledger
from fleet.window.parcels import create_parcels
from fleet.window.scanning import Scanner
from fleet.window.settings import WindowSettings
from fleet.window.statement import create_statement
from fleet.window.web import MOST_BODY, trouble
from fleet.window.window import Standing, Window
from fleet.window.work import Task
from mqtt.serving import ThreadServer

_log = logging.getLogger(__name__)

RIGHTS = {"cases": Right.PRECHECK, "parcels": (Right.PASS_ON, Right.PRECHECK)} | {
    f"parcels.{one}": Right.PASS_ON for one in ("scan", "check", "send", "arriving_scan", "counted")
}
"""Endpoint or blueprint → what it needs."""
OTHERS = "这件是别的工作人员打开的。要看，请自己写明事由打开。"
ORDER: tuple[Task, ...] = ("precheck", "originals", "send", "post", "receive", "give_back")


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the queue; ``due``: the nearest term that is the window's or warns of its work."""

    one: Standing
    tasks: tuple[Task, ...]
    due: Timer | None


class WindowProcess:
    """``SettingsError`` when a secret's file is not private or the catalogue cannot be used; ``OSError`` when the port is taken."""

    def __init__(self, settings: WindowSettings) -> None:
        keys = read_keys(settings.key_file, settings.token)
        ledger = Ledger(settings.centre, settings.party, secret(settings.token_file), settings.ca)
        scanner = Scanner(settings.reader) if settings.reader is not None else None
        self.window = Window(settings, ledger, keys, read_catalogue(settings.catalogue) or load())
        authority = settings.authority or (Path(settings.ca) if settings.ca is not None else None)
        held = Held(ledger.accounts, authority, settings.data, f"window:{settings.party}")
        self.keeper = ClerkKeeper(held, self.window.journal)
        self.app = create_window_app(self.window, scanner, self.keeper)
        self._server = _server(self.app, settings)

    @property
    def address(self) -> str:
        return self._server.address

    def start(self) -> None:
        self.keeper.held.start()
        self.window.sender.start()
        self._server.start()

    def stop(self) -> None:
        """Within four seconds; everything opened is forgotten with the process."""
        self._server.stop()
        self.keeper.held.stop()
        self.window.close()


def _server(app: Flask, settings: WindowSettings) -> Server | ThreadServer:
    """Plain on the loopback; over TLS for clerks' computers. ``SettingsError``: a certificate or key that cannot be used."""
    host, port = settings.listen.host, settings.listen.port
    if settings.tls is None:
        return Server(app, host, port, threads=6, most_body=MOST_BODY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls.certificate, settings.tls.key)
    except OSError as error:
        raise SettingsError(f"[tls] 的证书或私钥不能用：{error.strerror or error}") from None
    return ThreadServer(app, host, port, context, most_body=MOST_BODY, threads=8)


def create_window_app(window: Window, scanner: Scanner | None, keeper: ClerkKeeper) -> Flask:
    settings = window.settings
    app = Flask("fleet.window", static_folder="../static", static_url_path="/static")
    app.request_class = InMemory
    app.jinja_env.filters.update(clock=local_time, local=local_text, pieces=pieces, party=window.place, yuan=yuan, day=_day)
    app.jinja_env.filters["refusal"] = words.refused
    app.jinja_env.globals.update(
        place_said=f"{settings.window} · {settings.name}",
        sheet="window.css",
        window=settings.name,
        hall=settings.window,
        states=STATES,
        terms=TERMS,
        standings=STANDINGS,
        tasks_said=words.TASKS,
    )
    app.jinja_env.globals["terminal"] = settings.terminal
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    harden(app, settings.tls.name if settings.tls is not None else None, settings.terminal)

    @app.context_processor
    def _waiting() -> dict[str, object]:
        return {"unsent": len(window.book.waiting()), "today": window.now().date()}

    @app.errorhandler(CentreError)
    def _no_centre(error: CentreError) -> tuple[str, int]:
        return trouble(str(error), 502)

    @app.get("/")
    def queue() -> str:
        standings = window.standings()
        rows = [_row(window, one) for one in standings if not one.life.electronic]
        todo = sorted((row for row in rows if row.tasks), key=_urgency)
        quiet = [row for row in rows if not row.tasks and row.one.life.state.value != "closed"]
        electronic = sum(one.life.electronic for one in standings)
        counts = [(task, sum(task in row.tasks for row in todo)) for task in ORDER]
        refused = [(w, STATES) for w in window.book.refused(5)]
        return render_template("queue.html", todo=todo, quiet=quiet, electronic=electronic, counts=counts, refused=refused)

    app.register_blueprint(create_cases(window))
    app.register_blueprint(create_parcels(window, scanner))
    app.register_blueprint(create_statement(window))
    app.register_blueprint(create_record(window.journal, "window", lambda: _counts(window)))
    guard(app, keeper, RIGHTS)

    @app.before_request
    def _own_openings() -> tuple[str, int] | None:
        """What somebody opened for a reason is theirs: its address lets nobody else in."""
        opened = window.openings.get((request.view_args or {}).get("name", ""))
        return trouble(OTHERS, 403) if opened is not None and opened.staff != staff() else None

    return app


def _counts(window: Window) -> dict[str, Count]:
    """What lies here now, by the rule that ends it."""
    return {
        "window-opened": Count(len(window.openings)),
        "window-sealed": Count(*window.book.lying()),
        "window-journal": Count(window.journal.count()),
    }


def _row(window: Window, one: Standing) -> Row:
    timers = window.timers(one)
    return Row(one, work.tasks(one.life), timers[0] if timers else None)


def _urgency(row: Row) -> tuple[int, date, str]:
    """What must be done by a day first, the nearest first; then by when it came."""
    return (0, row.due.due.day, row.one.case.entry.taken_at) if row.due else (1, date.max, row.one.case.entry.taken_at)


def _day(moment: object) -> str:
    when = moment.astimezone(CHINA).date() if hasattr(moment, "astimezone") else moment
    return f"{when:%Y-%m-%d}"
