"""The engine: what becomes of alerts, by the rules, the conditions that stand, maintenance, the time, and the alerts so far. Pure.

::

    pending ─▶ open ◀──▶ acknowledged          a new member opens what was acknowledged: nobody has acknowledged that one
       │        └───┬────────┘
     nothing     resolved                      by itself, when every member has been well for ``clear``; or by hand

An alert is of one *cause*: rule, code, subject and the place it is grouped by; of each cause at most one lives. Its *members* are
terminals. A condition that comes and goes is one spell after another of the same member, until it has been gone for ``clear``; a
member is *ripe* when its spells together have lasted ``hold``, and the first ripe one opens the alert for all that are in it by
then: three hundred terminals that are lost within a minute are told as three hundred. Time under maintenance, and time before the
centre heard its terminals (again), counts for nothing. Looking twice at the same moment changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from fleet.alerts.rules import Choice, Grouping, Rule
from fleet.alerts.sites import Site
from fleet.board.conditions import AWAY, CENTRE, Standing

GROW = 300.0
"""Seconds between two tellings that more terminals joined an alert."""
OVERDUE = 24 * 3600.0
"""Seconds after which an alert resolved by hand opens again, if what it is about still stands."""
State = Literal["pending", "open", "acknowledged", "resolved"]
Kind = Literal["opened", "grew", "repeat", "escalated", "resolved", "reopened"]
CountsFrom = Callable[[str, float], "float | None"]
"""(terminal, since) → from when what stands since then counts; ``None`` while the terminal is under maintenance."""


@dataclass(frozen=True, slots=True)
class Cause:
    """``scope``: ``terminal:…``, ``hall:…`` or ``party:…``; ``party``: whose it is, empty for the centre's own."""

    rule: str
    code: str
    subject: str
    scope: str
    party: str

    def __str__(self) -> str:
        return "|".join((self.rule, self.code, self.subject, self.scope, self.party))


