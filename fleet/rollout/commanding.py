"""Commands to one terminal, read back as sentences with what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from fleet import database, words
from fleet.rollout import deeds
from fleet.rollout.deeds import Finding
from fleet.rollout.reading import command_state
from mqtt.commands import operation

LIFE = 3600.0
"""Seconds a command to one terminal waits for it."""
RECENT = 8


@dataclass(frozen=True, slots=True)
class Step:
    at: float
    state: str
    by: str | None
    said: str


@dataclass(frozen=True, slots=True)
class Told:
    """A command with all that became of it. ``open``: it can still be canceled; ``bundle``: there is a file to take."""

    id: str
    terminal: str
    place: str
    title: str
    citizen: str
    badge: str
    state: str
    findings: tuple[Finding, ...]
    by: str
    why: str
    made: float
    expires: float
    sends: int
    rollout: int | None
    open: bool
    ended: bool
    bundle: bool
    steps: tuple[Step, ...]


def recent(db: database.Connection, terminal: str, most: int = RECENT) -> list[Told]:
    """Newest first."""
    rows = db.execute("SELECT * FROM commands WHERE terminal = ? ORDER BY made DESC LIMIT ?", (terminal, most)).fetchall()
    return [told(db, row, {}) for row in rows]


def told(db: database.Connection, row: database.Row, places: Mapping[str, str]) -> Told:
    """``row``: of ``commands``."""
    do = operation(msgspec.Raw(row["body"]))
    badge, state = command_state(row)
    log = db.execute("SELECT * FROM command_log WHERE command = ? ORDER BY position", (row["id"],)).fetchall()
    deed = deeds.DEEDS.get(row["op"])
    return Told(
        id=row["id"],
        terminal=row["terminal"],
        place=places.get(row["terminal"], ""),
        title=deeds.title(do),
        citizen=deed.citizen if deed else "",
        badge=badge,
        state=state,
        findings=deeds.findings(row["op"], row["state"], row["reason"], row["detail"]),
        by=row["by"],
        why=row["why"],
        made=row["made"],
        expires=row["expires"],
        sends=row["sends"],
        rollout=row["rollout"],
        open=row["state"] in ("queued", "sent"),
        ended=row["state"] in ("succeeded", "failed", "rejected", "expired", "canceled"),
        bundle=(row["op"], row["state"]) == ("support-bundle", "succeeded"),
        steps=tuple(
            Step(line["at"], words.COMMAND_STATES[line["state"]], line["by"], words.reason(line["reason"])) for line in log
        ),
    )
