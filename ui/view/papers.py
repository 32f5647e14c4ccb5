"""The card, who it says the person is, and the papers under the camera."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from domain import masking
from domain.case import formats
from domain.case.content import Finding
from domain.catalogue.words import NECESSITY
from domain.identity import age, document_name
from domain.nationality import nationality_name
from kiosk.visit import applying, path
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import CardPhase, Visit
from ui.view import advice, said
from ui.words import N_, _

ELDER = 60
"""Years: to whoever the chip says has them the large view is offered (老年人权益保障法 Art. 2)."""
_WHOSE = {
    "self": N_("请放上证件"),
    "agent": N_("请放上您自己的证件（代办人）"),
    "guardian": N_("请放上您自己的证件（监护人）"),
    "legal_person": N_("请放上您自己的证件（经办人）"),
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


class Card(Struct, frozen=True):
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


class Person(Struct, frozen=True):
    """Masked, every part of it. ``address`` is empty where the document has none; ``newest``: it is not the printed one."""

    name: str
    number: str
    address: str
    newest: bool
    nationality: str
    document: str


class Identity(Struct, frozen=True):
    """``photo`` names the picture to show; without one a silhouette is. ``elder``: by the chip, of an age the large view is offered
    at."""

    person: Person
    photo: str
    elder: bool = False


class Kept(Struct, frozen=True):
    """A kept page. ``name``: 第 2 页, or the side of a card. ``there``: a small picture of it can be shown."""

    ref: str
    name: str
    there: bool
    doubtful: bool


class Chosen(Struct, frozen=True):
    """The kept page that is looked at; where it may be moved to."""

    page: Kept
    findings: tuple[str, ...]
    back: bool
    on: bool


class Scan(Struct, frozen=True):
    """Material ``at`` of ``of`` is under the camera, ``pages`` of it are kept. ``unasked``: they are taken by themselves.
    ``instead``: what the page is called whose place the next picture takes.
    """

    material: str
    material_id: str
    at: int
    of: int
    pages: tuple[Kept, ...]
    chosen: Chosen | None
    instead: str
    taking: bool
    unasked: bool
    fault: str
    optional: str


class Page(Struct, frozen=True):
    """The page just taken. ``places``: left, top, width, height of what is doubtful, in ten-thousandths of the page."""

    material: str
    name: str
    ref: str
    turns: int
    findings: tuple[str, ...]
    places: tuple[tuple[int, int, int, int], ...]
    confirm: tuple[str, ...] = ()
    """What was read, to be looked at."""
    size: str = ""
    """Of the paper, in words; empty where it has no name."""


def card(glass: Glass, visit: Visit) -> Card:
    fault = visit.card_fault if visit.card is CardPhase.FAILED else None
    said = told(glass, fault, _("刚才没有读成，请拿开证件，再放一次。几次都不行，请到窗口办理。"))
    remedy = "another" if fault in _CARDS_OF_ANOTHER_KIND else "window" if fault in _CARDS_FOR_THE_WINDOW else "again"
    kind, minor = path.kind(visit, glass.catalogue), fault == applying.MINOR and visit.followup is None
    return Card(
        visit.card.value,
        said,
        remedy,
        _(_WHOSE[kind]),
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


def identity(visit: Visit, photo: str, today: date) -> Identity:
    elder = visit.identity is not None and age(visit.identity.birth, today) >= ELDER
    return Identity(person(visit), photo, elder)


def scan(glass: Glass, visit: Visit, *, unasked: bool) -> Scan:
    materials = path.to_scan(visit, glass.catalogue)
    current = path.current_material(visit, glass.catalogue)
    if current is None:
        raise LookupError("nothing is left to scan, yet the camera's screen is asked for")
    collected = path.collected(visit, current.material_id).pages
    listed = tuple(
        Kept(p.ref, _page_name(n, current.sides), glass.thumb(p.ref) is not None, bool(p.findings)) for n, p in enumerate(collected)
    )
    return Scan(
        material=current.name,
        material_id=current.material_id,
        at=materials.index(current) + 1,
        of=len(materials),
        pages=listed,
        chosen=_chosen(glass, visit, listed),
        instead=next((p.name for p in listed if p.ref == visit.scan.instead), ""),
        taking=visit.scan.taking is not None,
        unasked=unasked,
        fault=told(glass, visit.scan.fault, _("刚才没有拍成，请再拍一次。")),
        optional=NECESSITY[current.necessity] if path.may_leave_out(current) else "",
    )


def page(glass: Glass, visit: Visit) -> Page:
    current = path.current_material(visit, glass.catalogue)
    shown = visit.scan.shown
    if current is None or shown is None:
        raise LookupError("no page lies on the screen")
    return Page(
        material=current.name,
        name=_page_name(_place(visit, current.material_id), current.sides),
        ref=shown.ref,
        turns=shown.turns,
        findings=_doubts(glass, shown.findings),
        places=tuple(
            (left, top, right - left, bottom - top) for found in shown.findings for left, top, right, bottom in found.boxes
        ),
        confirm=advice.of_page(shown),
        size=formats.NAMES.get(shown.format, ""),
    )


def _chosen(glass: Glass, visit: Visit, listed: tuple[Kept, ...]) -> Chosen | None:
    at = next((n for n, page in enumerate(listed) if page.ref == visit.scan.chosen), None)
    if at is None:
        return None
    page = next(p for c in visit.collected for p in c.pages if p.ref == visit.scan.chosen)
    return Chosen(listed[at], _doubts(glass, page.findings), back=at > 0, on=at < len(listed) - 1)


def _doubts(glass: Glass, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(text for found in findings if (text := said.fault(glass, found.code)))


def _place(visit: Visit, material: str) -> int:
    """Which page, counted from 0, the picture on the screen would be."""
    refs = [p.ref for p in path.collected(visit, material).pages]
    return refs.index(visit.scan.instead) if visit.scan.instead in refs else len(refs)


def _page_name(at: int, sides: int) -> str:
    return (_("背面") if at % 2 else _("正面")) if sides > 1 else _("第 %(number)s 页", number=at + 1)


def told(glass: Glass, fault: str | None, failed_before: str) -> str:
    if fault is None:
        return ""
    return failed_before if fault in _DEVICES_OWN else said.fault(glass, fault)
