"""What the chip of an identity document says: the sections of ``30 01`` and the 256 bytes of text. No I/O.

The answer's data is ``textLen photoLen`` (2 bytes each, big endian; a third length with fingerprints) and the sections one after
another. Text is UTF-16LE padded with spaces. Lengths are read, never assumed: one public capture has a text of 220 bytes, which
ends before the type flag. Which of four layouts a text has, its flag says (:data:`LAYOUTS`). Nothing is judged here; only what
cannot be a document's text at all is refused.

Source: programs and sheets that follow GA 467, counted against each other; the standard itself is not public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

MIN_TEXT = 220
"""Bytes up to the end of the validity, the last field every resident's card has."""
WHOLE_TEXT = 256
"""Bytes of a text as cards are issued."""
MAX_SECTION = 2048
"""Bytes of one section; the largest known is a photo of 1024."""
NEW_ADDRESS = 70
"""Bytes of the answer to ``30 03``: no lengths before them."""
LONG_TERM = "长期"
TYPE_FLAG = slice(248, 250)


class LayoutError(ValueError):
    """The bytes are no document's text. The message names the rule and never quotes the bytes."""


class CardKind(Enum):
    """The type flag at offset 248."""

    RESIDENT = " "
    HK_MACAU_TAIWAN = "J"
    FOREIGN_2017 = "I"
    FOREIGN_2023 = "Y"
    UNKNOWN = "?"


Spans = tuple[tuple[int, int], ...]
_RESIDENT: Mapping[str, Spans] = {
    "name": ((0, 30),),
    "sex": ((30, 2),),
    "nation": ((32, 4),),
    "birth": ((36, 16),),
    "address": ((52, 70),),
    "number": ((122, 36),),
    "authority": ((158, 30),),
    "valid_from": ((188, 16),),
    "valid_to": ((204, 16),),
}
LAYOUTS: Mapping[CardKind, Mapping[str, Spans]] = MappingProxyType(
    {
        CardKind.RESIDENT: _RESIDENT,
        CardKind.HK_MACAU_TAIWAN: {
            **{name: spans for name, spans in _RESIDENT.items() if name != "nation"},
            "permit": ((220, 18),),
            "issues": ((238, 4),),
        },
        CardKind.FOREIGN_2017: {
            "english_name": ((0, 120),),
            "sex": ((120, 2),),
            "number": ((122, 30),),
            "nationality": ((152, 6),),
            "name": ((158, 30),),
            "valid_from": ((188, 16),),
            "valid_to": ((204, 16),),
            "birth": ((220, 16),),
            "version": ((236, 4),),
            "office": ((240, 8),),
        },
        CardKind.FOREIGN_2023: {
            "name": ((0, 30),),
            "sex": ((30, 2),),
            "renewals": ((32, 4),),
            "birth": ((36, 16),),
            # In two places, joined before the padding is cut: the 35th character can be a space.
            "english_name": ((52, 70), (220, 22)),
            "number": ((122, 36),),
            "valid_from": ((188, 16),),
            "valid_to": ((204, 16),),
            "nationality": ((242, 6),),
            "former": ((250, 6),),
        },
    }
)
"""Kind → field → offsets and lengths in bytes. A field a kind lacks is not on that document's chip."""

_NEEDED = {
    CardKind.RESIDENT: ("name", "address", "number", "authority"),
    CardKind.HK_MACAU_TAIWAN: ("name", "address", "number", "authority"),
    CardKind.FOREIGN_2017: ("english_name", "number", "nationality"),
    CardKind.FOREIGN_2023: ("english_name", "number", "nationality"),
}
_DIGITS = {"sex": 1, "nation": 2, "birth": 8, "valid_from": 8, "valid_to": 8}


