"""查询打印: the port to whoever holds the data. There is no such connection yet; a demonstration has one of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from domain.identity import Identity


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF of ``pages`` A4 pages. In memory only, and printed once."""

    pages: int
    pdf: bytes = field(repr=False)


class NoDocument(StrEnum):
    """``NOT_FOUND``: nothing is known of this person. ``NOT_NOW``: nobody can tell at present. The two are never mixed up."""

    NOT_FOUND = "not_found"
    NOT_NOW = "not_now"


class QueryProvider(Protocol):
    """Asked from a thread of its own; whatever it raises is ``NOT_NOW``. The identity is for this question only."""

    def ask(self, home: str, item: str, situation: str, identity: Identity) -> Document | NoDocument: ...
