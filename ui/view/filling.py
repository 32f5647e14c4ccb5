"""The generated form, the signature, the delivery and the review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain import masking
from domain.catalogue.form import Field
from domain.catalogue.opening import DeliveryWay
from kiosk.visit import checks, path
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Visit
from ui.view.choosing import Choice
from ui.view.papers import Person, person

_WAYS: dict[DeliveryWay, str] = {"pickup_intake": "到本大厅取", "post_applicant": "寄给我", "e_licence": "网上领电子证照"}
_YEARS_BACK = 100
_YEARS_ON = 10
_LONG_NUMBER = 8
"""Digits from here on can be a telephone, an account or an identity number: shown masked."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of the form. A date is asked in three lists; ``parts`` are what they stand at."""

    field: Field
    value: str
    error: str
    parts: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class Form:
    asks: tuple[Ask, ...]
    years: tuple[int, ...]
    wrong: int


@dataclass(frozen=True, slots=True)
class Answer:
    label: str
    text: str
    promise: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """What the signature stands for: the papers it makes, and the answers as they will be read."""

    papers: tuple[str, ...]
    answers: tuple[Answer, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    choices: tuple[Choice, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Postal:
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


@dataclass(frozen=True, slots=True)
class Paper:
    """One material in the review; ``again`` is its id when it can be scanned anew."""

    name: str
    how: str
    again: str


@dataclass(frozen=True, slots=True)
class Review:
    item: str
    situation: str
    person: Person
    papers: tuple[Paper, ...]
    answers: tuple[Answer, ...]
    has_form: bool
    delivery: tuple[str, ...]
    fault: str


def form(glass: Glass, visit: Visit, today: date) -> Form:
    opened = path.opening(visit, glass.catalogue)
    fields = opened.form if opened else ()
    asks = tuple(_ask(f, visit.answers.get(f.field, ""), visit.errors.get(f.field, "")) for f in fields)
    years = tuple(range(today.year + _YEARS_ON, today.year - _YEARS_BACK, -1))
    return Form(asks, years, sum(bool(a.error) for a in asks))


def sign(glass: Glass, visit: Visit) -> Sign:
    opened = path.opening(visit, glass.catalogue)
    materials = glass.catalogue.materials(opened) if opened else ()
    papers = tuple(m.name for m in materials if opened and opened.proofs[m.material_id] == "signed_form")
    return Sign(papers, _answers(glass, visit), visit.errors.get("signature", ""))


def delivery(glass: Glass, visit: Visit) -> Delivery:
    opened = path.opening(visit, glass.catalogue)
    notes = {
        "pickup_intake": f"办好后，凭收件凭证和证件到{glass.hall.hall}的“省内通办”窗口取",
        "post_applicant": "办好后寄到您指定的地址，不用您付邮费",
        "e_licence": "办好后在“天府通办”上查看、下载",
    }
    ways = opened.delivery if opened else ()
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
        errors=dict(visit.errors),
    )


def review(glass: Glass, visit: Visit) -> Review:
    opened = path.opening(visit, glass.catalogue)
    item = glass.catalogue.item(visit.item or "")
    if opened is None or item is None:
        raise LookupError("a visit in review has an opening")
    situation = item.situation(opened.situation)
    papers = []
    for material in glass.catalogue.materials(opened):
        proof = opened.proofs[material.material_id]
        pages = len(path.collected(visit, material.material_id).pages)
        scanned = f"已拍 {pages} 页" if pages else "没有带，不交"
        how = {"chip_read": "已读芯片", "signed_form": "已填写、已签名"}.get(proof, scanned)
        papers.append(Paper(material.name, how, material.material_id if proof == "scan" else ""))
    return Review(
        item=item.name,
        situation=situation.name if situation else "",
        person=person(visit),
        papers=tuple(papers),
        answers=_answers(glass, visit),
        has_form=bool(opened.form),
        delivery=_delivered(glass, visit),
        fault=glass.fault(visit.submit_fault).citizen if visit.submit_fault else "",
    )


def _ask(field: Field, value: str, error: str) -> Ask:
    year, _, rest = value.partition("-")
    month, _, day = rest.partition("-")
    return Ask(field, value, error, (year, month, day) if field.kind == "date" else ("", "", ""))


def _answers(glass: Glass, visit: Visit) -> tuple[Answer, ...]:
    opened = path.opening(visit, glass.catalogue)
    fields = opened.form if opened else ()
    return tuple(Answer(f.label, _shown(f, visit.answers.get(f.field, "")), f.kind == "promise") for f in fields)


def _shown(field: Field, value: str) -> str:
    if field.kind == "digits" and len(value) >= _LONG_NUMBER:
        return masking.phone(value)
    return checks.answer_text(field, value) or "未填"


def _delivered(glass: Glass, visit: Visit) -> tuple[str, ...]:
    if visit.delivery == "e_licence":
        return ("网上领电子证照",)
    if visit.delivery != "post_applicant":
        return (f"到{glass.hall.hall}取",)
    card = visit.identity.address if visit.identity else ""
    to = f"{masking.address(card)}（证件上的住址）" if visit.address is None else masking.address(visit.address)
    return ("寄给您，免邮费", f"地址 {to}", f"电话 {masking.phone(visit.phone or '')}")
