"""Letters in, Chinese out. What was typed is kept from one call to the next by nobody who implements it."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

LETTERS = 44
"""Most letters of one spelling, ``'`` among them: as many as 四川省凉山彝族自治州西昌市 has."""
PAGE = 10
"""Most candidates of one answer."""

Way = Literal["words", "surname", "name"]
"""``words``: places, things, sentences; ``name``: syllable by syllable, as names use characters; ``surname``: surnames first."""


class Candidates(Struct, frozen=True):
    """Best first. ``more``: there are some after these."""

    words: tuple[str, ...] = ()
    more: bool = False


class Spelling(Protocol):
    """Any thread. ``letters``: a to z, ``v`` for ü, and ``'`` between syllables, at most :data:`LETTERS`. ``visit``: who types."""

    @property
    def holds(self) -> bool:
        """Whether something of a visit is here."""

    def spell(self, visit: str, way: Way, letters: str, first: int) -> Candidates:
        """From the candidate of index ``first`` on."""

    def rest(self, visit: str, way: Way, letters: str, word: str) -> str:
        """The letters ``word`` leaves of those it was offered for: none where it never was."""

    def forget(self, visit: str) -> None:
        """That visit is over. Never waits."""
