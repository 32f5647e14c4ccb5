"""The card, who it says the person is, and the papers under the camera."""

from __future__ import annotations

from dataclasses import dataclass

from domain import masking
from domain.catalogue.words import NECESSITY
from domain.identity import document_name
from domain.nationality import nationality_name
from kiosk.visit import applying, path
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import CardPhase, Visit

_WHOSE = {
    "self": "请放上证件",
    "agent": "请放上您自己的证件（代办人）",
    "guardian": "请放上您自己的证件（监护人）",
    "legal_person": "请放上您自己的证件（经办人）",
}
_CARDS_OF_ANOTHER_KIND = {"card_social", "card_not_supported", "card_child_first", "card_same_person"}
_CARDS_FOR_THE_WINDOW = {
    "card_bad_number",
    "card_expired",
    "card_minor",
    "card_too_young",
    "card_not_authentic",
    "reader_refuses_command",
}
_DEVICES_OWN = {
    "absent",
    "mute",
    "device_error",
    "reader_self_test_failed",
    "reader_not_authorised",
    "reader_line_damaged",
    "reader_babbles",
    "camera_frozen",
    "camera_in_use",
    "camera_stuck",
}
"""Told by the overlay while they last; when it has gone, what is left to say is that the try before failed."""


@dataclass(frozen=True, slots=True)
class Card:
    """``phase`` as in the state; ``fault`` says what to do when the card was not taken.

    ``remedy``: what may help then, laying it ``again``, laying ``another`` one, or only the ``window``.
    """

    phase: str
    fault: str
    remedy: str
    whose: str
    """Whose card is wanted, the first ``of`` how many; ``minor``: it was a child's card, whose ``guardian`` may be able to do it
    here.
    """
    of: int
    minor: bool
    guardian: bool
    child_first: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Masked, every part of it. ``address`` is empty where the document has none; ``newest``: it is not the printed one."""

    name: str
    number: str
    address: str
    newest: bool
    nationality: str
    document: str


@dataclass(frozen=True, slots=True)
class Identity:
    """``photo`` names the picture to show; without one a silhouette is."""

    person: Person
    photo: str


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
    fault = visit.card_fault if visit.card is CardPhase.FAILED else None
    said = told(glass, fault, "刚才没有读成，请拿开证件，再放一次。几次都不行，请到窗口办理。")
    remedy = "another" if fault in _CARDS_OF_ANOTHER_KIND else "window" if fault in _CARDS_FOR_THE_WINDOW else "again"
    kind, minor = path.kind(visit, glass.catalogue), fault == applying.MINOR
    return Card(
        visit.card.value,
        said,
        remedy,
        _WHOSE[kind],
        of=2 if kind == "guardian" else 1,
        minor=minor,
        child_first=fault == applying.CHILD_FIRST,
        guardian=minor and applying.sibling(visit, glass.catalogue, "guardian") is not None,
    )


def person(visit: Visit) -> Person:
    identity = visit.identity
    if identity is None:
        return Person("", "", "", False, "", "")
    return Person(
        name=masking.name(identity.shown_name),
        number=masking.number(identity.number),
        address=masking.address(identity.address) if identity.address else "",
        newest=bool(identity.printed_address),
        nationality=nationality_name(identity.nationality),
        document=document_name(identity.document, identity.number),
    )


def identity(visit: Visit, photo: str) -> Identity:
    return Identity(person(visit), photo)


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
        fault=told(glass, visit.scan.fault, "刚才没有拍成，请再拍一次。"),
        optional=NECESSITY[current.necessity] if path.may_leave_out(current) else "",
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
        findings=tuple(text for found in shown.findings if (text := glass.fault(found.code).citizen)),
    )


def told(glass: Glass, fault: str | None, failed_before: str) -> str:
    if fault is None:
        return ""
    return failed_before if fault in _DEVICES_OWN else glass.fault(fault).citizen
