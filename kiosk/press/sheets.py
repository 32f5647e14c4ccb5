"""From a visit to what stands on one of its signed forms."""

from __future__ import annotations

from datetime import date

from domain import masking
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.words import DELIVERY
from domain.forms import sheet
from kiosk.settings import TerminalSettings
from kiosk.visit import form, path
from kiosk.visit.delivery import delivery
from kiosk.visit.state import Visit


def of(
    visit: Visit, material: str, terminal: TerminalSettings, catalogue: Catalogue, *, private: bool, day: date | None
) -> tuple[str, bytes]:
    """(template, its data). ``LookupError`` for a visit that makes no such form."""
    opened, identity = path.opening(visit, catalogue), visit.identity
    made = next((m for m in path.signed_forms(visit, catalogue) if m.material_id == material), None)
    item = catalogue.item(visit.item or "")
    situation = item.situation(visit.situation or "") if item else None
    home = catalogue.party(visit.home or "")
    if opened is None or identity is None or made is None or item is None or situation is None or home is None:
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
        applicant=identity,
        asked=form.asked(visit, opened),
        delivery=_delivery(visit, delivery(visit, opened), identity.address, private),
        footer=f"{made.name} · {item.name} · 目录 {catalogue.version}",
        signature=visit.signature if private else None,
        day=day,
        private=private,
    )


def _delivery(visit: Visit, way: str | None, on_card: str, private: bool) -> list[tuple[str, str]]:
    rows = [("结果怎么拿", words) for code, words in DELIVERY.items() if code == way]
    if visit.phone is not None:
        address = visit.address or on_card
        rows += [
            ("邮寄地址", address if private else masking.address(address)),
            ("联系电话", visit.phone if private else masking.phone(visit.phone)),
        ]
    return rows
