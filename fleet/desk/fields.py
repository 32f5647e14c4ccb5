"""Fields of an act's form as data: one template shows them all, and one function reads what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal


class WantingError(ValueError):
    """What was said is not whole, or cannot be; ``problems`` are Chinese sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Field:
    """``options``: code → words, of a ``select``. ``most``: characters, or the largest number. ``least``: characters (0: it may be
    left out), or the smallest number. ``value``: what stands there before anything is said."""

    name: str
    label: str
    kind: Literal["line", "text", "day", "number", "select", "file", "tick"] = "line"
    hint: str = ""
    options: Mapping[str, str] | None = None
    least: int = 1
    most: int = 200
    value: str = ""


def read(fields: Sequence[Field], form: Mapping[str, str]) -> dict[str, str]:
    """What was said, by name, trimmed; a text keeps its lines. :class:`WantingError` names all that is wrong at once."""
    said: dict[str, str] = {}
    problems = []
    for one in fields:
        raw = form.get(one.name, "")
        value = (
            "\n".join(" ".join(line.split()) for line in raw.strip().splitlines()) if one.kind == "text" else " ".join(raw.split())
        )
        said[one.name] = value
        problem = _wrong(one, value) if value or (one.least and one.kind not in ("file", "tick")) else None
        if problem is not None:
            problems.append(f"{one.label}：{problem}")
    if problems:
        raise WantingError(*problems)
    return said


def _wrong(one: Field, value: str) -> str | None:
    match one.kind:
        case "day":
            return None if _day(value) is not None else "请填一个日期。"
        case "number":
            good = value.isascii() and value.isdigit() and one.least <= int(value[:9]) <= one.most
            return None if good else f"请填 {one.least} 到 {one.most} 的整数。"
        case "select":
            return None if one.options is not None and value in one.options else "请选一项。"
        case "file" | "tick":
            return None
        case _:
            return None if one.least <= len(value) <= one.most else f"请写 {one.least} 至 {one.most} 字。"


def day(value: str) -> date:
    """Of a ``day`` that was read."""
    found = _day(value)
    assert found is not None, "read() looked at it"
    return found


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
