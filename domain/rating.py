"""好差评: the five official levels and their tags as versioned data (川办发〔2019〕60号; national platform, 40 tags).

Tags are never translated, added or removed. A bad rating (2, 1) needs at least one; nobody's silence becomes a rating.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

_DATA = Path(__file__).parent / "data" / "rating_tags.json"


class Tag(Struct, frozen=True):
    code: int
    text: str
    default_shown: int


class Level(Struct, frozen=True):
    """``satisfaction`` 5 非常满意 … 1 非常不满意; the last two are 差评."""

    satisfaction: int
    name: str
    is_bad: bool
    reason_required: bool
    tags: tuple[Tag, ...]


class RatingError(ValueError):
    """Not a rating; the text says why, in Chinese."""


@cache
def levels() -> tuple[Level, ...]:
    """The five levels, best first."""
    data: dict[str, Any] = msgspec.json.decode(_DATA.read_bytes())
    return msgspec.convert(data["levels"], tuple[Level, ...])


def level(satisfaction: int) -> Level:
    """One level; :class:`RatingError` when there is none."""
    for one in levels():
        if one.satisfaction == satisfaction:
            return one
    raise RatingError("没有这一档评价")


def check(satisfaction: int, tags: tuple[int, ...]) -> None:
    """:class:`RatingError` unless the tags are this level's own and a bad rating gives a reason."""
    chosen = level(satisfaction)
    if not set(tags) <= {t.code for t in chosen.tags} or len(set(tags)) != len(tags):
        raise RatingError("所选原因与评价等级不符")
    if chosen.reason_required and not tags:
        raise RatingError("请至少选一项原因")
