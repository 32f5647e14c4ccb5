"""The statistics of 好差评: names are official, the formulas a proposal until the text of GB/T 39735 is at hand. Pure.

Rows with few ratings are put together with others until they are many, so that no rating can be traced to its visit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from msgspec import Struct

LEAST = 5
"""Ratings a row must have to stand alone, unless the settings say another number."""
REST = "其余（数量少，合并）"


@dataclass(frozen=True, slots=True)
class Counts:
    """``ratable``: services; ``rated``: of them at least once. ``l5`` … ``l1``: ratings, whatever became of them; ``excluded``: bad
    ones an appeal took out. ``due``: bad ones settled, or whose term is over; ``settled``, ``in_time``: of these; ``named``: bad
    ones with a name; ``called``: of these.
    """

    ratable: int = 0
    rated: int = 0
    l5: int = 0
    l4: int = 0
    l3: int = 0
    l2: int = 0
    l1: int = 0
    excluded: int = 0
    due: int = 0
    settled: int = 0
    in_time: int = 0
    named: int = 0
    called: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def given(self) -> int:
        return self.good + self.l2 + self.l1

    @property
    def good(self) -> int:
        return self.l5 + self.l4 + self.l3

    @property
    def bad(self) -> int:
        """Those that count."""
        return self.l2 + self.l1 - self.excluded

    @property
    def valid(self) -> int:
        return self.good + self.bad


class Figure(Struct, frozen=True):
    """``worked``: the numbers the formula was filled with; ``value``: per cent, ``None`` of nothing."""

    name: str
    formula: str
    worked: str
    value: float | None


def share(part: int, whole: int) -> float | None:
    """Per cent, to a tenth; ``None`` of nothing."""
    return round(100 * part / whole, 1) if whole else None


def fold(rows: Iterable[tuple[str, Counts]], least: int) -> list[tuple[str, Counts]]:
    """Most ratings first. Rows with fewer than ``least``, but some, are one row; and the next larger ones with them, until that is
    many enough too."""
    order = sorted(rows, key=lambda row: (-row[1].given, -row[1].ratable, row[0]))
    shown = [row for row in order if row[1].given >= least]
    rest = [row for row in order if 0 < row[1].given < least]
    none = [row for row in order if row[1].given == 0]
    while shown and rest and (len(rest) == 1 or sum(row[1].given for row in rest) < least):
        rest.append(shown.pop())
    together = [(REST, sum((row[1] for row in rest), Counts()))] if rest else []
    return shown + together + none


def figures(c: Counts, *, few: bool = False) -> tuple[Figure, ...]:
    """In the order they are shown."""

    def figure(name: str, formula: str, part: int, whole: int, *, single: bool = False) -> Figure:
        if single and few:
            return Figure(name, formula, "评价太少，不展开", None)
        return Figure(name, formula, f"{part} ÷ {whole}", share(part, whole))

    return (
        figure("好评率", "（非常满意＋满意＋基本满意）÷ 有效评价", c.good, c.valid, single=True),
        figure("差评率", "（不满意＋非常不满意）÷ 有效评价", c.bad, c.valid, single=True),
        figure("好评率（连同不计入的）", "同上，申诉成立的也算在内", c.good, c.given, single=True),
        figure("主动评价率", "主动评价过的服务 ÷ 可评价的服务", c.rated, c.ratable),
        figure("主动评价好评率", "主动好评 ÷ 主动评价（本系统没有默认评价，评价全是主动的）", c.good, c.valid, single=True),
        figure("未评率", "1 － 主动评价率", c.ratable - c.rated, c.ratable),
        figure("整改率", "已整改或已解释 ÷ 应整改（已完成的和期限已过的差评）", c.settled, c.due, single=True),
        figure("按期整改率", "在期限内整改或解释 ÷ 应整改", c.in_time, c.due, single=True),
        figure("实名差评回访率", "已回访 ÷ 实名差评", c.called, c.named, single=True),
    )
