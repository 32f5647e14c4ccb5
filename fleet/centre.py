"""The central end in one object: store, ingest, the API and the console. It holds no key that opens a case."""

from __future__ import annotations

from fleet.console.app import create_console
from fleet.documents import Documents
from fleet.http import create_api
from fleet.ingest import Ingest
from fleet.settings import CentreSettings, secret
from fleet.store import Store
from fleet.web import Server
from mqtt.connection import Broker, Pace, Tls
from mqtt.resources import MAX_DOCUMENT


class Centre:
    """Binds its ports when made (``OSError``). ``SettingsError`` when the password's file is not private."""

    def __init__(self, settings: CentreSettings, pace: Pace | None = None) -> None:
        link = settings.broker
        tls = Tls(link.tls.ca, link.tls.certificate, link.tls.key) if link.tls else None
        broker = Broker(link.host, link.port, link.username, secret(link.password_file), tls)
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.store = Store(settings.data / "centre.db")
        documents = Documents(settings.data / "documents")
        places = {entry.id: entry.place for entry in settings.terminals}
        parties = {entry.party: entry.name for entry in settings.homes}
        self.ingest = Ingest(broker, self.store, frozenset(places), pace)
        api = create_api(
            self.store,
            documents,
            {entry.id: entry.token_sha256 for entry in settings.terminals},
            {entry.party: entry.token_sha256 for entry in settings.homes if entry.token_sha256},
        )
        console = create_console(self.store, places, parties, lambda: self.ingest.hearing)
        self._api = Server(api, settings.api.host, settings.api.port, threads=8, most_body=MAX_DOCUMENT)
        self._console = Server(console, settings.console.host, settings.console.port, threads=4)

    @property
    def api_address(self) -> str:
        """``http://host:port`` of the resources."""
        return self._api.address

    @property
    def console_address(self) -> str:
        return self._console.address

    def start(self) -> None:
        self.ingest.start()
        self._api.start()
        self._console.start()

    def stop(self) -> None:
        """Within three seconds, unless a disk hangs."""
        self.ingest.stop()
        self._console.stop()
        self._api.stop()
        self.store.close()
