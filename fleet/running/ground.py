"""What every process of one centre stands on: its settings, the authority, the database, the documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from fleet.authority.authority import Authority
from fleet.authority.keys import Folder
from fleet.cases.calendars import Calendars
from fleet.cases.ledger import Ledger
from fleet.clerks.clock import ClerkClock
from fleet.known import Known
from fleet.machine.health import Machine
from fleet.opening import store_of
from fleet.presence import Hearing
from fleet.programs import Programs
from fleet.rollout.audience import groups_of
from fleet.settings import CentreSettings
from fleet.storage.chosen import Stores
from fleet.tickets.ledger import Tickets


class Ground:
    """``SettingsError`` when the authority's files cannot be used."""

    def __init__(self, settings: CentreSettings) -> None:
        self.settings = settings
        entries = settings.terminals
        self.places = {entry.id: entry.place for entry in entries}
        self.groups = {entry.id: groups_of(entry.groups, entry.party) for entry in entries}
        self.halls = {entry.id: entry.hall for entry in entries if entry.hall}
        self.known = Known(
            places=self.places,
            owners={entry.id: entry.party for entry in entries if entry.party},
            parties={entry.party: entry.name for entry in settings.homes},
            groups=self.groups,
            windows=frozenset(entry.id for entry in entries if entry.setting == "window"),
            hours={entry.id: entry.hours for entry in entries if entry.hours},
            halls=self.halls,
        )
        self.calendars = Calendars()
        with ExitStack() as undone:
            self.folder = folder_of(settings)
            self.authority = Authority(self.folder, self.places)
            undone.callback(self.authority.close)
            self.members = Members(self.places, self.authority)
            self.servers()
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
            ledger = Ledger(self.calendars.of, settings.cases.rules, self.halls)
            self.store = store_of(settings, ledger, Tickets(self.calendars.of, settings.tickets.rules))
            undone.callback(self.store.close)
            self.stores = Stores(settings)
            undone.callback(self.stores.close)
            self.documents, self.bodies = self.stores.documents(), self.stores.bodies()
            self.programs = Programs(settings.data / "programs", settings.publisher)
            undone.pop_all()

    def close(self) -> None:
        self.stores.close()
        self.store.close()
        self.authority.close()

    def servers(self) -> bool:
        """The certificates of what the centre itself shows are made anew in time; whether one of a server was."""
        now = datetime.now(UTC)
        self.folder.keep_orders(self.authority.ca, now)
        return self.folder.keep_servers(self.authority.ca, self.settings.authority.names, now)

    def learn(self) -> None:
        """What was published elsewhere, and is kept in memory here."""
        self.calendars.refresh(self.store, self.bodies)

    def accounts(self) -> ClerkClock:
        hours = self.settings.clerks.hours * 3600.0
        return ClerkClock(self.store, self.bodies, self.known, self.folder.signer, hours)

    def machine(self, hearing: Callable[[], Hearing], working: dict[str, Callable[[], bool]]) -> Machine:
        """``working``: what must run, here or elsewhere."""
        path: Path = self.folder.path
        certificates = {"机构": self.folder.authority, "服务器": self.folder.server, "命令": path / "orders.pem"}
        return Machine(self.store, self.settings.data, hearing, certificates, working, self.stores.trouble)


class Members:
    """The terminals whose messages count: registered here, and not shut out."""

    def __init__(self, terminals: Iterable[str], authority: Authority) -> None:
        self._terminals = self._members = frozenset(terminals)
        self._authority = authority
        self._barred: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        barred = self._authority.barred()
        if barred is not self._barred:
            self._members, self._barred = self._terminals - barred, barred
        return self._members


def folder_of(settings: CentreSettings) -> Folder:
    """Where the authority of this centre lies."""
    return Folder(settings.authority.folder, settings.authority.passphrase_file)
