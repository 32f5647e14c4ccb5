"""The form of a visit: which fields are asked as things stand, and which question is on the screen."""

from __future__ import annotations

from domain.catalogue.opening import Opening
from domain.forms import asking
from domain.forms.asking import Filled
from domain.identity import Identity
from kiosk.visit.delivery import delivery
from kiosk.visit.state import Visit


def asked(visit: Visit, opened: Opening | None) -> tuple[Filled, ...]:
    """The fields that are asked now, with their answers, in order."""
    return asking.filled(opened.form if opened else (), visit.answers, applicant_says(visit), delivery(visit, opened))


def on_screen(visit: Visit, fields: tuple[Filled, ...]) -> Filled | None:
    """The question shown at the form's step; ``None`` where nothing is left to ask."""
    chosen = next((one for one in fields if one.field.field == visit.asking), None)
    return chosen or asking.first_open(fields) or next(iter(asking.questions(fields)), None)


def applicant_says(visit: Visit) -> dict[str, str]:
    """What is known of the applicant, who need not be the person who stands here: by a chip, or as was stated."""
    if visit.ward is not None:
        return said(visit.ward)
    for whose in ("principal", "ward"):
        if f"{whose}-name" in visit.stated:
            known = {part: visit.stated.get(f"{whose}-{part}", "") for part in ("name", "number", "birth")}
            return {part: value for part, value in known.items() if value}
    if visit.identity is None and "own-name" in visit.stated:
        return {"name": visit.stated["own-name"], "number": visit.stated.get("own-number", "")}
    return said(visit.identity)


def said(identity: Identity | None) -> dict[str, str]:
    """What the chip says, by the names ``Field.autofill`` knows; what it does not say is not there."""
    if identity is None:
        return {}
    known = {
        "name": identity.shown_name,
        "number": identity.number,
        "sex": identity.sex,
        "nation": identity.nation,
        "birth": identity.birth.isoformat(),
        "address": identity.address,
    }
    return {name: value for name, value in known.items() if value}
