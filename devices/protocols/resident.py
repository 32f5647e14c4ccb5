"""What a second-generation resident identity card says: the sections of ``30 01`` and the 256 bytes of text. No I/O.

The answer's data is ``textLen photoLen`` (2 bytes each, big endian; a third length with fingerprints) and the sections one after
another. Text is UTF-16LE padded with spaces. Lengths are read, never assumed: one public capture has a text of 220 bytes, which
ends before the type flag. Nothing is judged here; only what cannot be a card's text at all is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

MIN_TEXT = 220
"""Bytes up to the end of the validity, the last field every card has."""
MAX_SECTION = 2048
"""Bytes of one section; the largest known is a photo of 1024."""
LONG_TERM = "长期"

LAYOUT: dict[str, tuple[int, int]] = {
    "name": (0, 30),
    "sex": (30, 2),
    "nation": (32, 4),
    "birth": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "authority": (158, 30),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
}
"""Field → offset and length in bytes."""
TYPE_FLAG = slice(248, 250)


class LayoutError(ValueError):
    """The bytes are no card's text. The message names the rule and never quotes the bytes."""


class CardKind(Enum):
    """The type flag at offset 248."""

    RESIDENT = " "
    HK_MACAU_TAIWAN = "J"
    FOREIGN_2017 = "I"
    FOREIGN_2023 = "Y"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Sections:
    """The parts of a read, uninterpreted."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    fingerprint: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ResidentText:
    """The text fields, trimmed of padding. ``birth`` and ``valid_*`` are YYYYMMDD, ``valid_to`` may be 长期."""

    name: str = field(repr=False)
    sex: str = field(repr=False)
    nation: str = field(repr=False)
    birth: str = field(repr=False)
    address: str = field(repr=False)
    number: str = field(repr=False)
    authority: str = field(repr=False)
    valid_from: str = field(repr=False)
    valid_to: str = field(repr=False)


def split(data: bytes) -> Sections:
    """The sections of ``data``; :class:`LayoutError` when their lengths do not add up."""
    for count in (2, 3):
        head = 2 * count
        sizes = [int.from_bytes(data[at : at + 2], "big") for at in range(0, head, 2)]
        if head + sum(sizes) == len(data) and sizes[0] >= MIN_TEXT and max(sizes) <= MAX_SECTION:
            starts = [head + sum(sizes[:index]) for index in range(count)]
            return Sections(*(data[start : start + size] for start, size in zip(starts, sizes, strict=True)))
    raise LayoutError("section lengths do not add up")


def kind(text: bytes) -> CardKind:
    """Whose layout ``text`` has. A text too short for the flag is a resident's."""
    flag = text[TYPE_FLAG]
    if not flag:
        return CardKind.RESIDENT
    try:
        return CardKind(flag.decode("utf-16-le"))
    except ValueError:
        return CardKind.UNKNOWN


def parse(text: bytes) -> ResidentText:
    """The fields of a resident's ``text``; :class:`LayoutError` when they cannot be a card's."""
    if len(text) < MIN_TEXT:
        raise LayoutError(f"text of {len(text)} bytes")
    found = {name: _field(text, name) for name in LAYOUT}
    for name in ("name", "address", "number", "authority"):
        if not found[name]:
            raise LayoutError(f"{name} is empty")
    for name, size in (("sex", 1), ("nation", 2), ("birth", 8), ("valid_from", 8), ("valid_to", 8)):
        value = found[name]
        digits = len(value) == size and value.isascii() and value.isdecimal()
        if not digits and (name, value) != ("valid_to", LONG_TERM):
            raise LayoutError(f"{name} is not {size} digits")
    return ResidentText(**found)


def build(fields: ResidentText, flag: CardKind = CardKind.RESIDENT) -> bytes:
    """256 bytes of text as a chip holds them; ``ValueError`` when a field is too long for its place."""
    text = bytearray(" ".encode("utf-16-le") * 128)
    for name, (offset, size) in LAYOUT.items():
        raw = str(getattr(fields, name)).encode("utf-16-le")
        if len(raw) > size:
            raise ValueError(f"{name} needs {len(raw)} bytes and has {size}")
        text[offset : offset + len(raw)] = raw
    text[TYPE_FLAG] = flag.value.encode("utf-16-le")
    return bytes(text)


def join(text: bytes, photo: bytes) -> bytes:
    """The data of an answer to ``30 01``."""
    return len(text).to_bytes(2, "big") + len(photo).to_bytes(2, "big") + text + photo


def _field(text: bytes, name: str) -> str:
    offset, size = LAYOUT[name]
    try:
        value = text[offset : offset + size].decode("utf-16-le")
    except UnicodeDecodeError:
        raise LayoutError(f"{name} is not UTF-16") from None
    value = value.strip(" ")
    if any(ord(character) < 0x20 or character in "\x7f\ufffe\uffff" for character in value):
        raise LayoutError(f"{name} holds characters no card holds")
    return value
