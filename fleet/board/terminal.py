"""A terminal's page: what it is like, what happened to it, what was asked of it, what it did a day, and its curves."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from fleet import database, desired, words
from fleet.board import conditions, samples
from fleet.board.conditions import Condition
from fleet.board.words import lasted, said
from mqtt.desired import KINDS

DAY = 86400.0
_BEIJING = 8 * 3600
MOST_LINES = 100
MOST_POINTS = 400
"""Of one curve: more than the pixels it is drawn on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. ``kind``: of what; ``state``: for its shape. ``until``: of a condition that is over."""

    at: float
    kind: str
    state: str
    text: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """What was done on a day, as counts. ``day``: its first moment, in Beijing."""

    day: float
    cases: int
    services: int
    printed: int
    unprinted: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a terminal and what it holds."""

    what: str
    rev: int | None
    held: int | None
    state: str
    word: str
    said: str
    at: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    what: str
    name: str
    unit: str
    points: tuple[tuple[float, float], ...]


def timeline(
    db: database.Connection, terminal: str, begin: float, end: float, now: float, most: int | None = MOST_LINES
) -> list[Line]:
    """What began or was asked between the two moments, newest first."""
    lines = heapq.merge(
        _conditions(db, terminal, begin, end, now), _commands(db, terminal, begin, end), key=lambda line: line.at, reverse=True
    )
    return list(islice(lines, most))


def days(db: database.Connection, terminal: str, begin: float, end: float) -> list[Day]:
    """Every day something was done on, newest first."""
    counted: dict[int, list[int]] = {}
    for place, table, where in (
        (0, "cases", ""),
        (1, "services", ""),
        (2, "receipts", "AND outcome = 'printed'"),
        (3, "receipts", "AND outcome <> 'printed'"),
    ):
        rows = db.execute(
            f"SELECT received FROM {table} WHERE terminal = ? AND received >= ? AND received < ? {where}",  # noqa: S608 ours
            (terminal, begin, end),
        )
        for (received,) in rows:
            counted.setdefault(int((received + _BEIJING) // DAY), [0, 0, 0, 0])[place] += 1
    return [Day(day * DAY - _BEIJING, *counts) for day, counts in sorted(counted.items(), reverse=True)]


def wanted(db: database.Connection, terminal: str, groups: Collection[str]) -> list[Wanted]:
    """Of each kind of thing that can be wanted."""
    newest = {one.what: one for one in desired.wanted(db, terminal, groups)}
    held = {row["what"]: row for row in db.execute("SELECT * FROM reported WHERE terminal = ?", (terminal,))}
    asked = [what for what in KINDS if what != "accounts" or what in newest or what in held]  # only terminals of windows have those
    return [_wanted(what, newest.get(what), held.get(what)) for what in asked]


def curves(db: database.Connection, terminal: str, begin: float, end: float) -> list[Curve]:
    """Those there are samples of; of many points the highest of each stretch."""
    found = []
    for what, kind in samples.KINDS.items():
        points = list(samples.read(db, terminal, what, begin, end))
        if points:
            found.append(Curve(what, kind.name, kind.unit, tuple(_thinned(points, begin, end))))
    return found


def _thinned(points: list[tuple[float, float]], begin: float, end: float) -> Iterator[tuple[float, float]]:
    if len(points) <= MOST_POINTS:
        yield from points
        return
    stretch = (end - begin) / MOST_POINTS
    best: tuple[float, float] | None = None
    for point in points:
        if best is not None and int((point[0] - begin) / stretch) != int((best[0] - begin) / stretch):
            yield best
            best = None
        if best is None or point[1] > best[1]:
            best = point
    if best is not None:
        yield best


def _conditions(db: database.Connection, terminal: str, begin: float, end: float, now: float) -> Iterator[Line]:
    for one in conditions.history(db, terminal, begin, end):
        ended = f"持续 {lasted(one.until - one.since)}" if one.until is not None else f"还在，已 {lasted(now - one.since)}"
        yield Line(one.since, _kind(one.condition), one.condition.grade, said(one.condition), ended)


def _kind(one: Condition) -> str:
    return {"lost": "连接", "off": "连接", "certificate": "证书", "settings-refused": "下发", "help": "求助"}.get(
        one.code, "设备" if one.subject else "状态"
    )


def _commands(db: database.Connection, terminal: str, begin: float, end: float) -> Iterator[Line]:
    rows = db.execute(
        "SELECT op, by, why, made, state, reason, detail FROM commands WHERE terminal = ? AND made >= ? AND made < ? "
        "ORDER BY made DESC",
        (terminal, begin, end),
    )
    shown = {"succeeded": "good", "failed": "bad", "rejected": "bad", "expired": "bad", "canceled": "unknown"}
    for row in rows:
        told = "；".join(part for part in (words.reason(row["reason"]), row["detail"]) if part)
        word = words.COMMAND_STATES[row["state"]]
        text = f"{words.OPERATIONS.get(row['op'], row['op'])}：{word}{f'（{told}）' if told else ''}"
        yield Line(row["made"], "命令", shown.get(row["state"], "waiting"), text, f"{row['by']}：{row['why']}")


def _wanted(what: str, newest: desired.Publication | None, held: database.Row | None) -> Wanted:
    rev = newest.rev if newest is not None else None
    if held is None:
        state, word = ("waiting", "还没有应答") if rev is not None else ("unknown", "没有下发过")
        return Wanted(words.WANTED[what], rev, None, state, word, "", None)
    behind = rev is not None and held["rev"] < rev
    state = "waiting" if behind else {"applied": "good", "refused": "bad"}.get(held["state"], "waiting")
    word = "还没有应答新的" if behind else words.WANTED_STATES[held["state"]]
    told = "；".join(part for part in (words.reason(held["reason"]), held["detail"]) if part)
    return Wanted(words.WANTED[what], rev, held["rev"], state, word, told, held["received"])
