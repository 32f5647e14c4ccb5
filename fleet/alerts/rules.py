"""Rules as data: which conditions of which terminals become alerts, when they are told, to whom, how often.

The rules are a list; the first one that takes a condition has it, so that no condition stands in two alerts. A set of rules is
saved as a whole, with who and why, and never changed afterwards (``alert_rules``); what is shipped is version 0
(``defaults.toml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.calendar import CHINA
from fleet import database
from fleet.alerts.sites import Site
from fleet.board.conditions import Grade, Standing
from fleet.people import record
from mqtt.wire import Code

DAY = 86_400
MOST_RULES = 200
OF_PARTY = "@party"
"""Told to: the channels of the party the terminals belong to."""
OF_CENTRE = "@centre"
"""Told to: the channels that are no party's."""

Severity = Literal["critical", "major", "minor"]
Grouping = Literal["terminal", "hall", "party"]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Channels = Annotated[tuple[Annotated[str, Meta(pattern=r"^(@party|@centre|[a-z0-9][a-z0-9-]{0,39})$")], ...], Meta(max_length=20)]
_Names = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=120)], ...], Meta(max_length=500)]


class RuleError(ValueError):
    """The rules cannot be saved so; the text (Chinese) says which and why."""


class Where(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which terminals. What is empty excludes nothing; of what is given each kind must fit. ``places``: a hall's code, or a part
    of the words that say where the terminal stands."""

    parties: _Names = ()
    places: _Names = ()
    groups: _Names = ()
    tags: _Names = ()
    terminals: _Names = ()

    @property
    def everywhere(self) -> bool:
        return self == Where()

    def has(self, terminal: str, site: Site) -> bool:
        return (
            (not self.parties or site.party in self.parties)
            and (not self.places or any(site.hall == place or place in site.place for place in self.places))
            and (not self.groups or not site.groups.isdisjoint(self.groups))
            and (not self.tags or not site.tags.isdisjoint(self.tags))
            and (not self.terminals or terminal in self.terminals)
        )


class Quiet(Struct, frozen=True, forbid_unknown_fields=True):
    """Times of the day, Beijing's, between which nothing is told; over midnight when ``begins`` is the later one."""

    begins: Clock
    ends: Clock

    def at(self, now: float) -> bool:
        minute = datetime.fromtimestamp(now, CHINA).strftime("%H:%M")
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends

    def over(self, now: float) -> float:
        """When they are over that are at ``now``."""
        here = datetime.fromtimestamp(now, CHINA)
        hour, minute = map(int, self.ends.split(":"))
        end = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return (end if end > here else end + timedelta(days=1)).timestamp()


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Times in seconds. ``hold``: how long a condition stands before it is told; ``clear``: how long it must be gone to count as
    ended, so that what comes and goes is one thing; ``repeat`` (0: never): told again while nobody acknowledges; ``escalate``
    (0: never): then ``escalate_to`` is told. ``grade``: the least one; ``any`` also takes what nobody knows and what is meant so.
    ``subjects``: devices, or all. ``group``: what is one alert. ``quiet``: what falls into it is told at its end.
    """

    id: Slug
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    codes: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    severity: Severity = "major"
    grade: Literal["any", "warning", "bad"] = "warning"
    subjects: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()
    where: Where = Where()
    group: Grouping = "party"
    hold: Annotated[int, Meta(ge=0, le=7 * DAY)] = 300
    clear: Annotated[int, Meta(ge=0, le=3600)] = 300
    repeat: Annotated[int, Meta(ge=0, le=30 * DAY)] = 0
    escalate: Annotated[int, Meta(ge=0, le=7 * DAY)] = 0
    tell: Channels = ()
    escalate_to: Channels = ()
    quiet: Quiet | None = None
    enabled: bool = True

    def takes(self, one: Standing, site: Site) -> bool:
        """Of a condition whose code is one of the rule's."""
        return (
            self.enabled
            and one.condition.grade in _AT_LEAST[self.grade]
            and (not self.subjects or one.condition.subject in self.subjects)
            and self.where.has(one.terminal, site)
        )


_AT_LEAST = {
    "any": frozenset(Grade),
    "warning": frozenset({Grade.WARNING, Grade.BAD}),
    "bad": frozenset({Grade.BAD}),
}


@dataclass(frozen=True, slots=True)
class Saved:
    """A version of the rules. Version 0 is what is shipped; nobody saved it."""

    version: int
    rules: tuple[Rule, ...]
    by: str = ""
    why: str = ""
    at: float = 0.0


class Choice:
    """Which rule has a condition; remembers by code, because most rules look at few."""

    def __init__(self, rules: Iterable[Rule], sites: Mapping[str, Site]) -> None:
        self._by_code: dict[str, list[Rule]] = {}
        self._sites = sites
        for rule in rules:
            for code in rule.codes:
                self._by_code.setdefault(code, []).append(rule)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self._by_code)

    def rule(self, one: Standing) -> Rule | None:
        site = self._sites.get(one.terminal, Site())
        return next((rule for rule in self._by_code.get(one.condition.code, ()) if rule.takes(one, site)), None)


