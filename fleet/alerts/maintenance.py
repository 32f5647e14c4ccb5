"""Maintenance windows: planned times of terminals, during which what stands about them is nobody's alarm. Each has an end.

A window names terminals as a rule does (``fleet/alerts/rules.py``), so one covers a terminal, a hall, a party, or a tag's hundreds.
It is never deleted: it ends, by its time or before. What still stands then counts from that moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from fleet import database
from fleet.alerts.rules import DAY, Where
from fleet.alerts.sites import Site
from fleet.people import record

LONGEST = 60 * DAY
"""Seconds: what is away for longer belongs out of the settings."""
MOST_OPEN = 500
_KEPT = 8 * DAY
"""Seconds a window is still looked at after its end: a day longer than a rule may hold a condition back."""


class WindowError(ValueError):
    """There cannot be such a window; the text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Window:
    """``begins``, ``ends``: seconds since 1970; ``ended_by``: who ended it before its time."""

    id: int
    name: str
    where: Where
    begins: float
    ends: float
    by: str
    why: str
    made: float
    ended_by: str | None = None

    def at(self, now: float) -> bool:
        return self.begins <= now < self.ends


class Planned:
    """The windows as the engine asks for them. ``windows``: none that ended long ago."""

    def __init__(self, windows: Iterable[Window], sites: Mapping[str, Site], now: float) -> None:
        self._windows = tuple(windows)
        self._sites = sites
        self._now = now
        self._of: dict[str, tuple[Window, ...]] = {}

    def counts_from(self, terminal: str, since: float) -> float | None:
        """From when what stands since then counts; ``None`` while the terminal is under maintenance."""
        if not self._windows:
            return since
        at = since
        for one in self.over(terminal):
            if one.at(self._now):
                return None
            if one.begins < one.ends <= self._now:
                at = max(at, one.ends)
        return at

    def over(self, terminal: str) -> tuple[Window, ...]:
        """The windows of ``terminal``, also those that ended or did not begin."""
        if terminal not in self._of:
            site = self._sites.get(terminal, Site())
            self._of[terminal] = tuple(one for one in self._windows if one.where.has(terminal, site))
        return self._of[terminal]


def covered(where: Where, sites: Mapping[str, Site]) -> tuple[str, ...]:
    """The terminals a window is of, now."""
    return tuple(terminal for terminal, site in sites.items() if where.has(terminal, site))


def within(where: Where, sites: Mapping[str, Site], only: Collection[str] | None) -> bool:
    """Whether it names nothing but terminals of these parties (``None``: all), now and when more terminals come."""
    if only is None:
        return True
    found = covered(where, sites)
    bound = (where.parties and set(where.parties) <= set(only)) or (where.terminals and set(where.terminals) <= set(found))
    return bool(bound) and all(sites[terminal].party in only for terminal in found)


def begin(
    db: database.Connection,
    name: str,
    where: Where,
    begins: float,
    ends: float,
    by: str,
    why: str,
    now: float,
    *,
    sites: Mapping[str, Site],
    only: Collection[str] | None = None,
) -> int:
    """A new window; its number. ``only``: the parties whose terminals it may name; ``None``: all. :class:`WindowError`."""
    name, why = name.strip(), why.strip()
    if not 1 <= len(name) <= 40:
        raise WindowError("名称 1 至 40 个字")
    if not why:
        raise WindowError("请写明做什么、为什么")
    if where.everywhere:
        raise WindowError("请写明哪些终端；整个中心不能一起维护，请停用规则")
    if not within(where, sites, only):
        raise WindowError("只能给自己签约方的终端安排：请选签约方，或写终端编号")
    if not covered(where, sites):
        raise WindowError("没有符合的终端，请再看看“哪些终端”")
    if ends <= begins or ends <= now:
        raise WindowError("结束时间要在开始之后，也要在现在之后")
    if ends - max(begins, now) > LONGEST:
        raise WindowError(f"最长 {LONGEST // DAY} 天")
    (held,) = db.execute("SELECT count(*) FROM maintenance WHERE ends > ?", (now,)).fetchone()
    if held >= MOST_OPEN:
        raise WindowError(f"没有结束的维护时段已有 {MOST_OPEN} 个")
    (number,) = db.execute(
        "INSERT INTO maintenance (name, scope, begins, ends, by, why, made) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (name, msgspec.json.encode(where), max(begins, now), ends, by, why, now),
    ).fetchone()
    record.write(db, now, by, "maintenance.begin", f"#{number} {name}", why[:200])
    return int(number)


def end(db: database.Connection, number: int, by: str, why: str, now: float) -> None:
    """End a window now, or call off one that did not begin. :class:`WindowError` for one that has ended."""
    found = find(db, number)
    if found is None or found.ends <= now:
        raise WindowError("这个维护时段已经结束")
    if not why.strip():
        raise WindowError("请写明为什么提前结束")
    # One that did not begin ends before it: it never covers anything.
    db.execute("UPDATE maintenance SET ends = ?, ended_by = ? WHERE id = ?", (now, by, number))
    record.write(db, now, by, "maintenance.end", f"#{number} {found.name}", why.strip()[:200])


def find(db: database.Connection, number: int) -> Window | None:
    return next(iter(_read(db, "id = ?", (number,))), None)


def recent(db: database.Connection, now: float) -> tuple[Window, ...]:
    """All the engine may ask for."""
    return _read(db, "ends > ?", (now - _KEPT,))


def during(db: database.Connection, begin: float, end: float) -> tuple[Window, ...]:
    """All that lie between two moments, in part at least."""
    return _read(db, "ends > ? AND begins < ?", (begin, end))


def listed(db: database.Connection, now: float, most: int = 200) -> tuple[Window, ...]:
    """Those that have not ended, by when they begin; then those that have, the latest first."""
    return _read(db, "ends > ? ORDER BY begins, id", (now,)) + _read(db, "ends <= ? ORDER BY ends DESC, id LIMIT ?", (now, most))


def _read(db: database.Connection, condition: str, values: Sequence[object]) -> tuple[Window, ...]:
    rows = db.execute(
        f"SELECT id, name, scope, begins, ends, by, why, made, ended_by FROM maintenance WHERE {condition}",  # noqa: S608 ours
        tuple(values),
    )
    return tuple(Window(row[0], row[1], msgspec.json.decode(row[2], type=Where), *row[3:]) for row in rows)
