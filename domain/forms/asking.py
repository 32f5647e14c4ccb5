"""Which questions of a form are asked, given what is answered already, how the result comes back, and what the card says.

How it works. The fields are gone through in order. One that its condition, or the way the result comes back, rules out is not
asked: an answer to it, given before the condition changed, counts no more. What the card says is an answer without a question.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from domain.catalogue.form import Field
from domain.forms.checking import check

Source = Literal["hand", "card", "corrected"]
"""Who gave an answer: the person; the chip; the person, though the chip says something else."""


class Filled(Struct, frozen=True):
    """A field that is asked. ``value`` empty: not answered, or left empty; ``known`` tells the two apart, and is false for a value
    that is none. ``said``: what the card says, empty where it says nothing."""

    field: Field
    value: str
    source: Source
    known: bool
    said: str = ""

    def __repr__(self) -> str:
        return f"Filled({self.field.field}, …)"

    @property
    def is_question(self) -> bool:
        """Whether it needs a screen of its own: the card does not say it."""
        return not self.said


def filled(
    fields: tuple[Field, ...], given: Mapping[str, str], card: Mapping[str, str], delivery: str | None
) -> tuple[Filled, ...]:
    """The fields that are asked, in order. ``given``: what the person answered; ``card``: autofill → what the chip says."""
    values: dict[str, tuple[str, ...]] = {}
    asked = []
    for field in fields:
        if not _asked(field, values, delivery):
            continue
        one = _filled(field, given, card)
        values[field.field] = tuple(one.value.split(",")) if field.kind == "choices" else (one.value,)
        asked.append(one)
    return tuple(asked)


def questions(asked: tuple[Filled, ...]) -> tuple[Filled, ...]:
    """Those that need a screen each."""
    return tuple(one for one in asked if one.is_question)


def first_open(asked: tuple[Filled, ...]) -> Filled | None:
    """The first that is not answered yet."""
    return next((one for one in asked if not one.known), None)


def kept(asked: tuple[Filled, ...], given: Mapping[str, str]) -> dict[str, str]:
    """What the person gave, without what is asked no longer and what is no other than the card's."""
    return {one.field.field: given[one.field.field] for one in asked if one.field.field in given and one.source != "card"}


def _asked(field: Field, values: Mapping[str, tuple[str, ...]], delivery: str | None) -> bool:
    if field.delivery and delivery not in field.delivery:
        return False
    return field.when is None or any(value in field.when.values for value in values.get(field.when.field, ()))


def _filled(field: Field, given: Mapping[str, str], card: Mapping[str, str]) -> Filled:
    said = card.get(field.autofill, "") if field.autofill else ""
    hand = given.get(field.field)
    if said and (field.locked or hand is None or hand == said):
        return Filled(field, said, "card", known=True, said=said)
    value = hand or ""
    return Filled(field, value, "corrected" if said else "hand", hand is not None and check(field, value) is None, said)
