"""Reports of cases, places, terminals and times, read from the counts: the same whether ten cases lie behind them or a million."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from domain.case.deadlines import Term
from domain.case.lifewords import TERMS
from domain.rating.statistics import share
from fleet import database
from fleet.reports.counting import STEPS, duration
from fleet.reports.periods import Range, spans
from fleet.reports.sheet import Cell

Side = Literal["home", "intake"]
SIDES: dict[Side, str] = {"home": "业务属地", "intake": "收件地"}
"""Whose cases are counted: those a party decides, or those it took in."""
STEP_WORDS = {
    "prechecked": "预审",
    "dispatched": "转送",
    "arrived": "到件",
    "accepted": "受理",
    "decided": "办结",
    "delivered": "送达",
}
assert set(STEP_WORDS) == set(STEPS), "every step has its word"
BY = {"item": "事项", "party": "签约方", "day": "日期", "month": "月份"}
_CASES = {"taken": "收件", "accepted": "受理", "refused": "不予受理", "decided": "办结", "delivered": "送达", "withdrawn": "撤回"}
_TERMINAL = {
    "cases": "收件",
    "services": "咨询和自助打印",
    "comeback": "补正、取件等",
    "receipts": "打印凭证",
    "unsure": "凭证未打好",
}


@dataclass(frozen=True, slots=True)
class Question:
    """``only``: the parties the visitor may see; ``None``: all. ``party`` and ``item``: one of them, or empty."""

    range: Range
    side: Side = "home"
    party: str = ""
    item: str = ""
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    word: str
    number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """``keys``: what each row is of, as it stands in the database; ``total``: a last row, or none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    notes: tuple[str, ...] = ()

    def sorted(self, by: str) -> Table:
        """By a column's name, from the top with ``-`` before it; rows without a value come last. As it is for any other name."""
        place = next((n for n, column in enumerate(self.columns) if column.name == by.lstrip("-")), None)
        if place is None:
            return self
        known = [row for row in self.rows if row[place] is not None]
        order = sorted(known, key=lambda row: (str(row[place]) if not self.columns[place].number else "", _number(row[place])))
        rows = (reversed(order) if by.startswith("-") else order, (row for row in self.rows if row[place] is None))
        return replace(self, rows=tuple(row for part in rows for row in part))


def cases(db: database.Connection, asked: Question, by: str, names: Mapping[str, str]) -> Table:
    """By item or party, the most first; by day or month, the newest first. :class:`KeyError` for none of these."""
    key = {"item": "item", "party": "party", "day": "at", "month": "substr(at, 1, 7)"}[by]
    sums = ", ".join(f"sum({name})" for name in _CASES)
    months = _summed(db) if by != "day" else frozenset[str]()
    where, held = _where(asked, months, by)
    table = "report_cases" if by == "item" or asked.item else "report_cases INDEXED BY report_cases_whole"
    rows = db.execute(f"SELECT {key}, {sums} FROM {table} WHERE {where} GROUP BY 1 ORDER BY 1", held).fetchall()  # noqa: S608 ours
    words = _item_names(db) if by == "item" else names
    named = ((words.get(row[0], row[0]), *row[1:]) for row in rows)
    shown = tuple(sorted(named, key=lambda row: row[0], reverse=True) if by in ("day", "month") else sorted(named, key=_most))
    columns = (Column(by, BY[by], number=False), *(Column(name, word) for name, word in _CASES.items()))
    total = ("合计", *(sum(row[n] for row in rows) for n in range(1, len(_CASES) + 1)))
    note = "按中心收到的日期计。办结是作出决定；受理含逾期视为受理。各列各按发生的日期，一件可以在不同的日期。"
    return Table(f"办件 · 按{BY[by]}", columns, shown, total if shown else None, (note,))


