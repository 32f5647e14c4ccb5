"""A terminal as the board holds it in memory: what it said, what stands about it, what staff call it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import msgspec

from fleet import database
from fleet.board.conditions import Condition, Grade, Standing
from fleet.known import Known
from fleet.presence import SILENCE, Hearing, Presence
from mqtt.messages import Backlog, Birth, DeviceReport, Health, HelpWanted

_GRADES = {Grade.BAD: 0, Grade.WARNING: 1, Grade.UNKNOWN: 2, Grade.OFF: 3}


class Device(NamedTuple):
    """``condition``: good, warning, bad or unknown. ``proof``: seconds since its last answer, of one that proves nothing."""

    name: str
    condition: str
    life: str
    fault: str | None
    warning: str | None
    proof: float | None


@dataclass(slots=True)
class Row:
    """``heard`` alone changes; everything else is made anew when it changes."""

    terminal: str
    place: str
    party: str
    setting: str
    labels: tuple[str, ...]
    """Groups by the settings, and tags by staff."""
    said: str | None = None
    heard: float | None = None
    since: float | None = None
    """When it last came or went, by its own word."""
    app: str = ""
    catalogue: str = ""
    serving: bool | None = None
    devices: tuple[Device, ...] = ()
    unconfirmed: int | None = None
    oldest: float | None = None
    """When the oldest thing that waits there was made, seconds since 1970."""
    pages: int | None = None
    backlog: Backlog | None = None
    help: HelpWanted | None = None
    standing: tuple[Standing, ...] = ()
    """The worst first."""
    codes: frozenset[str] = frozenset()
    facets: frozenset[str] = frozenset()
    """What it is counted under, but for its presence (``fleet/board/query.py``)."""
    text: str = field(default="", repr=False)

    def presence(self, hearing: Hearing, now: float) -> Presence:
        """From its conditions; unknown while, and until a while after, nobody here could hear it."""
        if "off" in self.codes:
            return Presence.LEFT
        if self.said is None or hearing.since is None:
            return Presence.UNKNOWN
        if "lost" in self.codes:
            return Presence.LOST
        heard = self.heard or 0.0
        return Presence.ONLINE if heard >= hearing.since or now - heard <= SILENCE else Presence.UNKNOWN


FACETS: dict[str, frozenset[str]] = {
    "out": frozenset({"out-of-service", "paused"}),
    "trouble": frozenset({"device", "fault"}),
    "paper": frozenset({"paper-out", "paper-low"}),
    "queue": frozenset({"outbox-old", "storage", "set-aside"}),
    "certificate": frozenset({"certificate"}),
    "clock": frozenset({"clock"}),
    "refused": frozenset({"settings-refused"}),
    "help": frozenset({"help"}),
}
"""What the board counts beside presence → the conditions that count."""


def build(terminal: str, known: Known, row: database.Row | None, stands: Iterable[Standing], tags: Iterable[str]) -> Row:
    """``row``: of the table ``terminals``; ``None`` for one that never said anything."""
    place, party = known.places[terminal], known.owners.get(terminal, "")
    standing = tuple(sorted(stands, key=lambda one: (_GRADES[one.condition.grade], one.since)))
    codes = frozenset(one.condition.code for one in standing)
    made = Row(
        terminal,
        place,
        party,
        "window" if terminal in known.windows else "hall",
        tuple(sorted({*(one for one in known.groups.get(terminal, ()) if ":" not in one), *tags})),
        standing=standing,
        codes=codes,
        facets=frozenset(name for name, counted in FACETS.items() if counted & codes),
    )
    made.text = f"{terminal} {place} {known.parties.get(party, party)} {' '.join(made.labels)}".lower()
    if row is None:
        return made
    made.said, made.heard, made.since = row["said"], row["heard"], row["state_at"]
    birth: Birth | None = msgspec.json.decode(row["birth"], type=Birth) if row["birth"] else None
    if birth is not None:
        made.app, made.catalogue = _same(birth.app), _same(birth.catalogue)
    health: Health | None = msgspec.json.decode(row["health"], type=Health) if row["health"] else None
    if health is not None:
        made.serving, made.unconfirmed, made.pages = health.serving, health.unconfirmed, health.pages_waiting
        made.devices = tuple(_device(name, report) for name, report in sorted(health.devices.items()))
        made.oldest = made.heard - health.oldest if health.oldest is not None and made.heard is not None else None
        made.backlog, made.help = health.backlog, health.help
    return made


def worst(row: Row) -> Condition | None:
    return row.standing[0].condition if row.standing else None


def _device(name: str, report: DeviceReport) -> Device:
    proof = report.proof_age if report.life == "unknown" else None
    return _device_of(name, report.life, report.fault, report.warning, proof)


@lru_cache(4096)
def _device_of(name: str, life: str, fault: str | None, warning: str | None, proof: float | None) -> Device:
    """One object for all terminals of which the same is said."""
    if life == "unknown":
        condition = "unknown"
    elif fault or life in ("faulted", "absent"):
        condition = "bad"
    elif warning:
        condition = "warning"
    else:
        condition = "good" if life in ("ready", "busy") else "unknown"
    return Device(name, condition, life, fault, warning, proof)


@lru_cache(1024)
def _same(text: str) -> str:
    return text
