"""Roll-outs, commands and publications as staff read them: who has what, who holds it up and why, who did what and how it ended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from fleet import database, words
from fleet.presence import Hearing
from fleet.remedies import remedy
from fleet.rollout import book, deeds, engine
from fleet.rollout.bodies import PUBLISHED
from fleet.rollout.book import COMMAND, Row
from fleet.rollout.engine import AWAY, Life, Member, Rollout, Rules, Seen, Stand
from mqtt.commands import operation

A_PAGE = 100
KINDS: dict[str, str] = {what: words.WANTED[what] for what in PUBLISHED} | {COMMAND: "命令"}
LIVES: dict[Life, tuple[str, str]] = {
    Life.RUNNING: ("waiting", "进行中"),
    Life.PAUSED: ("off", "已暂停"),
    Life.STOPPED: ("bad", "自己停下了"),
    Life.FINISHED: ("good", "完成"),
    Life.TAKEN_BACK: ("off", "已退回"),
}
STANDS: dict[Stand, tuple[str, str]] = {
    Stand.DONE: ("good", "成功"),
    Stand.GIVEN: ("waiting", "已给，等报告"),
    Stand.FAILED: ("bad", "没有成功"),
    Stand.WAITING: ("unknown", "还没给"),
    Stand.LEFT_OUT: ("off", "除外"),
}
LOG: dict[str, str] = {
    "begun": "开始",
    "wave": "下一批",
    "stopped": "自己停下",
    "paused": "暂停",
    "resumed": "继续",
    "left-out": "除外",
    "ended": "到此为止",
    "taken-back": "退回",
    "finished": "完成",
}
_REASONS = {
    "late": "在线，但超过时限没有报告",
    "lost": "给了以后失联",
    "superseded": "后来又发布了更新的",
    "canceled": "没有给就结束了",
    "expired": "有效期过了，没有给",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """A roll-out on a line. ``badge``: its state's shape; ``counts``: how many stand how; ``wave``: the name of the present one."""

    id: int
    kind: str
    title: str
    badge: str
    state: str
    life: Life
    why_so: str
    wave: str
    counts: Mapping[Stand, int]
    by: str
    why: str
    made: float

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Wave:
    name: str
    counts: Mapping[Stand, int]
    badge: str
    state: str


