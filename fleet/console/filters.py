"""Filters of the console's templates: codes and numbers in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from fleet import words
from fleet.board.words import SETTINGS, lasted, said
from fleet.overview import BEIJING, local_moment, local_text, local_time

SHAPES = {
    "online": "●",
    "good": "●",
    "lost": "✕",
    "bad": "✕",
    "warning": "▲",
    "waiting": "◐",
    "left": "◇",
    "off": "◇",
    "unknown": "?",
}
"""State → its shape; the colour only repeats it."""


def overall(counts: Mapping[str, int]) -> str:
    """The worst that stands in a group, in words."""
    if counts["lost"] or counts["out"]:
        return "✕ 有停用"
    if counts["trouble"] or counts["paper"] or counts["queue"] or counts["help"]:
        return "▲ 要看一看"
    return "? 不明" if counts["unknown"] else "● 正常"


def named(found: Iterable[tuple[str, int]], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """For a list to choose from: (value, name and how many)."""
    return [(value, f"{names.get(value, value)}（{count:,}）") for value, count in found]


_DAYS = "一二三四五六日"


def weekdays(found: Iterable[int]) -> str:
    """一至五, or each by its name."""
    numbers = sorted(found)
    run = numbers == list(range(numbers[0], numbers[-1] + 1)) and len(numbers) > 2
    return f"{_DAYS[numbers[0] - 1]}至{_DAYS[numbers[-1] - 1]}" if run else "、".join(_DAYS[n - 1] for n in numbers)


FILTERS: dict[str, Callable[..., Any]] = {
    "clock": local_time,
    "moment": local_moment,
    "local": local_text,
    "said": said,
    "lasted": lasted,
    "shape": lambda state: SHAPES.get(state, "◐"),
    "presence": lambda one: words.PRESENCE[one],
    "setting": lambda one: SETTINGS.get(one, one),
    "step": lambda one: words.STEPS.get(one, one),
    "named": named,
    "counted": lambda found: named(found, {}),
    "overall": overall,
    "weekdays": weekdays,
    "hours": lambda seconds: f"{seconds / 3600:.1f} 小时",
    "day": lambda at: datetime.fromtimestamp(at, BEIJING).strftime("%Y-%m-%d"),
}
