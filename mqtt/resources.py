"""HTTP resources of the contract, version 1: sealed documents go up to the centre, desks fetch them; drafts go up and come back.

==========================================  ========  ===================================================================
``PUT /v1/documents/{digest}``              both      body: the sealed bytes. 201 stored now, 200 was stored already,
                                                      422 the content does not match its name, 413 too large, 401, 403
``HEAD /v1/documents/{digest}``             terminal  204; ``Upload-Complete: ?1`` when it is stored, else ``?0`` and
                                                      ``Upload-Offset``: how many bytes of it this terminal has brought
``PATCH /v1/documents/{digest}``            terminal  body: the bytes from ``Upload-Offset`` to the end. 201, 200, 422, 413
                                                      as above; 409 when the centre does not stand at that offset
``GET /v1/documents/{digest}``              desk      the sealed bytes; only of its cases, and of what its side may read; an
                                                      intake window only until its access expires (403 ``access_over``); 404;
                                                      410 ``deleted``: it was there, until its time was over
                                            terminal  a task of its hall that is still open; 404
``GET /v1/cases/{case}``                    terminal  :class:`CaseStanding` of a case this terminal took in; 404
``GET /v1/desired/{digest}``                terminal  what is wanted of it (``mqtt/desired.py``), whole or in parts (Range); 404
``GET /v1/programs/{digest}``               terminal  the archive of a program that is wanted of it, in parts (Range); 404
``GET /v1/homes/{party}/cases``             desk      :class:`CaseList`, newest first; ``?before={case}`` the next page,
                                                      ``?open=1`` only what is not closed
``GET /v1/intakes/{party}/cases``           window    the same, of what it took in
``POST /v1/cases/{case}/acts``              desk,     body: ``casework.ActPosted``. ``casework.Work``, 201, or 200 the same act
                                            window    stands there; 409 another one does; 403, 422 ``casework.ActRefused``; 404
``GET /v1/cases/{case}/acts``               both      ``casework.CaseFile``; 404
``GET /v1/halls/tasks``                     terminal  ``casework.TaskList``: what is to be shown in its hall
``GET /v1/homes/{party}/corrections``       desk      :class:`CorrectionList`: errors found in its items, newest first
``GET /v1/homes/{party}/requests``          desk      ``protection.RequestList``: what people ask of their own information
``POST /v1/cases/{case}/requests``          window,   body: ``protection.RequestFiled``. ``protection.PersonRequest``, 201, or 200
                                            terminal  it is open already; 422 ``protection.RequestRefused``; 404
``POST /v1/requests/{request}/answer``      desk      body: ``protection.RequestAnswered``; as above
``GET /v1/homes/{party}/deletions``         desk      ``protection.DeletionList``: of its cases, what was deleted in time
``PUT /v1/drafts/{name}``                   terminal  body: a sealed draft. :class:`DraftKept`, 201 now, 200 was already (and
                                                      is this now); 422 another terminal's, 413, 429 too many of this one
``GET /v1/drafts/{name}``                   terminal  of the same hall: the sealed draft; 404, 429 (see below)
``DELETE /v1/drafts/{name}``                terminal  of the same hall: 204, it is done with; 404, 429
==========================================  ========  ===================================================================

What was brought of a document that was cut off stays for a while (PUT and PATCH alike); ``HEAD`` and ``PATCH`` have the shape of
the IETF's resumable uploads (draft-ietf-httpbis-resumable-upload), with the document itself as the upload. Only a 422 to a PUT
says that a document is damaged: one put together from parts may have been spoilt on the way.

A draft's name is the hash of the code on its slip (:func:`draft_name`), so that the centre knows neither what it holds nor what
opens it; it goes by itself after ``DRAFT_KEPT``. 404 is one answer to a name that is none, is over, or is another hall's; who
asks for too many of those is answered 429 for an hour.

A terminal shows its certificate, whose name is the terminal (``mqtt/enrolment.py``); a home desk and an intake window carry
``Authorization: Bearer …``, each its own: no token of a window posts an act of the home department.
A certificate that is revoked or not known is answered 403 at once, with the reason (``enrolment.Refusal``); every other 4xx
answer says why as :class:`Refused`. So do 503 ``come_later`` and 507 ``no_room``: where the centre keeps documents cannot be
reached, or is full; what is brought waits where it is, and comes again (``Retry-After``).
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mqtt.events import Awaited, DocumentRef, ItemError
from mqtt.wire import Code, Count, Digest, Short, Terminal, Time

MAX_DOCUMENT = 16 * 1024 * 1024
"""Bytes of one sealed document."""
UPLOAD_OFFSET = "Upload-Offset"
UPLOAD_COMPLETE = "Upload-Complete"
PARTIAL = "application/partial-upload"
DRAFT_KEPT = 7 * 24 * 3600.0
"""Seconds a draft stays at the centre."""


class Refused(Struct, frozen=True):
    """Why a request was refused: the body of every 4xx, 503 and 507 answer that is not an ``enrolment.Refusal``."""

    refused: Literal[
        "bad_request",
        "no_credentials",
        "not_found",
        "wrong_method",
        "no_length",
        "too_large",
        "wrong_content",
        "wrong_offset",
        "no_room",
        "come_later",
        "wrong_range",
        "too_many",
        "moved_on",
        "access_over",
        "deleted",
    ]


class CaseStanding(Struct, frozen=True):
    """``whole``: the centre has stored and checked every document the case names. Only that frees the terminal's copies."""

    case: Code
    whole: bool
    missing: tuple[Digest, ...]


