"""What a rater writes, and what they leave so that somebody can call back: a sealed document, to the centre's rating key alone.

Version 1: one JSON object, filled up with spaces so that its sealed size tells nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.catalogue.form import Field
from domain.forms.checking import check
from domain.forms.postal import PHONE
from domain.rating.levels import MOST_WORDS

NAME = Field("name", "姓名", "name", max_length=30)
_SIZE = 2048
_MOST = 16 * 1024


class BadWordsError(ValueError):
    """No document of this kind. The text quotes nothing."""


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """``text``: what was written, or empty. ``name`` and ``phone``: both, or neither (anonymous)."""

    v: Literal[1] = 1
    text: Annotated[str, Meta(max_length=MOST_WORDS)] = ""
    name: Annotated[str, Meta(max_length=60)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""

    def __repr__(self) -> str:
        return "Words(…)"

    @property
    def named(self) -> bool:
        """Whether somebody may call back (实名)."""
        return bool(self.phone)

    @property
    def empty(self) -> bool:
        return not (self.text or self.name or self.phone)


def contact_errors(name: str, phone: str) -> dict[str, str]:
    """Errors by field: who wants to be called back leaves both, who does not leaves neither."""
    if not name and not phone:
        return {}
    found = {field.field: error for field, value in ((NAME, name), (PHONE, phone)) if (error := check(field, value))}
    return found


def encode(words: Words) -> bytes:
    return msgspec.json.encode(words).ljust(_SIZE)


def decode(plain: bytes) -> Words:
    """:class:`BadWordsError`."""
    if len(plain) > _MOST:
        raise BadWordsError("too long")
    try:
        return msgspec.json.decode(plain, type=Words)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadWordsError("no words of a rating") from None
