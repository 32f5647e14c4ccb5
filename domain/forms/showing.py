"""An answer as the public may see it over the person's shoulder (GB/T 35273-2020, 7.2): masked by what it is."""

from __future__ import annotations

from domain import masking
from domain.forms.asking import Filled
from domain.forms.checking import text

_BY_KIND: dict[str, masking.Kind] = {"name": "name", "id_number": "number", "phone": "phone"}
_BY_CARD: dict[str, masking.Kind] = {"name": "name", "number": "number", "address": "address", "birth": "birth"}
"""Kind of masking by a field's kind, else by what of the card is put into it."""
_LONG_NUMBER = 8
"""Digits from here on can be a telephone, an account or an identity number."""


def masked(one: Filled, value: str | None = None) -> str:
    """``value`` (the answer, if it is not given) as it may stand on a screen in a hall; empty for none."""
    value = one.value if value is None else value
    field = one.field
    if not value:
        return ""
    kind = _BY_KIND.get(field.kind) or _BY_CARD.get(field.autofill or "")
    if kind is None and field.kind == "digits" and len(value) >= _LONG_NUMBER:
        kind = "phone"
    return masking.mask(kind, value) if kind is not None else text(field, value)


def hidden(one: Filled) -> bool:
    """Whether an answer given before is not put into the field again: it would stand there in full."""
    return masked(one) != text(one.field, one.value)