class Timer(Struct, frozen=True):
    """A term that runs (``domain.case.deadlines``), as it stood on the day it was asked for."""

    term: Code
    side: Literal["home", "intake"]
    begins: date
    due: date
    estimate: bool
    standing: Literal["running", "warning", "last_day", "over", "halted"]


class Work(Struct, frozen=True):
    """How a case stands after ``position`` acts. ``awaits``: what the window must still see. ``access_until``: when the window can
    no longer open it; null: that is not settled yet. ``deemed``: accepted by silence, not by the home department."""

    state: Code
    position: Count
    awaits: Annotated[tuple[Awaited, ...], Meta(max_length=3)] = ()
    timers: tuple[Timer, ...] = ()
    access_until: Time | None = None
    deemed: bool = False


class HomeCase(Struct, frozen=True):
    """A case as a desk sees it before opening: nothing of the applicant. ``documents``: those it was taken in with; ``missing``: of
    all it names by now."""

    case: Code
    item: Code
    item_name: Short
    situation: Code
    intake: Code
    taken_at: Time
    documents: tuple[DocumentRef, ...]
    missing: tuple[Digest, ...]
    home: Code = ""
    work: Work | None = None


class DraftKept(Struct, frozen=True):
    """The draft lies at the centre until then."""

    until: Time


class CaseList(Struct, frozen=True):
    """``before``: what to ask for to get the next page; null: this is the last."""

    cases: Annotated[tuple[HomeCase, ...], Meta(max_length=1000)]
    total: Count
    before: Code | None = None


class Correction(Struct, frozen=True):
    """An error a window found in an item of this party (纠错), as it was told."""

    terminal: Terminal
    told: ItemError


class CorrectionList(Struct, frozen=True):
    corrections: Annotated[tuple[Correction, ...], Meta(max_length=1000)]
    total: Count


def document_path(digest: str) -> str:
    return f"/v1/documents/{digest}"


def case_path(case: str) -> str:
    return f"/v1/cases/{case}"


def home_cases_path(party: str) -> str:
    return f"/v1/homes/{party}/cases"


def home_accounts_path(party: str) -> str:
    """``GET``: the signed accounts of the clerks of a home desk (``desired.AccountsBody``)."""
    return f"/v1/homes/{party}/accounts"


def intake_accounts_path(party: str) -> str:
    """As :func:`home_accounts_path`, of an intake window."""
    return f"/v1/intakes/{party}/accounts"


def corrections_path(party: str) -> str:
    return f"/v1/homes/{party}/corrections"


def draft_path(name: str) -> str:
    return f"/v1/drafts/{name}"


def draft_name(code: str) -> str:
    """What a draft is called at the centre. ``code`` has 115 random bits (``domain.code``, 24 characters): no list of hashes helps
    anybody to it, and a slow hash would not make it safer.
    """
    return hashlib.sha256(f"tongban draft\0{code}".encode()).hexdigest()
