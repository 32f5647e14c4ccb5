"""Alerts without a database: a world of conditions, and the engine that looks at it. And with one, driven by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.centre_db import new_database

from fleet.alerts import rules
from fleet.alerts.channels import channel
from fleet.alerts.clock import AlertClock
from fleet.alerts.engine import Alert, Look, Note, step
from fleet.alerts.maintenance import Planned, Window
from fleet.alerts.rules import Choice, Rule
from fleet.alerts.settings import ChannelEntry
from fleet.alerts.sites import Site
from fleet.alerts.telling import Teller
from fleet.board.conditions import Condition, Grade, Standing, settle
from fleet.presence import Hearing
from fleet.store import Store

PARTIES = {"mianzhu": "绵竹市", "langzhong": "阆中市"}
LOST = Rule("lost", "失联", ("lost",), hold=180, clear=300, repeat=3600, escalate=1800, tell=("duty",), escalate_to=("chief",))


@dataclass
class World:
    """``told``: (time, alert's scope, note) of everything the engine said, in order."""

    rules: tuple[Rule, ...] = (LOST,)
    sites: dict[str, Site] = field(default_factory=dict)
    windows: list[Window] = field(default_factory=list)
    conditions: list[Standing] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    ended: list[Alert] = field(default_factory=list)
    told: list[tuple[float, str, Note]] = field(default_factory=list)
    heard: float | None = 0.0
    now: float = 0.0

    def begin(self, terminal: str, at: float, code: str = "lost", subject: str = "", detail: str = "") -> None:
        self.conditions.append(Standing(terminal, Condition(code, Grade.BAD, subject, detail), at))

    def end(self, terminal: str, at: float, code: str = "lost") -> None:
        self.conditions = [
            replace(c, until=at) if c.terminal == terminal and c.condition.code == code and c.until is None else c
            for c in self.conditions
        ]

    def looks(self, now: float) -> list[Look]:
        seen = [
            replace(c, until=None) if c.until is not None and c.until > now else c
            for c in self.conditions
            if c.since <= now and (c.until is None or c.until > now - 3600)
        ]
        return list(
            step(
                Choice(self.rules, self.sites),
                self.sites,
                seen,
                self.alerts,
                {rule.id: rule for rule in self.rules},
                now,
                self.heard,
                Planned(self.windows, self.sites, now).counts_from,
            )
        )

    def look(self, now: float) -> list[Note]:
        """Look once, and remember."""
        self.now = now
        notes: list[Note] = []
        kept = {alert.cause: alert for alert in self.alerts}
        for one in self.looks(now):
            kept.pop(one.cause, None)
            if one.alert is not None and one.alert.live:
                kept[one.cause] = one.alert
            elif one.alert is not None:
                self.ended.append(one.alert)
            notes += one.notes
            self.told += [(now, one.cause.scope, note) for note in one.notes]
        self.alerts = list(kept.values())
        return notes

    def run(self, until: float, every: float = 10.0) -> list[Note]:
        """Look every so often up to and with that moment."""
        notes: list[Note] = []
        while self.now + every <= until:
            notes += self.look(self.now + every)
        return notes

    @property
    def kinds(self) -> list[tuple[str, int]]:
        return [(note.kind, note.count) for _, _, note in self.told]


def sites(terminals: Mapping[str, str] | Iterable[str], hall: str = "") -> dict[str, Site]:
    """Terminal → a site of a party (``mianzhu`` where none is named)."""
    named = terminals if isinstance(terminals, Mapping) else dict.fromkeys(terminals, "mianzhu")
    return {t: Site(party, f"{party} {t}", hall or t) for t, party in named.items()}


@dataclass
class Alarmed:
    """A centre's store with the clock over alerts, without threads: :meth:`look` is one look and carries what is to be told."""

    store: Store
    folder: Path
    entries: tuple[ChannelEntry, ...]
    where: dict[str, Site]
    now: float = 1_794_016_800.0  # 10:00 in Beijing
    since: float | None = 0.0
    teller: Teller = field(init=False)
    clock: AlertClock = field(init=False)

    def __post_init__(self) -> None:
        self.teller = Teller([channel(entry) for entry in self.entries], self.folder, clock=lambda: self.now)
        self.clock = AlertClock(
            self.store, lambda _db: self.where, PARTIES, lambda: Hearing(self.since), self.teller, now=lambda: self.now
        )

    def stand(self, *terminals: str, code: str = "lost", subject: str = "") -> None:
        """From now on it stands about each of them, as the ingest writes it."""
        with self.store.transaction() as db:
            for terminal in terminals:
                settle(db, terminal, {code}, {Condition(code, Grade.BAD, subject)}, self.now)

    def end(self, *terminals: str, code: str = "lost") -> None:
        with self.store.transaction() as db:
            for terminal in terminals:
                settle(db, terminal, {code}, (), self.now)

    def save(self, *rules_: Rule) -> None:
        with self.store.transaction() as db:
            rules.save(db, rules_, rules.current(db).version, self.teller.channels, "li", "测试", self.now)

    def look(self, seconds: float = 0.0) -> None:
        """After so long, look once; everything that is due goes out."""
        self.now += seconds
        self.clock.tick()
        while self.teller.one():
            pass

    def states(self) -> list[tuple[str, int, int]]:
        """(state, standing, most) of each alert that was told."""
        with self.store.reading() as db:
            return [
                tuple(row) for row in db.execute("SELECT state, standing, most FROM alerts WHERE state != 'pending' ORDER BY id")
            ]


@contextmanager
def alarmed(folder: Path, where: dict[str, Site], *entries: ChannelEntry) -> Iterator[Alarmed]:
    with closing(Store(new_database(folder / "centre.db"))) as store:
        one = Alarmed(store, folder, entries, where)
        try:
            yield one
        finally:
            one.teller.stop()


def secret_file(folder: Path, name: str, url: str) -> Path:
    path = folder / name
    path.write_text(url)
    path.chmod(0o600)
    return path
