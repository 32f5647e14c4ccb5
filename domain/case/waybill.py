"""运单号: what a carrier prints on a parcel as a striped code, and how one that was typed or scanned becomes it."""

from __future__ import annotations

import re
import unicodedata

WAYBILL = r"^[0-9A-Z]{8,24}$"
"""Capital letters and digits: EMS (UPU S10) has 13, commercial carriers 10 to 18."""


def waybill(said: str) -> str | None:
    """``said`` as a waybill's number: full-width forms folded, capitals, without blanks and dashes; ``None`` when it is none.

    One with fewer than six digits is none: a word that was typed, or a code that holds no number.
    """
    text = re.sub(r"[\s\-–—]", "", unicodedata.normalize("NFKC", said)).upper()
    return text if re.fullmatch(WAYBILL, text) and sum(c.isdigit() for c in text) >= 6 else None
