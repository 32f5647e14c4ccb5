"""Forms from data: the questions a home place wants answered, asked one after another on the terminal."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.catalogue.item import English, Id, Text

FieldKind = Literal[
    "choice", "choices", "date", "text", "long_text", "digits", "promise", "name", "id_number", "uscc", "phone", "money", "division"
]
"""``promise`` is a statement to be ticked (告知承诺); ``date`` YYYY-MM-DD; ``uscc`` 统一社会信用代码; ``money`` yuan with two
decimals; ``division`` a place of Sichuan, GB/T 2260; ``choices`` several options joined by a comma."""

Autofill = Literal["name", "number", "sex", "nation", "birth", "address"]
"""What of the applicant's card is put into the field; it can be corrected where the field is not ``locked``."""


class Option(Struct, frozen=True):
    value: Id
    text: Text


class When(Struct, frozen=True):
    """The field is asked only where another field's answer is one of these."""

    field: Id
    values: Annotated[tuple[Id, ...], Meta(min_length=1)]


class Field(Struct, frozen=True):
    """One question of the generated form. ``delivery``: asked only for these ways the result comes back, none for any."""

    field: Id
    label: Text
    kind: FieldKind
    required: bool = True
    options: tuple[Option, ...] = ()
    hint: str = ""
    max_length: Annotated[int, Meta(ge=1, le=500)] = 60
    when: When | None = None
    autofill: Autofill | None = None
    locked: bool = False
    delivery: tuple[Id, ...] = ()
    english: English = {}
