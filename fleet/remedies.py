"""What staff do about a fault a terminal reports, or about why something was not done: words beside those of ``fleet/words.py``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from domain.program.reasons import REASONS


@cache
def table() -> dict[str, dict[str, str]]:
    """``faults`` and ``reasons``: code → what to do."""
    found: dict[str, dict[str, str]] = tomllib.loads(resources.files("fleet").joinpath("remedies.toml").read_text("utf-8"))
    found["reasons"] |= {code: do for code, (_, do) in REASONS.items()}
    return found


def remedy(code: str | None) -> str:
    """Empty for a code nobody here knows."""
    found = table()
    return found["reasons"].get(code or "") or found["faults"].get(code or "", "")
