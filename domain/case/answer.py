"""What a citizen did about a case that was taken in, sealed as the case was: materials handed in after a notice (补正), a
result received (送达回证), a case withdrawn (撤回). Each names the task it answers. When it was done stands in the event.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.case.content import Applicant, Inked, Page, Signature, Text
from domain.case.task import MOST_POINTS, Digest


class Supplied(Struct, frozen=True):
    """The pages for one point of the notice."""

    point: Text
    name: Text
    material: Text | None
    pages: tuple[Page, ...]


class _Answer(Struct, frozen=True):
    """``task``: digest of the sealed task. ``person``: whose card was read; null where it was done with the receipt (``by``).
    ``inked``: it was signed on ``paper`` at the window; ``signature`` has no stroke then, for desks of an earlier version."""

    v: Literal[1]
    case: Text
    task: Digest
    by: Literal["card", "receipt", "number"]
    person: Applicant | None
    signature: Signature
    inked: Inked | None = None
    paper: tuple[Page, ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Correction(_Answer, frozen=True, kw_only=True, tag_field="kind", tag="correction"):
    """补正. ``window``: points that are to be shown at the window."""

    supplied: Annotated[tuple[Supplied, ...], Meta(min_length=1, max_length=MOST_POINTS)]
    window: tuple[Text, ...] = ()


class Delivery(_Answer, frozen=True, kw_only=True, tag_field="kind", tag="delivery"):
    """送达回证: ``name`` and ``number`` of the result, ``document`` and ``pages`` as they were printed."""

    name: Text
    number: Text
    document: Digest
    pages: int
    attempt: int = 1
    """Printed at which attempt; those before were spoilt, or nobody can tell."""


class Withdrawal(_Answer, frozen=True, kw_only=True, tag_field="kind", tag="withdrawal"):
    """撤回申请."""

    statement: Text


Answer = Correction | Delivery | Withdrawal


def encode(answer: Answer) -> bytes:
    return msgspec.json.encode(answer)


def decode(plain: bytes) -> Answer:
    """``ValueError`` (msgspec) when the bytes are no answer of this version."""
    found: Answer = msgspec.json.decode(plain, type=Answer)
    return found
