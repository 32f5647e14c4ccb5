"""Characters by syllable, from tables: what a name is written with, and what typing falls back to where no engine is.

``characters.txt`` has for each syllable first the characters of the list of 2013 (通用规范汉字表) that are read so, those that
are most used in names in front, then every other one. ``data/README.md`` says where they are from.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, zip_longest
from pathlib import Path

from domain.spelling.port import PAGE, Candidates, Way

DATA = Path(__file__).parent / "data"
NAMES = DATA / "names.txt"
_LONGEST = 6
"""Letters of the longest syllable: zhuang."""
_SOUNDS_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"))
_ENDS_ALIKE = (("ang", "an"), ("eng", "en"), ("ing", "in"))
"""Not told apart by many in Sichuan; what is written for the other follows what is written for the one."""

_WRITTEN = {"nyu": "nv", "lyu": "lv", "lue": "lve", "nue": "nve", "jv": "ju", "qv": "qu", "xv": "xu", "yv": "yu"}
"""ü as it may be written, and as the tables have it; on passports it is yu."""


class Characters:
    """Implements ``domain.spelling.port.Spelling`` for any way to write; ``words`` are one character long then."""

    holds = False

    def spell(self, visit: str, way: Way, letters: str, first: int) -> Candidates:
        del visit
        found = _found(way, _plain(letters))
        return Candidates(found[first : first + PAGE], len(found) > first + PAGE)

    def rest(self, visit: str, way: Way, letters: str, word: str) -> str:
        del visit
        plain = _plain(letters)
        if way != "words":
            for name, reading in names():
                if name == word and plain.startswith(code := reading.replace(" ", "")):
                    return plain[len(code) :].lstrip("'")
        return plain[len(_syllable(plain) or plain) :].lstrip("'")

    def forget(self, visit: str) -> None:
        """Nothing was kept."""


@cache
def table() -> dict[str, str]:
    """Syllable to characters."""
    return dict(line.split(" ", 1) for line in (DATA / "characters.txt").read_text("utf-8").splitlines())


@cache
def surnames() -> dict[str, tuple[str, ...]]:
    """Syllable to surnames, the commonest first: 仇 is read qiu, 单 shan, 区 ou."""
    lines = (line.split() for line in (DATA / "surnames.txt").read_text("utf-8").splitlines())
    return {syllable: tuple(rest) for syllable, *rest in lines}


@cache
def names() -> tuple[tuple[str, str], ...]:
    """Names of more than one character that belong together, with their syllables: 欧阳, 吉克, 卓玛."""
    return tuple((name, reading) for name, _, reading in (line.partition("\t") for line in NAMES.read_text("utf-8").splitlines()))


@cache
def standard() -> frozenset[str]:
    """The 8105 characters of the list of 2013."""
    return frozenset((DATA / "standard.txt").read_text("utf-8").strip())


def _found(way: Way, letters: str) -> tuple[str, ...]:
    if not letters:
        return ()
    syllable = _syllable(letters)
    whole = () if way == "words" else tuple(name for name, reading in names() if letters.startswith(reading.replace(" ", "")))
    if syllable is None:
        return _beginning(way, letters)
    near = [other for other in _alike(syllable) if other in table()]
    first = [one for other in (syllable, *near) for one in surnames().get(other, ())] if way == "surname" else ()
    return tuple(dict.fromkeys(chain(whole, first, table()[syllable], *(table()[other] for other in near))))


def _beginning(way: Way, letters: str) -> tuple[str, ...]:
    """What the syllables that begin so begin with, in turns."""
    source = surnames() if way == "surname" else table()
    lists = [source[syllable][:PAGE] for syllable in source if syllable.startswith(letters)]
    return tuple(dict.fromkeys(one for turn in zip_longest(*lists) for one in turn if one))


def _syllable(letters: str) -> str | None:
    """The longest one the letters begin with and that leaves letters which can be spelt: jian of jianguo, not jiang."""
    head = letters.partition("'")[0]
    ends = [True] * (len(head) + 1)
    for at in range(len(head) - 1, 0, -1):
        begun = any(one.startswith(head[at:]) for one in table())
        ends[at] = begun or any(ends[at + length] for length in _lengths(head[at:]))
    found = _lengths(head)
    length = next((length for length in found if ends[length]), found[0] if found else 0)
    return head[:length] or None


def _lengths(letters: str) -> list[int]:
    """Of the syllables they begin with, the longest first."""
    return [length for length in range(min(_LONGEST, len(letters)), 0, -1) if letters[:length] in table()]


def _plain(letters: str) -> str:
    out = letters.lstrip("'")
    for written, meant in _WRITTEN.items():
        if out.startswith(written):
            return meant + out[len(written) :]
    return out


def _alike(syllable: str) -> list[str]:
    starts, ends = {syllable}, _ENDS_ALIKE
    for one, other in _SOUNDS_ALIKE:
        for this, that in ((one, other), (other, one)):
            if syllable.startswith(this) and not (this in "zcs" and syllable[1:2] == "h"):
                starts.add(that + syllable[len(this) :])
    for start in tuple(starts):
        for one, other in ends:
            for this, that in ((one, other), (other, one)):
                if start.endswith(this):
                    starts.add(start[: -len(this)] + that)
    return sorted(starts - {syllable})
