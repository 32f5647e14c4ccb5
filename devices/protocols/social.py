"""What lies on a Chinese social security card (社会保障卡, LD/T 32 and its successors), as bytes. No I/O.

The application is selected by name; EF05 tells of the card, EF06 of its holder. A record is tag, length, value, and is asked for by
tag: the numbers of EF06's records shift between the generations. ``Le`` is the value's length in the table plus two, exactly; with
another one each record costs a second command. Generations 1 and 2 give EF06 to anybody; generation 3 wants an external
authentication first (6982 without). Nothing here proves a card genuine. Source: public programs, five of which agree on the
lengths; no real card has confirmed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from devices.protocols.apdu import CardAnswerError, Command, Sw

NAME = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")
"""``sx1.sh.社会保障`` in GBK: the only application ever selected. The bank's, on the same chip, is none of our business."""
CARD_FILE, HOLDER_FILE = 0xEF05, 0xEF06
CARD_LENGTHS: Mapping[int, int] = {0x01: 16, 0x02: 1, 0x03: 4, 0x04: 12, 0x05: 4, 0x06: 4, 0x07: 9}
HOLDER_LENGTHS: Mapping[int, int] = {0x08: 18, 0x09: 30, 0x4E: 20, 0x0A: 1, 0x0B: 1, 0x0C: 3, 0x0D: 4}
"""Tag → length of a value. 01 卡识别码, 02 类别, 03 规范版本, 04 初始化机构, 05 发卡日期, 06 有效期, 07 卡号;
08 社会保障号码, 09 姓名, 4E 姓名扩展, 0A 性别, 0B 民族, 0C 出生地, 0D 出生日期."""
CARD_TAGS = (0x03, 0x01, 0x05, 0x06)
HOLDER_TAGS = (0x08, 0x09, 0x4E, 0x0A, 0x0B, 0x0D)
"""What is read of each file: nothing that nobody asks for."""
OPTIONAL = frozenset({0x05, 0x06, 0x4E})
"""Records a card may lack; ``4E`` came with generation 2."""
AUTHENTICATION_KEY = 0x0A
"""RKSSSE, the key that opens EF06 of generation 3."""
CHALLENGE = Command(0x00, 0x84, 0x00, 0x00, le=8)
GUARDED = frozenset({Sw.SECURITY_STATUS_NOT_SATISFIED, Sw.CONDITIONS_NOT_SATISFIED})
"""How a card says that it wants an authentication first."""


class Generation(StrEnum):
    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    UNKNOWN = "?"
    """No version is written, or one we do not know; it is read as far as it lets itself be read."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """EF05. Dates are YYYYMMDD; what the card does not give is empty. ``region``: six digits of the issuing place (GB/T 2260)."""

    generation: Generation
    region: str
    issued: str
    expires: str
    identifier: bytes = field(repr=False)
    """The whole 卡识别码, 16 bytes: what a security module derives the card's keys from."""


@dataclass(frozen=True, slots=True)
class Holder:
    """EF06, trimmed of padding, nothing judged. Codes as the chip gives them (GB/T 2261.1, GB/T 3304)."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    sex: str = field(repr=False)
    nation: str = field(repr=False)
    birth: str = field(repr=False)


def select_file(file: int) -> Command:
    return Command(0x00, 0xA4, 0x02, 0x00, file.to_bytes(2, "big"))


def read_record(tag: int) -> Command:
    return Command(0x00, 0xB2, tag, 0x00, le=(CARD_LENGTHS.get(tag) or HOLDER_LENGTHS[tag]) + 2)


def internal_authenticate(factor: bytes, source: bytes) -> Command:
    """The card answers with eight bytes that only a genuine one can make of ``factor`` and ``source``."""
    return Command(0x00, 0x88, 0x00, 0x00, factor + source, 8)


def external_authenticate(cryptogram: bytes, factor: bytes) -> Command:
    return Command(0x00, 0x82, 0x00, AUTHENTICATION_KEY, cryptogram + factor)


def value(tag: int, record: bytes) -> bytes:
    """The value of one record as the card sent it; :class:`CardAnswerError` when it is another, or lies about its length."""
    if len(record) < 2 or record[0] != tag:
        raise CardAnswerError("another record than was asked for")
    if record[1] != len(record) - 2:
        raise CardAnswerError("a record's length is not its length")
    return record[2:]


def card_facts(values: Mapping[int, bytes]) -> CardFacts:
    """EF05 from its values by tag; :class:`CardAnswerError`."""
    identifier = values[0x01]
    version = _text(values[0x03])
    generations = {"1": Generation.FIRST, "2": Generation.SECOND, "3": Generation.THIRD}
    return CardFacts(
        generation=generations.get(version[:1], Generation.UNKNOWN),
        region=_digits(identifier[:3]),
        issued=_digits(values.get(0x05, b"")),
        expires=_digits(values.get(0x06, b"")),
        identifier=identifier,
    )


def holder(values: Mapping[int, bytes]) -> Holder:
    """EF06 from its values by tag; :class:`CardAnswerError`.

    A long name is cut after 30 bytes wherever that falls, also inside a character: the bytes are joined before they are decoded.
    """
    return Holder(
        name=_text(values[0x09].rstrip(b"\0") + values.get(0x4E, b"")),
        number=_text(values[0x08]),
        sex=_text(values[0x0A]),
        nation=_digits(values[0x0B]),
        birth=_digits(values[0x0D]),
    )


def algorithm(fci: bytes | None) -> int:
    """What the card computes with, from ``9F0C`` of its FCI: 1 3DES (also when it does not say), 2 SSF33, 3 SM4."""
    return fci[3] if fci is not None and len(fci) > 3 and fci[:3] == b"\x03\x86\x01" else 1


def _text(data: bytes) -> str:
    """GB 18030 (it holds GBK and GB 2312), padded with zeros."""
    try:
        return data.rstrip(b"\0").decode("gb18030").strip()
    except UnicodeDecodeError:
        raise CardAnswerError("a text that is none") from None


def _digits(data: bytes) -> str:
    """Decimal digits, two a byte, padded with F on the right; empty when nothing is written."""
    digits = data.hex().rstrip("f")
    if not digits.isdecimal() and digits:
        raise CardAnswerError("a number that is none")
    return digits if digits.strip("0") else ""
