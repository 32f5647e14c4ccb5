"""What the console and the interface show of alerts, each read in one moment of the database. ``only``: the parties whoever asks
may see; ``None``: all, and what is no party's.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from fleet import database
from fleet.alerts import book, words
from fleet.alerts.engine import Alert, Cause, Member
from fleet.alerts.rules import Severity
from fleet.alerts.sites import Site
from fleet.alerts.words import Names

A_PAGE = 50
MOST_MEMBERS = 500
RECENT = 86_400.0
"""Seconds: what was resolved within is counted beside what stands."""
Showing = Literal["unresolved", "open", "acknowledged", "resolved", "pending", "all"]
_SEEN = "(?1 IS NULL OR party IN (SELECT value FROM json_each(?1)))"
_MESSAGES = "SELECT id, channel, at, title, text FROM alert_messages WHERE channel IN (SELECT value FROM json_each(?))"
_COLUMNS = (
    "id, severity, state, name, rule, code, subject, scope, party, began, opened, resolved, standing, most, assigned, live, "
    "escalated"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters of the list; what is empty excludes nothing. ``text``: a part of a terminal's id or place."""

    showing: Showing = "unresolved"
    severity: str = ""
    party: str = ""
    code: str = ""
    terminal: str = ""
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert in a list. Times are seconds since 1970; ``stood``: how long, in words."""

    number: int
    severity: Severity
    state: str
    rule: str
    name: str
    code: str
    party: str
    headline: str
    began: float
    opened: float
    resolved: float | None
    standing: int
    most: int
    assigned: str
    escalated: bool
    closed: bool
    """Closed by hand while members still stand."""
    stood: str


@dataclass(frozen=True, slots=True)
class Listed:
    """``counts``: of what stands by severity and state, and of what ended lately, whatever is filtered."""

    lines: tuple[AlertLine, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberLine:
    terminal: str
    place: str
    member: Member
    detail: str
    planned: bool
    """Under maintenance now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an alert's timeline. ``by``: a login; empty: the centre's clock. ``channels``: who was told (their ids)."""

    at: float
    kind: str
    count: int
    by: str
    why: str
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A telling of an alert to a channel. ``message``: the message it went in, empty while it waits for its time."""

    at: float
    channel: str
    kind: str
    count: int
    message: str