def places(db: database.Connection, asked: Question, names: Mapping[str, str]) -> Table:
    """Where was it taken in, and who decides: a row a pair."""
    grains, held = _grains(asked.range, _summed(db))
    seen = "(:all = 1 OR intake IN (SELECT value FROM json_each(:only)) OR home IN (SELECT value FROM json_each(:only)))"
    one = "" if not asked.party else f" AND {asked.side} = :party"
    query = f"SELECT intake, home, sum(taken) FROM report_places WHERE ({grains}) AND {seen}{one} GROUP BY 1, 2 ORDER BY 3 DESC"  # noqa: S608
    rows = db.execute(query, {**held, **_only(asked.only), "party": asked.party})
    shown = tuple((names.get(intake, intake), names.get(home, home), count) for intake, home, count in rows)
    columns = (Column("intake", "收件地", number=False), Column("home", "业务属地", number=False), Column("taken", "收件"))
    total = ("合计", "", sum(row[2] for row in shown)) if shown else None
    return Table("收件地与业务属地", columns, shown, total)


def terminals(db: database.Connection, asked: Question, shown: Mapping[str, tuple[str, str]]) -> Table:
    """``shown``: the terminals the visitor may see → place and party's name; those without use stand there with nothing."""
    grains, held = _grains(asked.range, _summed(db))
    sums = ", ".join(f"sum({name})" for name in _TERMINAL)
    query = f"SELECT terminal, {sums} FROM report_terminals WHERE ({grains}) GROUP BY 1"  # noqa: S608 ours
    used = {row[0]: tuple(row[1:]) for row in db.execute(query, held)}
    nothing = (0,) * len(_TERMINAL)
    rows = tuple((place, terminal, party, *used.get(terminal, nothing)) for terminal, (place, party) in shown.items())
    columns = (
        Column("place", "地点", number=False),
        Column("terminal", "终端", number=False),
        Column("party", "签约方", number=False),
        *(Column(name, word) for name, word in _TERMINAL.items()),
    )
    total = ("合计", "", "", *(sum(row[n] for row in rows) for n in range(3, 3 + len(_TERMINAL)))) if rows else None
    note = "凭证未打好：没有打印、打坏或不能确定的次数，一件可能打几次。"
    return Table("终端使用", columns, rows, total, (note,))


def times(db: database.Connection, asked: Question) -> Table:
    """From taking in to each step, of the months the range touches: how many, half of them within, nine tenths within."""
    counted = _buckets(db, asked)
    rows = tuple((STEP_WORDS[step], sum(found.values()), *_days(found)) for step, found in counted.items() if found)
    columns = (
        Column("step", "到哪一步", number=False),
        Column("cases", "办件"),
        Column("median", "中位数（天）"),
        Column("p90", "90 分位（天）"),
    )
    note = "从收件算起，自然日，按整月统计。中位数：一半的办件在这么久之内；90 分位：九成在这么久之内；误差不超过二十分之一。"
    return Table("到每一步用了多久", columns, rows, None, (note,))


def times_by_item(db: database.Connection, asked: Question, step: str, names: Mapping[str, str]) -> Table:
    """How long ``step`` took, item by item."""
    where, held = _months(asked)
    which = f"{where} AND step = :step AND item != ''"
    query = f"SELECT item, bucket, sum(cases) FROM report_steps WHERE {which} GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608 ours
    found: dict[str, dict[int, int]] = {}
    for item, bucket, count in db.execute(query, {**held, "step": step}):
        found.setdefault(item, {})[bucket] = count
    rows = tuple(sorted((names.get(item, item), sum(took.values()), *_days(took)) for item, took in found.items()))
    columns = (
        Column("item", "事项", number=False),
        Column("cases", "办件"),
        Column("median", "中位数（天）"),
        Column("p90", "90 分位（天）"),
    )
    return Table(f"到{STEP_WORDS[step]}用了多久 · 按事项", columns, rows)


