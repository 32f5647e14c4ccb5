"""What belongs to a person, as it goes over HTTP: what was deleted at the end of its time (``domain.protection.retention``), and
what people ask of their own information (``domain.protection.rights``). Codes and digests: it names nobody.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mqtt.wire import Code, Count, Digest, Short

MOST_DELETIONS = 1000
MOST_REQUESTS = 1000
Kind = Literal["access", "copy", "correct", "delete"]
Outcome = Literal["granted", "refused"]
Groups = Annotated[tuple[Literal["identity", "contact", "form", "materials", "signature", "papers"], ...], Meta(max_length=6)]


class RequestDocument(Struct, frozen=True):
    """A sealed document of a request: what was said at the window, the answer, what a hall hands over."""

    digest: Digest
    size: Count
    kind: Literal["record", "note", "task", "result", "delivery"]


Documents = Annotated[tuple[RequestDocument, ...], Meta(max_length=8)]


class RequestFiled(Struct, frozen=True):
    """Somebody asks at a window: to look up, get a copy, put right, delete. ``documents``: what they said, to the home desk."""

    kind: Kind
    groups: Groups = ()
    documents: Documents = ()


class RequestAnswered(Struct, frozen=True):
    """The home desk's answer. ``why``: the code of why not. Without a task among ``documents`` the desk hands it over itself."""

    outcome: Outcome
    why: Code = ""
    documents: Documents = ()


class RequestRefused(Struct, frozen=True):
    """Why it cannot be filed or answered so: answered, reason, running, not_whole, document_known, too_many."""

    code: Code
    refused: Literal["request"] = "request"


class PersonRequest(Struct, frozen=True):
    """A request as it stands. Times: seconds since 1970; ``due``: the last day of the answer, ``estimate`` where a calendar is."""

    request: Count
    case: Code
    item_name: Short
    kind: Kind
    groups: Groups
    by: Literal["receipt", "window", "terminal"]
    at: Count
    due: date
    estimate: bool
    state: Code
    documents: Annotated[tuple[RequestDocument, ...], Meta(max_length=40)] = ()
    outcome: Outcome | None = None
    why: Code = ""
    answered_at: Count | None = None
    handed_at: Count | None = None


class RequestList(Struct, frozen=True):
    """Those that wait for the answer first."""

    requests: Annotated[tuple[PersonRequest, ...], Meta(max_length=MOST_REQUESTS)]


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


def requests_path(party: str) -> str:
    return f"/v1/homes/{party}/requests"


def case_requests_path(case: str) -> str:
    return f"/v1/cases/{case}/requests"


def answer_path(request: str) -> str:
    return f"/v1/requests/{request}/answer"
