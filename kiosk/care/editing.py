"""One value of a settings file changed in its text, everything else (comments, order) left as it stands.

Only what stands on :data:`EDITABLE` can be changed on the terminal's own screen; the rest by ``tongban settings take``. The
result is believed only if, read as TOML, it differs from what was before in that one value.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

import tomli_w
from msgspec import Struct

from kiosk.settings import SettingsError


class Editable(Struct, frozen=True):
    """``key``: sections and name, with dots. ``kind``: what it is typed as."""

    key: str
    title: str
    kind: str = "text"


EDITABLE = (
    Editable("terminal.intake", "收件地（印在凭证上）"),
    Editable("terminal.hall", "大厅名称"),
    Editable("terminal.phone", "大厅电话"),
    Editable("terminal.complaint", "监督电话"),
    Editable("terminal.query", "查进度的网址"),
    Editable("terminal.guides", "办事指南的网址"),
    Editable("glass.ppi", "屏幕每英寸像素", "number"),
    Editable("paths.reserve", "磁盘预留（MiB）", "number"),
    Editable("devices.idcard.path", "身份证读卡器：串口"),
    Editable("devices.idcard.baud", "身份证读卡器：波特率", "number"),
    Editable("devices.idcard.identity", "身份证读卡器：只认这一台"),
    Editable("devices.printer.host", "凭证打印机：地址"),
    Editable("devices.printer.port", "凭证打印机：端口", "number"),
    Editable("devices.printer.serial", "凭证打印机：串口"),
    Editable("devices.printer.baud", "凭证打印机：波特率", "number"),
    Editable("devices.printer.model", "凭证打印机：型号"),
    Editable("devices.camera.socket", "高拍仪：套接字"),
    Editable("devices.rating.path", "评价器：串口"),
    Editable("devices.rating.profile", "评价器：帧格式"),
    Editable("devices.a4.printer", "A4 打印机：地址"),
    Editable("devices.smartcard.reader", "芯片读卡器：名字的一部分"),
    Editable("centre.broker", "中心：消息地址（主机:端口，几个用逗号隔开）", "list"),
    Editable("centre.documents", "中心：上传地址"),
    Editable("visit.idle_warning", "多久没人碰就提醒（秒）", "number"),
    Editable("visit.idle_end", "提醒后多久结束（秒）", "number"),
    Editable("visit.total", "一次办理最长（秒）", "number"),
    Editable("staff.idle", "工作人员：多久不动就退出（秒）", "number"),
    Editable("staff.total", "工作人员：一次最长（秒）", "number"),
    Editable("staff.max_age", "吊销名单有效（小时）", "number"),
)


def editable(key: str) -> Editable | None:
    return next((one for one in EDITABLE if one.key == key), None)


def value(text: str, key: str) -> str:
    """What stands there now, as it would be typed; empty where it is not written."""
    found: Any = tomllib.loads(text)
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return "" if found is None else "，".join(found) if isinstance(found, list) else str(found)


def edited(text: str, key: str, typed: str) -> str:
    """``text`` with ``key`` as ``typed``; empty takes it out. :class:`SettingsError`."""
    known = editable(key)
    if known is None:
        raise SettingsError("这一项不能在屏幕上改，请用 tongban settings take")
    typed = typed.strip()
    new = _typed(typed, known.kind)
    *sections, name = key.split(".")
    section = ".".join(sections)
    lines = text.splitlines()
    begins, ends = _section(lines, section)
    line = [" ".join(tomli_w.dumps({name: new}).split())] if new is not None else []
    at = next((n for n in range(begins, ends) if re.match(rf"\s*{re.escape(name)}\s*=", lines[n])), None)
    if at is not None:
        # A list may go over several lines.
        over = next((n for n in range(at + 1, ends + 1) if _tree("\n".join(lines[at:n])) is not None), at + 1)
        lines[at:over] = line
    elif begins:
        lines[begins:begins] = line
    elif line:
        lines += ["", f"[{section}]", *line]
    result = "\n".join(lines) + "\n"
    if _tree(result) != _with(_tree(text), sections, name, new):
        raise SettingsError("设置文件里这一项的写法，屏幕上改不了，请用 tongban settings take")
    return result


def _section(lines: list[str], section: str) -> tuple[int, int]:
    """Lines behind the header of ``section``, up to the next header; (0, 0) where there is none."""
    header = re.compile(r"\s*\[([^\[\]]+)\]\s*(#.*)?$")
    begins = next((n + 1 for n, line in enumerate(lines) if (m := header.match(line)) and m.group(1).strip() == section), 0)
    if not begins:
        return 0, 0
    return begins, next((n for n in range(begins, len(lines)) if re.match(r"\s*\[", lines[n])), len(lines))


def _tree(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _with(tree: dict[str, Any] | None, sections: list[str], name: str, new: Any) -> dict[str, Any] | None:
    if tree is None:
        return None
    within = tree
    for part in sections:
        within = within.setdefault(part, {}) if new is not None else within.get(part, {})
        if not isinstance(within, dict):
            return None
    if new is None:
        within.pop(name, None)
    else:
        within[name] = new
    return tree


def _typed(typed: str, kind: str) -> Any:
    """``None``: nothing. A list of one is that one."""
    if not typed or kind == "text":
        return typed or None
    if kind == "number":
        return _number(typed)
    several = [one for one in re.split(r"[\s,，、]+", typed) if one]
    return several if len(several) > 1 else several[0] if several else None


def _number(typed: str) -> int | float:
    try:
        return int(typed) if re.fullmatch(r"[0-9]{1,9}", typed) else float(typed)
    except ValueError:
        raise SettingsError("这一项要写数字") from None
