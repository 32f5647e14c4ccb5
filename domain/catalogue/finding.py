"""What is wrong with a catalogue, in Chinese, for whoever has to mend it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Severity = Literal["error", "warning", "hint"]
"""错误: it cannot be used so; 警告: it can, and somebody will be misled; 提示: it could be better."""


class Finding(Struct, frozen=True):
    """One thing. ``rule`` is its name in the linter's table, ``where`` the place by the catalogue's ids, ``mend`` what to do."""

    rule: str
    severity: Severity
    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}：{self.what}"