@dataclass(frozen=True, slots=True)
class Sections:
    """The parts of a read, uninterpreted."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    fingerprint: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ChipText:
    """The text fields, trimmed of padding; empty where the document's chip has no such field, or nothing in it.

    ``birth`` and ``valid_*`` are YYYYMMDD, ``valid_to`` may be 长期; ``sex`` and ``nation`` codes of GB/T 2261.1 and GB/T 3304;
    ``nationality`` three letters (ISO 3166-1). ``name`` is the Chinese one, which a foreigner need not have. ``permit`` and
    ``issues``: travel-permit number and number of issues of a permit J. ``version`` and ``office`` are on I, ``renewals`` and
    ``former`` (three characters that link to the former number) on Y.
    """

    kind: CardKind
    name: str = field(default="", repr=False)
    english_name: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    nation: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)
    birth: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    authority: str = field(default="", repr=False)
    valid_from: str = field(default="", repr=False)
    valid_to: str = field(default="", repr=False)
    permit: str = field(default="", repr=False)
    issues: str = field(default="", repr=False)
    renewals: str = field(default="", repr=False)
    former: str = field(default="", repr=False)
    version: str = field(default="", repr=False)
    office: str = field(default="", repr=False)


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


def parse(text: bytes) -> ChipText:
    """The fields of ``text`` in its kind's layout; :class:`LayoutError` when it has none, or they cannot be a document's."""
    found = kind(text)
    if found is CardKind.UNKNOWN:
        raise LayoutError("no known type flag")
    if len(text) < MIN_TEXT:
        raise LayoutError(f"text of {len(text)} bytes")
    fields = {name: _text(name, *(text[at : at + size] for at, size in spans)) for name, spans in LAYOUTS[found].items()}
    for name in _NEEDED[found]:
        if not fields[name]:
            raise LayoutError(f"{name} is empty")
    for name, size in _DIGITS.items():
        if name in fields and not _digits(fields[name], size) and (name, fields[name]) != ("valid_to", LONG_TERM):
            raise LayoutError(f"{name} is not {size} digits")
    return ChipText(kind=found, **fields)


def new_address(data: bytes) -> str:
    """The address that ``30 03`` gave, empty when the field is blank; :class:`LayoutError`."""
    if len(data) != NEW_ADDRESS:
        raise LayoutError(f"address of {len(data)} bytes")
    return _text("address", data)


def build(fields: ChipText) -> bytes:
    """256 bytes of text as a chip holds them; ``ValueError`` when a field is too long for its place, or not of its kind."""
    text = bytearray(_padded("", WHOLE_TEXT))
    for name, spans in LAYOUTS[fields.kind].items():
        raw = _padded(getattr(fields, name), sum(size for _, size in spans))
        for at, size in spans:
            text[at : at + size], raw = raw[:size], raw[size:]
    text[TYPE_FLAG] = fields.kind.value.encode("utf-16-le")
    return bytes(text)


def build_address(address: str) -> bytes:
    """The 70 bytes of a newest address."""
    return _padded(address, NEW_ADDRESS)


def join(text: bytes, photo: bytes) -> bytes:
    """The data of an answer to ``30 01``."""
    return len(text).to_bytes(2, "big") + len(photo).to_bytes(2, "big") + text + photo


def _text(name: str, *parts: bytes) -> str:
    try:
        value = b"".join(parts).decode("utf-16-le")
    except UnicodeDecodeError:
        raise LayoutError(f"{name} is not UTF-16") from None
    value = value.strip(" ")
    if any(ord(character) < 0x20 or character in "\x7f\ufffe\uffff" for character in value):
        raise LayoutError(f"{name} holds characters no card holds")
    return value


def _digits(value: str, size: int) -> bool:
    return len(value) == size and value.isascii() and value.isdecimal()


def _padded(value: str, size: int) -> bytes:
    raw = value.encode("utf-16-le")
    if len(raw) > size:
        raise ValueError(f"a field needs {len(raw)} bytes and has {size}")
    return raw + " ".encode("utf-16-le") * ((size - len(raw)) // 2)
