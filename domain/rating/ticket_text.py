"""What people write about a ticket names nobody: numbers by which somebody could be found are refused where they are typed.

A name cannot be told from other words; the page asks not to write one.
"""

from __future__ import annotations

import re
import unicodedata

_LONG = re.compile(r"[0-9](?:[\s\-()/.·]{0,3}[0-9Xx]){6,}")
"""Seven digits and more in a row, as a telephone, a document, a case, an account has them."""


def identifies(text: str) -> bool:
    """Whether ``text`` holds a number long enough to be somebody's; full-width digits and separators do not hide it.

    Days written with year, month and day (2026-11-26) are no such number.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"\b(19|20)[0-9]{2}([-./])(0?[1-9]|1[0-2])\2(0?[1-9]|[12][0-9]|3[01])(?![0-9])", "", plain)
    return _LONG.search(plain) is not None
