"""Staff's words for conditions and for what the board counts."""

from __future__ import annotations

from fleet import words
from fleet.board.conditions import CODES, Condition

SETTINGS = {"hall": "大厅", "window": "窗口"}
_CERTIFICATE = {
    "cloned": "疑似被复制：两台机器在用这个名字",
    "revoked": "证书已吊销",
    "none": "还没有登记证书",
    "expired": "证书已过期，需要重新登记",
    "expiring": "证书快到期，没有续上",
}


def said(one: Condition) -> str:
    """One condition in words; codes nobody knows as they are."""
    match one.code:
        case "device" | "paper-out" | "paper-low":
            told = words.FAULTS.get(one.detail) or words.LIFE.get(one.detail, one.detail)
            return f"{words.DEVICES.get(one.subject, one.subject)}：{told}"
        case "fault":
            return words.fault(one.detail)
        case "off":
            return words.LEAVING.get(one.detail, one.detail) or CODES["off"]
        case "certificate":
            return _CERTIFICATE.get(one.detail, one.detail)
        case "settings-refused":
            return f"没有采用{words.WANTED.get(one.subject, one.subject)}：{words.reason(one.detail)}"
        case "help":
            return f"有人请求帮忙，停在“{words.STEPS.get(one.detail, one.detail)}”"
    return CODES.get(one.code, one.code)


def lasted(seconds: float) -> str:
    """A length of time, to one or two units."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    days, hours = divmod(hours, 24)
    return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
