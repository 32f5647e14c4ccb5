"""Who a visit's case is for and who stood here: from the chips that were read and from what was stated, for content and paper."""

from __future__ import annotations

from datetime import date
from typing import Literal, cast

from msgspec import Struct

from domain import masking, representation
from domain.case.content import Acting, Applicant, Body
from domain.catalogue.catalogue import Catalogue
from domain.identity import SEX, Identity
from domain.idnumber import NumberFacts, check_number
from domain.protection import least
from domain.representation import RELATIONS, SCOPES, Paper
from kiosk.visit import path
from kiosk.visit.state import Visit

ROLES = {"agent": "代办人", "guardian": "监护人", "legal_person": "经办人"}
_Document = Literal["temporary"]


class Named(Struct, frozen=True):
    """One person or body as paper and screen may show them: masked. ``role``: 申请人, 代办人 …"""

    role: str
    name: str
    number: str
    document: str


def applicant(visit: Visit, catalogue: Catalogue) -> Applicant:
    """``ValueError`` when it is not known yet who applies."""
    kind = path.kind(visit, catalogue)
    if kind == "agent":
        name, number, document = (visit.stated.get(f"principal-{part}", "") for part in ("name", "number", "document"))
        return _stated(visit, name, number, document)
    if kind == "guardian":
        return of_chip(visit.ward) if visit.ward else _child(visit)
    return least.of_actor(here(visit)) if kind == "legal_person" else here(visit)


def acting(visit: Visit, catalogue: Catalogue) -> Acting | None:
    """Who stood here instead of the applicant; ``None`` when nobody did."""
    kind, given = path.kind(visit, catalogue), visit.stated
    if kind == "self":
        return None
    ends = given.get("authority-until") if given.get("authority-term") == "until" else None
    return Acting(
        role=kind,
        person=least.of_actor(here(visit)),
        matter=given.get("authority-matter", ""),
        scope=SCOPES.get(given.get("authority-scope", ""), ""),
        until=ends or None,
        relation=RELATIONS.get(given.get("relation", ""), ""),
        consent=given.get("consent") == "yes",
    )


def body(visit: Visit, catalogue: Catalogue) -> Body | None:
    """The legal person the case is for."""
    if path.kind(visit, catalogue) != "legal_person":
        return None
    return Body(visit.stated.get("body-name", ""), visit.stated.get("body-code", ""))


def here(visit: Visit) -> Applicant:
    """Whoever stands here: by the chip, else as stated, else as a clerk has seen."""
    if visit.identity is not None:
        return of_chip(visit.identity)
    if visit.paper is None:
        raise ValueError("nobody has said yet who stands here")
    return _stated(visit, visit.stated.get("own-name", ""), visit.stated.get("own-number", ""), visit.paper)


def named(visit: Visit, catalogue: Catalogue) -> tuple[Named, ...]:
    """Everybody the case names, masked, the applicant first."""
    person, other, legal = applicant(visit, catalogue), acting(visit, catalogue), body(visit, catalogue)
    # A body's name and code are public.
    first = Named("申请单位", legal.name, legal.code, "统一社会信用代码") if legal else _named("申请人", person)
    return (first, _named(ROLES[other.role], other.person)) if other is not None else (first,)


def called(visit: Visit, catalogue: Catalogue) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and numbers by which a paper may name who the case is for; none while that is not known."""
    try:
        person, legal = applicant(visit, catalogue), body(visit, catalogue)
    except ValueError:
        return (), ()
    names = (person.name, person.english_name, legal.name if legal else "")
    numbers = (person.number, legal.code if legal else "")
    return tuple(filter(None, names)), tuple(filter(None, numbers))


def of_chip(identity: Identity) -> Applicant:
    return Applicant(
        name=identity.shown_name,
        number=identity.number,
        document=identity.document.value,
        sex=identity.sex,
        nation=identity.nation,
        birth=identity.birth.isoformat(),
        address=identity.address,
        authority=identity.authority,
        valid_from=identity.valid_from.isoformat(),
        valid_to=identity.valid_to.isoformat() if identity.valid_to else None,
        proof="chip_read",
        english_name=identity.english_name,
        nationality=identity.nationality,
        permit=identity.permit,
        former=identity.former,
        printed_address=identity.printed_address,
        newest_address=identity.newest_address.value if identity.newest_address else None,
    )


def _child(visit: Visit) -> Applicant:
    name, number, document = (visit.stated.get(f"ward-{part}", "") for part in ("name", "number", "document"))
    return _stated(visit, name, number, document, representation.child_birth(visit.stated, date.max))


def _stated(visit: Visit, name: str, number: str, document: str, birth: date | None = None) -> Applicant:
    """Only what was stated, and what its number says."""
    number = number.upper()
    facts = check_number(number, date.max)
    said = facts if isinstance(facts, NumberFacts) else None
    born = birth or (said.birth if said else None)
    return Applicant(
        name=name,
        number=number,
        document=cast(_Document, Paper(document).value),
        sex=SEX[said.sex] if said and said.sex else "",
        nation="",
        birth=born.isoformat() if born else "",
        address="",
        authority="",
        valid_from="",
        valid_to="",
        proof="window_checked" if visit.checked else "stated",
    )


def _named(role: str, person: Applicant) -> Named:
    words = representation.document_words(person.document, person.number)
    return Named(role, masking.name(person.name), masking.number(person.number), words)
