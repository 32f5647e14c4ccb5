"""What of the board is asked for: the query of its address, read strictly; and what it leaves of all rows, counted and in order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from fleet.board.conditions import Grade
from fleet.board.rows import Row
from fleet.people.rights import ALL
from fleet.presence import Hearing, Presence

PAGE = 50
"""Rows of a page."""
_LONGEST = 60
STATES: tuple[tuple[str, str, str], ...] = (
    ("online", "在线", "online"),
    ("lost", "失联", "lost"),
    ("unknown", "不明", "unknown"),
    ("left", "已退出", "off"),
    ("out", "暂停服务", "bad"),
    ("trouble", "故障", "bad"),
    ("paper", "缺纸、纸少", "warning"),
    ("queue", "积压", "warning"),
    ("certificate", "证书", "warning"),
    ("clock", "时钟", "warning"),
    ("refused", "没有采用", "warning"),
    ("help", "请人帮忙", "warning"),
)
"""(name, in words, class) of what a terminal can be counted under; presence is exactly one of the first four."""
_NAMES = frozenset(name for name, _, _ in STATES)
_WORST = {Grade.BAD: 2, Grade.WARNING: 3, Grade.UNKNOWN: 5, Grade.OFF: 6}


@dataclass(frozen=True, slots=True)
class Query:
    """Empty: whatever. ``fault``: a code of a device's fault or warning; ``label``: a group or tag."""

    state: str = ""
    party: str = ""
    setting: str = ""
    device: str = ""
    fault: str = ""
    version: str = ""
    label: str = ""
    text: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Query:
        """Of an address; what cannot be asked for is not asked for."""
        told = {f.name: args.get(f.name, "").strip()[:_LONGEST] for f in fields(cls) if f.name != "page"}
        page = args.get("page", "1")
        found = cls(**told, page=int(page) if page.isdecimal() and page.isascii() and len(page) < 6 and int(page) else 1)
        known = found.sort.removeprefix("-") in SORTS
        return replace(found, state=found.state if found.state in _NAMES else "", sort=found.sort if known else "")

    def address(self, **changes: object) -> str:
        """The query of the address that asks for this, changed so; back at its first page unless a page is named."""
        changed = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        told = {f.name: getattr(changed, f.name) for f in fields(self)}
        return urlencode({name: value for name, value in told.items() if value and (name, value) != ("page", 1)})

    def narrowed(self) -> bool:
        return replace(self, sort="", page=1) != Query()


