"""Places of Sichuan down to the county (GB/T 2260), for questions that ask for one. Statistics bureau's list of 2023: 21 and 183.

Old and merged codes are still on cards and papers; nothing here judges those.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

PROVINCE = "四川省"


class Prefecture(Struct, frozen=True):
    """市（州）: ``counties`` maps code to name."""

    name: str
    counties: dict[str, str]


@cache
def prefectures() -> dict[str, Prefecture]:
    """Code → prefecture, in the order of codes."""
    raw = (Path(__file__).parent / "data" / "divisions_51.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, Prefecture])


def full_name(code: str) -> str | None:
    """四川省南充市阆中市 for 511381, 四川省南充市 for 511300; ``None`` for no place of ours."""
    prefecture = prefectures().get(f"{code[:4]}00")
    if prefecture is None:
        return None
    if code.endswith("00") and len(code) == 6:
        return f"{PROVINCE}{prefecture.name}"
    county = prefecture.counties.get(code)
    return f"{PROVINCE}{prefecture.name}{county}" if county else None
