"""The five official levels and their 40 tags, by edition (川办发〔2019〕60号; national platform, one edition since 2020).

Tags are data of an edition with a day: never translated, added or removed; a rating names the edition it was given by. A bad one
(2, 1) needs a tag or words.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

_DATA = Path(__file__).parents[1] / "data" / "rating_tags.json"
MOST_WORDS = 150
"""Characters of what a rater may write."""


class Tag(Struct, frozen=True):
    """``default_shown``: 1 for the three that are shown at once, 0 for the five behind 展开."""

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


class Edition(Struct, frozen=True):
    """``since``: the day it began to be used. ``levels``: best first."""

    edition: str
    since: date
    levels: tuple[Level, ...]


class RatingError(ValueError):
    """Not a rating; the text says why, in Chinese."""


@cache
def editions() -> tuple[Edition, ...]:
    """Every edition there was, oldest first."""
    data: dict[str, Any] = msgspec.json.decode(_DATA.read_bytes())
    return tuple(sorted(msgspec.convert(data["editions"], tuple[Edition, ...]), key=lambda one: one.since))


def edition(day: date | None = None) -> Edition:
    """By which one rates on ``day``; the newest where the day is not known, the oldest before there was one."""
    then = [one for one in editions() if day is None or one.since <= day]
    return then[-1] if then else editions()[0]


def named(name: str) -> Edition:
    """The edition of this name; :class:`RatingError`."""
    for one in editions():
        if one.edition == name:
            return one
    raise RatingError("没有这一版评价内容")


def level(satisfaction: int, of: Edition | None = None) -> Level:
    """One level; :class:`RatingError` when there is none."""
    for one in (of or edition()).levels:
        if one.satisfaction == satisfaction:
            return one
    raise RatingError("没有这一档评价")


def is_bad(satisfaction: int) -> bool:
    """差评: 不满意 and 非常不满意, in every edition."""
    return satisfaction <= 2


def check(satisfaction: int, tags: tuple[int, ...], words: str = "", of: Edition | None = None) -> None:
    """:class:`RatingError` unless the tags are this level's own, the words few, and a bad rating gives a reason."""
    chosen = level(satisfaction, of)
    if not set(tags) <= {t.code for t in chosen.tags} or len(set(tags)) != len(tags):
        raise RatingError("所选原因与评价等级不符")
    if len(words) > MOST_WORDS:
        raise RatingError(f"最多写 {MOST_WORDS} 个字")
    if chosen.reason_required and not tags and not words.strip():
        raise RatingError("请至少选一项原因，或者写一句")
