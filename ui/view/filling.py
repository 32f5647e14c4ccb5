"""How the result comes back, the form, the signature and the review."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from msgspec import Struct

from domain import masking
from domain.catalogue import words
from domain.catalogue.form import Field
from domain.catalogue.item import Material
from domain.catalogue.opening import DeliveryWay, Proof
from domain.division import Prefecture, prefectures
from domain.forms import asking
from domain.forms.asking import Filled
from domain.forms.showing import hidden, masked
from kiosk.visit import answers, applicants, drafting, ink, path, proof
from kiosk.visit import form as visit_form
from kiosk.visit.delivery import delivery as delivered
from kiosk.visit.delivery import offered
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Visit
from ui.view import advice, followup, said
from ui.view.choosing import Choice
from ui.view.papers import person
from ui.words import N_, _, counted, translated

_WAYS: dict[DeliveryWay, str] = {**words.DELIVERY, "post_applicant": N_("寄给我")}
_TAKEN = {
    "e_licence": N_("电子证照，在四川政务服务网、“天府通办”里看"),
    "terminal_print": N_("办好后，带证件来自助终端打印"),
    "pickup_home": N_("到业务属地窗口取"),
}
_LATER = {
    "person": N_("您本人带证件，到窗口让工作人员核对"),
    "original": N_("材料原件，到窗口给工作人员看"),
    "paper": N_("纸质材料，交到窗口免费寄走"),
}
_ATTENDED = N_("以上内容由窗口工作人员按我说的填写，我已逐项核对，情况属实。")
_YEARS_BACK = 110
_YEARS_ON = 10


class Form(Struct, frozen=True):
    """One question. ``number`` of ``of``; 0 for a field of the card that is being corrected. ``value`` is what may stand in the
    field, ``before`` what was given earlier, and ``said`` what the card says, both masked. ``chosen``: options ticked; ``parts``:
    year, month and day a date stands at."""

    field: Field
    number: int
    of: int
    value: str
    before: str
    said: str
    corrected: bool
    chosen: tuple[str, ...]
    parts: tuple[str, str, str]
    years: tuple[int, ...]
    prefectures: dict[str, Prefecture]
    error: str
    keys: str


class Unsigned(Struct, frozen=True):
    """What whoever cannot sign here is offered. ``keeps``: to keep it for the window, which is worth a try while ``online``;
    ``at_window``: somebody of the window is here. ``fault``: why it was not kept just now."""

    keeps: bool
    at_window: bool
    hall: str
    online: bool
    fault: str


@dataclass(frozen=True, slots=True)
class Sign:
    """What the signature stands for: the papers it makes, and the answers as they will be read. ``edition``: another one for other
    answers, so that no browser shows the picture of the former."""

    papers: tuple[Choice, ...]
    edition: str
    answers: tuple[answers.Answer | followup.Fact, ...]
    error: str
    sheet: str
    """What is signed now, by the name the page tells its strokes with."""
    unsigned: Unsigned
    statement: str = N_("以上内容由我本人填写，情况属实。")


class Delivery(Struct, frozen=True):
    choices: tuple[Choice, ...]
    result: str


class Postal(Struct, frozen=True):
    """``address`` is the card's, empty where it has none. ``address_before`` and ``phone_before`` were given earlier. All masked.

    ``elsewhere``: to another address than the card's. ``first`` names the field the keyboard opens for.
    """

    address: str
    elsewhere: bool
    address_before: str
    phone_before: str
    first: str
    result: str
    errors: dict[str, str]


class Paper(Struct, frozen=True):
    """One material in the review; ``again`` is its id when it can be scanned anew."""

    name: str
    how: str
    again: str
    confirm: tuple[str, ...] = ()
    """What was read on its pages, to be looked at."""


class Review(Struct, frozen=True):
    """``weighed``: a waiver was asked about; ``asked``: the delivery was the citizen's choice; ``later``: what the window still
    has to see.
    """

    item: str
    situation: str
    people: tuple[applicants.Named, ...]
    address: str
    papers: tuple[Paper, ...]
    answers: tuple[answers.Answer, ...]
    weighed: bool
    asked: bool
    later: tuple[str, ...]
    delivery: tuple[str, ...]
    fault: str


def form(glass: Glass, visit: Visit, today: date) -> Form:
    fields = _asked(glass, visit)
    shown = visit_form.on_screen(visit, fields)
    if shown is None:
        raise LookupError("a visit at its form has a question")
    questions, field = asking.questions(fields), shown.field
    year, _, rest = shown.value.partition("-")
    month, _, day = rest.partition("-")
    by_hand = shown.source != "card"
    return Form(
        field=field,
        number=questions.index(shown) + 1 if shown in questions else 0,
        of=len(questions),
        value="" if hidden(shown) or not by_hand or field.kind in ("choice", "choices", "date") else shown.value,
        before=masked(shown) if by_hand and hidden(shown) else "",
        said=masked(shown, shown.said),
        corrected=shown.source == "corrected" or field.field in visit.errors,
        chosen=tuple(shown.value.split(",")) if shown.value else (),
        parts=(year, month, day) if field.kind == "date" and by_hand else ("", "", ""),
        years=tuple(range(today.year + _YEARS_ON, today.year - _YEARS_BACK, -1)) if field.kind == "date" else (),
        prefectures=prefectures() if field.kind == "division" else {},
        error=translated(visit.errors.get(field.field, "")),
        keys=_KEYS.get(field.kind, "chinese"),
    )


def sign(glass: Glass, visit: Visit) -> Sign:
    at_window = glass.hall.setting == "window"
    keeps = visit.followup is None and drafting.worth(visit) and not at_window
    fault = said.fault(glass, visit.submit_fault) if visit.submit_fault else ""
    unsigned = Unsigned(keeps, at_window, glass.hall.hall, glass.snapshot().online, fault)
    error, signing = translated(visit.errors.get("signature", "")), ink.sheet(visit)
    now = signing.name if signing is not None else ""
    if visit.followup is not None:
        statement, facts = followup.signed(visit)
        return Sign((), "", facts, error, now, unsigned, statement)
    papers = tuple(Choice(m.material_id, m.name) for m in path.signed_forms(visit, glass.catalogue))
    told = answers.shown(visit, path.opening(visit, glass.catalogue))
    edition = hashlib.blake2b(repr((told, _delivered(glass, visit))).encode(), digest_size=8).hexdigest()
    signed = Sign(papers, edition, told, error, now, unsigned)
    return replace(signed, statement=_ATTENDED) if visit.attended else signed


def delivery(glass: Glass, visit: Visit) -> Delivery:
    opened = path.opening(visit, glass.catalogue)
    notes = {
        "pickup_intake": _("办好后，凭收件凭证和证件到%(hall)s的“省内通办”窗口取", hall=translated(glass.hall.hall)),
        "post_applicant": _("办好后寄到您指定的地址，不用您付邮费"),
        "e_licence": _("办好后在四川政务服务网、“天府通办”里看，和纸的一样有效"),
        "terminal_print": _("办好后带证件来自助终端打印"),
        "pickup_home": _("办好后到业务属地的窗口取"),
    }
    ways = offered(opened) if opened else ()
    return Delivery(tuple(Choice(w, _WAYS[w], notes[w]) for w in ways), opened.result if opened else "")


def postal(glass: Glass, visit: Visit) -> Postal:
    opened = path.opening(visit, glass.catalogue)
    card = visit.identity.address if visit.identity else ""
    elsewhere = visit.address is not None or "address" in visit.errors or not card
    phone_only = not elsewhere or visit.errors.keys() == {"phone"}
    return Postal(
        address=masking.address(card) if card else "",
        elsewhere=elsewhere,
        address_before=masking.address(visit.address) if visit.address else "",
        phone_before=masking.phone(visit.phone) if visit.phone else "",
        first="phone" if phone_only else "address",
        result=opened.result if opened else "",
        errors=said.errors(visit.errors),
    )


def review(glass: Glass, visit: Visit) -> Review:
    opened = path.opening(visit, glass.catalogue)
    item = glass.catalogue.item(visit.item or "")
    if opened is None or item is None:
        raise LookupError("a visit in review has an opening")
    situation = item.situation(opened.situation)
    papers = []
    for material in glass.catalogue.materials(opened):
        papers.append(_paper(material, opened.proofs[material.material_id], visit))
    return Review(
        item=item.name,
        situation=situation.name if situation else "",
        people=applicants.named(visit, glass.catalogue),
        address=person(visit).address,
        papers=tuple(papers),
        answers=answers.shown(visit, opened),
        weighed=bool(path.to_weigh(visit, glass.catalogue)),
        asked=bool(offered(opened)),
        later=tuple(_(_LATER[kind]) for kind in proof.kinds(proof.unproven(visit, opened, glass.catalogue))),
        delivery=_delivered(glass, visit),
        fault=said.fault(glass, visit.submit_fault),
    )


def _asked(glass: Glass, visit: Visit) -> tuple[Filled, ...]:
    return visit_form.asked(visit, path.opening(visit, glass.catalogue))


def _paper(material: Material, proven: Proof, visit: Visit) -> Paper:
    one = material.material_id
    pages = len(path.collected(visit, one).pages)
    if one in visit.waived:
        return Paper(material.name, _("不交：您说%(when)s", when=translated(material.waive_when or "")), "")
    scanned = counted("已拍 %(num)s 页", pages) if pages else _("没有带，不交")
    how = {
        "chip_read": _("已读芯片"),
        "signed_form": _("已填写、已签名"),
        "original_shown": _("%(scanned)s，原件到窗口核验", scanned=scanned) if pages else scanned,
        "posted": _("原件交到窗口，免费寄走"),
    }.get(proven, scanned)
    if proven == "signed_form" and visit.inked is not None:
        proven, how = "scan", _("纸上签字，%(scanned)s", scanned=scanned)
    again = one if proven in ("scan", "original_shown") else ""
    return Paper(material.name, how, again, advice.of_material(path.collected(visit, one)))


def _delivered(glass: Glass, visit: Visit) -> tuple[str, ...]:
    way = delivered(visit, path.opening(visit, glass.catalogue))
    if way != "post_applicant":
        return (_(_TAKEN[way]) if way in _TAKEN else _("到%(hall)s取", hall=translated(glass.hall.hall)),)
    card = visit.identity.address if visit.identity else ""
    to = (
        _("%(address)s（证件上的住址）", address=masking.address(card)) if visit.address is None else masking.address(visit.address)
    )
    return (_("寄给您，免邮费"), _("地址 %(address)s", address=to), _("电话 %(phone)s", phone=masking.phone(visit.phone or "")))


_KEYS = {"name": "name", "digits": "digits", "phone": "digits", "money": "money", "id_number": "number", "uscc": "number"}
"""Which keys a field opens; all others are written in Chinese."""
