"""What staff can ask of a terminal, in words: what it does, and what it means to a citizen who stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from fleet import words
from fleet.overview import BEIJING
from fleet.remedies import remedy
from mqtt.commands import Operation, operation
from mqtt.wire import ContractError

_NOT_DURING = "有人在办事就等他办完才做，不打断。"
_CUT_OFF = 120
"""Characters after which a terminal cuts its result off (``kiosk/orders/book.py``)."""


@dataclass(frozen=True, slots=True)
class Deed:
    """``needs``: what is to be filled in, besides why. ``grave``: it takes the terminal from citizens for a while, or for good."""

    op: str
    does: str
    citizen: str
    needs: tuple[Literal["device", "notice", "until"], ...] = ()
    grave: bool = False

    @property
    def name(self) -> str:
        return words.OPERATIONS[self.op]


_DEEDS = (
    Deed("self-test", "报告每个设备和终端自己有什么问题。", "没有影响。"),
    Deed("test-print", "凭证打印机打一张“打印测试”。", f"{_NOT_DURING}纸留在出纸口，请大厅的人看清楚没有、拿走。"),
    Deed("restart-device", "关掉一个设备再打开，最多半分钟。", f"{_NOT_DURING}这时来的人，用到这个设备的一步要稍等。", ("device",)),
    Deed("restart-service", "终端程序正常退出，再启动。", f"{_NOT_DURING}屏幕空白几秒。", grave=True),
    Deed("reboot", "重启整台机器；终端没有设置重启命令的，只重启程序。", f"{_NOT_DURING}屏幕黑一两分钟。", grave=True),
    Deed(
        "out-of-service",
        "暂停服务，屏幕显示您写的公告。",
        f"{_NOT_DURING}以后来的人只看到公告，办不了，直到恢复。",
        ("notice", "until"),
        grave=True,
    ),
    Deed("back-in-service", "结束暂停，恢复服务。", "来的人可以办了。"),
    Deed("refresh-catalogue", "马上重取中心要它用的目录；以前没有采用的，再试一次。", "没有影响；有人在办事时，办完才换。"),
    Deed("refresh-settings", "马上重取设置和公告；以前没有采用的，再试一次。", "没有影响；有人在办事时，办完才换。"),
    Deed("support-bundle", "做一个支持包传上来，里面没有办事人的任何信息，没有密钥。", "没有影响。"),
    Deed(
        "update",
        "马上重取中心要它用的程序；以前没有采用的，再试一次。",
        f"{_NOT_DURING}换的时候屏幕显示“刚更新”，一两分钟。",
        grave=True,
    ),
)
DEEDS: dict[str, Deed] = {deed.op: deed for deed in _DEEDS}
"""In the order they are offered. Answering a call for help has its own place on the console."""


class NoDeedError(ValueError):
    """It cannot be asked so; the text (Chinese) says why."""


def asked(op: str, fields: dict[str, str]) -> Operation:
    """The operation, from a form's or a request's fields. :class:`NoDeedError`."""
    deed = DEEDS.get(op)
    if deed is None:
        raise NoDeedError("没有这种命令")
    tree: dict[str, str] = {"op": op}
    for name in deed.needs:
        value = fields.get(name, "").strip()
        if value:
            tree[name] = moment(value) if name == "until" else value
        elif name != "until":
            raise NoDeedError({"device": "要选一个设备", "notice": "要写公告"}[name])
    if len(tree.get("notice", "")) > 200:
        raise NoDeedError("公告最多 200 个字")
    try:
        return operation(msgspec.Raw(msgspec.json.encode(tree)))
    except ContractError:
        raise NoDeedError("有一项写得不对") from None


def moment(text: str) -> str:
    """RFC 3339; without an offset it is Beijing time. :class:`NoDeedError`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NoDeedError(f"“{text[:40]}”不是时间，例如 2026-12-01T08:00") from None
    return (found if found.tzinfo else found.replace(tzinfo=BEIJING)).isoformat(timespec="seconds")


def name_of(do: Operation) -> str:
    return str(type(do).__struct_config__.tag)


def title(do: Operation) -> str:
    """The operation with its arguments, in words."""
    op = name_of(do)
    name, tree = words.OPERATIONS.get(op, op), msgspec.to_builtins(do)
    if op == "restart-device":
        return f"{name}：{words.DEVICES.get(tree['device'], tree['device'])}"
    if op == "out-of-service":
        until = f"，到 {datetime.fromisoformat(tree['until']).astimezone(BEIJING):%m-%d %H:%M}" if tree.get("until") else ""
        return f"{name}：“{tree['notice']}”{until}"
    return name


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of a result. ``good``: ``None`` where it is neither."""

    good: bool | None
    said: str
    remedy: str = ""


def findings(op: str, state: str, reason: str | None, detail: str | None) -> tuple[Finding, ...]:
    """A command's result as sentences, each with what to do."""
    if op == "self-test" and state == "succeeded":
        return checks(detail or "")
    if state == "succeeded":
        return (Finding(True, {"support-bundle": "支持包已经传到中心。", "test-print": "打印机说打好了。"}.get(op, "做完了。")),)
    if state in ("failed", "rejected", "expired"):
        said = "；".join(part for part in (words.reason(reason), _plain(detail)) if part)
        return (Finding(False, said or words.COMMAND_STATES[state], remedy(detail) or remedy(reason)),)
    if state == "canceled":
        return (Finding(None, "取消了。"),)
    return (Finding(None, words.reason(reason)),) if reason else ()


def checks(detail: str) -> tuple[Finding, ...]:
    """What a self-test told: ``ok``, or ``device:code`` and codes beside the devices, parted by blanks."""
    if detail.strip() == "ok":
        return (Finding(True, "各设备和终端都没有问题。"),)
    found = []
    parts = detail.split()
    for part in parts:
        device, _, code = part.rpartition(":")
        about = words.DEVICES.get(device, device)
        said = words.FAULTS.get(code) or words.LIFE.get(code, code)
        found.append(Finding(False, f"{about}：{said}" if about else said, remedy(code)))
    if len(detail) >= _CUT_OFF:
        found.append(Finding(None, "还有的没有传上来。", "先处理上面的，再自检一次。"))
    return tuple(found)


def _plain(detail: str | None) -> str:
    """What a terminal adds, where it says more than codes."""
    if not detail or re.fullmatch(r"[a-z]+:[a-z]+( [a-z]+:[a-z]+)*", detail):
        return ""
    return words.FAULTS.get(detail, detail)
