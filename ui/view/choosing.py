"""Before the card: welcome, place, item, situation, what to prepare, the privacy notice."""

from __future__ import annotations

from dataclasses import dataclass

from domain import notice
from domain.catalogue import words
from domain.catalogue.item import Item, Material
from domain.catalogue.opening import Proof
from kiosk.visit import path
from kiosk.visit.snapshot import Glass, Snapshot
from kiosk.visit.state import Visit


@dataclass(frozen=True, slots=True)
class Choice:
    """One large button: what it sends, what it says, and a line below."""

    value: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    items: tuple[str, ...]
    places: tuple[str, ...]
    troubles: tuple[str, ...]
    notice: str


@dataclass(frozen=True, slots=True)
class Closed:
    """``cause`` and ``remedy`` are for staff: it is they who stand before this screen next."""

    reason: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Choices:
    choices: tuple[Choice, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """One material to have at hand. ``proof`` names its picture; ``tag`` says when it need not be here."""

    name: str
    proof: Proof
    how: str
    tag: str


@dataclass(frozen=True, slots=True)
class Prepare:
    item: str
    situation: str
    needs: tuple[Need, ...]
    result: str
    ways: str
    time: str
    fee: str


@dataclass(frozen=True, slots=True)
class Notice:
    version: str
    paragraphs: tuple[notice.Paragraph, ...]


def closed(glass: Glass, code: str) -> Closed:
    fault = glass.fault(code)
    return Closed(fault.citizen, fault.cause, fault.staff)


def welcome(glass: Glass, snapshot: Snapshot) -> Welcome:
    catalogue = glass.catalogue
    listed = {i.item_id: i.short_name for p in catalogue.homes() for i in catalogue.items(p.party)}
    return Welcome(
        items=tuple(listed.values()),
        places=tuple(p.name for p in catalogue.homes()),
        troubles=tuple(dict.fromkeys(f.citizen for f in snapshot.troubles if f.citizen)),
        notice=catalogue.notice if catalogue.demo else "",
    )


def place(glass: Glass, _visit: Visit) -> Choices:
    catalogue = glass.catalogue
    return Choices(
        tuple(Choice(p.party, p.name, f"可以办：{_joined(catalogue.items(p.party))}") for p in catalogue.homes()),
    )


def item(glass: Glass, visit: Visit) -> Choices:
    listed = glass.catalogue.items(visit.home or "")
    return Choices(tuple(Choice(i.item_id, i.name, f"{i.topic} · {words.limit(i.promised_limit)}") for i in listed))


def situation(glass: Glass, visit: Visit) -> Choices:
    chosen = glass.catalogue.item(visit.item or "")
    listed = glass.catalogue.situations(visit.home or "", visit.item or "")
    return Choices(
        tuple(Choice(s.situation_id, s.question, s.name) for s in listed),
        title=chosen.name if chosen else "",
    )


def prepare(glass: Glass, visit: Visit) -> Prepare:
    opened = path.opening(visit, glass.catalogue)
    chosen = glass.catalogue.item(visit.item or "")
    if opened is None or chosen is None:
        raise LookupError("a visit past its choice has an opening")
    named = chosen.situation(opened.situation)
    return Prepare(
        item=chosen.name,
        situation=named.name if named else "",
        needs=tuple(_need(m, opened.proofs[m.material_id]) for m in glass.catalogue.materials(opened)),
        result=opened.result,
        ways="，或".join(words.DELIVERY[way] for way in opened.delivery),
        time=words.limit(chosen.promised_limit),
        fee=words.fee(chosen, named),
    )


def privacy(glass: Glass, visit: Visit) -> Notice:
    party = glass.catalogue.party(visit.home or "")
    home = party.name if party else ""
    return Notice(notice.VERSION, notice.paragraphs(glass.hall.intake, home, glass.hall.phone))


def _need(material: Material, proof: Proof) -> Need:
    return Need(material.name, proof, words.HOW[proof], words.NECESSITY[material.necessity])


def _joined(items: tuple[Item, ...]) -> str:
    return "、".join(i.short_name for i in items)
