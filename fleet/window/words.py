"""The window's words for what it has to do. 收件、预审、转送: it takes in and passes on."""

from __future__ import annotations

from domain.case.lifewords import refusal
from fleet.window.work import Task

TASKS: dict[Task, str] = {
    "precheck": "预审",
    "originals": "核验原件",
    "send": "在线转送",
    "post": "交寄纸质材料",
    "receive": "清点来件",
    "give_back": "退还原件",
}

AWAITED = {"person": "核对本人与证件", "original": "核验原件", "paper": "收取纸质原件"}

OUTCOMES = {
    "opened": "已打开",
    "not_ours": "打不开：密封给别处",
    "damaged": "打不开：已损坏",
    "unreachable": "打不开：连不上中心",
    "expired": "打不开：转送后已过期",
    "deleted": "打不开：已按保存期限删除",
}

REASONS = ("预审", "核验原件", "当场更正", "申请人到场询问", "退还原件")
"""Offered where a reason is asked for; any other may be written."""

PLACES = {
    "window": "在本窗口，待交寄",
    "to_home": "寄往业务属地途中",
    "home": "在业务属地",
    "to_window": "寄回本窗口途中",
    "counter": "已寄回本窗口，待退还",
    "to_applicant": "寄给申请人途中",
    "applicant": "已在申请人手中",
    "elsewhere": "已移送别的单位",
    "missing": "清点时缺少",
}
"""Where a paper lies."""

MOVED = "这件办件刚才有了新的动作，这次没有记下。请看一看现在的情况再办。"
REFUSED = {"moved": "另一个窗口先办了这一步，这一次没有记上。", "absent": "中心没有本窗口的这件办件。请联系中心。"}
"""Codes of ``fleet/window/sending.py``."""


def refused(code: str) -> str:
    return REFUSED.get(code) or refusal(code)
