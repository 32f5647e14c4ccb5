"""English a third longer, as another language's words would be: what is cut or runs over then would be cut there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from babel.messages.catalog import Catalog

from ui import words

LONGER = 1.3
_KEPT = re.compile(r"(%\(\w+\)s|%%|<[^>]*>|&\w+;)")
_VOWEL = re.compile("[aeiouyAEIOUY]")


@contextmanager
def longer(by: float = LONGER) -> Iterator[None]:
    """Within it whatever is said in English is at least ``by`` times as long."""
    said = words.catalogue

    def catalogue(code: str) -> Catalog:
        whole = said(code)
        for message in whole:
            if message.id:
                text = message.string
                message.string = stretched(text, by) if isinstance(text, str) else tuple(stretched(one, by) for one in text or ())
        return whole

    words.catalogue = catalogue
    words._words.cache_clear()
    try:
        yield
    finally:
        words.catalogue = said
        words._words.cache_clear()


def stretched(text: str, by: float = LONGER) -> str:
    """``text`` with vowels drawn out, word after word; what is put in and what is markup stays."""
    parts = _KEPT.split(text)
    spoken = [part.split(" ") for part in parts[::2]]
    missing = round(sum(len(word) for words_ in spoken for word in words_) * (by - 1))
    while missing > 0 and any(_VOWEL.search(word) for words_ in spoken for word in words_):
        for words_ in spoken:
            for at, word in enumerate(words_):
                if missing > 0 and (vowel := _VOWEL.search(word)):
                    words_[at] = word[: vowel.end()] + vowel[0].lower() + word[vowel.end() :]
                    missing -= 1
    parts[::2] = [" ".join(words_) for words_ in spoken]
    return "".join(parts)
