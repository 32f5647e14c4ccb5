"""One-time codes: the code book (码本) by which a terminal knows one without being able to make one.

The centre draws a terminal's codes for many days ahead and signs (Ed25519) the list of their hashes. That list is the book;
it lies on the terminal and is no secret. Reading out a code opens one of the signed hashes: the code is short, and still
only the centre can have given it. See ``docs/decisions/one-time-code.md``.

A code has 20 characters (``domain/code.py``), 95 random bits of them. A book::

    tongban-staff-book/1 <Ed25519 signature, hexadecimal> LF <body, JSON>
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta, Struct

from domain.staff.roles import Purpose, Role

CHINA = timezone(timedelta(hours=8), "CST")
GRACE = timedelta(hours=2)
"""A code is good on its day, by civil time in China, and so long into the next: for what began shortly before midnight."""
MAX_BOOK = 1_000_000
"""Bytes of a file that is looked at: a year of 30 codes a day takes a quarter of it."""
_MAGIC = b"tongban-staff-book/1 "
_HASH = 16


class BadBookError(ValueError):
    """The file is no book, is damaged, was not signed by this centre, or is another terminal's."""


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """``a_day`` codes each day for this role and purpose."""

    role: Role
    purpose: Purpose
    a_day: Annotated[int, Meta(ge=1, le=30)]


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed. ``hashes``: 16 bytes for each slot, in the order of :func:`slots`."""

    terminal: Annotated[str, Meta(min_length=1, max_length=64)]
    book: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]
    first: date
    days: Annotated[int, Meta(ge=1, le=400)]
    groups: Annotated[tuple[Group, ...], Meta(min_length=1, max_length=8)]
    hashes: Annotated[bytes, Meta(max_length=MAX_BOOK)]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)


class Slot(Struct, frozen=True):
    """One code's place in a book: what it is for. ``number`` counts from 1."""

    day: date
    role: Role
    purpose: Purpose
    number: int

    @property
    def name(self) -> str:
        """How audit lines call the code; it tells nothing of the code itself."""
        return f"{self.day:%Y%m%d}-{self.role}-{self.purpose}-{self.number}"

    @property
    def begins(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=CHINA)

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(days=1) + GRACE


def slots(body: Body) -> Iterator[Slot]:
    """Every place of a book, in the order of its hashes."""
    for offset in range(body.days):
        for group in body.groups:
            for number in range(1, group.a_day + 1):
                yield Slot(body.first + timedelta(days=offset), group.role, group.purpose, number)


class CodeBook:
    """A book whose signature was checked."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._slots = tuple(slots(body))

    def find(self, code: str) -> Slot | None:
        """The place ``code`` (as ``domain.code.read`` gives it) belongs to, whether it is good now or not."""
        for at, slot in enumerate(self._slots):
            if self.body.hashes[at * _HASH : (at + 1) * _HASH] == commitment(self.body.terminal, self.body.book, slot, code):
                return slot
        return None


def open_book(data: bytes, centre: bytes, terminal: str) -> CodeBook:
    """The book in ``data`` if ``centre`` (Ed25519 public key, 32 bytes) signed it for ``terminal``. :class:`BadBookError`."""
    line, found, raw = data.partition(b"\n")
    if len(data) > MAX_BOOK or not found or not line.startswith(_MAGIC):
        raise BadBookError("no code book")
    try:
        signature = bytes.fromhex(line[len(_MAGIC) :].decode("ascii"))
        Ed25519PublicKey.from_public_bytes(centre).verify(signature, _MAGIC + raw)
        body = msgspec.json.decode(raw, type=Body)
    except InvalidSignature:
        raise BadBookError("signed by another key, or changed") from None
    except ValueError as error:
        raise BadBookError(f"damaged: {error}") from None
    if body.terminal != terminal:
        raise BadBookError(f"the book of {body.terminal}")
    if len(body.hashes) != _HASH * body.days * sum(group.a_day for group in body.groups):
        raise BadBookError("damaged: hashes and days do not agree")
    return CodeBook(body)


def to_sign(body: Body) -> bytes:
    """What the centre signs."""
    return _MAGIC + msgspec.json.encode(body)


def sealed_book(body: Body, signature: bytes) -> bytes:
    """The file."""
    return _MAGIC + signature.hex().encode() + b"\n" + msgspec.json.encode(body)


def commitment(terminal: str, book: str, slot: Slot, code: str) -> bytes:
    """The hash that stands for ``code`` in a book: it binds the code to terminal, book, day, role and purpose."""
    parts = ("tongban staff code", terminal, book, slot.name, code)
    return hashlib.sha256("\0".join(parts).encode()).digest()[:_HASH]
