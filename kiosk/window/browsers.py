"""Which browsers are the window's: those a clerk has signed in with, by password and code, in the last months.

Only such a one may ask for a badge: whoever else is on the hall's network could wait for a clerk to lay theirs, and use up its PIN.
The mark says nothing but that, and opens nothing.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from kiosk.store.files import write_durably

GOOD = timedelta(days=90)
_AUDIENCE = "clerk's browser"


class Browsers:
    """``path``: this terminal's key for the marks, made when there is none; without it every browser is new. ``OSError``."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            write_durably(path, secrets.token_hex(32).encode())
        self._key = path.read_bytes().strip()

    def mark(self) -> str:
        return jwt.encode({"aud": _AUDIENCE, "exp": datetime.now(UTC) + GOOD}, self._key, "HS256")

    def knows(self, mark: str) -> bool:
        try:
            jwt.decode(mark, self._key, algorithms=["HS256"], audience=_AUDIENCE, options={"require": ["exp", "aud"]})
        except jwt.InvalidTokenError:
            return False
        return True
