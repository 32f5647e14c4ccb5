"""Before the card: welcome, place, item, situation, what to prepare, the privacy notice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from domain import notice
from domain.catalogue import words
from domain.catalogue.item import ApplicantKind, Item, Material, Situation
from domain.catalogue.opening import Opening, Proof
from kiosk.visit import applying, path, proof
from kiosk.visit.advice import bring
from kiosk.visit.snapshot import Glass, Snapshot
from kiosk.visit.state import Visit
from ui.public.contacts import hours
from ui.view.idle import Idle, idle
from ui.words import N_, SOURCE, _, counted, language, listed, translated


class Choice(Struct, frozen=True):
    """One large button: what it sends, what it says, and a line below."""

    value: str
    title: str
    note: str = ""


class Welcome(Struct, frozen=True):
    """``hours``: when this hall's window is open, in words. ``idle``: what stands there while nobody is served; where something
    is out, that stands there instead."""

    items: tuple[str, ...]
    places: tuple[str, ...]
    troubles: tuple[str, ...]
    notice: str
    hours: str = ""
    idle: tuple[Idle, ...] = ()


class Closed(Struct, frozen=True):
    """``cause`` and ``remedy`` are for staff: it is they who stand before this screen next."""

    reason: str
    cause: str
    remedy: str


class Choices(Struct, frozen=True):
    """``elsewhere``: what the place says is not done here; whoever chooses it reads where."""

    choices: tuple[Choice, ...]
    title: str = ""
    elsewhere: tuple[Choice, ...] = ()


class Situations(Struct, frozen=True):
    """One question of the tree with its answers, or (``question`` empty) all situations; ``tree``: there are questions."""

    item: str
    question: str
    answers: tuple[str, ...]
    choices: tuple[Choice, ...]
    tree: bool


class Need(Struct, frozen=True):
    """One material to have at hand. ``proof`` names its picture; ``tag`` says when it need not be here."""

    name: str
    proof: Proof
    how: str
    tag: str
    proven: str
    waive: str


class Prepare(Struct, frozen=True):
    item: str
    situation: str
    needs: tuple[Need, ...]
    bring: tuple[str, ...]
    way: str
    result: str
    ways: str
    time: str
    fee: str
    assurance: str
    later: tuple[str, ...]
    another: str
    """What is said of coming for somebody else, before anything is asked; ``others``: the same errand in their part."""
    others: tuple[Choice, ...]


class Notice(Struct, frozen=True):
    version: str
    paragraphs: tuple[notice.Paragraph, ...]


_SHOWN = 7
_AFTER_NUMBER = re.compile(r"(?<=\d) ")
"""Items and places the first screen names; what else there is stands behind 先看看怎么办."""
_OTHERS: dict[ApplicantKind, str] = {
    "self": N_("我给自己办"),
    "agent": N_("我替别人办（有委托书）"),
    "guardian": N_("我替孩子办"),
    "legal_person": N_("我替单位办"),
}


_LATER: dict[proof.Kind, str] = {"person": N_("核对本人和证件"), "original": N_("看材料原件"), "paper": N_("交纸质原件")}


def closed(glass: Glass, code: str) -> Closed:
    fault = glass.fault(code)
    return Closed(translated(fault.citizen), fault.cause, fault.staff)


def welcome(glass: Glass, snapshot: Snapshot) -> Welcome:
    catalogue = glass.catalogue
    items = tuple(i.short_name for i in catalogue.listed())
    places = tuple(p.name for p in catalogue.homes())
    more = (counted("等 %(num)s 项", len(items)),) if len(items) > _SHOWN else ()
    return Welcome(
        items=items[:_SHOWN] + more,
        places=places[:_SHOWN] + ((counted("等 %(num)s 地", len(places)),) if len(places) > _SHOWN else ()),
        troubles=tuple(dict.fromkeys(translated(f.citizen) for f in snapshot.troubles if f.citizen)),
        notice=catalogue.notice if catalogue.demo else "",
        hours=_hours(glass),
        idle=() if snapshot.troubles else idle(glass, lambda: _hours(glass)),
    )


def _hours(glass: Glass) -> str:
    own = next((p for p in glass.catalogue.parties if p.party == glass.hall.place), None)
    window = next((w for w in own.windows if w.hours), None) if own is not None else None
    return _("；").join(map(hours, window.hours)) if window is not None else ""


def place(glass: Glass, _visit: Visit) -> Choices:
    catalogue = glass.catalogue
    return Choices(
        tuple(
            Choice(p.party, p.name, _("可以办：%(items)s", items=_joined(catalogue.items(p.party))))
            for p in catalogue.parties
            if catalogue.items(p.party) or catalogue.elsewhere(p.party)
        ),
    )


def _in_one(limit: str) -> str:
    """Never its number at the end of one line and what it counts in the next."""
    return _AFTER_NUMBER.sub("\u00a0", limit) if language() == SOURCE else translated(limit)


def item(glass: Glass, visit: Visit) -> Choices:
    home = visit.home or ""
    return Choices(
        tuple(
            Choice(
                i.item_id,
                i.name,
                _("%(topic)s · %(limit)s", topic=translated(i.topic), limit=_in_one(words.limit(i.promised_limit))),
            )
            for i in glass.catalogue.items(home)
        ),
        elsewhere=tuple(Choice(i.item_id, i.name, _("不在本机办，看看去哪里办")) for i in glass.catalogue.elsewhere(home)),
    )


def situation(glass: Glass, visit: Visit) -> Situations:
    chosen = glass.catalogue.item(visit.item or "")
    asked = path.question(visit, glass.catalogue)
    return Situations(
        item=chosen.name if chosen else "",
        question=asked.text if asked else "",
        answers=tuple(a.text for a in asked.answers) if asked else (),
        choices=tuple(_situation(glass, visit, s) for s in chosen.situations) if chosen and not asked else (),
        tree=path.has_questions(visit, glass.catalogue),
    )


def _situation(glass: Glass, visit: Visit, one: Situation) -> Choice:
    open_here = glass.catalogue.opening(visit.home or "", visit.item or "", one.situation_id) is not None
    return Choice(
        one.situation_id,
        one.question,
        one.name if open_here else _("%(name)s，不在本机办，看看去哪里办", name=translated(one.name)),
    )


def prepare(glass: Glass, visit: Visit) -> Prepare:
    opened = path.opening(visit, glass.catalogue)
    chosen = glass.catalogue.item(visit.item or "")
    if opened is None or chosen is None:
        raise LookupError("a visit past its choice has an opening")
    named = chosen.situation(opened.situation)
    # Where nothing is filled in no card is read: the slip only says what to bring.
    here = ("chip_read",) if opened.way != "pre_fill" or opened.form else ()
    needs = tuple(
        _need(m, opened.proofs[m.material_id])
        for m in glass.catalogue.materials(opened)
        if opened.way == "full_intake" or opened.proofs[m.material_id] in here
    )
    read = {need.name for need in needs}
    return Prepare(
        item=chosen.name,
        situation=named.name if named else "",
        needs=needs,
        bring=tuple(one for one in bring(opened, glass.catalogue) if one not in read) if opened.way == "pre_fill" else (),
        way=opened.way,
        result=opened.result,
        ways=_either(words.DELIVERY[way] for way in opened.delivery),
        time=words.limit(chosen.promised_limit),
        fee=words.fee(chosen, named),
        assurance=words.ASSURANCE[opened.assurance],
        later=later(opened, proof.kinds(proof.unproven(visit, opened, glass.catalogue))),
        another=another(glass, visit),
        others=others(glass, visit),
    )


def others(glass: Glass, visit: Visit) -> tuple[Choice, ...]:
    """The same errand for whoever stands here in another part."""
    mine = path.kind(visit, glass.catalogue)
    kinds = [kind for kind in _OTHERS if kind != mine and applying.sibling(visit, glass.catalogue, kind) is not None]
    return tuple(Choice(kind, _(_OTHERS[kind])) for kind in kinds)


def another(glass: Glass, visit: Visit) -> str:
    """What is said, before anything is asked, of somebody who comes for another person."""
    item = glass.catalogue.item(visit.item or "")
    if path.kind(visit, glass.catalogue) != "self" or item is None:
        return _("先放您自己的证件，再说您替谁办。")
    if not item.agent_allowed:
        return _("这件事要本人来办，别人不能代办。本人来不了，请打电话问窗口，工作人员想办法。")
    if applying.sibling(visit, glass.catalogue, "agent") is None:
        return _("替别人办这件事，请带上委托书到窗口。")
    return ""


def privacy(glass: Glass, visit: Visit) -> Notice:
    party = glass.catalogue.party(visit.home or "")
    home = party.name if party else _("办件的业务属地") if visit.followup else ""
    return Notice(notice.VERSION, notice.paragraphs(glass.hall.intake, home, glass.hall.phone))


def later(opened: Opening, kinds: tuple[proof.Kind, ...]) -> tuple[str, ...]:
    """What an intake here still needs the window for."""
    return tuple(_(_LATER[kind]) for kind in kinds) if opened.way == "full_intake" else ()


def _need(material: Material, proven: Proof) -> Need:
    brought = proven not in ("chip_read", "signed_form")
    return Need(
        name=material.name,
        proof=proven,
        how=words.HOW[proven],
        tag=words.NECESSITY[material.necessity],
        proven=words.PROVEN[proven],
        waive=material.waive_when or "" if brought else "",
    )


def _joined(items: tuple[Item, ...]) -> str:
    return listed(translated(i.short_name) for i in items)


def _either(names: Iterable[str]) -> str:
    """One of several: joined as the domain joins them, for a page to translate."""
    first, *more = map(translated, names)
    for name in more:
        first = _("%(first)s，或%(other)s", first=first, other=name)
    return first
