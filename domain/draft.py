"""草稿: what a citizen has begun at a terminal, on its way to the window of the same hall. Sealed to that window, whole.

``visit`` is the visit as the terminal's program keeps it, for going on where it stood; ``lines`` say the same to a clerk who only
reads. Pages lie in it as they were sealed when they were kept: the terminal cannot open them again.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain import code as codes
from domain.sealing import OpeningKey, Recipient, seal, unseal
from domain.sealing import digest as digest_of

CODE_LENGTH = 24
"""Characters of the code on the slip: six groups of four, 115 random bits and a check character."""
CODE_SECRET = 15
"""Bytes a fresh code is made of."""
DAYS = 7
MOST_PAGES = 64
Text = Annotated[str, Meta(max_length=500)]


class DamagedDraftError(ValueError):
    """What was opened is no draft, is not whole, or was made by a program this one does not understand."""


class Line(Struct, frozen=True):
    """One thing a clerk reads."""

    label: Text
    text: Text

    def __repr__(self) -> str:
        return "Line(…)"


class DraftPage(Struct, frozen=True):
    """A sealed page, by its digest."""

    digest: str
    sealed: bytes

    def __repr__(self) -> str:
        return f"DraftPage({self.digest[:12]}…)"


class Draft(Struct, frozen=True):
    """``schema``: of ``visit``. ``terminal`` and ``hall`` say where it was begun, ``made_at`` when."""

    v: Literal[1]
    schema: int
    terminal: Text
    hall: Text
    made_at: Text
    item: Text
    situation: Text
    home: Text
    lines: Annotated[tuple[Line, ...], Meta(max_length=100)]
    visit: bytes
    pages: Annotated[tuple[DraftPage, ...], Meta(max_length=MOST_PAGES)] = ()

    def __repr__(self) -> str:
        return "Draft(…)"


def new_code(secret: bytes) -> str:
    """The code made of ``CODE_SECRET`` random bytes."""
    if len(secret) != CODE_SECRET:
        raise ValueError(f"a code is made of {CODE_SECRET} bytes")
    return codes.write(secret, CODE_LENGTH)


def read_code(typed: str) -> str:
    """The code in what was typed or scanned. :class:`domain.code.MistypedError`."""
    return codes.read(typed, CODE_LENGTH)


def sealed(draft: Draft, window: Recipient) -> bytes:
    """To the window of the hall, and nobody else."""
    return seal(msgspec.msgpack.encode(draft), (window,))


def opened(data: bytes, key: OpeningKey) -> Draft:
    """:class:`domain.sealing.SealError`: damaged, or sealed to another window. :class:`DamagedDraftError`."""
    try:
        draft = msgspec.msgpack.decode(unseal(data, key), type=Draft)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise DamagedDraftError("no draft of this version") from None
    if any(digest_of(page.sealed) != page.digest for page in draft.pages):
        raise DamagedDraftError("a page is not the one that was kept")
    return draft
