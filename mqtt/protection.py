"""What a home desk learns of what was deleted at the end of its time (``domain.protection.retention``). It names nobody."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from mqtt.messages import Code, Count, Digest

MOST_DELETIONS = 1000


class Deletion(Struct, frozen=True):
    """A sealed document of ``case`` that was deleted by ``rule``, ``at`` seconds since 1970; ``gone``: its bytes are no more."""

    digest: Digest
    case: Code
    rule: Code
    at: Count
    gone: bool


class DeletionList(Struct, frozen=True):
    """Newest first."""

    deletions: Annotated[tuple[Deletion, ...], Meta(max_length=MOST_DELETIONS)]


def deletions_path(party: str) -> str:
    return f"/v1/homes/{party}/deletions"
