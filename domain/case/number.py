"""办件编号 that a terminal can give while offline, and that a new SD card never gives twice.

``511381 261122 K01 7QX 0001 C``: intake division (6), date yyMMdd (6), terminal (3), generation of the terminal's
database (3), sequence of the day (4), check character ISO 7064 MOD 37,36 (1). It holds nothing of the applicant.
"""

from __future__ import annotations

import re
from datetime import date

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_READABLE = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PREFIX = re.compile(r"[0-9]{12}[0-9A-Z]{6}")
_SERVICE = "Z"
_SHAPE = re.compile(r"[0-9]{12}[0-9A-Z]{6}[0-9]{4}[0-9A-Z]")
MAX_SEQUENCE = 9999


def prefix(division: str, day: date, terminal: str, epoch: str) -> str:
    """What all numbers of one database and day share. ``ValueError`` when a part does not fit its place."""
    text = f"{division}{day:%y%m%d}{terminal}{generation(epoch)}"
    if not _PREFIX.fullmatch(text):
        raise ValueError("a part of the case number does not fit its place")
    return text


def mint(prefix: str, sequence: int) -> str:
    """The ``sequence``-th number (1 … 9999) behind ``prefix``. ``OverflowError`` when the day's numbers are used up."""
    if not 1 <= sequence <= MAX_SEQUENCE:
        raise OverflowError("no case number left for today")
    body = f"{prefix}{sequence:04d}"
    return body + check_character(body)


def service(prefix: str, sequence: int) -> str:
    """The number of a service without a case (咨询): like a case's, and never to be taken for one."""
    return _SERVICE + mint(prefix, sequence)


def service_prefix(prefix: str) -> str:
    """What all numbers of services of one database and day share."""
    return _SERVICE + prefix


def ticket(number: str) -> str:
    """What of a service's number is called out and looked for in a hall: terminal and sequence of the day."""
    return f"{number[13:16]}-{number[19:23]}"


def generation(epoch: str) -> str:
    """Three characters (without I and O) from the random epoch of the database: 16 hexadecimal digits."""
    value = int(epoch, 16)
    return "".join(_READABLE[value // 34**i % 34] for i in range(3))


def sequence(number: str) -> int:
    """The sequence of the day in a number of ours."""
    return int(number.removeprefix(_SERVICE)[18:22])


def valid(number: str) -> bool:
    return _SHAPE.fullmatch(number) is not None and check_character(number[:-1]) == number[-1]


def grouped(number: str) -> str:
    """In groups for reading aloud."""
    parts, at = [], 0
    for size in (6, 6, 3, 3, 4, 1):
        parts.append(number[at : at + size])
        at += size
    return " ".join(parts)


def check_character(body: str) -> str:
    """ISO 7064 hybrid MOD 37,36 over digits and upper-case letters."""
    product = 36
    for character in body:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]