@dataclass(frozen=True, slots=True)
class Found:
    """``counts``: of every state, of what the rest of the query leaves; ``total``: rows of all pages."""

    query: Query
    rows: tuple[tuple[Row, Presence], ...]
    total: int
    counts: Mapping[str, int]
    of: int
    """Terminals the visitor may see at all."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def matching(rows: Iterable[Row], query: Query, seen: frozenset[str]) -> list[Row]:
    """Rows of the parties ``seen`` that fit the query but for its state."""
    text = query.text.lower().split()
    return [
        row
        for row in rows
        if (ALL in seen or row.party in seen)
        and (not query.party or row.party == query.party)
        and (not query.setting or row.setting == query.setting)
        and (not query.version or row.app == query.version)
        and (not query.label or query.label in row.labels)
        and (not text or all(word in row.text for word in text))
        and (not (query.device or query.fault) or _faulty(row, query.device, query.fault))
    ]


def fitting(
    rows: Iterable[Row], query: Query, seen: frozenset[str], hearing: Hearing, now: float
) -> tuple[list[tuple[Row, Presence]], Mapping[str, int]]:
    """All that ``query`` asks for, in its order; and the count of every state in what it leaves but for its own."""
    fit = [(row, row.presence(hearing, now)) for row in matching(rows, query, seen)]
    counts = tally(fit)
    if query.state:
        fit = [(row, presence) for row, presence in fit if presence.value == query.state or query.state in row.facets]
    fit.sort(key=SORTS[query.sort.removeprefix("-") or "state"], reverse=query.sort.startswith("-"))
    return fit, counts


def find(rows: Iterable[Row], query: Query, seen: frozenset[str], hearing: Hearing, now: float, of: int) -> Found:
    """What ``query`` asks for, one page of it."""
    fit, counts = fitting(rows, query, seen, hearing, now)
    page = min(query.page, max(1, -(-len(fit) // PAGE)))
    return Found(replace(query, page=page), tuple(fit[(page - 1) * PAGE : page * PAGE]), len(fit), counts, of)


def tally(rows: Iterable[tuple[Row, Presence]]) -> Mapping[str, int]:
    """State → how many."""
    counted: Counter[str] = Counter()
    facets: Counter[frozenset[str]] = Counter()
    for row, presence in rows:
        counted[presence.value] += 1
        facets[row.facets] += 1
    for names, count in facets.items():
        for name in names:
            counted[name] += count
    return {name: counted[name] for name, _, _ in STATES}


def severity(row: Row, presence: Presence) -> int:
    """What staff should look at first comes first."""
    if "help" in row.codes:
        return 0
    if presence is Presence.LOST:
        return 1
    if presence is not Presence.ONLINE:
        return 4 if presence is Presence.UNKNOWN else 6
    return _WORST[row.standing[0].condition.grade] if row.standing else 7


def began(row: Row) -> float:
    """Since when it is as it is."""
    return row.standing[0].since if row.standing else row.since or 0.0


_Key = Callable[[tuple[Row, Presence]], tuple[object, ...]]
SORTS: dict[str, _Key] = {
    "state": lambda one: (severity(*one), began(one[0]), one[0].terminal),
    "place": lambda one: (one[0].place, one[0].terminal),
    "party": lambda one: (one[0].party, one[0].place, one[0].terminal),
    "since": lambda one: (-began(one[0]), one[0].terminal),
    "queue": lambda one: (-(one[0].unconfirmed or 0), -(one[0].pages or 0), one[0].terminal),
    "version": lambda one: (one[0].app, one[0].terminal),
}
"""Columns that can be sorted by."""


def rolled(
    rows: Iterable[Row], query: Query, by: str, seen: frozenset[str], hearing: Hearing, now: float
) -> list[tuple[str, int, Mapping[str, int]]]:
    """What ``query`` leaves, together by what ``by`` names: (value, terminals, state → how many); a terminal counts under each of
    its labels.
    """
    groups: dict[str, list[tuple[Row, Presence]]] = defaultdict(list)
    for row in matching(rows, query, seen):
        one = row, row.presence(hearing, now)
        for value in BY[by](row):
            groups[value].append(one)
    return [(value, len(found), tally(found)) for value, found in sorted(groups.items())]


BY: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "party": lambda row: (row.party,),
    "setting": lambda row: (row.setting,),
    "label": lambda row: row.labels,
    "version": lambda row: (row.app,) if row.app else (),
}
"""What terminals can be rolled up by; each is a filter of the board too."""


def options(rows: Collection[Row], seen: frozenset[str]) -> dict[str, list[tuple[str, int]]]:
    """What can be chosen from, with how many terminals have it: versions, labels, faults, devices with a fault."""
    found: dict[str, Counter[str]] = {name: Counter() for name in ("party", "version", "label", "fault", "device")}
    for row in rows:
        if ALL in seen or row.party in seen:
            found["party"][row.party] += 1
            found["version"][row.app] += 1
            found["label"].update(row.labels)
            for one in row.standing:
                if one.condition.subject and one.condition.code != "settings-refused":
                    found["fault"][one.condition.detail] += 1
                    found["device"][one.condition.subject] += 1
    return {name: sorted((value, count) for value, count in counted.items() if value) for name, counted in found.items()}


def _faulty(row: Row, device: str, fault: str) -> bool:
    named = (one.condition for one in row.standing)
    return any((not device or one.subject == device) and (not fault or one.detail == fault) for one in named)
