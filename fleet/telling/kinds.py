"""What an applicant is told by SMS (短信), as data: the words name nobody and nothing of the case but the end of its number.

Whoever else reads the message (a wrong number, a lock screen) learns that somebody applied for something, and where to go. There
is no link in any of them, and none asks for anything but to come with the card.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.case.number import grouped

Kind = Literal[
    "correction_due",
    "corrected",
    "accepted",
    "deemed_accepted",
    "not_accepted",
    "suspended",
    "resumed",
    "extended",
    "transferred",
    "result_at_window",
    "result_at_terminal",
    "result_posted",
    "result_online",
    "originals_back",
    "withdrawn",
]

SIGN = "【省内通办】"
MOST = 134
"""Characters of a message: two parts of 67 (3GPP TS 23.040, UCS-2)."""
_MOST_PLACE, _MOST_PHONE = 30, 20

TEXTS: dict[Kind, str] = {
    "correction_due": "尾号{tail}的办件需要补正材料，请于{due}前带身份证件到{place}的终端或窗口查看清单并补正。{ask}",
    "corrected": "尾号{tail}的办件补正材料已收到，转业务属地办理单位审查。{ask}",
    "accepted": "尾号{tail}的办件已由业务属地办理单位受理，预计{due}前办结。{ask}",
    "deemed_accepted": "尾号{tail}的办件依法自收到申请材料之日起视为受理，预计{due}前办结。{ask}",
    "not_accepted": "尾号{tail}的办件已有答复，请带身份证件到{place}领取通知书，书中写明理由和救济途径。{ask}",
    "suspended": "尾号{tail}的办件进入法定特别程序，所需时间不计入办理期限，告知书请带身份证件到{place}领取。{ask}",
    "resumed": "尾号{tail}的办件特别程序已结束，继续办理，预计{due}前办结。{ask}",
    "extended": "尾号{tail}的办件办理期限延长至{due}，理由见告知书，请带身份证件到{place}领取。{ask}",
    "transferred": "尾号{tail}的办件已转送有权办理的单位，去向请带身份证件到{place}查询。{ask}",
    "result_at_window": "尾号{tail}的办件已办结，请带身份证件到{place}的窗口领取结果。{ask}",
    "result_at_terminal": "尾号{tail}的办件已办结，请带身份证件到{place}的自助终端领取结果。{ask}",
    "result_posted": "尾号{tail}的办件已办结，结果已按您选择的方式寄出，邮费由办理单位承担，请注意查收。{ask}",
    "result_online": "尾号{tail}的办件已办结，请登录四川政务服务网或“天府通办”查看结果。{ask}",
    "originals_back": "尾号{tail}的办件所交原件已退回，请带身份证件到{place}的窗口领取。{ask}",
    "withdrawn": "尾号{tail}的办件已按申请撤回，不再办理。若非本人意愿，请尽快联系我们。{ask}",
}

NAMES: dict[Kind, str] = {
    "correction_due": "补正告知",
    "corrected": "补正材料已收",
    "accepted": "受理",
    "deemed_accepted": "视为受理",
    "not_accepted": "不予受理",
    "suspended": "特别程序",
    "resumed": "恢复办理",
    "extended": "延期",
    "transferred": "转送",
    "result_at_window": "窗口领取结果",
    "result_at_terminal": "终端领取结果",
    "result_posted": "结果已寄出",
    "result_online": "网上领取结果",
    "originals_back": "退还原件",
    "withdrawn": "已撤回",
}
"""What the desk's pages call them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands in a message beside its words. ``place``: where to go, as the catalogue names it; ``due``: a last day; ``phone``:
    whom to ask, the home desk's."""

    case: str
    place: str = ""
    due: date | None = None
    phone: str = ""


def text(kind: Kind, facts: Facts) -> str:
    """``ValueError`` when a fact the words need is missing, or is not what belongs there."""
    place, phone = " ".join(facts.place.split()), facts.phone.strip()
    words = TEXTS[kind]
    if ("{place}" in words and not place) or ("{due}" in words and facts.due is None):
        raise ValueError(f"{kind} needs a place or a day it was not given")
    if len(place) > _MOST_PLACE or len(phone) > _MOST_PHONE or set(phone) - set("0123456789-+() 转"):
        raise ValueError("a place or a telephone of this length or kind is none")
    due = f"{facts.due.month}月{facts.due.day}日" if facts.due is not None else ""
    return SIGN + words.format(tail=tail(facts.case), place=place, due=due, ask=f"咨询电话{phone}。" if phone else "")


def tail(case: str) -> str:
    """The end of a case number that is named: the sequence of the day and the check character."""
    return "".join(grouped(case).split(" ")[-2:])
