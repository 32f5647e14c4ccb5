"""The catalogue as the terminal uses it: loaded once, checked whole, then only asked.

What is damaged or contradicts itself never becomes a catalogue: :class:`CatalogueDamagedError` says in Chinese what is wrong,
for the staff who must replace it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from sys import intern
from typing import Any

import msgspec
from msgspec import Struct

from domain.calendar import Calendar, Year, published
from domain.catalogue import english
from domain.catalogue.contradictions import Forms, contradictions
from domain.catalogue.finding import Finding
from domain.catalogue.form import Field
from domain.catalogue.item import ApplicantKind, Bundle, Item, Material, Question, Situation
from domain.catalogue.lazy import BadBlockError, Block, Slip, Unread, in_force
from domain.catalogue.opening import NotOpen, Opening, Openings, Proof
from domain.catalogue.part import DamagedError, Joint, Share, blocks, decode
from domain.catalogue.party import Party
from domain.catalogue.search import Entry, entry

DATA = Path(__file__).parent / "data"
_MAX_BYTES = 32 * 1024 * 1024
_SCANNED: tuple[Proof, ...] = ("scan", "original_shown")
Key = tuple[str, str, str]
"""Home place, item, situation."""


class CatalogueDamagedError(ValueError):
    """Not a catalogue. ``problems`` are Chinese sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """What can be done here. All questions are answered from memory and cannot fail for ids taken from its own answers.

    ``day``: what was not in force on it is not here; ``None``: the newest of everything, whatever its dates. ``register``: number
    of the register of keys it was believed by, 0 where nothing was signed.
    """

    version: str
    demo: bool
    notice: str
    parties: tuple[Party, ...]
    bundles: tuple[Bundle, ...] = ()
    holidays: tuple[Year, ...] = ()
    register: int = 0
    day: date | None = None
    _items: Mapping[str, Item] = field(default_factory=dict)
    _openings: Mapping[Key, Opening] = field(default_factory=dict)
    _not_open: tuple[NotOpen, ...] = ()
    _forms: Forms = field(default_factory=dict)
    _versions: tuple[Slip[str], ...] = ()
    _opened: tuple[Slip[Key], ...] = ()
    _takers: frozenset[str] = frozenset()
    _entries: Mapping[tuple[str, date | None], Entry] = field(default_factory=dict)
    _departments: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _openers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _said: Mapping[str, str] = field(default_factory=dict)
    _english: list[Mapping[str, str]] = field(default_factory=list)

    def on(self, day: date | None) -> Catalogue:
        """The same catalogue as it stands on ``day`` (China's)."""
        if day == self.day:
            return self
        items = in_force(self._versions, day)
        openings = {key: slip for key, slip in in_force(self._opened, day).items() if key[1] in items}
        openers: dict[str, tuple[str, ...]] = {}
        for home, item, _ in openings:
            told = openers.get(item, ())
            if home not in told:
                openers[item] = (*told, home)
        return replace(self, day=day, _items=Unread(items, _item), _openings=Unread(openings, self._opening), _openers=openers)

    def party(self, party_id: str) -> Party | None:
        return next((p for p in self.parties if p.party == party_id), None)

    def opening_homes(self) -> frozenset[str]:
        """The parties that have opened anything, on whatever day."""
        return frozenset(slip.key[0] for slip in self._opened)

    def homes(self) -> tuple[Party, ...]:
        """The parties that have opened anything here, in the catalogue's order."""
        opened = {home for openers in self._openers.values() for home in openers}
        return tuple(p for p in self.parties if p.party in opened)

    def listed(self) -> tuple[Item, ...]:
        """The items somebody has opened here, in the catalogue's order."""
        return tuple(self._items[i] for i in self._items if i in self._openers)

    def closed(self, home: str) -> tuple[NotOpen, ...]:
        """Whatever ``home`` says it has not opened."""
        return tuple(n for n in self._not_open if n.home == home)

    def takes_in(self, home: str) -> bool:
        """Whether cases are taken in for ``home`` here, ever: then a key to seal them to is needed."""
        return home in self._takers

    def openers(self, item_id: str) -> tuple[str, ...]:
        """The parties that have opened something of this item."""
        return self._openers.get(item_id, ())

    def departments(self, home: str, item_id: str) -> frozenset[str]:
        """The departments of ``home`` that decide on this item."""
        return self._departments.get((home, item_id), frozenset())

    def entry(self, item_id: str) -> Entry | None:
        """What a list shows of an item, without reading it."""
        slip = self._items.slip(item_id) if isinstance(self._items, Unread) else None
        return self._entries[item_id, slip.since] if slip else None

    def entries(self) -> Iterator[Entry]:
        """Those of all items, in the catalogue's order."""
        return (one for item in self._items if (one := self.entry(item)))

    def calendar(self, party_id: str | None = None) -> Calendar:
        """Working days and opening hours of a party, of the province where none is named."""
        party = self.party(party_id) if party_id else None
        return Calendar((*published(), *self.holidays), party.days_off if party else ())

    def item(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def items(self, home: str) -> tuple[Item, ...]:
        """Items of which ``home`` has opened at least one situation, in the catalogue's order."""
        return tuple(self._items[i] for i in self._items if home in self.openers(i))

    def elsewhere(self, home: str) -> tuple[Item, ...]:
        """Items of which ``home`` has opened nothing here, and says where they are done."""
        said = {n.item for n in self._not_open if n.home == home}
        return tuple(self._items[i] for i in self._items if i in said and home not in self.openers(i))

    def situations(self, home: str, item_id: str) -> tuple[Situation, ...]:
        item = self._items.get(item_id)
        return tuple(s for s in item.situations if (home, item_id, s.situation_id) in self._openings) if item else ()

    def opening(self, home: str, item_id: str, situation_id: str) -> Opening | None:
        return self._openings.get((home, item_id, situation_id))

    def not_open(self, home: str, item_id: str, situation_id: str | None = None) -> NotOpen | None:
        """Why ``home`` has not opened this, in its own words: of the situation, else of the whole item."""
        told = [n for n in self._not_open if (n.home, n.item) == (home, item_id) and n.situation in (situation_id, None)]
        return max(told, key=lambda n: n.situation is not None, default=None)

    def reasons(self) -> tuple[NotOpen, ...]:
        """All of them."""
        return self._not_open

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

    @property
    def english(self) -> Mapping[str, str]:
        """What of its Chinese is said in English too, by the Chinese sentence. Whoever asks first has it read, on whatever day."""
        if not self._english:
            raws = (slip.raw for slips in (self._versions, self._opened) for slip in slips)
            fields = (one for form in self._forms.values() for one in form)
            whole = english.gathered(raws, (*self.parties, *self.bundles, *self._not_open, *fields))
            self._english.append({**whole, **self._said})
        return self._english[0]

    def findings(self) -> Iterator[Finding]:
        """What contradicts itself. It reads everything, an item at a time."""
        return contradictions(self.groups(as_written=True), self.parties, self._forms, self._not_open, self.bundles)

    def groups(self, *, as_written: bool = False) -> Iterator[tuple[str, list[Item], list[Opening]]]:
        """All versions of each item and all that is opened of it, whatever the day; ``as_written``: forms named, not put in."""
        read = _as_written if as_written else self._opening
        versions: dict[str, list[Slip[str]]] = {}
        for item in self._versions:
            versions.setdefault(item.key, []).append(item)
        opened: dict[str, list[Slip[Key]]] = {}
        for opening in self._opened:
            opened.setdefault(opening.key[1], []).append(opening)
        for one in dict.fromkeys((*versions, *opened)):
            yield one, [_item(s.raw) for s in versions.get(one, ())], [read(s.raw) for s in opened.get(one, ())]

    def _opening(self, raw: msgspec.Raw) -> Opening:
        written = _as_written(raw)
        if written.form_of is None:
            return written
        return msgspec.structs.replace(written, form=self._forms.get((written.home, written.form_of), ()), form_of=None)


def build(
    version: str,
    joint: Joint,
    shares: Iterable[Share],
    *,
    register: int = 0,
    forms: Mapping[str, tuple[Field, ...]] | None = None,
    check: bool = True,
    heads: bool = False,
) -> Catalogue:
    """A catalogue of its parts, everything in it read once: so nothing that is typed later fails. :class:`CatalogueDamagedError`.

    ``forms``: known to every party; given with a plain file only, in which one share may speak for all. Without ``check`` it may
    contradict itself: for the linter. ``heads``: of bytes that were checked before, no more is read than what lists show.
    """
    shares = _in_order(joint, shares)
    versions: list[Slip[str]] = []
    opened: list[Slip[Key]] = []
    takers: set[str] = set()
    entries: dict[tuple[str, date | None], Entry] = {}
    departments: dict[tuple[str, str], set[str]] = {}
    for _, block, place, item in _each("个事项", joint, _ItemHead if heads else Item):
        versions.append(Slip(intern(item.item_id), item.since, item.until, block, place))
        entries[item.item_id, item.since] = entry(item)
    for share in shares:
        for where, block, place, o in _each(f"条开通（{share.party.name}那一份）", share, _OpeningHead if heads else Opening):
            if forms is None and o.home != share.party.party:
                raise CatalogueDamagedError(f"{where}替别的签约方 {o.home} 开通了 {o.item}")
            opened.append(Slip((intern(o.home), intern(o.item), intern(o.situation)), o.since, o.until, block, place))
            if o.way == "full_intake":
                takers.add(o.home)
            if o.department:
                departments.setdefault((o.home, o.item), set()).add(intern(o.department))
    if forms is None and any(n.home != share.party.party for share in shares for n in share.not_open):
        raise CatalogueDamagedError("有签约方替别的签约方说明了为什么不开通")
    common = {(share.party.party, name): fields for share in shares for name, fields in (forms or {}).items()}
    catalogue = Catalogue(
        version=version,
        demo=joint.demo,
        notice=joint.notice,
        parties=tuple(share.party for share in shares),
        bundles=joint.bundles,
        holidays=joint.holidays,
        register=register,
        day=date.min,
        _not_open=tuple(n for share in shares for n in share.not_open),
        _forms=common | {(share.party.party, name): fields for share in shares for name, fields in share.forms.items()},
        _versions=tuple(versions),
        _opened=tuple(opened),
        _takers=frozenset(takers),
        _entries=entries,
        _said=joint.english,
        _departments={key: frozenset(named) for key, named in departments.items()},
    )
    if check and not heads and (problems := tuple(str(found) for found in catalogue.findings())):
        raise CatalogueDamagedError(*problems)
    return catalogue.on(None)


def _in_order(joint: Joint, shares: Iterable[Share]) -> tuple[Share, ...]:
    named = tuple(shares)
    if not joint.parties:
        return named
    differ = sorted({share.party.party for share in named} ^ set(joint.parties))
    if differ:
        raise CatalogueDamagedError(f"签约方名单和各方的份对不上，缺或多：{'、'.join(differ)}")
    return tuple(sorted(named, key=lambda share: joint.parties.index(share.party.party)))


class _SituationHead(Struct, frozen=True):
    situation_id: str
    name: str
    question: str
    applicant: ApplicantKind = "self"
    english: dict[str, str] = {}


class _ItemHead(Struct, frozen=True):
    """What is looked at of an item whose catalogue was checked before."""

    item_id: str
    name: str
    short_name: str
    topic: str
    situations: tuple[_SituationHead, ...]
    version: int = 1
    since: date | None = None
    until: date | None = None
    changed: str | None = None
    batch: str | None = None
    keywords: tuple[str, ...] = ()
    pinyin: tuple[str, ...] = ()
    english: dict[str, str] = {}


class _OpeningHead(Struct, frozen=True):
    """And of an opening."""

    home: str
    item: str
    situation: str
    way: str = "full_intake"
    department: str | None = None
    since: date | None = None
    until: date | None = None


class _Items(Struct, frozen=True):
    items: tuple[msgspec.Raw, ...]


def load(items: Path = DATA / "catalogue_demo.json", openings: Path = DATA / "openings_demo.json") -> Catalogue:
    """A catalogue in two plain files, as the program's own demonstration has it. :class:`CatalogueDamagedError`."""
    return plain(_read(items), _read(openings), items.name, openings.name)


def plain(items: bytes | msgspec.Raw, openings: bytes | msgspec.Raw, *names: str, check: bool = True) -> Catalogue:
    """The same from bytes; ``names``: what they are called in an error."""
    called = [f"目录文件 {name}" for name in names] or ["事项", "开通"]
    try:
        listed: _Items = decode(called[0], items, _Items)
        opened: Openings = decode(called[1], openings, Openings)
    except DamagedError as error:
        raise CatalogueDamagedError(str(error)) from None
    joint = Joint(opened.demo, opened.notice, listed.items, bundles=opened.bundles, english=opened.english)
    everything = Share(opened.parties[0], opened.openings, not_open=opened.not_open)
    rest = tuple(Share(party) for party in opened.parties[1:])
    return build(opened.version, joint, (everything, *rest), forms=opened.forms, check=check)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise CatalogueDamagedError(f"目录文件 {path.name} 读不出来：{error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise CatalogueDamagedError(f"目录文件 {path.name} 过大")
    return data


def _each(what: str, part: Joint | Share, kind: Any) -> Iterator[tuple[str, Block, int, Any]]:
    """Everything in a part: where it stands in words, its block and place, and itself as ``kind``."""
    decoder, at = msgspec.json.Decoder(kind), 0
    try:
        for block in blocks(part):
            for place, raw in enumerate(block.raws()):
                at += 1
                yield f"第 {at} {what}", block, place, decoder.decode(raw)
    except (msgspec.MsgspecError, BadBlockError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogueDamagedError(f"第 {at} {what}已损坏：{error}") from None


def _item(raw: msgspec.Raw) -> Item:
    return msgspec.json.decode(raw, type=Item)


def _as_written(raw: msgspec.Raw) -> Opening:
    return msgspec.json.decode(raw, type=Opening)
