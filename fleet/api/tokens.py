"""One's own tokens. A token makes no other: what is revoked is over."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from fleet.api.frame import Api, Call, Page, Write, absent
from fleet.people import tokens as kept
from fleet.people.rights import Grant
from fleet.people.tokens import Token

TokenId = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}$")]


class Me(Struct, frozen=True):
    """``grants``: what this token may do now."""

    login: str
    token: str
    grants: tuple[Grant, ...]


def routes(api: Api) -> None:
    @api.get("/me", None)
    def me(call: Call) -> Me:
        """Whose token this is, and what it may do."""
        return Me(call.login, call.who.partition("#")[2], call.grants)

    @api.get("/tokens", None)
    def tokens(call: Call) -> Page[Token]:
        """All of its owner, newest first; never the tokens themselves."""
        return Page(kept.of(call.db, call.login))

    @api.post("/tokens/<token>/revoke", None)
    def revoke(call: Call, token: TokenId, body: Write) -> None:
        """At once, for good; also this one itself."""
        found = kept.get(call.db, token)
        if found is None or found.owner != call.login:
            absent()
        kept.revoke(call.db, token, call.now, call.who, body.why)
