"""What the citizen filled in, checked: each error is a sentence that says what to do."""

from __future__ import annotations

import re
from datetime import date

from domain.catalogue.form import Field

PROMISED = "yes"
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")
_ADDRESS = range(6, 121)


def form(fields: tuple[Field, ...], answers: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(answers of these fields only, errors by field)."""
    kept = {f.field: answers.get(f.field, "").strip() for f in fields}
    return kept, {f.field: error for f in fields if (error := _field(f, kept[f.field]))}


def answer_text(field: Field, value: str) -> str:
    """An answer as the citizen reads it."""
    if field.kind == "choice":
        return next((o.text for o in field.options if o.value == value), "")
    return "已承诺" if field.kind == "promise" else value


def postal(address: str | None, phone: str) -> dict[str, str]:
    """Errors of the postal form; ``address`` null is the address on the card."""
    errors = {}
    if address is not None and len(address.strip()) not in _ADDRESS:
        errors["address"] = "请写清楚县、乡镇或街道、门牌，至少 6 个字"
    if not _PHONE.fullmatch(phone.strip()):
        errors["phone"] = "请输入 11 位手机号码，或带区号的座机号码"
    return errors


def _field(field: Field, value: str) -> str | None:
    if not value:
        return {"choice": "请选一项", "promise": "请勾选，表示您同意"}.get(field.kind, "请填写") if field.required else None
    if field.kind == "choice" and value not in {o.value for o in field.options}:
        return "请选一项"
    if field.kind == "promise" and value != PROMISED:
        return "请勾选，表示您同意"
    if field.kind == "digits" and not value.isascii():
        return "请只填数字"
    if field.kind == "digits" and not value.isdigit():
        return "请只填数字"
    if field.kind == "date" and not _is_date(value):
        return "请选一个正确的日期"
    if len(value) > field.max_length:
        return f"最多 {field.max_length} 个字"
    return None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value) is not None
    except ValueError:
        return False