@dataclass(frozen=True, slots=True)
class MemberLine:
    """``command``: to be looked at, where it was given by one."""

    terminal: str
    place: str
    wave: str
    badge: str
    state: str
    said: str
    remedy: str
    at: float
    command: str | None
    open: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    at: float
    what: str
    detail: str
    by: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """``holding``: everybody who is not done and not left out; ``members``: all, as they were asked for, a page of them."""

    row: Row
    summary: Summary
    rules: tuple[tuple[str, str], ...]
    waves: tuple[Wave, ...]
    holding: int
    members: tuple[MemberLine, ...]
    shown: int
    log: tuple[LogLine, ...]
    backs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing staff did to terminals. ``what``: command, publication or roll-out; ``to``: whom; ``link``: where more is said."""

    at: float
    by: str
    what: str
    to: str
    why: str
    badge: str
    result: str
    rollout: int | None = None
    command: str | None = None


def listed(db: database.Connection, only: Collection[str] | None, most: int = A_PAGE) -> list[Summary]:
    """Those under way first, then the newest; ``only``: those of which one of these terminals is a member, counting these."""
    rows = db.execute(
        "SELECT * FROM rollouts o WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM rollout_members m WHERE m.rollout = o.id "
        "AND m.terminal IN (SELECT value FROM json_each(?1))) "
        "ORDER BY state NOT IN ('running', 'paused', 'stopped'), id DESC LIMIT ?2",
        (_json(only), most),
    ).fetchall()
    counts: dict[int, Counter[Stand]] = {row["id"]: Counter() for row in rows}
    for id_, state, count in db.execute(
        "SELECT rollout, state, count(*) FROM rollout_members WHERE rollout IN (SELECT CAST(value AS bigint) FROM json_each(?2)) "
        "AND (?1 IS NULL OR terminal IN (SELECT value FROM json_each(?1))) GROUP BY rollout, state",
        (_json(only), json.dumps([*counts])),
    ):
        counts[id_][Stand(state)] = count
    return [_summary(row, counts[row["id"]]) for row in rows]


def one(
    db: database.Connection,
    id_: int,
    only: Collection[str] | None,
    places: Mapping[str, str],
    groups: Mapping[str, Collection[str]],
    hearing: Hearing,
    now: float,
    show: str = "holding",
    page: int = 0,
) -> Detail | None:
    """``show``: ``holding``, ``all`` or a :class:`Stand`. ``None``: there is none, or none of ``only`` is a member."""
    found = book.load(db, id_)
    if found is None:
        return None
    row, rollout = found
    members = [m for m in rollout.members if only is None or m.terminal in only]
    if not members:
        return None
    seen = book.seen(db, row, groups, hearing, now)
    raw = db.execute("SELECT * FROM rollouts WHERE id = ?", (id_,)).fetchone()
    summary = _summary(raw, Counter(m.state for m in members), rollout, seen, now)
    wanted = [m for m in members if show == "all" or (show == "holding" and m.state not in engine.OVER) or m.state == show]
    wanted.sort(key=lambda m: (list(STANDS).index(m.state) if show == "all" else m.state is not Stand.FAILED, m.wave, m.terminal))
    told = {
        terminal: (command, detail)
        for terminal, command, detail in db.execute(
            "SELECT m.terminal, m.command, iif(o.rev IS NULL, c.detail, r.detail) FROM rollout_members m "
            "JOIN rollouts o ON o.id = m.rollout LEFT JOIN commands c ON c.id = m.command "
            "LEFT JOIN reported r ON (r.terminal, r.what, r.rev) = (m.terminal, o.what, o.rev) WHERE m.rollout = ?",
            (id_,),
        )
    }
    return Detail(
        row=row,
        summary=summary,
        rules=_rules(rollout.rules),
        waves=tuple(_wave(n, name, members, rollout) for n, name in enumerate(row.waves)),
        holding=sum(m.state not in engine.OVER for m in members),
        members=tuple(
            _member(m, row, rollout, seen.get(m.terminal, AWAY), places, *told.get(m.terminal, (None, None)), now)
            for m in wanted[page * A_PAGE : (page + 1) * A_PAGE]
        ),
        shown=len(wanted),
        log=tuple(
            LogLine(line["at"], LOG.get(line["what"], line["what"]), line["detail"], line["by"], line["why"])
            for line in db.execute("SELECT * FROM rollout_log WHERE rollout = ? ORDER BY position DESC LIMIT 200", (id_,))
        ),
        backs=tuple(b for (b,) in db.execute("SELECT id FROM rollouts WHERE of = ? ORDER BY id", (id_,))),
    )


def acts(
    db: database.Connection,
    only: Collection[str] | None,
    by: str = "",
    kind: str = "",
    terminal: str = "",
    before: float = 2e12,
    most: int = A_PAGE,
) -> list[Act]:
    """What staff did, newest first: roll-outs, commands to one terminal, publications from the command line. ``kind``: of
    :data:`KINDS`."""
    filters = {"only": _json(only), "by": by, "kind": kind, "terminal": terminal, "before": before, "most": most}
    theirs = "(:only IS NULL OR {0} IN (SELECT value FROM json_each(:only))) AND (:terminal = '' OR {0} = :terminal)"
    common = "AND (:by = '' OR by = :by) AND made < :before ORDER BY made DESC LIMIT :most"
    found: list[Act] = []
    member = f"SELECT 1 FROM rollout_members m WHERE m.rollout = o.id AND {theirs.format('m.terminal')}"  # noqa: S608
    rolled = db.execute(f"SELECT * FROM rollouts o WHERE (:kind IN ('', what)) AND EXISTS ({member}) {common}", filters)  # noqa: S608
    for row in rolled.fetchall():
        counts = Counter(
            {
                Stand(state): n
                for state, n in db.execute(
                    "SELECT state, count(*) FROM rollout_members WHERE rollout = ? GROUP BY state", (row["id"],)
                )
            }
        )
        told = _summary(row, counts)
        result = f"{told.state}：成功 {counts[Stand.DONE]}，没有成功 {counts[Stand.FAILED]}，共 {told.total} 台"
        found.append(
            Act(row["made"], row["by"], f"{told.kind}：{told.title}", f"{told.total} 台", row["why"], told.badge, result, row["id"])
        )
    if kind in ("", COMMAND):
        given = f"SELECT * FROM commands WHERE rollout IS NULL AND {theirs.format('terminal')} {common}"  # noqa: S608
        for row in db.execute(given, filters).fetchall():
            badge, result = command_state(row)
            title = deeds.title(operation(msgspec.Raw(row["body"])))
            found.append(
                Act(row["made"], row["by"], f"命令：{title}", row["terminal"], row["why"], badge, result, command=row["id"])
            )
    if not terminal:
        direct = (
            "SELECT d.* FROM desired d LEFT JOIN rollouts o USING (what, rev) WHERE o.id IS NULL "
            "AND d.what <> 'accounts' AND (:kind IN ('', d.what)) "
            "AND (:only IS NULL OR d.target IN (SELECT value FROM json_each(:only))) "
            "AND (:by = '' OR d.by = :by) AND d.made < :before ORDER BY d.made DESC LIMIT :most"
        )
        for row in db.execute(direct, filters).fetchall():
            to = {"*": "全部终端"}.get(row["target"], row["target"])
            what = f"{KINDS.get(row['what'], row['what'])}：修订号 {row['rev']}"
            found.append(Act(row["made"], row["by"], what, to, row["why"], "good", "已发布"))
    return sorted(found, key=lambda act: -act.at)[:most]


def command_state(row: database.Row) -> tuple[str, str]:
    """A command's shape and words."""
    badge = {"succeeded": "good", "failed": "bad", "rejected": "bad", "expired": "bad", "canceled": "off"}
    return badge.get(row["state"], "waiting"), words.COMMAND_STATES[row["state"]]


