"""Numbers of identity documents (GB 11643-1999, ISO 7064 MOD 11-2, ICAO 9303 check digits).

Checks here are exact and need no area tables: old and merged area codes are still on people's cards.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from msgspec import Struct

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_FOREIGN_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")


class NumberKind(StrEnum):
    RESIDENT = "resident18"
    RESIDENT_OLD = "resident15"
    HK_MACAU_TAIWAN = "hkmt18"
    FOREIGN_2023 = "foreign18"
    FOREIGN_2017 = "foreign15"


class NumberFault(StrEnum):
    """Why a number is none. The values are for logs: they never contain the number."""

    SHAPE = "shape"
    DATE = "date"
    FUTURE = "future"
    CHECK = "check"


class NumberFacts(Struct, frozen=True):
    """What a valid number says. ``sex`` is 1 or 2 (GB/T 2261.1); ``None`` where the number does not say."""

    kind: NumberKind
    birth: date
    sex: str | None


def check_number(number: str, today: date) -> NumberFacts | NumberFault:
    """Judge one number. A lower-case x is accepted; full-width digits are not."""
    text = number[:-1] + "X" if number.endswith("x") else number
    if _EIGHTEEN.fullmatch(text):
        return _eighteen(text, today)
    if _FIFTEEN.fullmatch(text):
        birth = _date(f"19{text[6:12]}", today)
        return birth if isinstance(birth, NumberFault) else NumberFacts(NumberKind.RESIDENT_OLD, birth, _sex(text[14]))
    if _FOREIGN_2017.fullmatch(text):
        return _foreign_2017(text, today)
    return NumberFault.SHAPE


def check_character(seventeen: str) -> str:
    """The 18th character for the first seventeen digits (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(d) * w for d, w in zip(seventeen, _WEIGHTS, strict=True)) % 11]


def former_number(nationality: str, number: str, link: str) -> str | None:
    """The 15 characters a foreigner's number was before 2023, from what the card of today says; ``None`` without a link.

    nationality + number[1:3] + link[0:2] + number[8:14] + link[2] + check digit (one vendor's description; a specimen agrees).
    """
    if not re.fullmatch(r"[0-9]{3}", link):
        return None
    fourteen = f"{nationality}{number[1:3]}{link[:2]}{number[8:14]}{link[2]}"
    return f"{fourteen}{_icao_check(fourteen)}" if re.fullmatch(r"[A-Z]{3}[0-9]{11}", fourteen) else None


def plain_date(yyyymmdd: str) -> date | None:
    """The day, ``None`` when there is none such."""
    if not re.fullmatch(r"[0-9]{8}", yyyymmdd):
        return None
    try:
        return date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        return None


def _eighteen(text: str, today: date) -> NumberFacts | NumberFault:
    if check_character(text[:17]) != text[17]:
        return NumberFault.CHECK
    if text[0] == "9":
        # 9 + province of acceptance (2) + country (3) + birth (8) + sequence (3) + check
        kind = NumberKind.FOREIGN_2023
    else:
        kind = NumberKind.HK_MACAU_TAIWAN if text[:6] in ("810000", "820000", "830000") else NumberKind.RESIDENT
    birth = _date(text[6:14], today)
    return birth if isinstance(birth, NumberFault) else NumberFacts(kind, birth, _sex(text[16]))


def _foreign_2017(text: str, today: date) -> NumberFacts | NumberFault:
    if _icao_check(text[:14]) != text[14]:
        return NumberFault.CHECK
    # Two digits for the year: the youngest reading that is not in the future.
    young = _date(f"20{text[7:13]}", today)
    birth = _date(f"19{text[7:13]}", today) if isinstance(young, NumberFault) else young
    return birth if isinstance(birth, NumberFault) else NumberFacts(NumberKind.FOREIGN_2017, birth, None)


def _sex(digit: str) -> str:
    return "1" if int(digit) % 2 else "2"


def _date(yyyymmdd: str, today: date) -> date | NumberFault:
    day = plain_date(yyyymmdd)
    if day is None:
        return NumberFault.DATE
    return NumberFault.FUTURE if day > today else day


def _icao_check(characters: str) -> str:
    """Check digit of ICAO 9303-3, 4.9: weights 7 3 1, A = 10 … Z = 35."""
    return str(sum(int(c, 36) * (7, 3, 1)[i % 3] for i, c in enumerate(characters)) % 10)
