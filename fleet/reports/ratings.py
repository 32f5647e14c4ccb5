"""The statistics of 好差评, broken down by one thing at a time. Nobody finds a single rating in them.

Rows of few ratings are put together, and a party's own staff see only months that are over. What that does not keep out is said
in ``docs/decisions/statistics-of-ratings.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.rating import service
from domain.rating.statistics import REST, Counts, Figure, figures, fold, share
from fleet import database
from fleet.reports.periods import month_before, month_of
from fleet.reports.reading import Column, Table

BY = {"party": "签约方", "item": "事项", "side": "评价对象", "of": "服务", "place": "收件地", "month": "月份"}


@dataclass(frozen=True, slots=True)
class Statistics:
    """``few``: there are so few ratings at all that their levels are not shown."""

    months: tuple[str, str]
    figures: tuple[Figure, ...]
    table: Table
    few: bool
    counts: Counts


@dataclass(frozen=True, slots=True)
class Asked:
    """``only``: parties the visitor may see; ``None``: all. First and last month."""

    first: str
    last: str
    party: str = ""
    only: frozenset[str] | None = None


def newest_month(today: date, only: frozenset[str] | None) -> str:
    """The centre sees this month, a party's staff the last one that is over."""
    return month_of(today if only is None else month_before(today.replace(day=1), 1))


def statistics(
    db: database.Connection, asked: Asked, by: str, names: Mapping[str, str], items: Mapping[str, str], today: date, least: int
) -> Statistics:
    """``by``: one of :data:`BY` (``KeyError``)."""
    words: dict[str, Mapping[str, str]] = {
        "party": names,
        "place": names,
        "item": items,
        "side": {str(side): name for side, name in service.SIDES.items()},
        "of": {str(of): name for of, name in service.NAMES.items()},
    }
    found = _counted(db, asked, by, today)
    total = sum(found.values(), Counts())
    rows = fold(((words.get(by, {}).get(key, key) or "（没有记下）", counts) for key, counts in found.items()), least)
    if by == "month":
        rows.sort(key=lambda row: (row[0] == REST, row[0]))
    few = 0 < total.given < least
    return Statistics((asked.first, asked.last), figures(total, few=few), _table(rows, total, by, least, few=few), few, total)


_COLUMNS = (
    Column("ratable", "可评价"),
    Column("rated", "已评价"),
    Column("l5", "非常满意"),
    Column("l4", "满意"),
    Column("l3", "基本满意"),
    Column("l2", "不满意"),
    Column("l1", "非常不满意"),
    Column("excluded", "不计入"),
    Column("good", "好评率（%）"),
    Column("active", "主动评价率（%）"),
    Column("settled", "整改率（%）"),
    Column("in_time", "按期整改率（%）"),
    Column("called", "实名回访率（%）"),
)


def _table(rows: list[tuple[str, Counts]], total: Counts, by: str, least: int, *, few: bool) -> Table:
    columns = (Column(by, BY[by], number=False), *_COLUMNS)
    shown = () if few else tuple((name, *_cells(counts)) for name, counts in rows)
    last = ("合计", *_cells(total)) if not few and rows else None
    notes = (
        "可评价、已评价按服务发生的月份；五档按评价的月份；整改、回访按收到差评的月份。没有评价的就是未评，不算好评，也不算差评。",
        f"评价少于 {least} 条的行合并在“{REST}”里，不让人从统计找到某一次评价。不计入的差评仍留在五档里，好评率已把它们去掉。",
        "指标名称是官方的；公式为本系统采用，标准原文到手后按原文改。",
    )
    return Table(f"好差评 · 按{BY[by]}", columns, shown, last, notes)


def _cells(c: Counts) -> tuple[int | float | None, ...]:
    rates = (share(c.good, c.valid), share(c.rated, c.ratable), share(c.settled, c.due), share(c.in_time, c.due))
    return (c.ratable, c.rated, c.l5, c.l4, c.l3, c.l2, c.l1, c.excluded, *rates, share(c.called, c.named))


def _counted(db: database.Connection, asked: Asked, by: str, today: date) -> dict[str, Counts]:
    column = {"party": "party", "item": "item", "side": "side", "of": "of", "place": "place", "month": "at"}[by]
    party = " AND t.party = :party" if asked.party else ""
    seen = f"{_SEEN}{party}"
    held = {
        "first": asked.first,
        "last": asked.last,
        "party": asked.party,
        "all": asked.only is None,
        "only": json.dumps(sorted(asked.only or ())),
        "today": str(today),
    }
    sums = ", ".join(f"sum({name})" for name in ("ratable", "rated", "l5", "l4", "l3", "l2", "l1"))
    query = f'SELECT "{column}", {sums} FROM report_ratings t WHERE at BETWEEN :first AND :last AND {seen} GROUP BY 1'  # noqa: S608
    found = {row[0]: Counts(*row[1:]) for row in db.execute(query, held)}
    key = {
        "party": "t.party",
        "item": "coalesce(c.item, s.item, '')",
        "side": "t.side",
        "of": 'r."of"',
        "place": "coalesce(c.intake, s.intake, '')",
        "month": "substr(t.day, 1, 7)",
    }[by]
    counts = "t.state != 'excluded'"
    due = f"{counts} AND (t.settled IS NOT NULL OR t.rectify_due < :today)"
    in_time = f"{counts} AND t.settled <= t.rectify_due"
    called = f"{counts} AND t.named = 1 AND t.called IS NOT NULL"
    parts = ("t.state = 'excluded'", due, f"{counts} AND t.settled IS NOT NULL", in_time, f"{counts} AND t.named = 1", called)
    sums = ", ".join(f"sum(CASE WHEN {part} THEN 1 ELSE 0 END)" for part in parts)
    tickets = (
        f"SELECT {key}, {sums} FROM tickets t JOIN ratings r ON r.id = t.rating "  # noqa: S608 names of ours
        "LEFT JOIN cases c ON c.number = r.number LEFT JOIN services s ON s.number = r.number "
        f"WHERE t.day >= :first || '-01' AND t.day <= :last || '-31' AND {seen} GROUP BY 1"
    )
    for row in db.execute(tickets, held):
        found[row[0]] = found.get(row[0], Counts()) + Counts(0, 0, 0, 0, 0, 0, 0, *row[1:])
    return found


_SEEN = "(:all = 1 OR t.party IN (SELECT value FROM json_each(:only)))"
