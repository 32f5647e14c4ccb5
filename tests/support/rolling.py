"""A centre's store with a small fleet, its clock over roll-outs, and terminals that say what they are told to say."""

from __future__ import annotations

import hashlib
import secrets
import weakref
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from support.centre_db import new_database

from fleet import desired
from fleet.documents import Documents
from fleet.inputs import StateIn
from fleet.intake import understand
from fleet.presence import Hearing
from fleet.rollout import acts, book
from fleet.rollout.book import Given
from fleet.rollout.clock import RolloutClock
from fleet.rollout.engine import Rules
from fleet.rollout.waves import Waves, at_once
from fleet.store import Store
from mqtt import topics
from mqtt.commands import Operation, SelfTest
from mqtt.desired import SettingsBody
from mqtt.events import CommandEnded, DesiredReported, EventData, event
from mqtt.messages import Birth, Left
from mqtt.wire import VERSION, Wanted, encode

NOW = 1_800_000_000.0
TERMINALS = tuple(f"r-hall-{n:02}" for n in range(1, 6))


@dataclass
class Rolling:
    """``now`` is the centre's clock; ``told``: whom the clock over roll-outs had told what is wanted."""

    folder: Path
    terminals: tuple[str, ...] = TERMINALS
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    now: float = NOW
    hearing: Hearing = field(default_factory=lambda: Hearing(NOW - 86400))
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(new_database(self.folder / "c.db"))
        weakref.finalize(self, self.store.close)  # where a test does not
        self.bodies = Documents(self.folder / "desired")
        self.groups = {t: self.groups.get(t, ()) for t in self.terminals}
        self.clock = RolloutClock(self.store, self.groups, lambda: self.hearing, self.told.append)
        self._sequence, self._epoch = 0, secrets.token_hex(8)

    def here(self, *terminals: str) -> None:
        for terminal in terminals or self.terminals:
            self._sequence += 1
            birth = Birth(VERSION, self._sequence, f"b{self._sequence}", "0.9", "2026-11", "某大厅", "2026-11-20T09:30:00+08:00")
            self.store.record([StateIn(terminal, birth, retained=False)], self.now)

    def off(self, terminal: str) -> None:
        self.store.record([StateIn(terminal, Left(VERSION, self._bd(terminal), "night"), retained=False)], self.now)

    def body(self, phone: str) -> Given:
        data = encode(SettingsBody(VERSION, phone=phone))
        digest = hashlib.sha256(data).hexdigest()
        self.bodies.take("centre", digest, BytesIO(data), len(data))
        return Given("settings", f"电话 {phone}", digest, len(data))

    def begins(self, phone: str, waves: Waves | None = None, target: str = desired.ALL, **rules: float) -> int:
        with self.store.transaction() as db:
            return acts.begin(
                db,
                self.body(phone),
                target,
                waves or at_once(self.terminals),
                Rules(**{"within": 600.0, **rules}),  # type: ignore[arg-type]
                "王工",
                "换电话",
                self.now,
            )

    def commands(self, do: Operation | None = None, life: float = 3600.0, waves: Waves | None = None) -> int:
        given = Given(book.COMMAND, "自检", do=do or SelfTest())
        rules = Rules(life, 1.0, until=self.now + life, once=True)
        with self.store.transaction() as db:
            return acts.begin(db, given, book.LISTED, waves or at_once(self.terminals), rules, "王工", "看看", self.now)

    def ticks(self, later: float = 1.0) -> None:
        self.now += later
        self.clock.tick(self.now)

    def says(self, terminal: str, data: EventData) -> None:
        self._sequence += 1
        raw = event(terminal, self._epoch, self._sequence, "2026-11-20T09:30:00+08:00", data)
        self.store.record([understand(topics.events(terminal), raw, False, frozenset(self.terminals))], self.now)

    def reports(self, terminal: str, state: str = "applied", why: str | None = None, what: Wanted = "settings") -> None:
        """Of what is wanted of it now."""
        wanted = self.wanted(terminal, what)
        assert wanted is not None
        self.says(terminal, DesiredReported(what, wanted.rev, state, why))  # type: ignore[arg-type]

    def ends(self, terminal: str, state: str = "succeeded", why: str | None = None, detail: str | None = None) -> None:
        """The command it was given last."""
        with self.store.reading() as db:
            row = db.execute("SELECT id, op FROM commands WHERE terminal = ? ORDER BY made DESC LIMIT 1", (terminal,)).fetchone()
        self.says(terminal, CommandEnded(row["id"], row["op"], state, why, detail))  # type: ignore[arg-type]

    def wanted(self, terminal: str, what: Wanted = "settings") -> desired.Publication | None:
        with self.store.reading() as db:
            return desired.newest_for(db, what, terminal, self.groups.get(terminal, ()))

    def phones(self) -> str:
        """The number each terminal is wanted to have; - for none."""
        found = []
        for terminal in self.terminals:
            one = self.wanted(terminal)
            found.append("-" if one is None else self._phone(one.sha256))
        return " ".join(found)

    def stands(self, id_: int) -> tuple[str, str]:
        """The roll-out's state, and the first letter of each member's."""
        with self.store.reading() as db:
            found = book.load(db, id_)
        assert found is not None
        letters = {"waiting": ".", "given": "g", "done": "d", "failed": "f", "left-out": "x"}
        return found[1].state.value, "".join(letters[m.state] for m in found[1].members)

    def log(self, id_: int) -> list[str]:
        with self.store.reading() as db:
            rows = db.execute("SELECT what FROM rollout_log WHERE rollout = ? ORDER BY position", (id_,)).fetchall()
        return [row["what"] for row in rows]

    def close(self) -> None:
        self.store.close()

    def _phone(self, digest: str) -> str:
        text = self.bodies.read(digest).decode()
        return text.split('"phone":"', 1)[1].split('"', 1)[0] if "phone" in text else "own"

    def _bd(self, terminal: str) -> int:
        with self.store.reading() as db:
            return int(db.execute("SELECT bd FROM terminals WHERE terminal = ?", (terminal,)).fetchone()["bd"])
