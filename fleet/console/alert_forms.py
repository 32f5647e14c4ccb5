"""The forms of rules and maintenance windows: from fields to what is saved, with the fault in words where a field will not do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict

from domain.calendar import CHINA
from fleet.alerts.maintenance import WindowError
from fleet.alerts.rules import FIELDS, Rule, RuleError, Where

WHERE = ("parties", "places", "groups", "tags", "terminals")
_MINUTES = ("hold", "clear", "repeat", "escalate")
_APART = re.compile(r"[,，、;；\n]+")
_FIELD = re.compile(r"at `\$\.([a-z_]+)")


def rule(form: MultiDict[str, str], id: str) -> Rule:
    """:class:`RuleError` names the field."""
    told: dict[str, Any] = {name: form.get(name, "").strip() for name in ("name", "severity", "grade", "group")}
    told |= {name: form.getlist(name) for name in ("codes", "subjects", "tell", "escalate_to")}
    for name in _MINUTES:
        told[name] = _minutes(form.get(name, ""), FIELDS[name])
    begins, ends = form.get("quiet_begins", ""), form.get("quiet_ends", "")
    if bool(begins) != bool(ends):
        raise RuleError("免打扰要写起和止，或者都不写")
    told["quiet"] = {"begins": begins, "ends": ends} if begins else None
    told |= {"id": id, "where": where(form), "enabled": "enabled" in form}
    if not told["codes"]:
        raise RuleError("至少选一种情况")
    try:
        return msgspec.convert(msgspec.to_builtins(told), Rule)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        raise RuleError(f"“{FIELDS.get(found.group(1), '规则') if found else '规则'}”填得不对") from None


def where(form: MultiDict[str, str]) -> Where:
    """Parties are chosen, the others are written with commas between."""
    told = {name: tuple(_split(form.getlist(f"where_{name}"))) for name in WHERE}
    try:
        return msgspec.convert(told, Where)
    except msgspec.ValidationError:
        raise RuleError("“哪些终端”写得太长") from None


def moment(text: str, what: str) -> float:
    """A time of a form, Beijing's, as seconds since 1970; :class:`WindowError`."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp()
    except (ValueError, OverflowError):
        raise WindowError(f"请填{what}") from None


def _split(values: Iterable[str]) -> list[str]:
    parts = (part.strip() for value in values for part in _APART.split(value[:10_000]))
    return list(dict.fromkeys(part for part in parts if part))


def _minutes(text: str, what: str) -> int:
    text = text.strip() or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise RuleError(f"“{what}”填整数分钟")
    return int(text) * 60
