"""The card, who it says the person is, and the papers under the camera."""

from __future__ import annotations

from dataclasses import dataclass

from domain import masking
from kiosk.visit import path
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import CardPhase, Visit
from ui.view.choosing import TAGS


@dataclass(frozen=True, slots=True)
class Card:
    """``phase`` as in the state; ``fault`` says what to do when the card was not taken."""

    phase: str
    fault: str


@dataclass(frozen=True, slots=True)
class Person:
    """Masked, every part of it."""

    name: str
    number: str
    address: str


@dataclass(frozen=True, slots=True)
class Scan:
    """Material ``at`` of ``of`` is under the camera; ``pages`` of it are kept."""

    material: str
    material_id: str
    at: int
    of: int
    pages: int
    taking: bool
    fault: str
    optional: str


@dataclass(frozen=True, slots=True)
class Page:
    material: str
    number: int
    ref: str
    findings: tuple[str, ...]


def card(glass: Glass, visit: Visit) -> Card:
    failed = visit.card is CardPhase.FAILED and visit.card_fault
    return Card(visit.card.value, glass.fault(visit.card_fault).citizen if failed and visit.card_fault else "")


def person(visit: Visit) -> Person:
    identity = visit.identity
    if identity is None:
        return Person("", "", "")
    return Person(masking.name(identity.name), masking.number(identity.number), masking.address(identity.address))


def identity(_glass: Glass, visit: Visit) -> Person:
    return person(visit)


def scan(glass: Glass, visit: Visit) -> Scan:
    materials = path.to_scan(visit, glass.catalogue)
    current = path.current_material(visit, glass.catalogue)
    if current is None:
        raise LookupError("nothing is left to scan, yet the camera's screen is asked for")
    return Scan(
        material=current.name,
        material_id=current.material_id,
        at=materials.index(current) + 1,
        of=len(materials),
        pages=len(path.collected(visit, current.material_id).pages),
        taking=visit.scan.taking is not None,
        fault=glass.fault(visit.scan.fault).citizen if visit.scan.fault else "",
        optional=TAGS[current.necessity] if path.may_leave_out(current) else "",
    )


def page(glass: Glass, visit: Visit) -> Page:
    current = path.current_material(visit, glass.catalogue)
    shown = visit.scan.shown
    if current is None or shown is None:
        raise LookupError("no page lies on the screen")
    return Page(
        material=current.name,
        number=len(path.collected(visit, current.material_id).pages) + 1,
        ref=shown.ref,
        findings=tuple(text for code in shown.findings if (text := glass.fault(code).citizen)),
    )
