"""Finding an item: by its name, what people call it, pinyin, initials, English, a situation's words; with one character wrong.

Nothing is asked of a dictionary here: how names are read stands in the catalogue (``Item.pinyin``), made where it was made. A
search is one pass over short strings; 5,000 items take milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import IntEnum
from typing import Any, Protocol

import msgspec

from domain.catalogue.item import ApplicantKind

MAX_QUERY = 40
"""Characters of a search that are looked at."""
_WORDS = re.compile(r"\w+")
_APART = "\n\n"
_SOUNDS_FROM = 2
"""Letters a spelling must have: one would be every item."""
_SHARED = 3
"""What a sentence must share with an item, at least: a pair of neighbouring characters counts two in a name, one in its words."""
_TYPO_FROM = 3
"""Characters a word must have before one of them may be wrong."""


class Match(IntEnum):
    """How a search met an item; the better first."""

    NAME_BEGINS = 0
    NAME = 1
    KEYWORD = 2
    SPELLING = 3
    WORDS = 4
    NEARLY = 5
    LOOSELY = 6


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What is known of an item without reading it. ``since``: of this version; ``changed``: what is new in it.

    ``names``: short name, name and keywords in one string, so far apart that no wrong character joins two; ``second`` and
    ``others``: where the name and the keywords begin. ``sounds`` and ``initials``: how they are read. ``words``: of its situations
    and topic. ``english``: its names and words, each word after a blank.
    """

    item_id: str
    name: str
    short_name: str
    topic: str
    batch: str | None
    since: date | None
    changed: str | None
    names: str
    second: int
    others: int
    sounds: str
    initials: str
    words: str
    english: str
    applicants: tuple[ApplicantKind, ...]


class Named(Protocol):
    """What an entry is made of: an :class:`Item`, or its head."""

    @property
    def item_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def short_name(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def batch(self) -> str | None: ...
    @property
    def since(self) -> date | None: ...
    @property
    def changed(self) -> str | None: ...
    @property
    def keywords(self) -> tuple[str, ...]: ...
    @property
    def pinyin(self) -> tuple[str, ...]: ...
    @property
    def english(self) -> dict[str, str]: ...
    @property
    def situations(self) -> Any: ...


def entry(item: Named) -> Entry:
    short, name = folded(item.short_name), folded(item.name)
    second = len(short) + len(_APART)
    return Entry(
        item_id=item.item_id,
        name=item.name,
        short_name=item.short_name,
        topic=item.topic,
        batch=item.batch,
        since=item.since,
        changed=item.changed,
        names=_APART.join((short, name, *map(folded, item.keywords))),
        second=second,
        others=second + len(name),
        sounds=_APART.join(p.replace(" ", "") for p in item.pinyin),
        initials=_APART.join("".join(s[0] for s in p.split()) for p in item.pinyin),
        words=folded(" ".join((item.topic, *(f"{s.name} {s.question}" for s in item.situations)))),
        english=_english(item),
        applicants=tuple(dict.fromkeys(s.applicant for s in item.situations)),
    )


def _english(item: Named) -> str:
    names = [item.english.get(name, "") for name in (item.short_name, item.name, *item.keywords, item.topic)]
    names += [s.english.get(s.name, "") for s in item.situations]
    return " ".join(("", *_WORDS.findall(folded(" ".join(names)))))


def folded(text: str) -> str:
    """As it is compared: lower case, full-width letters as ordinary ones."""
    return text.casefold().translate(_HALF)


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}


def find(entries: Iterable[Entry], text: str) -> list[tuple[Match, Entry]]:
    """The items that meet every word of ``text``, the better match first, else in the order given; none for a text without one.

    Only where nothing meets it as it stands is one character of each word allowed to be wrong, missing or too many; and only where
    that meets nothing either is it taken for a sentence, and what shares most pairs of characters with it comes first.
    """
    words = _WORDS.findall(folded(text[:MAX_QUERY]))
    if not words:
        return []
    listed = list(entries)
    met = _met(listed, words, _exact) or _met(listed, [w for w in words if len(w) >= _TYPO_FROM], _nearly)
    return sorted(met, key=lambda found: found[0]) or _loosely(listed, words)


def _met(entries: list[Entry], words: list[str], how: Callable[[Entry, str], Match | None]) -> list[tuple[Match, Entry]]:
    found = []
    for one in entries:
        matches = [how(one, word) for word in words]
        met = [m for m in matches if m is not None]
        if met and len(met) == len(words):
            found.append((max(met), one))
    return found


def _loosely(entries: list[Entry], words: list[str]) -> list[tuple[Match, Entry]]:
    pairs = {word[at : at + 2] for word in words if not word.isascii() for at in range(len(word) - 1)}
    shared = [(sum(2 if p in one.names else p in one.words for p in pairs), one) for one in entries] if len(pairs) > 1 else []
    enough = max(_SHARED, max((count for count, _ in shared), default=0) - 1)
    return [(Match.LOOSELY, one) for count, one in sorted(shared, key=lambda s: -s[0]) if count >= enough]


def _exact(one: Entry, word: str) -> Match | None:
    at = one.names.find(word)
    if at >= 0:
        if at >= one.others:
            return Match.KEYWORD
        return Match.NAME_BEGINS if at in (0, one.second) else Match.NAME
    if word.isascii() and len(word) >= _SOUNDS_FROM:
        if word in one.initials or word in one.sounds:
            return Match.SPELLING
        if f" {word}" in one.english:
            return Match.KEYWORD
    return Match.WORDS if word in one.words else None


def _nearly(one: Entry, word: str) -> Match | None:
    text = one.sounds + one.english if word.isascii() else one.names
    half = len(word) // 2
    # Most hold neither half: they are not looked at closely.
    return Match.NEARLY if (word[:half] in text or word[half:] in text) and within_one(word, text) else None


def within_one(word: str, text: str) -> bool:
    """Whether some part of ``text`` is ``word`` with at most one character wrong, missing or too many.

    One of the word's halves is right then: the other is looked for where that one lies.
    """
    half = len(word) // 2
    head, tail = word[:half], word[half:]
    return any(_begins(tail, text[at + half :]) for at in _places(head, text)) or any(
        _begins(head[::-1], text[at - 1 :: -1] if at else "") for at in _places(tail, text)
    )


def _places(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _begins(part: str, text: str) -> bool:
    """Whether ``text`` begins with ``part`` but for one character."""
    at = next((i for i, wanted in enumerate(part) if text[i : i + 1] != wanted), len(part))
    rest = part[at + 1 :]
    return at >= len(part) - 1 or text.startswith(rest, at + 1) or text.startswith(rest, at) or text.startswith(part[at:], at + 1)
