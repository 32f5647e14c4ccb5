"""The privacy notice shown before the card is read (PIPL 17, 30, 35; 规程 9(2)): who, why, what, how long, rights, contact.

The words are data, in ``domain/data/notices.toml``, with all versions there were: a case records the one its applicant agreed to,
and what that said can still be read.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

_FILE = Path(__file__).parent / "data" / "notices.toml"
Question = Literal["who", "why", "what", "how-long", "rights", "contact"]
QUESTIONS: tuple[Question, ...] = ("who", "why", "what", "how-long", "rights", "contact")


class Paragraph(Struct, frozen=True):
    heading: str
    text: str


class _Paragraph(Struct, frozen=True, forbid_unknown_fields=True):
    asks: Question
    heading: Annotated[str, Meta(min_length=1, max_length=20)]
    text: Annotated[str, Meta(min_length=1, max_length=400)]


class Version(Struct, frozen=True, forbid_unknown_fields=True):
    """``changed``: what is new beside the version before, for whoever reads it again."""

    version: Annotated[str, Meta(min_length=1, max_length=40)]
    since: date
    paragraph: tuple[_Paragraph, ...]
    changed: str = ""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    notice: Annotated[tuple[Version, ...], Meta(min_length=1)]


@cache
def versions() -> tuple[Version, ...]:
    """All there were, the one in use first."""
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), _File).notice


VERSION = versions()[0].version


def paragraphs(intake: str, home: str, phone: str, version: str = VERSION) -> tuple[Paragraph, ...]:
    """The notice of this version, with the two places and the hall's telephone filled in. ``StopIteration``: there is none."""
    told = next(one for one in versions() if one.version == version)
    return tuple(Paragraph(p.heading, p.text.format(intake=intake, home=home, phone=phone)) for p in told.paragraph)
