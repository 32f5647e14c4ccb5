"""Conditions: what stands about a terminal, since when, and until when it stood.

Lives here: which conditions there are, what of them follows from what a terminal said, and their life in the table. Written in the
transaction of what they follow from; by the centre's clock (``fleet/board/watch.py``) what time alone makes true. The board, the
timeline, availability and the alerts read nothing else.

A condition is named by (terminal, code, subject, detail). Of one name at most one is open; ``since`` never moves; closed ones never
change, and those of one name never overlap. The terminal ``""`` is the centre itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from fleet import database
from fleet.database import rows
from mqtt.events import DesiredReported
from mqtt.messages import DeviceReport, Health

CENTRE = ""
OLD_OUTBOX = 3600.0
"""Seconds the oldest thing of an outbox may wait before it is worth a look."""
FEW_DAYS = 2.0
"""Days a terminal can go on taking cases in while nothing leaves it; below, its disk is a matter for today."""
SKEW = 120.0
"""Seconds a terminal's clock may differ from the centre's: a report may have waited."""


class Grade(StrEnum):
    """``OFF``: as it was meant to be. ``UNKNOWN``: nobody can say; never good and never bad."""

    BAD = "bad"
    WARNING = "warning"
    UNKNOWN = "unknown"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Condition:
    """``subject``: of which device, or of which kind of thing wanted. ``detail``: a code in words of ``fleet/words.py``."""

    code: str
    grade: Grade
    subject: str = ""
    detail: str = ""

    @property
    def name(self) -> tuple[str, str, str]:
        return self.code, self.subject, self.detail


@dataclass(frozen=True, slots=True)
class Standing:
    """A condition of a terminal with its time, seconds since 1970; ``until`` is ``None`` while it stands."""

    terminal: str
    condition: Condition
    since: float
    until: float | None = None


class Open(NamedTuple):
    """A row of what stands. ``name``: code, subject and detail."""

    id: int
    name: tuple[str, str, str]
    since: float


CODES: dict[str, str] = {
    "lost": "失联",
    "off": "已退出",
    "out-of-service": "暂停服务",
    "paused": "按命令暂停服务",
    "device": "设备故障",
    "paper-out": "缺纸",
    "paper-low": "纸将用尽",
    "fault": "程序或系统故障",
    "clock": "时钟不对",
    "outbox-old": "积压未送达",
    "storage": "存储将满",
    "set-aside": "有读不懂的记录",
    "certificate": "证书",
    "settings-refused": "没有采用下发的内容",
    "help": "有人请求帮忙",
    "away": "中心听不到终端",
}
"""Every code, in words. ``away`` is the centre's own: whatever its terminals did meanwhile is unknown."""
PRESENCE = frozenset({"lost", "off"})
CERTIFICATE = frozenset({"certificate"})
REPORTED = frozenset(CODES) - PRESENCE - CERTIFICATE - {"settings-refused", "away"}
"""What follows from a state report and from nothing else."""
LOST = Condition("lost", Grade.BAD)
AWAY = Condition("away", Grade.UNKNOWN)
_AT_ONCE = 5000
_MEANT = frozenset({"out_of_service", "maintenance", "updating"})
"""Faults of a terminal that somebody put out of service on purpose: by command, standing before it, by another program."""
_PAPER_OUT = frozenset({"paper_out", "a4_paper_out"})
_PAPER_LOW = frozenset({"paper_near_end", "a4_paper_low"})
_DEAD = frozenset({"faulted", "absent"})


def of_presence(said: str, why: str | None) -> frozenset[Condition]:
    """From a terminal's last word of itself: up, lost or off."""
    if said == "off":
        return frozenset({Condition("off", Grade.OFF, detail=why or "")})
    return frozenset({LOST}) if said == "lost" else frozenset()


def of_report(health: Health, now: float) -> frozenset[Condition]:
    """From what a terminal is like; ``now``: when its report came."""
    return frozenset(_of_report(health, now))


def of_wanted(told: DesiredReported) -> frozenset[Condition]:
    """From what a terminal made of what it was to have."""
    if told.state != "refused":
        return frozenset()
    return frozenset({Condition("settings-refused", Grade.WARNING, told.what, told.why or "")})


def settle(
    db: database.Connection,
    terminal: str,
    judged: Collection[str],
    found: Iterable[Condition],
    now: float,
    since: float | None = None,
    subject: str | None = None,
    opened: Iterable[Open] | None = None,
) -> bool:
    """Of the codes ``judged`` (of ``subject`` only, where one is named) exactly ``found`` stand from now on; whether that changed
    anything. ``since``: when what is new began, if before now; ``opened``: what stands, where that was read before
    (:func:`standing_of`). Inside the caller's transaction.
    """
    wanted = {one.name: one for one in found}
    changed = False
    for one_open in standing_of(db, (terminal,))[terminal] if opened is None else opened:
        if one_open.name[0] not in judged or (subject is not None and one_open.name[1] != subject):
            continue
        if wanted.pop(one_open.name, None) is None:
            db.execute("UPDATE conditions SET until = ? WHERE id = ?", (max(now, one_open.since), one_open.id))
            changed = True
    for one in wanted.values():
        _open(db, terminal, one, now if since is None else since)
        changed = True
    if changed:
        bump(db, terminal)
    return changed


