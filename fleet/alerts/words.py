"""Alerts in words, for pages and for messages. They name terminals, places and devices; never anybody at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from fleet import words
from fleet.alerts.engine import Cause, Kind, Member
from fleet.alerts.rules import Severity
from fleet.alerts.sites import Site
from fleet.board.conditions import CODES

SEVERITIES: dict[Severity, str] = {"critical": "紧急", "major": "重要", "minor": "一般"}
STATES: dict[str, str] = {"pending": "观察中", "open": "未确认", "acknowledged": "已确认", "resolved": "已恢复"}
GROUPS: dict[str, str] = {"terminal": "每台终端一条", "hall": "同一大厅合成一条", "party": "同一签约方合成一条"}
GRADES: dict[str, str] = {"bad": "只看故障", "warning": "故障和提醒", "any": "全部，不明的也算"}
KINDS: dict[str, str] = {
    "opened": "报警",
    "grew": "又有终端加入",
    "repeat": "仍未恢复，再次告诉",
    "escalated": "升级",
    "resolved": "恢复",
    "reopened": "重新打开",
    "acknowledge": "确认",
    "assign": "指派",
    "comment": "备注",
    "escalate": "人工升级",
    "resolve": "人工关闭",
    "reopen": "人工重开",
}
_CERTIFICATE = {"cloned": "疑似被复制", "revoked": "已吊销", "none": "还没有", "expired": "已过期", "expiring": "快到期"}
FEW = 5
"""Terminals from which on something common is the likelier cause."""
AT_ONCE, SOON = 60.0, 600.0
"""Seconds within which terminals are lost at once, and soon after each other."""


@dataclass(frozen=True, slots=True)
class Names:
    """``sites``: terminal → where it stands; ``parties``: party → its name."""

    sites: Mapping[str, Site]
    parties: Mapping[str, str]
    per_hall: Counter[str] = field(init=False)
    per_party: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "per_hall", Counter(site.hall for site in self.sites.values()))
        object.__setattr__(self, "per_party", Counter(site.party or "" for site in self.sites.values()))

    def party(self, code: str) -> str:
        return self.parties.get(code, code) or "未写明签约方的终端"


def headline(cause: Cause, members: Mapping[str, Member], names: Names) -> str:
    """What an alert is, in one sentence: of the members that stand; of all, when none does."""
    if cause.scope == "centre:":
        return "中心听不到终端，各终端现在的情况不明：多半是消息服务器断开"
    counted = {t: m for t, m in members.items() if m.ended is None} or members
    what = happened(cause, {member.detail for member in counted.values()})
    if len(counted) == 1:
        (terminal,) = counted
        place = names.sites.get(terminal, Site()).place
        return f"{place}（{terminal}）{what}" if place else f"{terminal} {what}"
    firsts = [member.first for member in counted.values()]
    spread = max(firsts) - min(firsts)
    quick = "60 秒内" if spread <= AT_ONCE else "10 分钟内" if spread <= SOON else ""
    quick = f" {quick}" if quick and cause.code == "lost" else "终端"
    halls = {site.hall for t in counted if (site := names.sites.get(t)) is not None and site.hall}
    where = _hall(counted, names) if len(halls) == 1 else ""
    where = where or names.party(cause.party)
    return f"{where} {len(counted)} 台{quick}{what}{_guess(cause, counted, halls, spread, names)}"


def happened(cause: Cause, details: set[str]) -> str:
    """The condition in words, with its detail where all members have the same."""
    detail = next(iter(details)) if len(details) == 1 else ""
    device = words.DEVICES.get(cause.subject, cause.subject)
    match cause.code:
        case "device":
            return f"{device}：{words.fault(detail)}" if detail else f"{device}故障"
        case "paper-out" | "paper-low":
            return f"{device}{CODES[cause.code]}"
        case "fault":
            return words.fault(detail) if detail else CODES["fault"]
        case "settings-refused":
            return f"没有采用下发的{words.WANTED.get(cause.subject, cause.subject)}"
        case "certificate":
            return f"证书{_CERTIFICATE.get(detail, '有问题')}"
        case "help":
            return "有人请求帮忙，还没有人去"
    return CODES.get(cause.code, cause.code)


def duration(seconds: float) -> str:
    """How long, as staff say it."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return f"{max(0, int(seconds))} 秒"
    if minutes < 60 or (minutes < 120 and minutes % 60):
        return f"{minutes} 分钟"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} 小时" + (f" {minutes} 分" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days} 天" + (f" {hours} 小时" if hours else "")


def of_kind(kind: Kind | str, count: int, stood: float) -> str:
    """What a telling adds to the headline. ``stood``: seconds since it began."""
    match kind:
        case "grew":
            return f"又有 {count} 台"
        case "repeat":
            return f"已 {duration(stood)}，没有人确认"
        case "escalated" | "escalate":
            return f"升级：已 {duration(stood)}"
        case "resolved":
            return f"已恢复，历时 {duration(stood)}"
        case "closed":
            return "已由值班人员关闭，还没有恢复"
        case "reopened" | "reopen":
            return f"重新打开：{count} 台没有恢复"
    return ""


def _hall(counted: Mapping[str, Member], names: Names) -> str:
    """What the words for their places have in common."""
    places = sorted(names.sites[t].place for t in counted if t in names.sites)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(places[0], places[-1], strict=False)) if places else ()
    common = "".join(one for one, _ in same).rstrip(" 　0123456789-（(第")
    return common if len(common) >= 4 else ""


def _guess(cause: Cause, counted: Mapping[str, Member], halls: set[str], spread: float, names: Names) -> str:
    if cause.code != "lost":
        return ""
    if len(halls) == 1 and len(counted) == names.per_hall[next(iter(halls))]:
        return "，整个大厅都断了：多半是大厅断网或断电"
    if len(counted) >= FEW and (spread <= AT_ONCE or 2 * len(counted) >= names.per_party[cause.party]):
        return "：多半是线路"
    return ""
