"""What proves a case here, and what is still unproven when it is handed in (待窗口核验原件). The receipt, the content and the
event are made from the same answer.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Material
from domain.catalogue.opening import Opening
from kiosk.visit import path
from kiosk.visit.state import Visit

Kind = Literal["person", "original", "paper"]


class Unproven(Struct, frozen=True):
    """``person``: a clerk still has to compare the person with the document; ``original`` and ``paper``: of which ``material``."""

    kind: Kind
    material: Material | None = None


def unproven(visit: Visit, opening: Opening, catalogue: Catalogue) -> tuple[Unproven, ...]:
    """What the window must see or take before the case is ready; nothing of what was left out."""
    # Who came to the window with a draft was seen there, with the document.
    person = (Unproven("person"),) if opening.assurance != "1" and visit.checked is None else ()
    kinds: dict[str, Kind] = {"original_shown": "original", "posted": "paper"}
    return person + tuple(
        Unproven(kinds[proof], material)
        for material in catalogue.materials(opening)
        if (proof := opening.proofs[material.material_id]) in kinds and not path.left_out(visit, material.material_id)
    )


def kinds(found: tuple[Unproven, ...]) -> tuple[Kind, ...]:
    """Each kind once."""
    return tuple(dict.fromkeys(one.kind for one in found))
