"""Bearer tokens: who is asking. Only hashes are kept; comparing takes the same time for every token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def bearer(header: str | None, hashes: Mapping[str, str]) -> str | None:
    """Whose token the ``Authorization`` header carries: a key of ``hashes`` (name → hash), or ``None``."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    given = token_hash(token.strip())
    found: str | None = None
    for name, known in hashes.items():
        if hmac.compare_digest(given, known):
            found = name
    return found
