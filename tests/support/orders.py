"""Orders as a centre signs them, and a terminal's book to do them by: real keys, real database, no broker."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from support.authority import authority, enrolled

from fleet.authority.keys import Folder
from kiosk.clock import CHINA, Clock
from kiosk.enrolment.files import IdentityFiles
from kiosk.orders.book import Book
from kiosk.orders.commands import Commands
from kiosk.orders.operations import Outcome
from kiosk.orders.trust import Trust
from kiosk.standing import Standing
from kiosk.store.db import Database
from mqtt import commands, desired
from mqtt.commands import CommandAnswer, Operation, SelfTest, new_id
from mqtt.desired import Desired
from mqtt.events import CommandEnded, DesiredReported, EventData, OrderRefused
from mqtt.wire import Wanted, encode

TERMINAL = "rs-hall-01"


class SetClock(Clock):
    """Civil time is what it is set to, until it is set anew."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return (datetime.now(CHINA) + self.ahead).replace(microsecond=0)


class Centre:
    """Signs; ``folder`` holds the authority ``files`` was enrolled by."""

    def __init__(self, folder: Path) -> None:
        self.folder: Folder = authority(folder / "authority")
        self.folder.keep_orders(self.folder.load(), datetime.now(UTC))
        self.identity = folder / "identity"
        self.files = IdentityFiles(self.identity)
        if self.files.held() is None:
            enrolled(self.folder, TERMINAL, self.files)

    def command(
        self,
        do: Operation | None = None,
        *,
        id_: str | None = None,
        terminal: str = TERMINAL,
        made: float | None = None,
        life: int = 3600,
    ) -> bytes:
        begun = int(time.time() if made is None else made)
        plain = commands.command(id_ or new_id(), terminal, begun, begun + life, do or SelfTest())
        return self.sign("tongban-command", plain)

    def sign(self, purpose: str, plain: bytes) -> bytes:
        return self.folder.signer().sign(purpose, plain)  # type: ignore[arg-type]

    def wants(
        self, what: Wanted, rev: int, data: bytes, *, since: str | None = None, settled: bool = False, size: int = 0
    ) -> bytes:
        digest = hashlib.sha256(data).hexdigest()
        said = Desired(1, what, TERMINAL, rev, int(time.time()), digest, size or len(data), since, settled)
        return self.sign(desired.PURPOSE, encode(said))


@dataclass
class Hands:
    """What a terminal can do, in this test: remembers what was done, and stands as the test says."""

    busy: bool = False
    outcome: Outcome | None = field(default_factory=lambda: Outcome("succeeded"))
    done: list[Operation] = field(default_factory=list)
    reboots: list[bool] = field(default_factory=list)
    raises: Exception | None = None

    def idle(self) -> bool:
        return not self.busy

    def do(self, do: Operation) -> Outcome | None:
        self.done.append(do)
        if self.raises is not None:
            raise self.raises
        return self.outcome

    def restarted(self, *, machine: bool) -> Outcome:
        self.reboots.append(machine)
        return Outcome("succeeded")

    def tick(self) -> None:
        pass


@dataclass
class Floor:
    """The middle as orders see it: a visit runs when the test says so. Remembers how it was made to stand."""

    busy: bool = False
    stood: list[Standing] = field(default_factory=list)

    @property
    def idle(self) -> bool:
        return not self.busy

    def between(self, action: Callable[[], None]) -> bool:
        if self.busy:
            return False
        action()
        return True

    def stand(self, standing: Standing) -> None:
        self.stood.append(standing)


class OrderedTerminal:
    """Book, trust and commands of one terminal in ``folder``; opened as often as wished."""

    def __init__(self, folder: Path, centre: Centre, hands: Hands | None = None, boot: str = "boot-1") -> None:
        self.clock = SetClock()
        self.wrong = False
        self.database = Database(folder / "terminal.db")
        self.book = Book(self.database, self.clock)
        self.trust = Trust(TERMINAL, centre.files, self.book, self.clock, lambda: self.wrong)
        self.hands = hands or Hands()
        self.answers: list[tuple[str, CommandAnswer]] = []
        self.commands = Commands(self.book, self.trust, self.hands, self._answer, lambda: None, boot)

    def events(self) -> list[EventData]:
        rows = self.database.rows("SELECT data FROM outbox ORDER BY sequence")
        return [msgspec.json.decode(bytes(data), type=EventData) for (data,) in rows]  # type: ignore[call-overload]

    def ended(self) -> list[CommandEnded]:
        return [one for one in self.events() if isinstance(one, CommandEnded)]

    def refused(self) -> list[OrderRefused]:
        return [one for one in self.events() if isinstance(one, OrderRefused)]

    def reported(self) -> list[DesiredReported]:
        return [one for one in self.events() if isinstance(one, DesiredReported)]

    def _answer(self, payload: bytes, correlation: bytes) -> None:
        self.answers.append((correlation.decode(), msgspec.json.decode(payload, type=CommandAnswer)))
