"""The regulation itself, 四市七县（区）“省内通办”政务服务工作规程（试行）, as it is published to whoever asks (Art. 7)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from msgspec import Struct

_FILE = Path(__file__).parent / "data" / "work_rules.txt"
_HEADING = re.compile(r"第[一二三四五六七八九十]+(章|条)\s*(\S.*)")


class Section(Struct, frozen=True):
    """``level`` 1 a chapter 章, 2 an article 条; a chapter has no text of its own."""

    level: int
    heading: str
    text: tuple[str, ...]


@cache
def work_rules() -> tuple[str, tuple[Section, ...]]:
    """(title, sections in order)."""
    lines = [line.strip() for line in _FILE.read_text("utf-8").splitlines() if line.strip()]
    first = next(i for i, line in enumerate(lines) if _HEADING.match(line))
    title = "".join(lines[1:first])
    found: list[tuple[int, str, list[str]]] = []
    for line in lines[first:]:
        heading = _HEADING.match(line)
        if heading:
            found.append((1 if heading.group(1) == "章" else 2, " ".join(line.split()), []))
        else:
            found[-1][2].append(line)
    return title, tuple(Section(level, heading, tuple(text)) for level, heading, text in found)
