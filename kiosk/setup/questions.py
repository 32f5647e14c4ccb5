"""The questions of setting up, as data: what is asked, what fits, what stands there when nobody says anything else.

The same table reads what is typed and what stands in a file of answers. Nothing here looks at the machine: that is :class:`Seen`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import Struct

from domain.profile import Profile
from kiosk.settings import line_of
from kiosk.setup import addresses, hardware
from kiosk.setup.addresses import By
from kiosk.setup.errors import AnswerError
from kiosk.setup.panel import USUAL, Panel
from mqtt.enrolment import BadCodeError, parse

MOST_TEXT = 100_000
"""Characters of a file of answers."""
CAMERA = "拍"
"""Typed instead of the code, or ``PAI`` where no keyboard has it: it is shown to the document camera."""
PAI = "pai"
_HALF = {0xFF01 + at: 0x21 + at for at in range(94)} | {0x3000: " ", ord("。"): ".", ord("、"): ","}
_SHOWN = ("profile", "hall", "phone")
"""Kept as typed, sign by sign."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known before anything is asked. ``before``: the settings' tree as it is; ``devices``: the line that fits;
    ``reached``: there is a way to the centre; ``routed``: one out of this machine; ``network``: the address
    as it was laid before, as typed; ``enrolled``: whose certificate lies here; ``lockable``: the system's disk can be locked, and
    is not.
    """

    profile: Profile | None = None
    before: Mapping[str, Any] | None = None
    hostname: str = ""
    panel: Panel = USUAL
    devices: str = ""
    reached: bool = True
    routed: bool = False
    network: str = ""
    synchronised: bool = False
    enrolled: str | None = None
    lockable: bool = False

    def set(self, section: str, key: str) -> Any:
        table = (self.before or {}).get(section)
        return table.get(key) if isinstance(table, dict) else None


Answers = Mapping[str, Any]
"""Key of a question → what :attr:`Question.read` made of it."""


class Question(Struct, frozen=True):
    """``default``: as it would be typed, ``None``: only a person knows. ``asked``: whether a person need be asked at all."""

    key: str
    text: str
    hint: str
    read: Callable[[str], Any]
    default: Callable[[Seen, Answers], str | None]
    asked: Callable[[Seen, Answers], bool] = lambda seen, answers: True


def answer(question: Question, typed: str) -> Any:
    """:class:`AnswerError`, which names the question."""
    if len(typed) > 2000 or any(ord(letter) < 32 for letter in typed):
        raise AnswerError(f"{question.text}：太长，或有不能用的字符")
    try:
        return question.read((typed if question.key in _SHOWN else half(typed)).strip())
    except AnswerError as error:
        raise AnswerError(f"{question.text}：{error}") from None


def half(typed: str) -> str:
    """With the keyboard's own signs where an input method for Chinese gave its wide ones."""
    return typed.translate(_HALF)


def from_file(text: str, name: str) -> dict[str, Any]:
    """The answers in TOML ``text``, every key optional; :class:`AnswerError` names file, line and key."""
    if len(text) > MOST_TEXT:
        raise AnswerError(f"{name} 超过 {MOST_TEXT} 个字符")
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise AnswerError(f"{name} 不是正确的 TOML：{error}") from None
    found = {}
    for key, value in tree.items():
        question = BY_KEY.get(key)
        where = f"{name}{line_of(text, f'`{key}`')}"
        if question is None:
            raise AnswerError(f"{where}：没有“{key[:40]}”这一项，有：{'、'.join(BY_KEY)}")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise AnswerError(f"{where}：{key} 要写成文字或数字")
        try:
            found[key] = answer(question, str(value))
        except AnswerError as error:
            raise AnswerError(f"{where}：{error}") from None
    return found


