"""What of a screen may be said aloud (语音提示): its own sentences, never a word of a person.

The rule is not who wrote a text but whether everybody may know it: a key of the citizen's words with nothing, a small number or
such words in its places, a name of the catalogue, the hall's own name and telephone. Anything else on the screen is silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html.parser import HTMLParser

from msgspec import Struct

from domain.catalogue.catalogue import Catalogue
from ui.words import PLACEHOLDER, SOURCE, catalogue, language, languages, translated

_TAG = re.compile("<[^>]*>")
_SMALL = re.compile("[0-9]{1,3}")
_LETTERS = re.compile(r"\w")
_LEAST = 3
"""Letters a sentence must have beside its places: one with fewer would let everything through."""
_VOID = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_SCREEN = frozenset(f"{part}__{what}" for part in ("welcome", "plain", "step") for what in ("title", "lead", "text")) | {
    "trouble",
    "working",
    "take-card",
    "helping__text",
}
_OVER = frozenset(("dialog__title", "dialog__text", "dialog__count"))


class _Known(Struct, frozen=True):
    whole: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]


def sentences(page: str, public: frozenset[str]) -> tuple[str, ...]:
    """Of ``page`` (HTML), in its order, what is said when it comes up: the question over it, else title, lead and trouble."""
    read = _Reader()
    read.feed(page)
    return tuple(text for text in read.over or read.screen if sayable(text, public))


def pieces(texts: Iterable[str], public: frozenset[str]) -> tuple[str, ...]:
    """Those of ``texts`` that may be said."""
    return tuple(text for one in texts if (text := _plain(one)) and sayable(text, public))


def sayable(text: str, public: frozenset[str]) -> bool:
    """``text`` in the language that is spoken now."""
    known = _known(language())
    if text in known.whole or text in public:
        return True
    found = (pattern.fullmatch(text) for pattern in known.patterns)
    return any(all(_SMALL.fullmatch(value) or sayable(value, public) for value in one.groups()) for one in found if one)


def names(held: Catalogue, *more: str) -> frozenset[str]:
    """What ``held`` calls things, in the language that is spoken now, and ``more``."""
    own = held.english if language() == SOURCE else held.english.values()
    called = (*(party.name for party in held.parties), *(name for item in held.listed() for name in (item.name, item.short_name)))
    return frozenset(_plain(name) for name in (*own, *map(translated, called), *more))


def _plain(text: str) -> str:
    return " ".join(_TAG.sub("", text).split())


@lru_cache
def _known(spoken: str) -> _Known:
    others = [code for code, _ in languages() if code != SOURCE]
    whole: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for message in catalogue(spoken if spoken != SOURCE else others[0]) if others else ():
        said = message.id if spoken == SOURCE else message.string
        for text in (said,) if isinstance(said, str) else said or ():
            sentence = _plain(text).replace("%%", "%")
            parts = PLACEHOLDER.split(sentence)[::2]
            if len(parts) == 1:
                whole.add(sentence)
            elif len(_LETTERS.findall("".join(parts))) >= _LEAST:
                patterns.append(re.compile("(.{1,80}?)".join(map(re.escape, parts))))
    return _Known(frozenset(whole - {""}), tuple(patterns))


class _Reader(HTMLParser):
    """Texts of the elements that are spoken: of the screen itself, and of what lies over it."""

    def __init__(self) -> None:
        super().__init__()
        self.screen: list[str] = []
        self.over: list[str] = []
        self._into: list[str] | None = None
        self._text: list[str] = []
        self._deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        if self._into is not None:
            self._deep += 1
            return
        classes = set((dict(attrs).get("class") or "").split())
        if "helping__text--voice" not in classes:
            self._into = self.screen if classes & _SCREEN else self.over if classes & _OVER else None
        self._deep, self._text = 1, []

    def handle_endtag(self, tag: str) -> None:
        if self._into is None or tag in _VOID:
            return
        self._deep -= 1
        if not self._deep:
            if text := _plain("".join(self._text)):
                self._into.append(text)
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._text.append(data)
