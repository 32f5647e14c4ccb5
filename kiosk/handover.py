"""From a visit to the case the store takes: the sealed content, its recipients, its documents."""

from __future__ import annotations

from typing import cast

import msgspec
from msgspec.structs import replace

from domain.case import content as case_content
from domain.case.content import Answer, CaseContent, Delivery, Page, Signature, Unproven
from domain.case.content import Material as CaseMaterial
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Item, Limit, Material
from domain.catalogue.opening import DeliveryWay, Opening
from domain.forms.checking import text
from domain.notice import VERSION as NOTICE
from kiosk.settings import Settings
from kiosk.store.store import NewCase, NewService, ServiceWay
from kiosk.visit import applicants, chipless, form, path, proof
from kiosk.visit.delivery import delivery
from kiosk.visit.state import KeptPage, Visit
from mqtt.events import CaseLimit, CaseTerms

PURPOSE = "仅用于办理本事项；未经业务属地部门书面同意，不得用于其他用途，不得提供给第三方（规程第九条第二项）"
_COPY = {
    "chip_read": "芯片数据，未收复印件",
    "scan": "影像，未核验原件",
    "signed_form": "电子表单",
    "original_shown": "影像，待窗口核验原件",
    "posted": "纸质原件，另行寄递",
}
NO_STROKE = Signature(1, 1, ())


def new_case(visit: Visit, settings: Settings, catalogue: Catalogue) -> NewCase:
    """``ValueError`` when the visit is not complete; the machine lets none such through."""
    opening = path.opening(visit, catalogue)
    if opening is None or not path.known(visit) or not _signed(visit) or delivery(visit, opening) is None:
        raise ValueError("visit is not complete")
    item = catalogue.item(opening.item)
    if item is None:
        raise ValueError("not of this catalogue")
    pages = tuple(p.digest for c in visit.collected for p in c.pages if p.digest)
    return NewCase(
        visit=visit.id,
        item=opening.item,
        item_name=item.name,
        situation=opening.situation,
        home=opening.home,
        intake=settings.terminal.place,
        pages=pages,
        content=lambda number: case_content.encode(_content(visit, opening, number, settings, catalogue)),
        recipients=settings.keys.recipients(opening.home),
        awaits=proof.kinds(proof.unproven(visit, opening, catalogue)),
        terms=_terms(opening, item),
        clerks=visit.attended,
    )


def _terms(opening: Opening, item: Item) -> CaseTerms:
    """By what the centre and the desks count: the item's limits as this catalogue has them."""
    return CaseTerms(
        opening.pure_electronic, opening.window_days, legal=_limit(item.statutory_limit), promised=_limit(item.promised_limit)
    )


def _limit(limit: Limit) -> CaseLimit:
    """No limit where it is none the centre can count."""
    said = msgspec.to_builtins(limit)
    try:
        return msgspec.convert({name: said[name] for name in ("value", "unit")}, CaseLimit)
    except msgspec.ValidationError:
        return CaseLimit()


def new_service(visit: Visit, intake: str, catalogue: Catalogue) -> NewService:
    """Of a visit at the place ``intake`` that leaves no case. ``ValueError`` when it chose nothing yet."""
    item = catalogue.item(visit.item or "")
    if item is None or visit.home is None:
        raise ValueError("nothing was asked for")
    return NewService(
        visit=visit.id,
        item=item.item_id,
        item_name=item.name,
        situation=visit.situation,
        home=visit.home,
        intake=intake,
        way=_service_way(visit, catalogue),
    )


def _service_way(visit: Visit, catalogue: Catalogue) -> ServiceWay:
    if visit.channel is None:
        return "elsewhere"
    if visit.channel == "here":
        return "query_print" if path.way(visit, catalogue) == "query_print" else "pre_fill"
    return visit.channel


def _content(visit: Visit, opening: Opening, number: str, settings: Settings, catalogue: Catalogue) -> CaseContent:
    item = catalogue.item(opening.item)
    situation = item.situation(opening.situation) if item else None
    if not _signed(visit) or item is None or situation is None:
        raise ValueError("visit is not complete")
    open_points = proof.unproven(visit, opening, catalogue)
    return CaseContent(
        v=1,
        case=number,
        item=opening.item,
        item_name=item.name,
        situation=opening.situation,
        situation_name=situation.name,
        home=opening.home,
        intake=settings.terminal.place,
        purpose=PURPOSE,
        notice=NOTICE,
        catalogue=catalogue.version,
        applicant=applicants.applicant(visit, catalogue),
        acting=applicants.acting(visit, catalogue),
        body=applicants.body(visit, catalogue),
        checked_by=visit.checked or "",
        clerks=visit.attended,
        materials=tuple(_material(m, opening, visit) for m in catalogue.materials(opening)),
        form=tuple(
            Answer(one.field.field, one.field.label, one.value, text(one.field, one.value), one.source)
            for one in form.asked(visit, opening)
        ),
        delivery=_delivery(visit, opening),
        signature=visit.signature or NO_STROKE,
        unproven=tuple(
            Unproven(u.kind, u.material.material_id if u.material else None, u.material.name if u.material else "")
            for u in open_points
        ),
        window_days=opening.window_days if open_points else None,
        inked=visit.inked,
    )


def _signed(visit: Visit) -> bool:
    return visit.signature is not None or visit.inked is not None


def _material(material: Material, opening: Opening, visit: Visit) -> CaseMaterial:
    proven, collected = opening.proofs[material.material_id], path.collected(visit, material.material_id)
    copy = _COPY[proven]
    if proven == "signed_form" and visit.inked is not None:
        proven, copy = "scan", "纸上签字的原件影像，窗口当面签，原件留窗口"
    if proven == "chip_read" and visit.identity is None:
        # A document without a chip, which a clerk has compared with the person.
        proven, collected, copy = "original_shown", path.collected(visit, chipless.DOCUMENT), "影像，窗口已核验原件"
    left_out = path.left_out(visit, material.material_id)
    return CaseMaterial(
        material=material.material_id,
        name=material.name,
        proof=proven,
        copy=copy if not left_out else "未收",
        pages=tuple(page(one, visit) for one in collected.pages),
        left_out=left_out,
        sides=material.sides,
        waived=(material.waive_when or "") if material.material_id in visit.waived else "",
    )


def page(kept: KeptPage, visit: Visit) -> Page:
    """In a case a page that repeats another names that one by its digest; one that was given up meanwhile is none to repeat."""
    digests = {p.ref: p.digest or "" for c in visit.collected for p in c.pages}
    found = tuple(replace(f, same=digests.get(f.same, "")) for f in kept.findings if not f.same or f.same in digests)
    taken = Page(kept.digest or "", tuple(f.code for f in found), found, format=kept.format)
    return replace(taken, read=True, lines=kept.reading.lines, advice=kept.reading.advice) if kept.reading else taken


def _delivery(visit: Visit, opening: Opening) -> Delivery:
    way = delivery(visit, opening)
    if way == "post_applicant":
        return Delivery("post_applicant", visit.address or (visit.identity.address if visit.identity else ""), visit.phone)
    return Delivery(cast(DeliveryWay, way))
