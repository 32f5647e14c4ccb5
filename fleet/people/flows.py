"""Sign-ins under way at the identity provider, in the database: whoever went there from one console may come back to another."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from fleet import database

LIFE = 600.0
"""Seconds somebody may take at the provider."""
MOST = 1000
"""Under way at once; the oldest give way, as anybody may begin one."""


@dataclass(frozen=True, slots=True)
class Flow:
    """``nonce``: what the ID token must say (OpenID Connect Core 1.0, 3.1.2.1); ``verifier``: of PKCE (RFC 7636); ``then``:
    where they wanted to go.
    """

    nonce: str
    verifier: str = field(repr=False)
    then: str


def begin(db: database.Connection, then: str, now: float) -> tuple[str, Flow]:
    """With the state the browser must come back with, of which the database knows the hash."""
    state, flow = secrets.token_urlsafe(32), Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(64), then)
    db.execute(
        "DELETE FROM sign_ins WHERE began < ? OR state NOT IN (SELECT state FROM sign_ins ORDER BY began DESC LIMIT ?)",
        (now - LIFE, MOST - 1),
    )
    db.execute("INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?)", (_name(state), flow.nonce, flow.verifier, then, now))
    return state, flow


def take(db: database.Connection, state: str, now: float) -> Flow | None:
    """What was begun with ``state``, once; ``None``: nothing, or it took too long."""
    row = db.execute("DELETE FROM sign_ins WHERE state = ? RETURNING nonce, verifier, wanted, began", (_name(state),)).fetchone()
    return Flow(row[0], row[1], row[2]) if row is not None and 0 <= now - row[3] <= LIFE else None


def _name(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
