"""An answer as the public may see it over the person's shoulder (GB/T 35273-2020, 7.2): masked by what it is."""

from __future__ import annotations

from domain import masking
from domain.forms.asking import Filled
from domain.forms.checking import text

_LONG_NUMBER = 8
"""Digits from here on can be a telephone, an account or an identity number."""


def masked(one: Filled, value: str | None = None) -> str:
    """``value`` (the answer, if it is not given) as it may stand on a screen in a hall; empty for none."""
    value = one.value if value is None else value
    field = one.field
    if not value:
        return ""
    if field.kind == "name" or field.autofill == "name":
        return masking.name(value)
    if field.kind == "id_number" or field.autofill == "number":
        return masking.number(value)
    if field.autofill == "address":
        return masking.address(value)
    if field.autofill == "birth":
        return masking.birth(value)
    if field.kind == "phone" or (field.kind == "digits" and len(value) >= _LONG_NUMBER):
        return masking.phone(value)
    return text(field, value)


def hidden(one: Filled) -> bool:
    """Whether an answer given before is not put into the field again: it would stand there in full."""
    return masked(one) != text(one.field, one.value)
