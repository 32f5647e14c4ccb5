"""The program's log as it may be shown: lines that stand on the reviewed list, and no other.

The list is ``tests/unit/data/log_lines.toml``, which a test holds to what the source can say; the wheel carries it as
``kiosk/care/log_lines.toml``. A line of a library, a traceback, or one whose words are not on the list is counted and not
shown; where there is no list, nothing is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Protocol

LISTS = (Path(__file__).with_name("log_lines.toml"), Path(__file__).parents[2] / "tests" / "unit" / "data" / "log_lines.toml")
"""In the wheel; in the source."""
_LINE = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (?P<level>[A-Z]+) (?P<name>[\w.]+): (?P<said>.*)")
_HOLE = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]|%%")


class Tail(Protocol):
    def text(self) -> str: ...


class ReviewedLog:
    """The tail of the log, without what was not reviewed."""

    def __init__(self, tail: Tail) -> None:
        self._tail = tail

    def text(self) -> str:
        return "\n".join(shown(self._tail.text().splitlines())) + "\n"


@cache
def patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    """Module → what it may say."""
    listed = next((tomllib.loads(path.read_text("utf-8")) for path in LISTS if path.exists()), {})
    return {module: tuple(_pattern(text) for text in said) for module, said in listed.items()}


def shown(lines: Iterable[str]) -> tuple[str, ...]:
    """``lines`` as the program writes them, without those nobody reviewed; where some were left out, how many."""
    kept: list[str] = []
    left = 0
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is not None and any(one.fullmatch(found["said"]) for one in patterns().get(found["name"], ())):
            if left:
                kept.append(f"……（{left} 行不在已审查的清单上，不显示）")
            kept.append(line)
            left = 0
        elif line.strip():
            left += 1
    if left:
        kept.append(f"……（{left} 行不在已审查的清单上，不显示）")
    return tuple(kept)


def _pattern(text: str) -> re.Pattern[str]:
    parts, at = [], 0
    for hole in _HOLE.finditer(text):
        parts += [re.escape(text[at : hole.start()]), "%" if hole.group() == "%%" else ".*"]
        at = hole.end()
    return re.compile("".join([*parts, re.escape(text[at:])]))
