"""The ledger of tickets (差评台账) as a table. It names nobody: no case, no hour, no words of the rater or of staff."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from domain.rating import levels, service
from domain.rating.ticket import day_of
from domain.rating.ticket_rights import State
from domain.rating.ticket_words import HOW, OUTCOMES, SATISFACTION, STATES
from fleet import database
from fleet.reports.sheet import Cell, Sheet
from fleet.tickets import reading
from fleet.tickets.reading import Eyes, Filters

MOST = 100_000
_HEAD = (
    "工单",
    "收到日期",
    "签约方",
    "评价对象",
    "服务",
    "事项",
    "等级",
    "原因",
    "核实结论",
    "进展",
    "整改期限",
    "整改或解释日期",
    "按期",
    "申诉",
    "对处理结果",
)
_CENTRE = ("实名", "回访日期")
_APPEAL = {None: "", "waiting": "待复核", "upheld": "成立，不计入统计", "rejected": "不成立"}


def ledger_sheet(db: database.Connection, eyes: Eyes, filters: Filters, names: Mapping[str, str], now: float) -> Sheet:
    """What the list shows by these filters, whole. Who follows up sees which were called back; nobody else does."""
    today = day_of(datetime.fromtimestamp(now, UTC))
    centre = eyes.follows and not eyes.handles

    def rows() -> Iterator[tuple[Cell, ...]]:
        for row in reading.chosen(db, eyes, filters, now, MOST):
            level = levels.level(row["level"], levels.named(row["edition"]))
            tags = {tag.code: tag.text for tag in level.tags}
            line: tuple[Cell, ...] = (
                reading.label(row["ticket"], row["day"]),
                row["day"],
                names.get(row["party"], row["party"]),
                service.SIDES[row["side"]],
                service.NAMES[row["of"]],
                row["item_name"] or "",
                level.name,
                "、".join(tags.get(code, str(code)) for code in json.loads(row["tags"])),
                OUTCOMES.get(row["outcome"], ""),
                STATES[State(row["state"])] if row["settled"] is None else HOW[_how(row)],
                row["rectify_due"],
                row["settled"] or "",
                _in_time(row, today),
                _APPEAL[row["appeal"]],
                SATISFACTION.get(row["satisfaction"], ""),
            )
            yield (*line, "是" if row["named"] else "否", row["called"] or "") if centre else line

    return Sheet("差评台账", _HEAD + (_CENTRE if centre else ()), rows(), (f"截至 {today}。日期按北京时间，期限按各方工作日。",))


def _how(row: database.Row) -> str:
    return "explained" if row["outcome"] == "no_basis" else "rectified"


def _in_time(row: database.Row, today: date) -> str:
    if row["state"] == State.EXCLUDED:
        return ""
    if row["settled"] is not None:
        return "是" if row["settled"] <= row["rectify_due"] else "否"
    return "否" if str(today) > row["rectify_due"] else ""
