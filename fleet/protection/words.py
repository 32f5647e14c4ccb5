"""A desk's or window's record in words."""

from __future__ import annotations

from dataclasses import dataclass

from domain.case import acts
from domain.case.lifewords import ACTS
from domain.protection.consent import REFUSED
from domain.protection.groups import GROUPS
from domain.protection.rights import KINDS
from domain.protection.ways import BY_CODE
from fleet.desk.words import HOME_ROLES, OUTCOMES
from fleet.people.record import Line

_ACTS = {
    "open": "打开办件",
    "outcome": "打开的结果",
    "read": "查阅",
    "consent.add": "登记书面同意",
    "consent.withdraw": "撤回书面同意",
    "deleted": "按期限删除",
}
_RIGHTS = {f"answer:{code}": f"答复{words}个人信息的请求" for code, words in KINDS.items()}
_RIGHTS |= {f"ask:{code}": f"登记{words}个人信息的请求" for code, words in KINDS.items()}
_KINDS = {str(kind.__struct_config__.tag): words for kind, words in ACTS.items() if kind in acts.HomeAct.__args__}


@dataclass(frozen=True, slots=True)
class Told:
    """A line as it is shown."""

    position: int
    at: float
    who: str
    act: str
    what: str
    why: str
    result: str


def told(line: Line) -> Told:
    kind, _, code = line.act.partition(":")
    act, why, result = (_ACTS | _RIGHTS).get(line.act, line.act), line.why, line.result
    if kind == "act":
        act = f"办理：{_KINDS.get(code, code)}"
    elif kind == "out":
        act = f"取出：{BY_CODE[code].words}" if code in BY_CODE else line.act
        basis, _, number = result.partition(":")
        result = f"凭 {number}" if basis == "consent" else f"没有取出：{REFUSED.get(number, number)}"  # type: ignore[call-overload]
    elif line.act == "read":
        group, _, part = result.partition(":")
        result, why = GROUPS.get(group, group) + (f" {part}" if part else ""), f"第 {why} 条的打开"  # type: ignore[call-overload]
    elif line.act == "open":
        result = HOME_ROLES.get(result, result)
    elif line.act == "outcome":
        result, why = OUTCOMES.get(result, result), f"第 {why} 条的打开"
    return Told(line.position, line.at, line.who, act, line.what, why, result)