def standing_of(db: database.Connection, terminals: Collection[str]) -> dict[str, list[Open]]:
    """What stands of each of these terminals, for :func:`settle`."""
    found: dict[str, list[Open]] = {terminal: [] for terminal in terminals}
    for terminal, id, code, subject, detail, since in db.execute(
        "SELECT terminal, id, code, subject, detail, since FROM conditions "
        "WHERE until IS NULL AND terminal IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(terminals)),),
    ):
        found[terminal].append(Open(id, (code, subject, detail), since))
    return found


def bump(db: database.Connection, *terminals: str) -> None:
    """What the board shows of these is another thing now: their numbers are the highest of all."""
    db.execute("DELETE FROM changes WHERE terminal IN (SELECT value FROM json_each(?))", (json.dumps(terminals),))
    rows.insert(db, "changes", [(terminal,) for terminal in terminals], "terminal")


def standing(db: database.Connection, terminal: str | None = None) -> Iterator[Standing]:
    """What stands: of one terminal, or of all and of the centre; oldest first."""
    where, given = ("AND terminal = ?", (terminal,)) if terminal is not None else ("", ())
    rows = db.execute(
        "SELECT terminal, code, grade, subject, detail, since, until FROM conditions "  # noqa: S608 no value stands in it
        f"WHERE until IS NULL {where} ORDER BY since, id",
        given,
    )
    return map(_read, rows)


def history(db: database.Connection, terminal: str, begin: float, end: float, codes: Collection[str] = ()) -> Iterator[Standing]:
    """What stood at any moment from ``begin`` to ``end``, newest first; of all codes when none is named."""
    rows = db.execute(
        "SELECT terminal, code, grade, subject, detail, since, until FROM conditions "
        "WHERE terminal = ? AND since < ? AND (until IS NULL OR until > ?) ORDER BY since DESC, id DESC",
        (terminal, end, begin),
    )
    return (one for one in map(_read, rows) if not codes or one.condition.code in codes)


def forget(db: database.Connection, before: float) -> int:
    """Delete what was over by then, not too much at once; how many."""
    return db.execute(
        "DELETE FROM conditions WHERE id IN (SELECT id FROM conditions WHERE until < ? LIMIT ?)", (before, _AT_ONCE)
    ).rowcount


def _open(db: database.Connection, terminal: str, one: Condition, since: float) -> None:
    name = (terminal, one.code, one.subject, one.detail)
    (last,) = db.execute(
        "SELECT max(until) FROM conditions WHERE (terminal, code, subject, detail) = (?, ?, ?, ?)", name
    ).fetchone()
    began = since if last is None else max(since, last)
    db.execute(
        "INSERT INTO conditions (terminal, code, subject, detail, grade, since) VALUES (?, ?, ?, ?, ?, ?)",
        (*name, one.grade, began),
    )


def _of_report(health: Health, now: float) -> Iterator[Condition]:
    for name, report in health.devices.items():
        yield from _of_device(name, report)
    if health.fault in _MEANT:
        yield Condition("paused", Grade.OFF, detail=health.fault if health.fault == "maintenance" else "")
    elif not health.serving:
        yield Condition("out-of-service", Grade.BAD)
    if health.fault == "clock_wrong" or _skew(health.ts, now) > SKEW:
        yield Condition("clock", Grade.WARNING)
    elif health.fault is not None and health.fault not in _MEANT:
        yield Condition("fault", Grade.WARNING if health.serving else Grade.BAD, detail=health.fault)
    for code in health.also:
        yield Condition("clock", Grade.WARNING) if code == "clock_wrong" else Condition("fault", Grade.WARNING, detail=code)
    if health.unconfirmed and health.oldest is not None and health.oldest > OLD_OUTBOX:
        yield Condition("outbox-old", Grade.WARNING)
    if health.backlog is not None and health.backlog.days is not None and health.backlog.days < FEW_DAYS:
        yield Condition("storage", Grade.BAD)
    if health.backlog is not None and health.backlog.set_aside:
        yield Condition("set-aside", Grade.WARNING)
    if health.help is not None:
        yield Condition("help", Grade.WARNING, detail=health.help.step)


def _of_device(name: str, report: DeviceReport) -> Iterator[Condition]:
    if report.life == "unknown":
        yield Condition("device", Grade.UNKNOWN, name, report.fault or report.life)
    elif report.fault is not None:
        yield Condition("paper-out" if report.fault in _PAPER_OUT else "device", Grade.BAD, name, report.fault)
    elif report.life in _DEAD:
        yield Condition("device", Grade.BAD, name, report.life)
    if report.warning is not None:
        yield Condition("paper-low" if report.warning in _PAPER_LOW else "device", Grade.WARNING, name, report.warning)


def _skew(said: str, now: float) -> float:
    try:
        return abs(datetime.fromisoformat(said).timestamp() - now)
    except (ValueError, OverflowError):
        return float("inf")


def _read(row: database.Row | tuple[str, str, str, str, str, float, float | None]) -> Standing:
    terminal, code, grade, subject, detail, since, until = row
    return Standing(terminal, Condition(code, Grade(grade), subject, detail), since, until)