def _summary(
    row: database.Row,
    counts: Counter[Stand],
    rollout: Rollout | None = None,
    seen: Mapping[str, Seen] | None = None,
    now: float = 0.0,
) -> Summary:
    life, waves = Life(row["state"]), json.loads(row["waves"])
    badge, state = LIVES[life]
    if life is Life.FINISHED and counts[Stand.FAILED]:
        badge, state = "warning", "做完，有没成功的"
    wave = waves[row["wave"]] if len(waves) > 1 else ""
    why_so = ""
    if life is Life.STOPPED and row["reason"]:
        stopped = int(row["reason"].partition(":")[2])
        why_so = f"“{waves[stopped]}”这一批没有成功的超过了限度" if len(waves) > 1 else "没有成功的超过了限度"
    elif life is Life.RUNNING and rollout is not None:
        why_so = _waits(rollout, seen or {}, now)
    elif life is Life.RUNNING and not wave:
        why_so = f"还差 {counts[Stand.WAITING] + counts[Stand.GIVEN] + counts[Stand.FAILED]} 台"
    return Summary(
        row["id"],
        KINDS.get(row["what"], row["what"]),
        row["title"],
        badge,
        state,
        life,
        why_so,
        wave,
        counts,
        row["by"],
        row["why"],
        row["made"],
    )


def _waits(rollout: Rollout, seen: Mapping[str, Seen], now: float) -> str:
    """What a roll-out under way waits for, in a sentence."""
    if not engine.within_hours(rollout.rules.hours, now):
        return f"不在时段内，{_clock((rollout.rules.hours or (0, 0))[0])} 再继续"
    mine = [m for m in rollout.members if m.wave == rollout.wave and m.state is not Stand.LEFT_OUT]
    open_ = [m for m in mine if m.state in (Stand.WAITING, Stand.GIVEN)]
    if rollout.wave == engine.last(rollout):
        missing = sum(m.state not in engine.OVER for m in rollout.members)
        return f"还差 {missing} 台" if missing else ""
    if open_ and all(seen.get(m.terminal, AWAY).there == "off" for m in open_) and not any(m.state is Stand.DONE for m in mine):
        return "这一批没有一台在线，等其中一台回来"
    if any(seen.get(m.terminal, AWAY).there != "off" for m in open_):
        return "等这一批报告"
    done = [m.at for m in mine if m.state is Stand.DONE]
    left = max(done, default=now) + rollout.rules.soak - now
    return f"这一批好了，再看 {max(1, round(left / 60))} 分钟给下一批" if left > 0 else ""


