"""The linter beside a draft: what it says of this part among the others, what hinders proposing it, and what was answered.

An error in a part of one's own hinders; so does one that the draft brings into another's part by what it changes, as long as the
other has not approved what mends it. A warning must be answered: in words, which whoever approves reads. Hints are free.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from domain.catalogue.catalogue import CatalogueDamagedError
from domain.catalogue.finding import Finding
from domain.catalogue.lint import lint
from domain.catalogue.part import DamagedError
from fleet import database
from fleet.items import drafts, published, versions
from fleet.items.drafts import Draft, RefusedError
from fleet.items.elements import TYPES, Element, Tree, together
from fleet.items.nodes import Node, below
from fleet.items.published import Shelf, part_of
from fleet.items.shape import fields_of_rule, names, table
from fleet.people import record

MOST_WORDS = 400
_CODE_AND_WORD = re.compile(r" ?([a-z]+(?:_[a-z]+)*)（([^）]+)）")
_WORD_AND_CODE = re.compile(r"（([a-z]+(?:_[a-z]+)*)）")


@dataclass(frozen=True, slots=True)
class Told:
    """A finding for people. ``own``: of the part that is looked at; ``number`` and ``address``: where it is mended, if it is found
    there; ``fields``: at which fields; ``answer``: what was said to it."""

    finding: Finding
    own: bool
    what: str
    mend: str
    fields: tuple[str, ...]
    number: int | None = None
    address: str = ""
    answer: str = ""

    @property
    def name(self) -> str:
        """The same as long as the linter says the same."""
        f = self.finding
        return hashlib.sha256(f"{f.rule}\n{f.where}\n{f.what}".encode()).hexdigest()[:24]

    @property
    def hinders(self) -> bool:
        return self.finding.severity == "error" or (self.finding.severity == "warning" and not self.answer)


def check(
    db: database.Connection, shelf: Shelf, draft: Draft, today: date, elements: Sequence[Element] | None = None
) -> list[Told]:
    """All that is to be said of a draft; ``elements``: its own, where they were read already.

    :class:`CatalogueDamagedError` where what is published cannot be read.
    """
    part, elements = draft.part, drafts.elements(db, draft.id) if elements is None else elements
    now, held = shelf.now(db), versions.waiting(db)
    others = versions.about(now, held, part)
    mine = {**others, part: together(part, elements)}
    before = frozenset(_found(_key({**others, **({part: now.parts[part].body} if part in now.parts else {})}), today))
    every = _found(_key(mine), today)
    own = frozenset(f for f in every if part_of(f, mine) == part)
    brought = [f for f in every if f.severity == "error" and f not in before and f not in own]
    answers: dict[str, str] = dict(db.execute("SELECT finding, words FROM item_answers WHERE draft = ?", (draft.id,)).fetchall())
    places = _places(part, elements) if own else {}
    return [_told(f, own=f in own, places=places, answers=answers) for f in (*(f for f in every if f in own), *brought)]


def answer(db: database.Connection, draft: Draft, found: Sequence[Told], name: str, words: str, by: str, now: float) -> None:
    """What is said to a warning. :class:`RefusedError`."""
    told = next((one for one in found if one.name == name and one.finding.severity == "warning"), None)
    if told is None:
        raise RefusedError("这条警告已经没有了")
    if not 2 <= len(words.strip()) <= MOST_WORDS:
        raise RefusedError(f"写明为什么可以这样，2 至 {MOST_WORDS} 个字")
    db.execute(
        "INSERT INTO item_answers VALUES (?, ?, ?, ?, ?) ON CONFLICT (draft, finding) "
        "DO UPDATE SET words = excluded.words, by = excluded.by, at = excluded.at",
        (draft.id, name, words.strip(), by, now),
    )
    record.write(db, now, by, "items.answer", draft.part, words.strip(), told.finding.rule)


def here(found: Sequence[Told], number: int, address: str) -> list[Told]:
    """What is to be said at one page."""
    return [one for one in found if (one.number, one.address) == (number, address)]


def said(text: str) -> str:
    """A sentence of the linter, with fields and codes by what they are called here."""
    text = _CODE_AND_WORD.sub(lambda m: m[2] if m[1] in _codes() else m[0], text)
    text = _WORD_AND_CODE.sub(lambda m: "" if m[1] in _codes() else m[0], text)
    return re.sub(r" ?\b[a-z]+(?:_[a-z]+)*\b ?", lambda m: f"“{_word(m[0].strip())}”" if _word(m[0].strip()) else m[0], text)


def _word(name: str) -> str:
    return names().get(name) or (_codes().get(name, "") if "_" in name else "")


@cache
def _codes() -> Mapping[str, str]:
    """``original_shown``, ``pre_fill`` and whatever else a mend names, in words."""
    words = (words for of in table()["words"].values() for words in of.values())
    return {code: word for several in words for code, word in several.items()}


def _told(f: Finding, *, own: bool, places: Mapping[str, tuple[int, str]], answers: Mapping[str, str]) -> Told:
    number, address = _place(f.where, places) if own else (None, "")
    made = Told(f, own, said(f.what), said(f.mend), fields_of_rule(f.rule), number, address)
    return Told(f, own, made.what, made.mend, made.fields, number, address, answers.get(made.name, ""))


def _place(where: str, places: Mapping[str, tuple[int, str]]) -> tuple[int | None, str]:
    """The nearest page to where the linter points."""
    while where and where not in places:
        where = where.rpartition("/")[0]
    return places.get(where, (None, ""))


def _places(part: str, elements: Sequence[Element]) -> dict[str, tuple[int, str]]:
    """What the linter calls a place → element and address."""
    found: dict[str, tuple[int, str]] = {}
    for one in elements:
        for node in below(Node((), TYPES[one.kind], one.value)):
            found.setdefault(_name(part, one, node), (one.number, node.address))
    return found


def _name(part: str, one: Element, node: Node) -> str:
    """As the findings write it: by ids, not by places in lists."""
    value, names_ = one.value, list[str]()
    head: Mapping[str, list[str]] = {
        "item": [value.get("item_id", "")],
        "bundle": [value.get("bundle", "")],
        "party": [part],
        "opening": [part, value.get("item", ""), value.get("situation", "")],
        "not-open": [part, *(value[key] for key in ("item", "situation") if value.get(key))],
        "form": [part, value.get("form", "")],
    }
    names_ += head.get(one.kind, [one.kind])
    at: Tree | list[Tree] = value
    for step in node.path:
        at = at[step]  # type: ignore[index]
        if isinstance(at, dict):
            names_.append(next((str(at[k]) for k in ("situation_id", "material_id", "question", "window", "field") if k in at), ""))
    return "/".join(names_)


def _key(parts: Mapping[str, bytes]) -> tuple[tuple[str, bytes], ...]:
    return tuple(sorted(parts.items()))


@lru_cache(maxsize=8)
def _found(parts: tuple[tuple[str, bytes], ...], today: date) -> tuple[Finding, ...]:
    try:
        return lint(published.catalogue("-", dict(parts)), today)
    except (CatalogueDamagedError, DamagedError) as error:
        return (Finding("home-unknown", "error", "", str(error)),)
