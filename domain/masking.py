"""Masking for screens and paper, always on the server. The full value never reaches a page that shows the masked one.

No binding pattern exists; this is the common practice (GB/T 35273-2020, 7.2 asks for de-identified display).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from domain.names import first

Kind = Literal["name", "number", "birth", "phone", "address"]
"""What tells who somebody is. Anything else a case holds is shown as it is, where it is shown at all."""
Place = Literal["screen", "form", "receipt", "slip", "leaflet", "sms", "call", "progress", "console"]
"""``form``: the picture of a form on the screen before it is signed; ``leaflet``: a slip with what was filled in for the window;
``call``: 叫号, a public screen, loudspeaker or help list."""

_COUNTY = re.compile(r"^(?:.{2,8}?(?:省|自治区|特别行政区))?(?:.{1,12}?(?:自治州|地区|盟|市))?(?:.{1,10}?(?:县|区|旗|市))?")


def name(full: str) -> str:
    """First character (with its marks) and two stars, whatever the length: 张** for 张三 as for 阿依·木果, S** for SMITH, JOHN."""
    return f"{first(full)}**" if full else ""


def number(full: str) -> str:
    """First three and last four, eleven stars between; last two where the last four tell the day of birth
    (KAZ110090123105). Of the short numbers of passports and permits the first and the last three."""
    if 8 <= len(full) < 12:  # passports and travel permits
        return f"{full[:1]}{'*' * (len(full) - 4)}{full[-3:]}"
    shown = 2 if full[:1].isalpha() else 4
    return f"{full[:3]}{'*' * 11}{full[-shown:]}" if len(full) >= 12 else "*" * 11


def birth(full: str) -> str:
    """A day of birth is part of the number: not a digit of it."""
    return "****年**月**日" if full else ""


def phone(full: str) -> str:
    """138****1234; anything shorter than eight digits wholly hidden."""
    return f"{full[:3]}****{full[-4:]}" if len(full) >= 8 else "*" * len(full)


def address(full: str) -> str:
    """Down to the county, then stars. An address that names no division is hidden but for two characters."""
    match = _COUNTY.match(full)
    shown = match.group(0) if match else ""
    return f"{shown or full[:2]}****"


MASKS: Mapping[Kind, Callable[[str], str]] = {"name": name, "number": number, "birth": birth, "phone": phone, "address": address}
SHOWN: Mapping[Place, frozenset[Kind]] = {
    "screen": frozenset(MASKS),
    "form": frozenset({"name", "number", "phone", "address"}),
    "receipt": frozenset({"name", "number"}),
    "slip": frozenset({"name", "number"}),
    "leaflet": frozenset(MASKS),
    "sms": frozenset(),
    "call": frozenset(),
    "progress": frozenset(),
    "console": frozenset(),
}
"""Where what may stand, and only masked; a kind that is not named stands there in no form. In full it stands at the desks, for a
stated reason that is written down, and on what is sealed or handed to its holder."""


def mask(kind: Kind, full: str) -> str:
    return MASKS[kind](full)