def _wave(n: int, name: str, members: Collection[Member], rollout: Rollout) -> Wave:
    counts = Counter(m.state for m in members if m.wave == n)
    open_ = counts[Stand.WAITING] + counts[Stand.GIVEN] + counts[Stand.FAILED]
    if n > rollout.wave:
        return Wave(name, counts, "unknown", "还没轮到")
    if not open_:
        return Wave(name, counts, "good", "好了")
    if n == rollout.wave:
        word = {Life.STOPPED: "停在这批", Life.PAUSED: "停在这批"}.get(rollout.state, "现在这批")
        return Wave(name, counts, LIVES[rollout.state][0], word)
    return Wave(name, counts, "warning", f"还差 {open_} 台")


def _member(
    m: Member,
    row: Row,
    rollout: Rollout,
    seen: Seen,
    places: Mapping[str, str],
    command: str | None,
    detail: str | None,
    now: float,
) -> MemberLine:
    badge, state = STANDS[m.state]
    if row.what == COMMAND and m.state is Stand.GIVEN:
        state = "已下，等结果"
    said, what_to_do = _said(m, rollout, seen, now)
    if row.do is not None and m.state in (Stand.DONE, Stand.FAILED):
        op, state_of = deeds.name_of(row.do), "succeeded" if m.state is Stand.DONE else "failed"
        found = deeds.findings(op, state_of, m.reason, detail)
        said = "；".join(one.said for one in found if m.state is Stand.FAILED or op == "self-test")
        what_to_do = "".join(dict.fromkeys(one.remedy for one in found))
        if m.state is Stand.DONE and any(one.good is False for one in found):
            badge, state = "warning", "查出问题"
    elif m.state is Stand.FAILED and detail:
        said = f"{said}：{detail}"
    wave = row.waves[m.wave] if len(row.waves) > 1 else ""
    open_ = m.state not in engine.OVER
    return MemberLine(m.terminal, places.get(m.terminal, ""), wave, badge, state, said, what_to_do, m.at, command, open_)


def _said(m: Member, rollout: Rollout, seen: Seen, now: float) -> tuple[str, str]:
    """Why a member stands so, and what to do about it."""
    away = {"off": "不在线", "lost": "失联", "unknown": "中心现在听不到它"}.get(seen.there, "")
    match m.state:
        case Stand.FAILED | Stand.LEFT_OUT:
            reason = m.reason or ""
            return _REASONS.get(reason) or words.reason(reason), remedy(reason)
        case Stand.GIVEN if seen.reason:
            return words.reason(seen.reason), remedy(seen.reason)
        case Stand.GIVEN:
            return (f"给了以后{away}", "不用管：回来以后自己报告。") if away else ("", "")
        case Stand.WAITING if m.wave > rollout.wave:
            return "还没轮到", ""
        case Stand.WAITING if rollout.state is not Life.RUNNING:
            return LIVES[rollout.state][1], ""
        case Stand.WAITING if away:
            return f"{away}，回来就给", "长期不来的，除外。" if seen.there != "unknown" else ""
        case Stand.WAITING if not engine.within_hours(rollout.rules.hours, now):
            return "不在时段内", ""
        case Stand.WAITING:
            return "等前面的报告", ""
    return "", ""


def _rules(rules: Rules) -> tuple[tuple[str, str], ...]:
    found = [("每台限时", _span(rules.within))]
    if rules.most_failed < 1:
        found.append(("自己停下", f"一批里没有成功的超过 {rules.most_failed:.0%}" if rules.most_failed else "有一台没有成功"))
    if rules.soak:
        found.append(("批与批之间", f"再看 {_span(rules.soak)}"))
    if rules.hours:
        found.append(("时段", f"{_clock(rules.hours[0])} 至 {_clock(rules.hours[1])}"))
    return tuple(found)


def _span(seconds: float) -> str:
    if seconds >= 86400 and seconds % 86400 == 0:
        return f"{seconds / 86400:.0f} 天"
    return f"{seconds / 3600:g} 小时" if seconds >= 7200 else f"{seconds / 60:g} 分钟"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _json(only: Collection[str] | None) -> str | None:
    return None if only is None else json.dumps(sorted(only))
