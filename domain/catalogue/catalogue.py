"""The catalogue as the terminal uses it: loaded once, checked whole, then only asked.

A file that is damaged or contradicts itself never becomes a catalogue: :class:`CatalogueDamagedError` says in Chinese
what is wrong, for the staff who must replace it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from domain.catalogue.contradictions import Dated, contradictions
from domain.catalogue.item import Bundle, Item, Material, Question, Situation
from domain.catalogue.opening import NotOpen, Opening, Openings, Proof
from domain.catalogue.party import Party

DATA = Path(__file__).parent / "data"
_MAX_BYTES = 32 * 1024 * 1024
_SCANNED: tuple[Proof, ...] = ("scan", "original_shown")
Key = tuple[str, str, str]
"""Home place, item, situation."""
_K = TypeVar("_K")
_D = TypeVar("_D", bound=Dated)


class CatalogueDamagedError(ValueError):
    """Not a catalogue. ``problems`` are Chinese sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be done here. All questions are answered from memory and cannot fail for ids taken from its own answers.

    ``day``: what was not in force on it is not here; ``None``: the newest of everything, whatever its dates.
    """

    version: str
    demo: bool
    notice: str
    parties: tuple[Party, ...]
    bundles: tuple[Bundle, ...] = ()
    day: date | None = None
    _items: dict[str, Item] = field(default_factory=dict)
    _openings: dict[Key, Opening] = field(default_factory=dict)
    _not_open: tuple[NotOpen, ...] = ()
    _versions: tuple[Item, ...] = ()
    _opened: tuple[Opening, ...] = ()

    def on(self, day: date | None) -> Catalogue:
        """The same catalogue as it stands on ``day`` (China's)."""
        if day == self.day:
            return self
        items = _newest(((i.item_id, i) for i in self._versions), day)
        opened = _newest((((o.home, o.item, o.situation), o) for o in self._opened), day)
        openings = {key: o for key, o in opened.items() if o.item in items and items[o.item].situation(o.situation)}
        return replace(self, day=day, _items=items, _openings=openings)

    def party(self, party_id: str) -> Party | None:
        return next((p for p in self.parties if p.party == party_id), None)

    def homes(self) -> tuple[Party, ...]:
        """The parties that have opened anything here, in the catalogue's order."""
        opened = {home for home, _, _ in self._openings}
        return tuple(p for p in self.parties if p.party in opened)

    def listed(self) -> tuple[Item, ...]:
        """The items somebody has opened here, in the catalogue's order."""
        opened = {item for _, item, _ in self._openings}
        return tuple(i for i in self._items.values() if i.item_id in opened)

    def closed(self, home: str) -> tuple[NotOpen, ...]:
        """Whatever ``home`` says it has not opened."""
        return tuple(n for n in self._not_open if n.home == home)

    def takes_in(self, home: str) -> bool:
        """Whether cases are taken in for ``home`` here, ever: then a key to seal them to is needed."""
        return any(o.home == home and o.way == "full_intake" for o in self._opened)

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def items(self, home: str) -> tuple[Item, ...]:
        """Items of which ``home`` has opened at least one situation, in the catalogue's order."""
        opened = {item for party, item, _ in self._openings if party == home}
        return tuple(i for i in self._items.values() if i.item_id in opened)

    def elsewhere(self, home: str) -> tuple[Item, ...]:
        """Items of which ``home`` has opened nothing here, and says where they are done."""
        opened = {item for party, item, _ in self._openings if party == home}
        said = {n.item for n in self._not_open if n.home == home}
        return tuple(i for i in self._items.values() if i.item_id in said - opened)

    def situations(self, home: str, item_id: str) -> tuple[Situation, ...]:
        item = self._items.get(item_id)
        return tuple(s for s in item.situations if (home, item_id, s.situation_id) in self._openings) if item else ()

    def opening(self, home: str, item_id: str, situation_id: str) -> Opening | None:
        return self._openings.get((home, item_id, situation_id))

    def not_open(self, home: str, item_id: str, situation_id: str | None = None) -> NotOpen | None:
        """Why ``home`` has not opened this, in its own words: of the situation, else of the whole item."""
        told = [n for n in self._not_open if (n.home, n.item) == (home, item_id) and n.situation in (situation_id, None)]
        return max(told, key=lambda n: n.situation is not None, default=None)

    def question(self, item_id: str, question: str | None = None) -> Question | None:
        """A fork of the item's tree, the root where none is named; ``None``: its situations are chosen from a list."""
        item = self._items.get(item_id)
        listed = item.questions if item else ()
        return next((q for q in listed if question in (None, q.question)), None)

    def leads_to(self, item_id: str, question: str) -> frozenset[str]:
        """The situations that can be reached from this fork."""
        asked = self.question(item_id, question)
        answers = asked.answers if asked else ()
        here = {a.situation for a in answers if a.situation}
        return frozenset(here).union(*(self.leads_to(item_id, a.question) for a in answers if a.question))

    def materials(self, opening: Opening) -> tuple[Material, ...]:
        situation = self._items[opening.item].situation(opening.situation)
        return situation.materials if situation else ()

    def to_scan(self, opening: Opening) -> tuple[Material, ...]:
        """The materials the camera must see, in order: also of an original that is shown at the window."""
        return tuple(m for m in self.materials(opening) if opening.proofs[m.material_id] in _SCANNED)


def load(items: Path = DATA / "catalogue_demo.json", openings: Path = DATA / "openings_demo.json") -> Catalogue:
    """Both files, checked. :class:`CatalogueDamagedError`."""
    listed = _decode(items, "items", dict[str, Any]).get("items")
    try:
        versions = msgspec.convert(listed, tuple[Item, ...])
    except msgspec.ValidationError as error:
        raise CatalogueDamagedError(f"事项目录 {items.name} 内容不符合要求：{error}") from None
    opened: Openings = _decode(openings, "openings", Openings)
    by_id: dict[str, list[Item]] = {}
    for item in versions:
        by_id.setdefault(item.item_id, []).append(item)
    problems = tuple(str(found) for found in contradictions(by_id, opened))
    if problems:
        raise CatalogueDamagedError(*problems)
    return Catalogue(
        version=opened.version,
        demo=opened.demo,
        notice=opened.notice,
        parties=opened.parties,
        bundles=opened.bundles,
        day=date.min,
        _not_open=opened.not_open,
        _versions=versions,
        _opened=tuple(_with_form(o, opened) for o in opened.openings),
    ).on(None)


def _with_form(opening: Opening, opened: Openings) -> Opening:
    named = opening.form_of
    return opening if named is None else msgspec.structs.replace(opening, form=opened.forms[named], form_of=None)


def _newest(dated: Iterable[tuple[_K, _D]], day: date | None) -> dict[_K, _D]:
    """Of each its version in force on ``day``, on no day in particular its newest; in the order given."""
    found: dict[_K, _D] = {}
    for key, one in dated:
        since, known = one.since or date.min, found.get(key)
        in_force = day is None or since <= day <= (one.until or date.max)
        if in_force and (known is None or since >= (known.since or date.min)):
            found[key] = one
    return found


def _decode(path: Path, what: str, kind: Any) -> Any:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueDamagedError(f"目录文件 {path.name} 读不出来：{error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise CatalogueDamagedError(f"目录文件 {path.name} 过大")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogueDamagedError(f"目录文件 {path.name}（{what}）已损坏：{error}") from None
