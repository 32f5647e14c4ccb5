"""What a rule would have told in the last days: the engine over the conditions there were, cause by cause, at the moments at which
something changed. Nothing is written, and nobody is told. Acknowledging is not guessed: it is as if nobody had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from msgspec.structs import replace as changed

from fleet import database
from fleet.alerts import book, words
from fleet.alerts.clock import EVERY
from fleet.alerts.engine import Alert, Cause, CountsFrom, Note, cause_of, look
from fleet.alerts.maintenance import Planned, Window
from fleet.alerts.rules import DAY, Choice, Rule
from fleet.alerts.sites import Site
from fleet.alerts.telling import SPACING
from fleet.alerts.words import Names
from fleet.board.conditions import AWAY, CENTRE, Standing

DAYS = 7
MOST = 20_000
"""Conditions that are looked at; of more, the newest ones."""
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Would:
    """One thing that would have been told."""

    at: float
    kind: str
    count: int
    said: str
    quiet: bool
    """It would have waited for the end of the quiet hours."""


@dataclass(frozen=True, slots=True)
class Preview:
    """``told``: newest first, ``left_out`` of them not shown; ``alerts``: how many alerts there would have been; ``messages``: in
    how many messages a channel would have heard it all, if it heard nothing else. ``since``: from when on was looked."""

    told: tuple[Would, ...]
    left_out: int
    alerts: int
    messages: int
    kinds: Mapping[str, int]
    conditions: int
    since: float


def preview(
    db: database.Connection, rules: Sequence[Rule], rule: Rule, names: Names, windows: Iterable[Window], now: float
) -> Preview:
    """``rules``: the whole set with ``rule`` in its place: what another one takes first is not its to tell."""
    since = now - DAYS * DAY
    found = list(book.conditions(db, rule.codes, since))
    if len(found) > MOST:
        found = sorted(found, key=lambda one: one.since)[-MOST:]
        since = max(since, found[0].since)
    away = [one for one in book.conditions(db, (AWAY.code,), since) if one.terminal == CENTRE]
    rule = changed(rule, enabled=True)  # one that is switched off is looked at as if it were on
    choice = Choice([one if one.id != rule.id else rule for one in rules], names.sites)
    by_cause: dict[Cause, list[Standing]] = {}
    for one in found:
        cause = cause_of(choice, names.sites, one)
        if cause is not None and cause.rule == rule.id:
            by_cause.setdefault(cause, []).append(one)
    told: list[Would] = []
    alerts = 0
    held = tuple(windows)
    for cause, conditions in by_cause.items():
        for at, note, alert in replay(rule, cause, conditions, held, names.sites, away, now):
            alerts += note.kind == "opened"
            if at >= since:
                quiet = rule.quiet is not None and rule.quiet.at(at)
                told.append(Would(at, note.kind, note.count, words.headline(cause, alert.members, names), quiet))
    told.sort(key=lambda one: one.at, reverse=True)
    kinds = {kind: sum(one.kind == kind for one in told) for kind in dict.fromkeys(one.kind for one in told)}
    left_out, messages = max(0, len(told) - MOST_SHOWN), _messages(rule, [one.at for one in told])
    return Preview(tuple(told[:MOST_SHOWN]), left_out, alerts, messages, kinds, len(found), since)


def _messages(rule: Rule, told: Iterable[float]) -> int:
    """What came in quiet hours goes at their end, and what came within a minute of the last message with the next."""
    count, last = 0, float("-inf")
    for at in sorted(rule.quiet.over(at) if rule.quiet is not None and rule.quiet.at(at) else at for at in told):
        if at > last:
            count, last = count + 1, max(at, last + SPACING)
    return count


def replay(
    rule: Rule,
    cause: Cause,
    conditions: Sequence[Standing],
    windows: Sequence[Window],
    sites: Mapping[str, Site],
    away: Sequence[Standing],
    end: float,
) -> list[tuple[float, Note, Alert]]:
    """Everything the engine would have said of one cause up to ``end``. ``away``: when the centre heard nothing."""
    begins = sorted(conditions, key=lambda one: one.since)
    edges = {one.since for one in begins} | {one.until for one in begins if one.until is not None}
    edges |= {at for one in windows for at in (one.begins, one.ends)} | {one.until for one in away if one.until is not None}
    moments = sorted({ceil(at / EVERY) * EVERY for at in edges if at <= end})  # as the clock would have looked
    told: list[tuple[float, Note, Alert]] = []
    alert: Alert | None = None
    upcoming: float | None = None
    started, seen = 0, dict[int, Standing]()
    n = 0
    while n < len(moments) or (upcoming is not None and upcoming <= end):
        now = min(at for at in (moments[n] if n < len(moments) else None, upcoming) if at is not None)
        while n < len(moments) and moments[n] <= now:
            n += 1
        while started < len(begins) and begins[started].since <= now:
            seen[started] = begins[started]
            started += 1
        heard = _heard(cause, away, now)
        if heard is None:
            upcoming = None
            continue
        seen = {i: one for i, one in seen.items() if one.until is None or now - one.until <= max(rule.clear, 1)}
        current = [replace(one, until=None) if one.until is not None and one.until > now else one for one in seen.values()]
        found = look(cause, rule, alert, current, now, heard, _counts_from(windows, sites, now))
        alert = found.alert if found.alert is not None and found.alert.live else None
        if found.alert is not None:
            told += [(now, note, found.alert) for note in found.notes]
        upcoming = found.next
    return told


def _heard(cause: Cause, away: Sequence[Standing], now: float) -> float | None:
    """Since when the centre heard its terminals at ``now``; ``None`` while it did not."""
    if cause.code == AWAY.code:
        return float("-inf")
    if any(one.since <= now and (one.until is None or now < one.until) for one in away):
        return None
    return max((one.until for one in away if one.until is not None and one.until <= now), default=float("-inf"))


def _counts_from(windows: Sequence[Window], sites: Mapping[str, Site], now: float) -> CountsFrom:
    return Planned(windows, sites, now).counts_from
