"""From a visit to what stands on one of its signed forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain import masking, representation
from domain.case.content import Applicant, Signature
from domain.case.number import grouped
from domain.case.task import CorrectionTask
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.words import DELIVERY
from domain.forms import sheet
from domain.nationality import nationality_name
from kiosk.settings import TerminalSettings
from kiosk.visit import applicants, followup_path, form, path
from kiosk.visit.delivery import delivery
from kiosk.visit.state import Visit


def preview(
    visit: Visit, material: str, terminal: TerminalSettings, catalogue: Catalogue, signature: Signature | None
) -> tuple[str, bytes]:
    """As :func:`of`, for the screen: masked, with ``signature`` as it is being written."""
    return of(visit, material, terminal, catalogue, private=False, day=None, signature=signature)


def of(
    visit: Visit,
    material: str,
    terminal: TerminalSettings,
    catalogue: Catalogue,
    *,
    private: bool,
    day: date | None,
    signature: Signature | None = None,
) -> tuple[str, bytes]:
    """(template, its data). ``LookupError`` for a visit that makes no such form. Where ``private``, the visit's own signature."""
    if visit.followup is not None:
        return _of_answer(visit, material, terminal, catalogue, day)
    opened = path.opening(visit, catalogue)
    made = next((m for m in path.signed_forms(visit, catalogue) if m.material_id == material), None)
    item = catalogue.item(visit.item or "")
    situation = item.situation(visit.situation or "") if item else None
    home = catalogue.party(visit.home or "")
    if opened is None or not path.known(visit) or made is None or item is None or situation is None or home is None:
        raise LookupError("no such form")
    matter = [
        ("办理事项", item.name),
        ("办理情形", situation.name),
        ("业务属地", home.name),
        ("收件地", f"{terminal.intake}（终端 {terminal.code}）"),
    ]
    return made.sheet, sheet.data(
        title=made.name,
        matter=matter,
        people=_people(visit, catalogue, private),
        asked=form.asked(visit, opened),
        delivery=_delivery(visit, delivery(visit, opened), private),
        footer=f"{made.name} · {item.name} · 目录 {catalogue.version}",
        signature=visit.signature if private else signature,
        day=day,
        private=private,
        attended=bool(visit.attended),
        inked=visit.inked if private else None,
    )


def _of_answer(
    visit: Visit, material: str, terminal: TerminalSettings, catalogue: Catalogue, day: date | None
) -> tuple[str, bytes]:
    """What is signed by hand about a case taken in before; printed only, so whole."""
    made = next((m for m in followup_path.on_paper(visit) if m.material_id == material), None)
    task = followup_path.of(visit).task
    if made is None or not isinstance(task, CorrectionTask):
        raise LookupError("nothing to sign on paper")
    given = ((point.name, f"{len(path.collected(visit, name).pages)} 页") for name, point in followup_path.points(visit))
    matter = [
        ("办件编号", grouped(task.case)),
        ("办理事项", task.item_name),
        ("业务属地", task.home_name),
        ("收件地", f"{terminal.intake}（终端 {terminal.code}）"),
        *(("补正的材料", "，".join(one)) for one in given),
    ]
    person = applicants.of_chip(visit.identity) if visit.identity is not None else None
    withdraws = followup_path.of(visit).doing == "withdraw"
    return "statement", sheet.data(
        title=made.name,
        matter=matter,
        people=[("申请人", _person(person, True))] if person is not None else [],
        asked=(),
        delivery=(),
        footer=f"{made.name} · {grouped(task.case)}",
        signature=None,
        day=day,
        private=True,
        inked=visit.inked,
        statement=followup_path.WITHDRAWS if withdraws else followup_path.SUPPLIES,
    )


def _people(visit: Visit, catalogue: Catalogue, private: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everybody the form names, the applicant first."""
    legal, other = applicants.body(visit, catalogue), applicants.acting(visit, catalogue)
    if legal is not None:
        told = [("申请单位", [("名称", legal.name), ("统一社会信用代码", legal.code)])]
    else:
        told = [("申请人", _person(applicants.applicant(visit, catalogue), private))]
    if other is not None:
        rows = _person(other.person, private)
        if other.relation:
            rows.append(("与申请人的关系", other.relation))
        if other.matter:
            rows += [("委托事项", other.matter), ("委托权限", other.scope), ("委托期限", other.until or "至本件办结")]
        told.append((applicants.ROLES[other.role], rows))
    return told


def _person(person: Applicant, private: bool) -> list[tuple[str, str]]:
    def shown(full: str, mask: Callable[[str], str]) -> str:
        return full if private else mask(full)

    rows = [("姓名", shown(person.name, masking.name))]
    if person.english_name and person.english_name != person.name:
        rows.append(("英文姓名", shown(person.english_name, masking.name)))
    rows.append(("证件", representation.document_words(person.document, person.number)))
    rows.append(("证件号码", shown(person.number, masking.number)))
    if person.nationality:
        rows.append(("国籍", nationality_name(person.nationality)))
    if person.address:
        rows.append(("住址", shown(person.address, masking.address)))
    return rows


def _delivery(visit: Visit, way: str | None, private: bool) -> list[tuple[str, str]]:
    rows = [("结果怎么拿", words) for code, words in DELIVERY.items() if code == way]
    if visit.phone is not None:
        address = visit.address or (visit.identity.address if visit.identity else "")
        rows += [
            ("邮寄地址", address if private else masking.address(address)),
            ("联系电话", visit.phone if private else masking.phone(visit.phone)),
        ]
    return rows