def check(rules: Sequence[Rule], channels: Iterable[str]) -> None:
    """What a type cannot say. ``channels``: the ids there are. :class:`RuleError`."""
    known = {OF_PARTY, OF_CENTRE, *channels}
    if len(rules) > MOST_RULES:
        raise RuleError(f"规则最多 {MOST_RULES} 条")
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"有两条规则的编号都是 {rule.id}")
        seen.add(rule.id)
        if not rule.name.strip():
            raise RuleError(f"规则 {rule.id} 没有名称")
        unknown = [name for name in (*rule.tell, *rule.escalate_to) if name not in known]
        if unknown:
            raise RuleError(f"“{rule.name}”要告诉 {unknown[0]}，没有这个渠道")
        if rule.repeat and rule.repeat < 300:
            raise RuleError(f"“{rule.name}”重复的间隔至少 5 分钟")
        if bool(rule.escalate) != bool(rule.escalate_to):
            raise RuleError(f"“{rule.name}”升级要写明多久没人确认、告诉谁，缺一样都不行")
        if rule.quiet is not None and rule.quiet.begins == rule.quiet.ends:
            raise RuleError(f"“{rule.name}”的免打扰起止时间相同：整天不告诉，请改为停用规则")


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules of version 0."""
    text = resources.files("fleet.alerts").joinpath("defaults.toml").read_bytes()
    rules = msgspec.toml.decode(text, type=dict[Literal["rules"], tuple[Rule, ...]])["rules"]
    check(rules, ())
    return rules


def current(db: database.Connection) -> Saved:
    row = db.execute("SELECT version, rules, by, why, at FROM alert_rules ORDER BY version DESC LIMIT 1").fetchone()
    return _saved(row) if row is not None else Saved(0, shipped())


def versions(db: database.Connection, most: int = 100) -> tuple[Saved, ...]:
    """Newest first; the shipped one is last."""
    rows = db.execute("SELECT version, rules, by, why, at FROM alert_rules ORDER BY version DESC LIMIT ?", (most,))
    return (*map(_saved, rows), Saved(0, shipped()))


def version(db: database.Connection, number: int) -> Saved | None:
    if number == 0:
        return Saved(0, shipped())
    row = db.execute("SELECT version, rules, by, why, at FROM alert_rules WHERE version = ?", (number,)).fetchone()
    return _saved(row) if row is not None else None


def save(db: database.Connection, rules: Sequence[Rule], base: int, channels: Iterable[str], by: str, why: str, now: float) -> int:
    """A new version; its number. ``base``: the version that was edited. :class:`RuleError`, also when somebody saved since."""
    if not why.strip():
        raise RuleError("请写明为什么改")
    before = current(db)
    if before.version != base:
        raise RuleError(f"{before.by or '别人'}刚保存了第 {before.version} 版，请先看过再改")
    check(rules, channels)
    db.execute(
        "INSERT INTO alert_rules VALUES (?, ?, ?, ?, ?)",
        (before.version + 1, msgspec.json.encode(rules), by, why.strip(), now),
    )
    told = "；".join(changes(before.rules, rules)) or "没有变化"
    record.write(db, now, by, "alert.rules", f"v{before.version + 1}", why.strip(), told[:500])
    return before.version + 1


def changes(before: Sequence[Rule], after: Sequence[Rule]) -> list[str]:
    """What differs, in words a page and the record can show."""
    old, new = {rule.id: rule for rule in before}, {rule.id: rule for rule in after}
    told = [f"删去“{old[i].name}”" for i in old if i not in new] + [f"新增“{new[i].name}”" for i in new if i not in old]
    for id_ in new:
        if id_ in old and old[id_] != new[id_]:
            fields = [name for name in Rule.__struct_fields__ if getattr(old[id_], name) != getattr(new[id_], name)]
            told.append(f"“{new[id_].name}”改了 {'、'.join(FIELDS[name] for name in fields)}")
    kept_before, kept_after = [i for i in old if i in new], [i for i in new if i in old]
    if kept_before != kept_after:
        told.append("先后次序变了")
    return told


FIELDS: dict[str, str] = {
    "id": "编号",
    "name": "名称",
    "codes": "情况",
    "severity": "级别",
    "grade": "程度",
    "subjects": "设备",
    "where": "哪些终端",
    "group": "怎样合并",
    "hold": "多久才报",
    "clear": "多久算恢复",
    "repeat": "重复",
    "escalate": "升级时限",
    "tell": "告诉谁",
    "escalate_to": "升级告诉谁",
    "quiet": "免打扰",
    "enabled": "启用",
}


def _saved(row: Sequence[object]) -> Saved:
    number, rules, by, why, at = row
    assert isinstance(number, int)
    assert isinstance(rules, bytes)
    return Saved(number, msgspec.json.decode(rules, type=tuple[Rule, ...]), str(by), str(why), float(str(at)))
