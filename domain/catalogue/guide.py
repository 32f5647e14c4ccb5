"""办事指南: what one situation of an item needs, in the words of the catalogue; the same for screen, paper and published page."""

from __future__ import annotations

from msgspec import Struct

from domain.catalogue import words
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Id, Item, KioskRole, Material, Situation
from domain.catalogue.opening import Online, Opening, Proof

MOST_CODE = 700
"""Bytes of a code that holds the list itself; more would be too fine for 203 dpi."""


class Need(Struct, frozen=True):
    """One material. ``how``: what to bring and what is done with it; ``tag``: it need not be here; ``waived``: when not at all."""

    name: str
    proof: Proof
    how: str
    tag: str
    waived: str
    note: str
    sample: Id | None


class Guide(Struct, frozen=True):
    """``role`` is what the terminal does; ``page`` the name of its published page."""

    home: str
    item: str
    situation: str
    role: KioskRole
    way: str
    sureness: str
    needs: tuple[Need, ...]
    conditions: tuple[str, ...]
    limit: str
    statutory: str
    fee: str
    result: str
    delivery: str
    department: str
    flow: tuple[str, ...]
    basis: tuple[str, ...]
    online: Online | None
    note: str
    page: str


def guide(catalogue: Catalogue, home: str, item_id: str, situation_id: str) -> Guide | None:
    """``None``: not open, or not of this catalogue."""
    opening, item, party = catalogue.opening(home, item_id, situation_id), catalogue.item(item_id), catalogue.party(home)
    situation = item.situation(situation_id) if item else None
    if opening is None or item is None or party is None or situation is None:
        return None
    return Guide(
        home=party.name,
        item=item.name,
        situation=situation.name,
        role=opening.way,
        way=words.WAY[opening.way],
        sureness=words.ASSURANCE[opening.assurance],
        needs=tuple(_need(m, opening) for m in catalogue.materials(opening)),
        conditions=item.acceptance_conditions,
        limit=words.limit(item.promised_limit),
        statutory=_statutory(item),
        fee=words.fee(item, situation),
        result=opening.result,
        delivery="，或".join(words.DELIVERY[way] for way in opening.delivery),
        department=opening.department or item.implementing_dept_role,
        flow=item.flow,
        basis=item.legal_basis,
        online=opening.online,
        note=_note(situation, item),
        page=page(home, item_id, situation_id),
    )


def page(home: str, item_id: str, situation_id: str) -> str:
    """Name of the published page: ids are letters, digits and hyphens only, so a dot parts them."""
    return f"guide.{home}.{item_id}.{situation_id}"


def code(told: Guide, published: str, phone: str) -> str:
    """What the guide's QR code holds: its address under ``published``, or the list itself where nothing is published."""
    if published:
        return f"{published.rstrip('/')}/{told.page}.html"
    lines = ["省内通办 办事指南", f"{told.item}（{told.situation}）", f"业务属地：{told.home}", "材料："]
    lines += [f"{i}.{need.name}：{words.PROVEN[need.proof]}" for i, need in enumerate(told.needs, 1)]
    lines += [f"时限：{told.limit}", f"费用：{told.fee}", f"咨询：{phone}"]
    return "\n".join(lines).encode()[:MOST_CODE].decode(errors="ignore")


def _need(material: Material, opening: Opening) -> Need:
    proof = opening.proofs[material.material_id]
    waived = f"{material.waive_when}，就不用交" if material.waive_when and proof != "chip_read" else ""
    return Need(
        material.name, proof, words.HOW[proof], words.NECESSITY[material.necessity], waived, material.note or "", material.sample
    )


def _statutory(item: Item) -> str:
    told = item.statutory_limit
    return words.limit(told) if told.value else told.note or ""


def _note(situation: Situation, item: Item) -> str:
    return "；".join(t for t in (situation.note, item.minor_rule if situation.applicant == "guardian" else None) if t)
