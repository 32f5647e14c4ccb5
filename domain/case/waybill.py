"""承运单位和运单号: the carriers both sides know by one code, and how a parcel's number that was typed or scanned becomes one."""

from __future__ import annotations

import re
import unicodedata

CARRIERS = {"ems": "中国邮政 EMS", "post": "中国邮政挂号", "sf": "顺丰速运", "jd": "京东快递", "own": "本单位专人递送"}
"""Code in acts → name on pages and lists. Who sends writes the code, who receives reads it: so there is one table."""

WAYBILL = r"^[0-9A-Z]{8,24}$"
"""Capital letters and digits: EMS (UPU S10) has 13, commercial carriers 10 to 18."""


def waybill(said: str) -> str | None:
    """``said`` as a waybill's number: full-width forms folded, capitals, without blanks and dashes; ``None`` when it is none.

    One with fewer than six digits is none: a word that was typed, or a code that holds no number.
    """
    text = re.sub(r"[\s\-–—]", "", unicodedata.normalize("NFKC", said)).upper()
    return text if re.fullmatch(WAYBILL, text) and sum(c.isdigit() for c in text) >= 6 else None


def carrier(code: str) -> str:
    """Its name; a code of another version as it is."""
    return CARRIERS.get(code, code)
