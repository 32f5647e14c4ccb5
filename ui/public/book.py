"""The public pages by name: one table for the terminal (``/open/<name>``) and for the published site (``<name>.html``).

A name is made of ids, which are letters, digits and hyphens, parted by dots; topics and departments are numbered in the
catalogue's order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import Struct

from domain import notice, rules
from domain.catalogue import browse, words
from domain.catalogue import guide as guides
from domain.catalogue.browse import Hit
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Item
from domain.catalogue.opening import NotOpen
from kiosk.visit.snapshot import Hall
from ui.public.contacts import contacts
from ui.words import N_, _, counted, listed, translated

_ALL = 10_000
"""More than any catalogue has items."""
_FEW = 4
"""Names that say what stands behind a door."""


@dataclass(frozen=True, slots=True)
class Link:
    """``to`` is a page's name; empty for what is only said."""

    title: str
    note: str
    to: str = ""


class Section(Struct, frozen=True):
    heading: str
    links: tuple[Link, ...]


class Page(Struct, frozen=True):
    """``title`` and ``lead``: in Chinese, or in the language that is spoken. ``template`` in templates/open; ``up``: the page
    *back* leads to, empty at the first."""

    name: str
    template: str
    title: str
    lead: str
    up: str
    view: Any


class Book:
    """Every public page of ``catalogue`` as ``hall`` shows it on ``today``."""

    def __init__(self, catalogue: Catalogue, hall: Hall, today: date) -> None:
        self._catalogue = catalogue
        self._hall = hall
        self._today = today
        self._topics = tuple(topic for topic, _ in browse.topics(catalogue))
        self._pages: dict[str, Callable[..., Page | None]] = {
            "index": self._index,
            "places": self._places,
            "place": self._place,
            "topics": self._topics_page,
            "topic": self._topic,
            "departments": self._departments_page,
            "department": self._department,
            "bundles": self._bundles,
            "bundle": self._bundle,
            "new": self._new,
            "item": self._item,
            "guide": self._guide,
            "contacts": self._contacts,
            "rules": self._rules,
            "privacy": self._privacy,
        }

    def page(self, name: str) -> Page | None:
        """``None``: there is no such page."""
        kind, *ids = name.split(".")
        make = self._pages.get(kind)
        try:
            return make(*ids) if make else None
        except (TypeError, ValueError):
            return None  # ids too many, too few or no numbers

    def names(self) -> Iterable[str]:
        """Every page there is."""
        catalogue = self._catalogue
        yield from ("index", "places", "topics", "departments", "bundles", "new", "contacts", "rules", "privacy")
        yield from (f"place.{p.party}" for p in catalogue.parties)
        yield from (f"topic.{n}" for n in range(len(self._topics)))
        for party in catalogue.homes():
            yield from (f"department.{party.party}.{n}" for n in range(len(browse.departments(catalogue, party.party))))
        yield from (f"bundle.{b.bundle}" for b in catalogue.bundles)
        yield from (f"item.{hit.item_id}" for hit in browse.items(catalogue, limit=_ALL))
        for party in catalogue.parties:
            for item in catalogue.items(party.party):
                for situation in catalogue.situations(party.party, item.item_id):
                    yield guides.page(party.party, item.item_id, situation.situation_id)

    def results(self, text: str) -> Page:
        """What a search finds: by name, by what people call it, by pinyin or its initials, by its English."""
        found = browse.items(self._catalogue, text) if text.strip() else ()
        return Page(
            "search",
            "search",
            _("按名称查"),
            _("点拼音首字母，比如 社保卡 点 S B K"),
            "index",
            (text, tuple(map(self._link, found))),
        )

    # --- pages --------------------------------------------------------------------------------------------------------

    def _index(self) -> Page:
        c = self._catalogue
        doors = [
            Link(_("按地方查"), _some([p.name for p in c.homes()]), "places"),
            Link(_("按主题查"), _some(self._topics), "topics"),
            Link(_("按部门查"), _("由哪个部门办"), "departments"),
        ]
        if c.bundles:
            doors.append(Link(_("一件事"), listed(translated(b.name) for b in c.bundles[:3]), "bundles"))
        if news := self._changed():
            doors.append(Link(_("新开通、有变化"), counted("%(num)s 项", len(news)), "new"))
        more = (
            Link(_("联系电话、窗口"), _("各地窗口在哪里，什么时候开"), "contacts"),
            Link(_("工作规程"), _("“省内通办”怎么办、谁负责"), "rules"),
            Link(_("个人信息怎么用"), _("用哪些，存多久，您的权利"), "privacy"),
        )
        lead = _("不用刷证件，随便看。看好了，可以打印带走，也可以马上办。")
        return Page("index", "index", _("先看看怎么办"), lead, "", (tuple(doors), more))

    def _places(self) -> Page:
        links = []
        for party in self._catalogue.parties:
            count = len(self._catalogue.items(party.party))
            links.append(
                Link(party.name, counted("可以办 %(num)s 项", count) if count else _("还没有开通"), f"place.{party.party}")
            )
        return self._list("places", _("您的事归哪里管？"), _("参保、登记或户口所在的地方。"), "index", (Section("", tuple(links)),))

    def _place(self, home: str) -> Page | None:
        party = self._catalogue.party(home)
        if party is None:
            return None
        items = browse.items(self._catalogue, home=home, limit=_ALL)
        sections = [Section(t, tuple(self._link(i, home) for i in items if i.topic == t)) for t in self._topics]
        closed = tuple(Link(self._name(n.item, n.situation), _why(n)) for n in self._catalogue.closed(home))
        if closed:
            sections.append(Section(_("还不能在这里办的"), closed))
        return self._list(f"place.{home}", party.name, _("选要办的事。"), "places", tuple(s for s in sections if s.links))

    def _topics_page(self) -> Page:
        topics = enumerate(browse.topics(self._catalogue))
        links = tuple(Link(topic, counted("%(num)s 项", count), f"topic.{n}") for n, (topic, count) in topics)
        return self._list("topics", _("办哪方面的事？"), "", "index", (Section("", links),))

    def _topic(self, number: str) -> Page:
        topic = self._topics[_index(number, self._topics)]
        items = browse.items(self._catalogue, topic=topic, limit=_ALL)
        return self._list(f"topic.{number}", topic, "", "topics", (Section("", tuple(map(self._link, items))),))

    def _departments_page(self) -> Page:
        sections = [
            Section(
                party.name,
                tuple(
                    Link(name, counted("%(num)s 项", count), f"department.{party.party}.{n}")
                    for n, (name, count) in enumerate(browse.departments(self._catalogue, party.party))
                ),
            )
            for party in self._catalogue.homes()
        ]
        return self._list("departments", _("由哪个部门办？"), "", "index", tuple(sections))

    def _department(self, home: str, number: str) -> Page | None:
        if self._catalogue.party(home) is None:
            return None
        named = tuple(name for name, _ in browse.departments(self._catalogue, home))
        department = named[_index(number, named)]
        items = browse.items(self._catalogue, home=home, department=department, limit=_ALL)
        links = tuple(self._link(item, home) for item in items)
        return self._list(f"department.{home}.{number}", department, "", "departments", (Section("", links),))

    def _bundles(self) -> Page:
        links = tuple(Link(b.name, b.occasion, f"bundle.{b.bundle}") for b in self._catalogue.bundles)
        return self._list("bundles", _("一件事"), _("一件事要办的几样，放在一起。"), "index", (Section("", links),))

    def _bundle(self, bundle: str) -> Page | None:
        found = next((b for b in self._catalogue.bundles if b.bundle == bundle), None)
        if found is None:
            return None
        links = tuple(map(self._link, browse.items(self._catalogue, bundle=bundle)))
        return self._list(f"bundle.{bundle}", found.name, found.occasion, "bundles", (Section(_("按这个顺序办"), links),))

    def _new(self) -> Page:
        links = tuple(Link(i.name, i.changed or "", f"item.{i.item_id}") for i in self._changed())
        return self._list("new", _("新开通、有变化"), "", "index", (Section("", links),))

    def _item(self, item_id: str) -> Page | None:
        item, catalogue = self._catalogue.item(item_id), self._catalogue
        if item is None:
            return None
        sections = []
        for party in catalogue.parties:
            links = [
                Link(
                    s.name, _way(catalogue, party.party, item_id, s.situation_id), guides.page(party.party, item_id, s.situation_id)
                )
                for s in catalogue.situations(party.party, item_id)
            ]
            links += [Link(self._situation(item, n.situation), _why(n)) for n in catalogue.closed(party.party) if n.item == item_id]
            if links:
                sections.append(Section(party.name, tuple(links)))
        return self._list(f"item.{item_id}", item.name, _("选业务属地和情形。"), "index", tuple(sections))

    def _guide(self, home: str, item_id: str, situation_id: str) -> Page | None:
        told = guides.guide(self._catalogue, home, item_id, situation_id)
        if told is None:
            return None
        return Page(
            told.page,
            "guide",
            told.item,
            _apart(told.situation, told.home),
            f"item.{item_id}",
            (told, (home, item_id, situation_id)),
        )

    def _contacts(self) -> Page:
        shown = contacts(self._catalogue, self._today, self._hall)
        return Page("contacts", "contacts", _("联系电话、窗口"), "", "index", shown)

    def _rules(self) -> Page:
        title, sections = rules.work_rules()
        return Page("rules", "rules", _("工作规程"), title, "index", sections)

    def _privacy(self) -> Page:
        now = notice.versions()[0]
        told = notice.paragraphs(self._hall.intake, N_("您选的业务属地"), self._hall.phone)
        if now.changed:
            told = (
                *told,
                notice.Paragraph(
                    _("这一版改了什么"), _("版本 %(version)s：%(changed)s", version=now.version, changed=translated(now.changed))
                ),
            )
        return Page("privacy", "privacy", _("个人信息怎么用"), _("办理以前，机器还会再问您一次。"), "index", told)

    # --- helpers ------------------------------------------------------------------------------------------------------

    def _list(self, name: str, title: str, lead: str, up: str, sections: tuple[Section, ...]) -> Page:
        return Page(name, "list", title, lead, up, sections)

    def _link(self, hit: Hit, home: str | None = None) -> Link:
        only = self._catalogue.situations(home, hit.item_id) if home else ()
        places = listed(translated(p.name) for party in hit.homes if (p := self._catalogue.party(party)))
        note = hit.short_name if home else _apart(hit.topic, places)
        to = guides.page(home, hit.item_id, only[0].situation_id) if home and len(only) == 1 else f"item.{hit.item_id}"
        return Link(hit.name, note, to)

    def _changed(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in browse.items(self._catalogue, since=date.min, limit=_ALL) if hit.changed)

    def _name(self, item_id: str, situation: str | None) -> str:
        item = self._catalogue.item(item_id)
        if item is None or not situation:
            return item.name if item else item_id
        return _("%(item)s（%(situation)s）", item=translated(item.name), situation=translated(self._situation(item, situation)))

    def _situation(self, item: Item, situation: str | None) -> str:
        found = item.situation(situation) if situation else None
        return found.name if found else item.name


def _why(told: NotOpen) -> str:
    return _("%(why)s。%(where)s", why=translated(told.why), where=translated(told.where))


def _apart(one: str, other: str) -> str:
    return _("%(one)s · %(other)s", one=translated(one), other=translated(other))


def _some(names: Sequence[str]) -> str:
    """The first few."""
    few = listed(translated(name) for name in names[:_FEW])
    return _("%(few)s 等", few=few) if len(names) > _FEW else few


def _way(catalogue: Catalogue, home: str, item: str, situation: str) -> str:
    opened = catalogue.opening(home, item, situation)
    return words.WAY[opened.way] if opened else ""


def _index(number: str, of: tuple[str, ...]) -> int:
    """``ValueError`` for what is no number of these."""
    if not number.isascii() or not number.isdigit() or int(number) >= len(of):
        raise ValueError("no such number")
    return int(number)