@dataclass(frozen=True, slots=True)
class Member:
    """``first``: since when; ``since``: when its newest spell began; ``ended``: when that one ended, ``None`` while it stands;
    ``bad``: seconds of the spells that ended. ``told``: somebody was told, or will be. ``detail``: the condition's, a code."""

    first: float
    since: float
    ended: float | None = None
    bad: float = 0.0
    spells: int = 1
    told: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """``opened``: when it last became open, which escalation counts from; ``told``: when that it stands was last told. ``live``: it
    is unresolved, or was resolved by hand while members still stand. ``id``: ``None`` for one that was never written."""

    cause: Cause
    state: State = "pending"
    members: Mapping[str, Member] = field(default_factory=dict)
    opened: float = 0.0
    told: float = 0.0
    escalated: bool = False
    resolved: float | None = None
    live: bool = True
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something happened to an alert that is written down, and told. ``count``: members it is about."""

    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Look:
    """What became of one alert; ``alert`` ``None``: nothing is left of it. ``next``: when time alone may change something."""

    cause: Cause
    before: Alert | None
    alert: Alert | None
    notes: tuple[Note, ...]
    next: float | None

    @property
    def changed(self) -> bool:
        return bool(self.notes) or self.alert != self.before


def step(
    choice: Choice,
    sites: Mapping[str, Site],
    conditions: Iterable[Standing],
    alerts: Iterable[Alert],
    rules: Mapping[str, Rule],
    now: float,
    heard: float | None,
    counts_from: CountsFrom,
) -> Iterator[Look]:
    """One look at everything. ``conditions``: those that stand, and those that ended within the longest ``clear``; ``alerts``:
    those that live. ``heard``: since when the centre hears its terminals; while it does not, only its own alert is looked at.
    """
    found: dict[Cause, list[Standing]] = {}
    for one in conditions:
        cause = cause_of(choice, sites, one)
        if cause is not None:
            found.setdefault(cause, []).append(one)
    known = {alert.cause: alert for alert in alerts if alert.live}
    for cause in dict.fromkeys((*known, *found)):
        since = float("-inf") if cause.code == AWAY.code else heard
        if since is not None:
            yield look(cause, rules.get(cause.rule), known.get(cause), found.get(cause, ()), now, since, counts_from)


def cause_of(choice: Choice, sites: Mapping[str, Site], one: Standing) -> Cause | None:
    """``None``: no rule takes it."""
    rule = choice.rule(one)
    if rule is None:
        return None
    site = sites.get(one.terminal, Site())
    return Cause(rule.id, one.condition.code, one.condition.subject, scope(rule.group, one.terminal, site), site.party or "")


def scope(group: Grouping, terminal: str, site: Site) -> str:
    if terminal == CENTRE:
        return "centre:"
    if group == "party" and site.party:
        return f"party:{site.party}"
    return f"hall:{site.hall}" if group != "terminal" and site.hall else f"terminal:{terminal}"


def look(
    cause: Cause,
    rule: Rule | None,
    before: Alert | None,
    conditions: Sequence[Standing],
    now: float,
    heard: float,
    counts_from: CountsFrom,
) -> Look:
    """One look at one cause. ``rule`` ``None``: it was deleted or switched off, and what it saw has ended with it."""
    seen = conditions if rule is not None and rule.enabled else ()
    clear = float(rule.clear) if rule is not None and rule.enabled else 0.0

    def counted(terminal: str, since: float) -> float | None:
        at = counts_from(terminal, since)
        return None if at is None else max(at, heard)

    alert = before or Alert(cause)
    members = _members(alert.members, seen, now, clear, counted)
    if not members and alert.state == "pending":
        return Look(cause, before, None, (), None)
    alert = alert if members == alert.members else replace(alert, members=members)
    notes: list[Note] = []
    if all(_gone(member, now, clear) for member in members.values()):
        if alert.state in ("open", "acknowledged"):
            notes.append(Note("resolved", len(members)))
            alert = replace(alert, state="resolved", resolved=now)
        return Look(cause, before, replace(alert, live=False), tuple(notes), None)
    assert rule is not None, "without a rule every member is gone"
    free = {t: at for t, m in members.items() if m.ended is None and (at := counted(t, m.since)) is not None}
    fresh = [t for t, at in free.items() if not members[t].told and members[t].bad + now - at >= rule.hold]
    match alert.state:
        case "pending" if fresh:
            notes.append(Note("opened", len(free)))
            alert = replace(_told(alert, now), state="open", opened=now)
        case "open" | "acknowledged" if fresh and now - alert.told >= GROW:
            notes.append(Note("grew", sum(not members[t].told for t in free)))
            if alert.state == "acknowledged":
                alert = replace(alert, state="open", opened=now, escalated=False)
            alert = _told(alert, now)
        case "open" if free and rule.repeat and now - alert.told >= rule.repeat:
            notes.append(Note("repeat", len(free)))
            alert = replace(alert, told=now)
        case "resolved" if fresh or (free and now - (alert.resolved or 0.0) >= OVERDUE):
            notes.append(Note("reopened", len(free)))
            alert = replace(_told(alert, now), state="open", opened=now, escalated=False, resolved=None)
    if alert.state == "open" and free and rule.escalate and not alert.escalated and now - alert.opened >= rule.escalate:
        notes.append(Note("escalated", len(free)))
        alert = replace(alert, escalated=True)
    return Look(cause, before, alert, tuple(notes), _next(rule, alert, now, clear, counted))


def _members(
    before: Mapping[str, Member], conditions: Sequence[Standing], now: float, clear: float, counted: CountsFrom
) -> dict[str, Member]:
    members = dict(before)
    standing: set[str] = set()
    for terminal, since, until, detail in _spells(conditions):
        member = _heard(members.get(terminal), terminal, since, until, now, clear, counted)
        if member is not None:
            members[terminal] = member if member.detail == detail else replace(member, detail=detail)
        if until is None:
            standing.add(terminal)
    for terminal, member in list(members.items()):
        if member.ended is None and terminal not in standing:
            # Its end was not among what was read, or no rule takes it any more.
            member = members[terminal] = _ended(member, now, counted(terminal, member.since))
        if not member.told and _gone(member, now, clear):
            del members[terminal]
    return members


def _spells(conditions: Sequence[Standing]) -> Iterator[tuple[str, float, float | None, str]]:
    """(terminal, since, until, detail), by terminal and time: conditions of one terminal that overlap or touch are one."""
    terminal, since, until, detail = "", 0.0, 0.0 if conditions else None, ""
    begun = False
    for one in sorted(conditions, key=lambda c: (c.terminal, c.since)):
        if begun and one.terminal == terminal and (until is None or one.since <= until):
            until = None if until is None or one.until is None else max(until, one.until)
            detail = one.condition.detail if one.until is None else detail
            continue
        if begun:
            yield terminal, since, until, detail
        terminal, since, until, detail, begun = one.terminal, one.since, one.until, one.condition.detail, True
    if begun:
        yield terminal, since, until, detail


def _heard(
    member: Member | None, terminal: str, since: float, until: float | None, now: float, clear: float, counted: CountsFrom
) -> Member | None:
    """``member`` after one spell; it counts once, however often it is read."""
    if member is None:
        if (until is not None and now - until >= clear) or counted(terminal, since) is None:
            return None
        member = Member(since, since)
    elif since > member.since:
        if member.ended is None:
            member = _ended(member, since, counted(terminal, member.since))
        pause = since - (member.ended or 0.0)
        if pause > 0 and pause >= clear:
            member = Member(since, since, spells=member.spells + 1)
        else:
            member = replace(member, since=since, ended=None, spells=member.spells + (pause > 0))
    elif since == member.since and until is None and member.ended is not None:
        member = replace(member, ended=None, bad=0.0)  # no rule took it for a while
    if until is not None and since == member.since and member.ended is None:
        member = _ended(member, until, counted(terminal, since))
    return member


def _ended(member: Member, at: float, counted: float | None) -> Member:
    return replace(member, ended=at, bad=member.bad + (0.0 if counted is None else max(0.0, at - counted)))


def _gone(member: Member, now: float, clear: float) -> bool:
    return member.ended is not None and now - member.ended >= clear


def _told(alert: Alert, now: float) -> Alert:
    told = {t: m if m.told or m.ended is not None else replace(m, told=True) for t, m in alert.members.items()}
    return replace(alert, members=told, told=now)


def _next(rule: Rule, alert: Alert, now: float, clear: float, counted: CountsFrom) -> float | None:
    times: list[float] = []
    for terminal, member in alert.members.items():
        if member.ended is not None:
            times.append(member.ended + clear)
        elif not member.told and (at := counted(terminal, member.since)) is not None:
            ripe = at + rule.hold - member.bad
            times.append(ripe if alert.state == "pending" else max(ripe, alert.told + GROW))
    if alert.state == "open":
        times += [alert.told + rule.repeat] if rule.repeat else []
        times += [alert.opened + rule.escalate] if rule.escalate and not alert.escalated else []
    if alert.state == "resolved":
        times.append((alert.resolved or 0.0) + OVERDUE)
    return min((at for at in times if at > now), default=None)
