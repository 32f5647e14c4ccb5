"""What an answer must be. Every refusal is a sentence that says what to do; none of them repeats the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import get_args

from domain import division, uscc
from domain.catalogue.form import Field, FieldKind
from domain.idnumber import NumberFault, check_number
from domain.names import clusters, is_name

PROMISED = "yes"
NAME_MOST = 50
"""Characters of a name as a person counts them."""
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")
_PHONE_BEGUN = re.compile(r"1|1[3-9][0-9]{0,9}|0[0-9]{0,11}")
_MONEY = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,2})?")
_MONEY_BEGUN = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,2})?")
_NUMBER_BEGUN = re.compile(r"[0-9]{0,17}[0-9Xx]?|[A-Z]{0,3}|[A-Z]{3}[0-9]{0,12}")
_FIRST_DAY = date(1900, 1, 1)

_CHOOSE, _AGREE, _WRITE = "请选一项", "请勾选，表示您同意", "请填写"
_DIGITS, _CONTROLS = "请只填数字", "请去掉看不见的字符，再填一次"
_NAME = "请填写姓名，不带数字和符号"
_NUMBER = "号码不对，请对照证件再看一遍"
_USCC = "代码不对，请对照营业执照上的18位统一社会信用代码"
_TELEPHONE = "请输入 11 位手机号码，或带区号的座机号码"
_AMOUNT = "请填写金额，比如 1200 或 1200.50"


def check(field: Field, value: str, today: date = date.max) -> str | None:
    """What is wrong with a whole answer; ``None`` when it can be taken. ``today``: nobody is born after it."""
    if not value:
        return _MISSING.get(field.kind, _WRITE) if field.required else None
    if any(_unseen(character) for character in value):
        return _CONTROLS
    if len(clusters(value)) > _most(field):
        return f"最多 {_most(field)} 个字"
    return _CHECKS[field.kind](field, value, today)


def typing(field: Field, value: str, today: date = date.max) -> str | None:
    """What is wrong with an answer that may be unfinished: nothing, as long as something right can begin like that."""
    if not value or (check(field, value, today) is None):
        return None
    begun = _BEGUN.get(field.kind)
    if begun is not None and begun.fullmatch(value):
        whole = _WHOLE.get(field.kind)
        return check(field, value, today) if whole and len(value) in whole else None
    return check(field, value, today)


def text(field: Field, value: str) -> str:
    """An answer as a person reads it; empty for none."""
    if not value:
        return ""
    if field.kind in ("choice", "choices"):
        words = {option.value: option.text for option in field.options}
        return "、".join(words.get(one, "") for one in value.split(","))
    if field.kind == "promise":
        return "已承诺"
    if field.kind == "date" and (day := _day(value)):
        return f"{day.year}年{day.month}月{day.day}日"
    if field.kind == "division":
        return division.full_name(value) or value
    if field.kind == "money" and _MONEY.fullmatch(value):
        whole, _, part = value.partition(".")
        return f"{int(whole):,}.{part:0<2} 元"
    return value


def _choice(field: Field, value: str, _today: date) -> str | None:
    return None if value in {option.value for option in field.options} else _CHOOSE


def _choices(field: Field, value: str, _today: date) -> str | None:
    chosen, known = value.split(","), [option.value for option in field.options]
    return None if set(chosen) <= set(known) and len(set(chosen)) == len(chosen) else "请选一项或几项"


def _date(_field: Field, value: str, _today: date) -> str | None:
    day = _day(value)
    return None if day is not None and day >= _FIRST_DAY else "请选一个正确的日期"


def _id_number(_field: Field, value: str, today: date) -> str | None:
    return _NUMBER if isinstance(check_number(value, today), NumberFault) else None


def _matches(shape: re.Pattern[str], error: str) -> Callable[[Field, str, date], str | None]:
    return lambda _field, value, _today: None if shape.fullmatch(value) else error


def _any(_field: Field, _value: str, _today: date) -> str | None:
    return None


def _day(value: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _most(field: Field) -> int:
    return min(field.max_length, NAME_MOST) if field.kind == "name" else field.max_length


def _unseen(character: str) -> bool:
    """Controls, and what turns the order of reading: nobody writes them, and they make an answer read as another."""
    return any(first <= ord(character) <= last for first, last in _UNSEEN)


_UNSEEN = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0x061C, 0x061C),
    (0x200E, 0x200F),
    (0x202A, 0x202E),
    (0x2066, 0x2069),
    (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF),
)
_CHECKS: dict[FieldKind, Callable[[Field, str, date], str | None]] = {
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "text": _any,
    "long_text": _any,
    "digits": _matches(re.compile(r"[0-9]+"), _DIGITS),
    "promise": lambda _field, value, _today: None if value == PROMISED else _AGREE,
    "name": lambda _field, value, _today: None if is_name(value) else _NAME,
    "id_number": _id_number,
    "uscc": lambda _field, value, _today: None if uscc.valid(value) else _USCC,
    "phone": _matches(_PHONE, _TELEPHONE),
    "money": _matches(_MONEY, _AMOUNT),
    "division": lambda _field, value, _today: None if division.full_name(value) else _CHOOSE,
}
assert set(_CHECKS) == set(get_args(FieldKind))
_MISSING: dict[FieldKind, str] = {
    "choice": _CHOOSE,
    "choices": "请选一项或几项",
    "division": _CHOOSE,
    "promise": _AGREE,
    "date": "请选一个日期",
    "phone": _TELEPHONE,
}
_BEGUN: dict[FieldKind, re.Pattern[str]] = {
    "phone": _PHONE_BEGUN,
    "money": _MONEY_BEGUN,
    "id_number": _NUMBER_BEGUN,
    "uscc": re.compile(r"[0-9A-HJ-NPQRTUWXY]{0,18}"),
}
"""How a right answer may begin; kinds not named are judged as they stand."""
_WHOLE: dict[FieldKind, tuple[int, ...]] = {"id_number": (18,), "uscc": (18,)}
"""Lengths at which nothing can come any more that makes it right."""