@dataclass(frozen=True, slots=True)
class Shown:
    line: AlertLine
    alert: Alert
    members: tuple[MemberLine, ...]
    left_out: int
    timeline: tuple[Entry, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class MessageLine:
    id: str
    channel: str
    at: float
    title: str
    text: str
    alerts: tuple[int, ...]


def listed(db: database.Connection, names: Names, asked: Asked, now: float, only: Collection[str] | None = None) -> Listed:
    whose = json.dumps(sorted(only)) if only is not None else None
    conditions, values = _filters(asked, names)
    where = " AND ".join([_SEEN, *conditions])
    order = (
        "resolved DESC, id DESC"
        if asked.showing == "resolved"
        else "state = 'resolved', state = 'acknowledged', "
        "CASE severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END, id DESC"
    )
    (total,) = db.execute(f"SELECT count(*) FROM alerts WHERE {where}", (whose, *values)).fetchone()  # noqa: S608 ours
    pages = max(1, -(-total // A_PAGE))
    page = min(max(1, asked.page), pages)
    part = f"ORDER BY {order} LIMIT {A_PAGE} OFFSET {(page - 1) * A_PAGE}"
    rows = db.execute(f"SELECT {_COLUMNS} FROM alerts WHERE {where} {part}", (whose, *values)).fetchall()  # noqa: S608 ours
    lines = tuple(_line(row, book.members(db, row[0]), names, now) for row in rows)
    codes = db.execute(f"SELECT DISTINCT code FROM alerts WHERE {_SEEN} ORDER BY code", (whose,))  # noqa: S608 ours
    return Listed(lines, total, page, pages, counts(db, now, only), tuple(row[0] for row in codes))


def after(
    db: database.Connection,
    names: Names,
    asked: Asked,
    now: float,
    only: Collection[str] | None,
    before: int | None,
    most: int,
) -> list[AlertLine]:
    """The same, newest first, those below the number ``before``."""
    whose = json.dumps(sorted(only)) if only is not None else None
    conditions, values = _filters(asked, names)
    values.append(before if before is not None else 2**62)
    where = " AND ".join([_SEEN, *conditions, f"id < ?{len(values) + 1}"])
    order = f"ORDER BY id DESC LIMIT {most}"
    rows = db.execute(f"SELECT {_COLUMNS} FROM alerts WHERE {where} {order}", (whose, *values)).fetchall()  # noqa: S608 ours
    return [_line(row, book.members(db, row[0]), names, now) for row in rows]


def counts(db: database.Connection, now: float, only: Collection[str] | None = None) -> dict[str, int]:
    """``critical``, ``major``, ``minor``: open, unacknowledged; ``acknowledged``; ``pending``; ``resolved``: lately."""
    whose = json.dumps(sorted(only)) if only is not None else None
    found = dict.fromkeys(("critical", "major", "minor", "acknowledged", "pending", "resolved"), 0)
    rows = db.execute(
        f"SELECT state, severity, count(*) FROM alerts WHERE {_SEEN} AND state IN ('open', 'acknowledged', 'pending') "  # noqa: S608
        "GROUP BY state, severity",
        (whose,),
    )
    for state, severity, count in rows:
        found[severity if state == "open" else state] += count
    late = f"SELECT count(*) FROM alerts WHERE {_SEEN} AND state = 'resolved' AND resolved > ?2"  # noqa: S608 ours
    (found["resolved"],) = db.execute(late, (whose, now - RECENT)).fetchone()
    return found


def shown(
    db: database.Connection, number: int, names: Names, planned: Collection[str], now: float, only: Collection[str] | None = None
) -> Shown | None:
    """``planned``: terminals under maintenance now. ``None``: there is no such alert, or it is not theirs to see."""
    whose = json.dumps(sorted(only)) if only is not None else None
    wanted = f"{_SEEN} AND id = ?2 AND state != 'pending'"
    row = db.execute(f"SELECT {_COLUMNS} FROM alerts WHERE {wanted}", (whose, number)).fetchone()  # noqa: S608 ours
    alert = book.one(db, number) if row is not None else None
    if alert is None:
        return None
    told = tuple(
        Told(at, channel, kind, count, message or "")
        for at, channel, kind, count, message in db.execute(
            "SELECT at, channel, kind, count, message FROM alert_tellings WHERE alert = ? ORDER BY position", (number,)
        )
    )
    timeline = [
        Entry(at, kind, count, by or "", why, tuple(one.channel for one in told if (one.at, one.kind) == (at, _telling(kind))))
        for at, kind, count, by, why in db.execute(
            "SELECT at, kind, count, by, why FROM alert_log WHERE alert = ? ORDER BY position DESC", (number,)
        )
    ]
    members = sorted(alert.members.items(), key=lambda item: (item[1].ended is not None, item[1].first, item[0]))
    lines = tuple(
        MemberLine(t, names.sites.get(t, Site()).place, m, words.happened(alert.cause, {m.detail}), t in planned)
        for t, m in members[:MOST_MEMBERS]
    )
    return Shown(_line(row, alert.members, names, now), alert, lines, len(members) - len(lines), tuple(timeline), told)


def messages(
    db: database.Connection, channels: Collection[str], channel: str = "", page: int = 1
) -> tuple[tuple[MessageLine, ...], bool]:
    """What was told, newest first, of these channels or one of them; whether there is more."""
    wanted = json.dumps([channel] if channel in channels else sorted(channels) if not channel else [])
    rows = db.execute(
        f"{_MESSAGES} ORDER BY at DESC, id DESC LIMIT ? OFFSET ?", (wanted, A_PAGE + 1, (max(1, page) - 1) * A_PAGE)
    ).fetchall()
    return tuple(_message(db, row) for row in rows[:A_PAGE]), len(rows) > A_PAGE


def messages_after(
    db: database.Connection, channels: Collection[str], after: tuple[float, str] | None, most: int
) -> list[MessageLine]:
    """The same, what was told before ``after``."""
    at, id_ = after or (1e18, "")
    rows = db.execute(
        f"{_MESSAGES} AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?", (json.dumps(sorted(channels)), at, id_, most)
    ).fetchall()
    return [_message(db, row) for row in rows]


def _message(db: database.Connection, row: database.Row) -> MessageLine:
    about = db.execute("SELECT DISTINCT alert FROM alert_tellings WHERE message = ? ORDER BY alert", (row[0],))
    return MessageLine(row[0], row[1], row[2], row[3], row[4], tuple(number for (number,) in about))


def _telling(kind: str) -> str:
    """Under which kind what people did is told."""
    return {"resolve": "resolved", "reopen": "reopened"}.get(kind, kind)


def _filters(asked: Asked, names: Names) -> tuple[list[str], list[object]]:
    states = {"unresolved": ("open", "acknowledged"), "all": ("open", "acknowledged", "resolved")}
    conditions: list[str] = []
    values: list[object] = []

    def add(condition: str, value: object) -> None:
        values.append(value)
        conditions.append(condition.replace("?", f"?{len(values) + 1}"))

    add("state IN (SELECT value FROM json_each(?))", json.dumps(states.get(asked.showing, (asked.showing,))))
    for column, value in (("severity", asked.severity), ("party", asked.party), ("code", asked.code)):
        if value:
            add(f"{column} = ?", value)
    if asked.terminal:
        add("id IN (SELECT alert FROM alert_members WHERE terminal = ?)", asked.terminal)
    if asked.text:
        meant = [t for t, site in names.sites.items() if asked.text in t or asked.text in site.place]
        add("id IN (SELECT alert FROM alert_members WHERE terminal IN (SELECT value FROM json_each(?)))", json.dumps(meant))
    return conditions, values


def _line(row: database.Row, members: Mapping[str, Member], names: Names, now: float) -> AlertLine:
    number, severity, state, name, rule, code, subject, scope, party, began, opened, resolved = tuple(row)[:12]
    standing, most, assigned, live, escalated = tuple(row)[12:]
    cause = Cause(rule, code, subject, scope, party)
    until = resolved if state == "resolved" else now
    return AlertLine(
        number=number,
        severity=severity,
        state=state,
        rule=rule,
        name=name,
        code=code,
        party=party,
        headline=words.headline(cause, members, names),
        began=began,
        opened=opened,
        resolved=resolved,
        standing=standing,
        most=most,
        assigned=assigned or "",
        escalated=bool(escalated),
        closed=state == "resolved" and bool(live),
        stood=words.duration(until - began),
    )
