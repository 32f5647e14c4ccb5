"""What the desk's lists show: the inbox with its filters; what was done to a case, by the ledger and by this desk's journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.case.lifewords import ACTS, refusal
from fleet.casework.client import Ledger
from fleet.desk.acting import TAGS
from fleet.desk.deeds import MOVED_ON, Deeds
from fleet.desk.journal import Journal
from fleet.desk.standing import GROUPS, ActWords, Standing, told
from fleet.desk.words import STAFF
from mqtt.resources import HomeCase


@dataclass(frozen=True, slots=True)
class Row:
    """``waiting``: an act of this desk has not reached the centre yet."""

    entry: HomeCase
    standing: Standing
    waiting: bool


@dataclass(frozen=True, slots=True)
class Tab:
    code: str
    words: str
    count: int | None


def shown(row: Row, show: str, *, near: bool, number: str) -> bool:
    """``show``: a group, ``open`` for all that is not closed, ``all``."""
    group = row.standing.group
    wanted = show == "all" or group == show or (show == "open" and group != "closed")
    return wanted and (not near or row.standing.near) and number.replace(" ", "").upper() in row.entry.case.upper()


def tabs(rows: Sequence[Row], *, closed: bool) -> list[Tab]:
    """The filters, each with how many there are; ``closed``: whether those were asked for."""
    counts = {code: sum(row.standing.group == code for row in rows) for code in GROUPS}
    counts |= {"open": len(rows) - counts["closed"], "all": len(rows)}
    words = {"open": "未办结", **{code: words for code, (words, _) in GROUPS.items()}, "all": "全部"}
    return [Tab(code, told, counts[code] if closed or code not in ("closed", "all") else None) for code, told in words.items()]


def ledger_words(ledger: Ledger, journal: Journal, names: Mapping[str, str]) -> list[ActWords]:
    """All acts, the newest first, with the names this desk's journal has."""
    done = {entry.position: entry for entry in journal.deeds(ledger.life.taken.case)}
    found = []
    for entry in ledger.file.acts:
        mine = done.get(entry.position)
        staff = mine.staff if mine is not None and TAGS.get(mine.act) is type(entry.act) else ""
        found.append(told(entry.position, entry.act, dict(names), staff))
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Doing:
    at: float
    staff: str
    role: str
    what: str
    reason: str
    outcome: str


def doings(journal: Journal, deeds: Deeds, case: str) -> list[Doing]:
    """What this desk did or tried, the newest first."""
    ended = {entry.id: entry for entry in deeds.standing(case)}
    found = []
    for one in journal.deeds(case):
        entry = ended.get(one.id)
        if entry is None:
            outcome = "没有发出"
        elif entry.state == "waiting":
            outcome = "等待送到中心"
        elif entry.state == "gone":
            outcome = "已送到中心"
        elif entry.state == "expired":
            outcome = "作罢：十分钟内没有送到中心"
        else:
            outcome = "没有办成：" + ("办件已有别的动作" if entry.note == MOVED_ON else refusal(entry.note))
        what = ACTS[TAGS[one.act]] if one.act in TAGS else one.act
        found.append(Doing(one.at, one.staff, STAFF.get(one.role, one.role), what, one.reason, outcome))
    return found