def _matching(pattern: str, hint: str, case: Callable[[str], str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, case(text)):
            raise AnswerError(f"“{text}”不能用，应是{hint}")
        return case(text)

    return read


def _words(text: str) -> str:
    if not 1 <= len(text) <= 80:
        raise AnswerError("写 1 至 80 个字")
    return text


_SETTINGS = {"hall": "大厅", "window": "窗口"}


def _setting(text: str) -> str:
    kinds = {word: kind for kind, name in _SETTINGS.items() for word in (kind, name)}
    if text.lower() not in kinds:
        raise AnswerError(f"“{text}”不能用，写 大厅（hall）或 窗口（window）")
    return kinds[text.lower()]


def _diagonal(text: str) -> float:
    try:
        inches = float(re.sub(r"\s*(英?寸|[\"″])$", "", text))
    except ValueError:
        inches = 0.0
    if not 7 <= inches <= 100:
        raise AnswerError(f"“{text}”不能用，写英寸数，7 至 100，如 21.5")
    return inches


def _code(text: str) -> str:
    """Empty: not now."""
    if text.lower() == PAI:
        return CAMERA
    if text and text != CAMERA:
        try:
            parse(text)
        except BadCodeError as error:
            raise AnswerError(str(error)) from None
    return text


def yes(text: str) -> bool:
    """:class:`AnswerError`."""
    if (word := text.lower()) in ("是", "好", "y", "yes", "true"):
        return True
    if word in ("否", "不", "n", "no", "false"):
        return False
    raise AnswerError(f"“{text}”不能用，写 是（y）或 否（n）")


def _id(seen: Seen, answers: Answers) -> str | None:
    if before := seen.set("terminal", "id"):
        return str(before)
    known = seen.profile.terminals if seen.profile is not None else ()
    if len(known) == 1:
        return known[0].id
    return seen.hostname if any(one.id == seen.hostname for one in known) else None


def _of(key: str) -> Callable[[Seen, Answers], str | None]:
    """What the centre's register says of this terminal; what is set; what is the same for the whole place."""

    def default(seen: Seen, answers: Answers) -> str | None:
        known = seen.profile.known(answers.get("id", "")) if seen.profile is not None else None
        ours = str(seen.set("terminal", "id") or "") == answers.get("id")
        said = [seen.set("terminal", key) if ours else None, getattr(known, key, None)]
        said.append(getattr(seen.profile.terminal, key, None) if seen.profile is not None else None)
        return next((str(one) for one in said if one), None)

    return default


def _short(seen: Seen, answers: Answers) -> str | None:
    """The end of the terminal's id, where that is fit for one."""
    last = str(answers.get("id", "")).rpartition("-")[2].upper()
    return _of("code")(seen, answers) or (last if re.fullmatch(r"[0-9A-Z]{3}", last) else None)


def _size(seen: Seen, answers: Answers) -> str | None:
    ppi = seen.set("glass", "ppi")
    if isinstance(ppi, int | float) and ppi > 0:
        return f"{seen.panel.inches(ppi):.1f}"
    return f"{seen.panel.diagonal or 21.5:.1f}"


def _time(seen: Seen, answers: Answers) -> str | None:
    return " ".join(seen.profile.time) if seen.profile is not None else ""


def _no_time(seen: Seen, answers: Answers) -> bool:
    return not (seen.synchronised or (seen.profile is not None and seen.profile.time))


def _not_enrolled(seen: Seen, answers: Answers) -> bool:
    return seen.enrolled != answers.get("id")


def _where(seen: Seen, answers: Answers) -> str:
    return _SETTINGS[_of("setting")(seen, answers) or "hall"]


QUESTIONS = (
    Question(
        "profile",
        "省里的配置文件",
        "中心给的 TOML 文件；放在启动分区的 tongban 文件夹里会自己找到",
        lambda text: Path(text) if text else None,
        lambda seen, answers: "" if seen.before else None,
        lambda seen, answers: seen.profile is None,
    ),
    Question(
        "id",
        "终端编号",
        "中心登记的名字",
        _matching(r"[a-z0-9][a-z0-9-]{2,31}", "3 至 32 位小写字母、数字、连字符", str.lower),
        _id,
    ),
    Question(
        "code", "终端代码", "进办件编号，同一区划内不能重复", _matching(r"[0-9A-Z]{3}", "三位数字或大写字母", str.upper), _short
    ),
    Question("setting", "放在大厅还是窗口", "大厅（hall）：办事人自己用；窗口（window）：职员帮着办", _setting, _where),
    Question("hall", "大厅名称", "显示在屏幕上、印在凭证上", _words, _of("hall")),
    Question("phone", "大厅电话", "每个屏幕都显示", _words, _of("phone")),
    Question("diagonal", "屏幕对角线（英寸）", "字和按钮的毫米数按它算", _diagonal, _size),
    Question(
        "network",
        "网络",
        "现在连不上中心。自动获取写 dhcp；固定地址写 地址/位数 网关 域名服务器，如 192.0.2.10/24 192.0.2.1 192.0.2.53；"
        f"地址没有错、不动它就写 {By.KEPT.value}（{addresses.KEEP}）",
        addresses.read,
        lambda seen, answers: seen.network or (By.KEPT if seen.routed else By.DHCP).value,
        lambda seen, answers: not seen.reached,
    ),
    Question("time", "时间服务器", "几个就用空格隔开；用系统原来的就不写", addresses.servers, _time, _no_time),
    Question(
        "devices",
        "设备",
        "对就回车。一行写全，设备=地址，空格隔开，去掉的就是没有；网络打印机和 A4 打印机找不到，接着写 "
        "printer=192.0.2.50 a4=ipp://192.0.2.20/ipp/print",
        hardware.read,
        lambda seen, answers: seen.devices or None,
    ),
    Question(
        "enrol",
        "登记码",
        f"九组，每组四个字符；要用高拍仪拍二维码就写“{CAMERA}”（{PAI}）；以后再登记就留空",
        _code,
        lambda seen, answers: "",
        _not_enrolled,
    ),
    Question(
        "lock",
        "锁上系统盘",
        "是（y）：重新启动后系统盘只读，断电不伤系统；否（n）：以后再锁，见手册“锁定”",
        yes,
        lambda seen, answers: "是" if seen.lockable else "否",
        lambda seen, answers: seen.lockable,
    ),
)
"""In the order in which they are asked: at most twelve."""
SAID = ("network", "lock")
"""Done only where somebody said so: a file without them leaves both as they are."""
BY_KEY = {question.key: question for question in QUESTIONS}