def terms(db: database.Connection, asked: Question) -> Table:
    """Terms that ended, kept or not, of the months the range touches."""
    where, held = _months(asked)
    item = " AND item = :item" if asked.item else ""
    query = f"SELECT term, sum(kept), sum(missed) FROM report_terms WHERE {where}{item} GROUP BY 1"  # noqa: S608 ours
    counted = {row[0]: (row[1], row[2]) for row in db.execute(query, held)}
    rows = tuple(
        (TERMS[term], sum(counted[term]), *counted[term], share(counted[term][0], sum(counted[term])))
        for term in Term
        if term in counted
    )
    columns = (
        Column("term", "期限", number=False),
        Column("ended", "已结束"),
        Column("kept", "按期"),
        Column("missed", "逾期"),
        Column("share", "按期率（%）"),
    )
    note = "按整月统计。每次计时各算一次；撤回和转走的不算。逾期视为受理的，告知期限算逾期。"
    return Table("期限", columns, rows, None, (note,))


def items(db: database.Connection) -> Mapping[str, str]:
    """Every item that was ever used → its name."""
    return _item_names(db)


def made_at(db: database.Connection) -> float | None:
    """As of when the counts are, seconds since 1970."""
    row = db.execute("SELECT made FROM report_made WHERE what = 'day'").fetchone()
    return float(row[0]) if row is not None else None


def percentile(buckets: Mapping[int, int], part: float) -> float | None:
    """Seconds within which ``part`` of all took; ``None`` of none."""
    wanted, passed = part * sum(buckets.values()), 0
    for bucket, count in sorted(buckets.items()):
        passed += count
        if passed >= wanted:
            return duration(bucket)
    return None


def _days(buckets: Mapping[int, int]) -> tuple[float | None, float | None]:
    median, most = (percentile(buckets, part) for part in (0.5, 0.9))
    return tuple(None if took is None else round(took / 86400, 2 if took < 86400 else 1) for took in (median, most))  # type: ignore[return-value]


def _buckets(db: database.Connection, asked: Question) -> dict[str, dict[int, int]]:
    where, held = _months(asked)
    query = f"SELECT step, bucket, sum(cases) FROM report_steps WHERE {where} AND item = :item GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608 ours
    found: dict[str, dict[int, int]] = {step: {} for step in STEPS}
    for step, bucket, count in db.execute(query, held):
        found[step][bucket] = count
    return found


def _summed(db: database.Connection) -> frozenset[str]:
    return frozenset(row[0] for row in db.execute("SELECT at FROM report_made WHERE what = 'month'"))


def _grains(wanted: Range, summed: Collection[str]) -> tuple[str, dict[str, object]]:
    found = spans(wanted, summed)
    parts = (f"(grain = '{grain}' AND at BETWEEN :first{n} AND :last{n})" for n, (grain, _, _) in enumerate(found))
    held: dict[str, object] = {f"first{n}": first for n, (_, first, _) in enumerate(found)}
    return " OR ".join(parts), held | {f"last{n}": last for n, (_, _, last) in enumerate(found)}


def _where(asked: Question, summed: Collection[str], by: str) -> tuple[str, dict[str, object]]:
    grains, held = _grains(asked.range, summed)
    more, values = _narrowed(asked)
    whole = " AND item != ''" if by == "item" else " AND item = ''"  # as it stands: the index wants it so
    item = " AND item = :item" if asked.item else whole
    return f"({grains}) AND {more}{item}", {**held, **values}


def _months(asked: Question) -> tuple[str, dict[str, object]]:
    more, values = _narrowed(asked)
    months = asked.range.months
    return f"at BETWEEN :first AND :last AND {more}", {**values, "first": months[0], "last": months[-1]}


def _narrowed(asked: Question) -> tuple[str, dict[str, object]]:
    party = " AND party = :party" if asked.party else ""
    seen = "(:all = 1 OR party IN (SELECT value FROM json_each(:only)))"
    held: dict[str, object] = {"side": asked.side, "party": asked.party, "item": asked.item, **_only(asked.only)}
    return f"side = :side AND {seen}{party}", held


def _only(only: Iterable[str] | None) -> dict[str, object]:
    return {"all": only is None, "only": json.dumps(sorted(only or ()))}


def _item_names(db: database.Connection) -> dict[str, str]:
    return {row[0]: row[1] for row in db.execute("SELECT item, name FROM report_items")}


def _most(row: tuple[Any, ...]) -> tuple[int, str]:
    return -row[1], row[0]


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
