"""What a centre answers: the resources for terminals and desks, and the console with its interface for programs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from fleet.alerts.alerting import Alerting
from fleet.alerts.sites import of_settings
from fleet.board.board import Board
from fleet.board.streams import MOST, Streams
from fleet.console.app import create_console
from fleet.drafts import Drafts
from fleet.http import create_api
from fleet.items import signing
from fleet.items.published import Shelf
from fleet.machine.health import Machine
from fleet.machine.metrics import Metrics
from fleet.machine.pages import watch
from fleet.people.oidc import provider
from fleet.presence import Hearing
from fleet.running.ground import Ground
from fleet.settings import RatingSettings, SettingsError
from fleet.tickets.opened import Box, rating_keys
from fleet.tls import TlsServer, shown
from mqtt.resources import MAX_DOCUMENT
from mqtt.serving import ThreadServer

_log = logging.getLogger(__name__)

MOST_FORM = 1024 * 1024
"""Bytes of what a form carries beside a catalogue."""
_THREADS = 10
"""Of the console, beside those its streams hold."""
_LOOK = 600.0
"""Seconds between two looks, whether the server's certificate is another one: they are renewed months before they end."""


class Pages:
    """Binds its ports when made (``OSError``). ``SettingsError``."""

    def __init__(self, ground: Ground, drafts: Drafts, hearing: Callable[[], Hearing], machine: Machine, metrics: Metrics) -> None:
        settings, store, known = ground.settings, ground.store, ground.known
        tokens = {entry.party: entry.token_sha256 for entry in settings.homes if entry.token_sha256}
        intakes = {entry.party: entry.token_sha256 for entry in settings.intakes}
        if set(intakes.values()) & set(tokens.values()):
            raise SettingsError("设置有误：intakes 与 homes 的凭据不能相同，收件窗口不能当业务属地专窗")
        self.drafts = drafts
        self._certificate = ground.folder.server
        self._shown = self._certificate.stat().st_mtime_ns
        self._ended = threading.Event()
        self._upkeep = threading.Thread(target=self._look, name="certificate", daemon=True)
        with ExitStack() as undone:
            api = create_api(
                store,
                ground.documents,
                ground.bodies,
                drafts,
                ground.authority,
                tokens,
                shown,
                intakes,
                ground.accounts(),
                ground.programs,
            )
            self.api = TlsServer(
                api,
                settings.api.host,
                settings.api.port,
                ca=ground.folder.authority,
                certificate=self._certificate,
                key=ground.folder.server_key,
                most_body=MAX_DOCUMENT,
            )
            undone.callback(self.api.stop)
            rated = settings.ratings or RatingSettings()
            keys = rating_keys(rated.key_file) if rated.key_file is not None else None
            self._alerts = Alerting(store, settings.alerts, of_settings(settings.terminals), known.parties, hearing, settings.data)
            undone.callback(self._alerts.stop)
            shelf = Shelf(ground.bodies, settings.catalogue_root, ground.programs)
            board = Board(store, known, hearing)
            self._streams = Streams(board)
            console = create_console(
                store,
                known,
                hearing,
                ground.authority.identity,
                box=Box(keys, ground.documents) if keys is not None else None,
                catalogue=(shelf, signing.keys(settings.items, settings.catalogue_root)),
                least=settings.reports.least,
                alerts=self._alerts,
                documents=ground.documents,
                board=board,
                streams=self._streams,
                oidc=provider(settings.oidc, time.time),
            )
            watch(console, machine, metrics, settings.metrics.token_sha256 if settings.metrics else None, time.time)
            listen, most = settings.console, MAX_DOCUMENT + MOST_FORM
            self.console = ThreadServer(console, listen.host, listen.port, threads=_THREADS + MOST, most_body=most)
            undone.pop_all()

    def start(self) -> None:
        self.api.start()
        self.console.start()
        self._upkeep.start()

    def stop(self) -> None:
        self._ended.set()
        self._streams.stop()
        self.console.stop()
        self.api.stop()
        self._alerts.stop()

    def _look(self) -> None:
        """Whichever process renewed it."""
        while not self._ended.wait(_LOOK):
            try:
                found = self._certificate.stat().st_mtime_ns
                if found != self._shown:
                    self.api.reload()
                    self._shown = found
            except Exception:
                _log.exception("the server's new certificate could not be taken")
