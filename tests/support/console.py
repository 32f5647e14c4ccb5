"""The centre's console with something to show: a store with seeded data, browsers signed in by role, and the console served.

Each subject seeds its own in a module of its own (``console_<subject>.py``: a function of the store and the time), named here in
:data:`SEEDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from support import items
from support.centre_db import folder_of, new_database
from support.console_alerts import alerting, seed_alerts
from support.console_board import KNOWN, seed_board, seed_history
from support.console_items import seed_items
from support.console_reports import seed_reports
from support.console_steering import seed_steering
from support.console_tickets import box, seed_tickets

from fleet.alerts.alerting import Alerting
from fleet.authority.authority import Identity
from fleet.board.board import Board
from fleet.board.streams import Streams
from fleet.console.app import create_console
from fleet.documents import Documents
from fleet.items.published import Shelf
from fleet.items.signing import Keys
from fleet.known import Known
from fleet.people import accounts, sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role
from fleet.presence import Hearing
from fleet.store import Store
from fleet.tickets.opened import Box
from mqtt.serving import ThreadServer

NOW = 1_793_931_600.0
"""Friday, 6 November 2026, 10:20 in Beijing; the console's clock stands there until a test moves it."""
SEEDS: tuple[Callable[[Store, float], None], ...] = (seed_history, seed_board, seed_tickets, seed_reports, seed_steering)


@dataclass
class Console:
    """``now`` may be moved; ``since``: from when on the centre hears its terminals, ``None`` while it does not.
    ``box``: with the key to what raters wrote; ``catalogue``: what is published, and the keys that lie here.
    """

    store: Store
    now: float = NOW
    since: float | None = NOW - 86400.0
    box: Box | None = None
    catalogue: tuple[Shelf, Keys] | None = None
    alerts: Alerting | None = None
    known: Known = KNOWN
    app: Flask = field(init=False)
    streams: Streams = field(init=False)
    _cookies: dict[tuple[Grant, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        board = Board(self.store, self.known, lambda: Hearing(self.since), lambda: self.now)
        self.streams = Streams(board)
        self.app = create_console(
            self.store,
            self.known,
            lambda: Hearing(self.since),
            _in_order,
            lambda: self.now,
            self.box,
            self.catalogue,
            alerts=self.alerts,
            documents=Documents(folder_of(self.store) / "documents"),
            board=board,
            streams=self.streams,
        )

    def cookie(self, *grants: Grant) -> str:
        """A session of somebody with these grants; without the door, whose hashing takes its time."""
        if grants not in self._cookies:
            login = f"who-{len(self._cookies)}"
            with self.store.transaction() as db:
                made = (login, "王测试", self.now)
                db.execute("INSERT INTO people (login, name, password, totp, made) VALUES (?, ?, '-', '-', ?)", made)
                for one in grants:
                    accounts.grant(db, login, one, self.now, "test")
                self._cookies[grants] = sessions.begin(db, login, self.now)
        return self._cookies[grants]

    def client(self, role: Role = Role.OPERATOR, party: str = ALL) -> FlaskClient:
        """A browser in which somebody of ``role`` for ``party`` is signed in."""
        client = self.app.test_client()
        client.set_cookie(COOKIE, self.cookie(Grant(role, party)))
        return client


@contextmanager
def console(folder: Path, *seeds: Callable[[Store, float], None]) -> Iterator[Console]:
    """A new store in ``folder`` with what ``seeds`` put there; with everybody's when none is named."""
    with closing(Store(new_database(folder / "centre.db"))) as store:
        if not seeds:
            seed_alerts(store, folder, NOW)
        for seed in seeds or SEEDS:
            seed(store, NOW)
        catalogue = items.shelf(folder), items.keys(folder)
        if not seeds:
            seed_items(store, NOW, *catalogue)
        alerts = alerting(store, folder, lambda: NOW)
        try:
            yield Console(store, box=box(folder), catalogue=catalogue, alerts=alerts)
        finally:
            alerts.stop()


@contextmanager
def served(one: Console) -> Iterator[str]:
    """The console on a loopback port; its address."""
    server = ThreadServer(one.app, "127.0.0.1", 0, threads=8)
    server.start()
    try:
        yield server.address
    finally:
        one.streams.stop()
        server.stop()


def _in_order(_terminal: str) -> Identity:
    return Identity(NOW + 300 * 86400.0, revoked=False, cloned=False)
