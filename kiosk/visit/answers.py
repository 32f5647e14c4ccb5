"""What was filled in, as the citizen reads it back over somebody's shoulder: on the screen and on a slip, masked."""

from __future__ import annotations

from msgspec import Struct

from domain.catalogue.opening import Opening
from domain.forms.showing import masked
from kiosk.visit import form
from kiosk.visit.state import Visit


class Answer(Struct, frozen=True):
    """``field`` is its id where it can be altered. ``by_hand``: it is not what the card says."""

    label: str
    text: str
    promise: bool
    field: str
    by_hand: bool
    worded: bool = False
    """``text`` is in the form's own words, not in the citizen's."""


def shown(visit: Visit, opened: Opening | None) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            one.field.label,
            masked(one) or "未填",
            one.field.kind == "promise",
            one.field.field if one.is_question or not one.field.locked else "",
            one.source == "corrected",
            not masked(one) or one.field.kind in ("choice", "choices", "date", "division", "money", "promise"),
        )
        for one in form.asked(visit, opened)
    )
