"""书面同意 (规程 9(2)): nothing of an applicant is used for anything else, or leaves a desk, without the home department's written
consent, but to the applicant. What a consent must say, and whether it covers what somebody is about to take out.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.protection.ways import TAKEN_OUT

ALL = "*"
MOST_YEARS = 2
"""A consent holds at most so long: one without an end is none."""
Short = Annotated[str, Meta(min_length=2, max_length=100)]
Why = Literal["none", "not_yet", "expired", "withdrawn", "way", "item", "case", "file"]

REFUSED: dict[Why, str] = {
    "none": "没有登记这个文号的书面同意。",
    "not_yet": "这份书面同意还没有到生效日期。",
    "expired": "这份书面同意已经过期。",
    "withdrawn": "这份书面同意已经撤回。",
    "way": "这份书面同意的范围不包括这种取出方式。",
    "item": "这份书面同意的范围不包括这个事项。",
    "case": "这份书面同意只同意指定的办件，不包括这一件。",
    "file": "书面同意的扫描件不在了或被改动过，不能再凭它取出。",
}


class Consent(Struct, frozen=True):
    """``number``: 文号; ``department``: the home department that gave it; ``to``: who receives, ``use``: what for. ``ways``,
    ``items`` and ``cases``: what it covers, codes or ``ALL``. It holds from ``since`` up to and with ``until``. ``file``: SHA-256
    of the scan as it came; ``sealed``: of the file it lies in, sealed to the party.
    """

    number: Annotated[str, Meta(min_length=4, max_length=60)]
    department: Short
    to: Short
    use: Annotated[str, Meta(min_length=4, max_length=400)]
    ways: tuple[str, ...]
    items: tuple[str, ...]
    cases: tuple[str, ...]
    since: date
    until: date
    file: str
    sealed: str
    withdrawn: date | None = None


def wrong(consent: Consent) -> list[str]:
    """What keeps it from being one, in Chinese."""
    found = []
    if not consent.ways or not set(consent.ways) <= {way.code for way in TAKEN_OUT}:
        found.append("取出方式：请至少选一项。")
    if not consent.items or not consent.cases:
        found.append("范围：请写明事项和办件，全部的写“*”。")
    if consent.until < consent.since:
        found.append("有效期：止期在起期以前。")
    elif (consent.until - consent.since).days > MOST_YEARS * 366:
        found.append(f"有效期：最长 {MOST_YEARS} 年，到期重新书面同意。")
    return found


def refusal(consent: Consent | None, way: str, item: str, case: str, today: date) -> Why | None:
    """Why ``consent`` does not let ``case`` out on ``way`` today; ``None``: it does. Whether the scan is whole asks its keeper."""
    if consent is None:
        return "none"
    if consent.withdrawn is not None:
        return "withdrawn"
    if today < consent.since:
        return "not_yet"
    if today > consent.until:
        return "expired"
    if way not in consent.ways:
        return "way"
    if not _covers(consent.items, item):
        return "item"
    return None if _covers(consent.cases, case) else "case"


def _covers(scope: tuple[str, ...], one: str) -> bool:
    return ALL in scope or one in scope
