"""What the intake window writes down beside an act, sealed to the home desk: who did it, notes in words, pages that were added.

What the applicant handed in and signed is never changed: an addition is an addition, with who made it and when.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.case.content import Text

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
MOST_PAGES = 30
"""Pages added at one time."""


class _Private(Struct, frozen=True):
    """What must not be read off a log line or a traceback."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Remark(_Private, frozen=True):
    """``about``: a material's code, or empty for the case as a whole; ``name`` in words."""

    about: Text
    name: Text
    text: Text


class Addition(_Private, frozen=True):
    """Pages taken at the window with the applicant there, each a sealed document of its own: a picture, or a PDF."""

    material: Text
    name: Text
    pages: Annotated[tuple[Digest, ...], Meta(min_length=1, max_length=MOST_PAGES)]


class WindowRecord(_Private, frozen=True):
    """``by``: the clerk, name or number; ``at``: RFC 3339. ``of``: the act it goes with."""

    v: Literal[1]
    case: Text
    of: Literal["prechecked", "originals_seen", "mended"]
    by: Text
    at: Text
    remarks: tuple[Remark, ...] = ()
    additions: tuple[Addition, ...] = ()


def encode(record: WindowRecord) -> bytes:
    return msgspec.json.encode(record)


def decode(plain: bytes) -> WindowRecord:
    """``ValueError`` (msgspec) when the bytes are no record of this version."""
    return msgspec.json.decode(plain, type=WindowRecord)
