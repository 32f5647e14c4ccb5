"""OpenAPI 3.1 of the centre's HTTP interface, as terminals and home desks use it. A test holds it against the routes served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mqtt import casework, desired, enrolment, progress, protection, resources, wire
from mqtt.documents.schemas import Json, reference, schemas

Who = Literal["anybody", "code", "terminal", "desk", "window"]
_PKCS10 = {"application/pkcs10": {"schema": {"type": "string", "contentEncoding": "base64", "maxLength": enrolment.MAX_REQUEST}}}
_PKCS7 = {"application/pkcs7-mime": {"schema": {"type": "string", "contentEncoding": "base64"}}}
_SEALED = {"application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}}
_PARTIAL = {resources.PARTIAL: _SEALED["application/octet-stream"]}
_BODIES = (desired.PackBody, desired.CatalogueBody, desired.SettingsBody, desired.NoticesBody, desired.AccountsBody)
_BODY = {"application/json": {"schema": {"anyOf": [reference(kind) for kind in _BODIES]}}}
_SECURITY: dict[Who, Json] = {
    "code": {
        "type": "http",
        "scheme": "basic",
        "description": "User: the terminal. Password: the secret of a one-time code (`tongban centre enrol-code`).",
    },
    "terminal": {
        "type": "mutualTLS",
        "description": "TLS 1.3 with a certificate of the fleet's authority; its name is the terminal.",
    },
    "desk": {"type": "http", "scheme": "bearer", "description": "A home desk's token."},
    "window": {
        "type": "http",
        "scheme": "bearer",
        "description": "An intake window's token; never good for an act of a home desk.",
    },
}
_DIGEST = ("digest", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "SHA-256 of the sealed bytes, in hexadecimal.")
_CASE = ("case", {"type": "string", "minLength": 1, "maxLength": 64}, "A case number.")
_DRAFT = ("name", {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "SHA-256 of `tongban draft`, a zero byte and the slip's code.")
_KEPT = {"application/json": {"schema": reference(resources.DraftKept)}}
_LISTED = (
    ("before", {"type": "string", "maxLength": 64}, "The page behind this case."),
    ("open", {"type": "string", "const": "1"}, "Only what is not closed."),
)
_ASKED = {"application/json": {"schema": reference(protection.PersonRequest)}}
_WORK = {"application/json": {"schema": reference(resources.Work)}}
_TOKEN = ("token", {"type": "string", "pattern": "^[A-Za-z0-9_-]{22,64}$"}, "The random token on a receipt's QR code.")
_TOLD: Json = {"application/json": {"schema": reference(progress.CaseProgress)}}
_PARTY = ("party", {"type": "string", "minLength": 1, "maxLength": 64}, "A party whose home desk this is.")


@dataclass(frozen=True, slots=True)
class Resource:
    """``done``: status → (in words, content). ``refused``: statuses answered by ``resources.Refused``; those of a certificate or a
    code that will not do are ``enrolment.Refusal``, of an act that may not be done ``casework.ActRefused`` (``judged``). ``also``:
    who else may ask; ``asked``: what may stand in the query.
    """

    method: str
    path: str
    name: str
    who: Who
    said: str
    done: dict[int, tuple[str, Json | None]]
    refused: tuple[int, ...] = ()
    refusals: tuple[int, ...] = ()
    body: Json | None = None
    parameter: tuple[str, Json, str] | None = None
    headers: tuple[tuple[str, Json, str], ...] = ()
    also: tuple[Who, ...] = ()
    asked: tuple[tuple[str, Json, str], ...] = ()
    judged: tuple[int, ...] = ()
    withheld: tuple[int, ...] = ()


RESOURCES = (
    Resource(
        "get", enrolment.CACERTS, "getAuthority", "anybody", "The authority's certificate.", {200: ("PKCS#7 in Base64.", _PKCS7)}
    ),
    Resource(
        "post",
        enrolment.ENROL,
        "enrol",
        "code",
        "A certificate for who brings a one-time code (EST, RFC 7030). The same key and code may ask again.",
        {200: ("The certificate, PKCS#7 in Base64.", _PKCS7)},
        refusals=(400, 401, 403, 429),
        body=_PKCS10,
    ),
    Resource(
        "post",
        enrolment.RENEW,
        "renew",
        "terminal",
        "A new certificate for who shows a good one.",
        {200: ("The certificate, PKCS#7 in Base64.", _PKCS7)},
        refusals=(400, 403, 429),
        body=_PKCS10,
    ),
    Resource(
        "get",
        enrolment.IDENTITY,
        "getIdentity",
        "terminal",
        "What the centre knows of the certificate that is shown.",
        {200: ("Known and in order.", {"application/json": {"schema": reference(enrolment.Standing)}})},
        refusals=(403,),
    ),
    Resource(
        "put",
        resources.document_path("{digest}"),
        "putDocument",
        "terminal",
        f"Store a sealed document, at most {resources.MAX_DOCUMENT} bytes. Doing it again is harmless.",
        {200: ("Was stored already.", None), 201: ("Stored and on the disk now.", None)},
        refused=(400, 401, 404, 411, 413, 422, 503, 507),
        refusals=(403,),
        body=_SEALED,
        parameter=_DIGEST,
        also=("desk", "window"),
    ),
    Resource(
        "head",
        resources.document_path("{digest}"),
        "headDocument",
        "terminal",
        "How much of it this terminal has brought: Upload-Complete, and Upload-Offset while it is ?0.",
        {204: ("In the headers.", None)},
        refused=(401, 404, 503),
        refusals=(403,),
        parameter=_DIGEST,
    ),
    Resource(
        "patch",
        resources.document_path("{digest}"),
        "patchDocument",
        "terminal",
        "The rest of a document that was cut off, from Upload-Offset to its end (Upload-Complete: ?1).",
        {200: ("Was stored already.", None), 201: ("Stored and on the disk now.", None)},
        refused=(400, 401, 404, 409, 411, 413, 422, 503, 507),
        refusals=(403,),
        body=_PARTIAL,
        parameter=_DIGEST,
        headers=(
            (
                resources.UPLOAD_OFFSET,
                {"type": "integer", "minimum": 0, "maximum": resources.MAX_DOCUMENT},
                "Bytes brought before.",
            ),
            (resources.UPLOAD_COMPLETE, {"type": "string", "const": "?1"}, "That this is the rest of it."),
        ),
    ),
    Resource(
        "get",
        resources.document_path("{digest}"),
        "getDocument",
        "desk",
        "The sealed bytes: of a case of this desk, of what its side may read; to a terminal, of an open task of its hall. An "
        "intake window gets them until its access expires.",
        {200: ("The sealed bytes.", _SEALED)},
        refused=(401, 403, 404, 410, 503),
        parameter=_DIGEST,
        also=("window", "terminal"),
    ),
    Resource(
        "get",
        resources.case_path("{case}"),
        "getCase",
        "terminal",
        "What is missing of a case this terminal took in.",
        {200: ("The centre has the case's event.", {"application/json": {"schema": reference(resources.CaseStanding)}})},
        refused=(401, 404),
        refusals=(403,),
        parameter=_CASE,
    ),
    Resource(
        "get",
        desired.body_path("{digest}"),
        "getDesired",
        "terminal",
        "What the centre wants terminals to have, by the digest a signed pointer names (AsyncAPI, `desired`).",
        {200: ("The body.", _BODY), 206: ("The part asked for by Range.", _SEALED)},
        refused=(401, 404, 416),
        refusals=(403,),
        parameter=("digest", _DIGEST[1], "SHA-256 of the body, in hexadecimal."),
    ),
    Resource(
        "get",
        resources.home_cases_path("{party}"),
        "getHomeCases",
        "desk",
        "The cases of this desk, newest first, at most 1000.",
        {200: ("The cases.", {"application/json": {"schema": reference(resources.CaseList)}})},
        refused=(401, 404),
        parameter=_PARTY,
        asked=_LISTED,
    ),
    Resource(
        "get",
        resources.home_accounts_path("{party}"),
        "getHomeAccounts",
        "desk",
        "Who the clerks of this desk are, signed as it is asked; good for some hours.",
        {200: ("The accounts.", {"application/json": {"schema": reference(desired.AccountsBody)}})},
        refused=(401, 404),
        parameter=_PARTY,
    ),
    Resource(
        "get",
        resources.intake_accounts_path("{party}"),
        "getIntakeAccounts",
        "window",
        "Who the clerks of this intake window are, signed as it is asked; good for some hours.",
        {200: ("The accounts.", {"application/json": {"schema": reference(desired.AccountsBody)}})},
        refused=(401, 404),
        parameter=_PARTY,
    ),
    Resource(
        "get",
        casework.intake_cases_path("{party}"),
        "getIntakeCases",
        "window",
        "The cases this window took in, newest first, at most 1000.",
        {200: ("The cases.", {"application/json": {"schema": reference(resources.CaseList)}})},
        refused=(401, 404),
        parameter=_PARTY,
        asked=_LISTED,
    ),
    Resource(
        "get",
        casework.acts_path("{case}"),
        "getActs",
        "desk",
        "All that happened to a case of this desk or window.",
        {200: ("The file.", {"application/json": {"schema": reference(casework.CaseFile)}})},
        refused=(401, 404),
        parameter=_CASE,
        also=("window",),
    ),
    Resource(
        "post",
        casework.acts_path("{case}"),
        "postAct",
        "desk",
        "An act, behind those that stand there. The same one again is harmless.",
        {200: ("It stands there already.", _WORK), 201: ("Written.", _WORK)},
        refused=(400, 401, 404, 409),
        body={"application/json": {"schema": reference(casework.ActPosted)}},
        parameter=_CASE,
        also=("window",),
        judged=(403, 422),
    ),
    Resource(
        "get",
        progress.case_progress_path("{case}"),
        "getProgressByNumber",
        "terminal",
        "How far a case is, in a few words without a person. A terminal limits the tries of whoever types numbers.",
        {200: ("How far it is.", _TOLD)},
        refused=(401, 404),
        refusals=(403,),
        parameter=_CASE,
    ),
    Resource(
        "get",
        progress.receipt_progress_path("{token}"),
        "getProgressByReceipt",
        "terminal",
        "The same by a receipt's token.",
        {200: ("How far it is.", _TOLD)},
        refused=(401, 404),
        refusals=(403,),
        parameter=_TOKEN,
    ),
    Resource(
        "get",
        casework.TASKS,
        "getTasks",
        "terminal",
        "What is to be shown in this terminal's hall once a card is read.",
        {200: ("The tasks.", {"application/json": {"schema": reference(casework.TaskList)}})},
        refused=(401,),
        refusals=(403,),
    ),
    Resource(
        "get",
        resources.corrections_path("{party}"),
        "getCorrections",
        "desk",
        "Errors windows found in this party's items, newest first, at most 1000.",
        {200: ("The errors.", {"application/json": {"schema": reference(resources.CorrectionList)}})},
        refused=(401, 404),
        parameter=_PARTY,
    ),
    Resource(
        "get",
        protection.deletions_path("{party}"),
        "getDeletions",
        "desk",
        "Documents of this party's cases that were deleted at the end of their time, newest first, at most 1000.",
        {200: ("What was deleted.", {"application/json": {"schema": reference(protection.DeletionList)}})},
        refused=(401, 404),
        parameter=_PARTY,
    ),
    Resource(
        "get",
        protection.requests_path("{party}"),
        "getRequests",
        "desk",
        "What people ask of their own information in this party's cases; what waits for the answer first, at most 1000.",
        {200: ("The requests.", {"application/json": {"schema": reference(protection.RequestList)}})},
        refused=(401, 404),
        parameter=_PARTY,
    ),
    Resource(
        "post",
        protection.case_requests_path("{case}"),
        "postRequest",
        "window",
        "Somebody asks at the window, or at a terminal of the hall, in codes alone. The same while it is open is the same one.",
        {200: ("It is open already.", _ASKED), 201: ("Filed.", _ASKED)},
        refused=(400, 401, 404),
        body={"application/json": {"schema": reference(protection.RequestFiled)}},
        refusals=(403,),
        parameter=_CASE,
        also=("terminal",),
        withheld=(422,),
    ),
    Resource(
        "post",
        protection.answer_path("{request}"),
        "postAnswer",
        "desk",
        "The home desk's answer. The same one again is harmless.",
        {200: ("It stands there already.", _ASKED), 201: ("Answered.", _ASKED)},
        refused=(400, 401, 404),
        body={"application/json": {"schema": reference(protection.RequestAnswered)}},
        parameter=("request", {"type": "integer", "minimum": 1}, "The request's number."),
        withheld=(422,),
    ),
    Resource(
        "put",
        resources.draft_path("{name}"),
        "putDraft",
        "terminal",
        f"Keep a draft for the window of this hall, sealed to it: at most {resources.MAX_DOCUMENT} bytes, for "
        f"{resources.DRAFT_KEPT / 86400:.0f} days. Doing it again is harmless.",
        {200: ("Was kept already.", _KEPT), 201: ("Kept and on the disk now.", _KEPT)},
        refused=(400, 401, 404, 411, 413, 422, 429),
        refusals=(403,),
        body=_SEALED,
        parameter=_DRAFT,
    ),
    Resource(
        "get",
        resources.draft_path("{name}"),
        "getDraft",
        "terminal",
        "The sealed draft, for a terminal of the hall it was brought in.",
        {200: ("The sealed bytes.", _SEALED)},
        refused=(401, 404, 429),
        refusals=(403,),
        parameter=_DRAFT,
    ),
    Resource(
        "delete",
        resources.draft_path("{name}"),
        "deleteDraft",
        "terminal",
        "It is done with.",
        {204: ("Gone.", None)},
        refused=(401, 404, 429),
        refusals=(403,),
        parameter=_DRAFT,
    ),
)


def openapi() -> Json:
    paths: dict[str, Json] = {}
    for one in RESOURCES:
        paths.setdefault(one.path, {})[one.method] = _operation(one)
    kinds = [enrolment.Standing, enrolment.Refusal, resources.CaseStanding, resources.CaseList, resources.CorrectionList]
    kinds += [resources.DraftKept, progress.CaseProgress, resources.Refused, *_BODIES, resources.Work]
    kinds += [protection.DeletionList, protection.RequestList, protection.RequestFiled, protection.RequestAnswered]
    kinds += [protection.RequestRefused]
    kinds += [casework.CaseFile, casework.ActPosted, casework.ActRefused, casework.TaskList]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tongban: the centre's HTTP interface",
            "version": f"{wire.VERSION}.0",
            "description": "TLS 1.3; server and terminals are certified by the fleet's own authority. A certificate that is "
            "revoked or not known is answered 403 at once.",
        },
        "servers": [{"url": "https://centre.example:8605"}],
        "paths": paths,
        "components": {"securitySchemes": dict(_SECURITY), "schemas": schemas(kinds)},
    }


def _operation(one: Resource) -> Json:
    operation: dict[str, Any] = {"operationId": one.name, "description": one.said}
    operation["security"] = [] if one.who == "anybody" else [{who: []} for who in (one.who, *one.also)]
    given = [("path", *one.parameter)] if one.parameter is not None else []
    given += [("header", *header) for header in one.headers]
    if given:
        operation["parameters"] = [
            {"name": name, "in": where, "required": True, "description": said, "schema": schema}
            for where, name, schema, said in given
        ]
    for name, schema, said in one.asked:
        operation["parameters"].append({"name": name, "in": "query", "required": False, "description": said, "schema": schema})
    if one.body is not None:
        operation["requestBody"] = {"required": True, "content": one.body}
    answers: dict[str, Json] = {}
    for status, (said, content) in one.done.items():
        answers[str(status)] = {"description": said, **({"content": content} if content else {})}
    refusals = (
        (one.refused, resources.Refused),
        (one.refusals, enrolment.Refusal),
        (one.judged, casework.ActRefused),
        (one.withheld, protection.RequestRefused),
    )
    for statuses, kind in refusals:
        for status in statuses:
            answers[str(status)] = {
                "description": "Refused, by name.",
                "content": {"application/json": {"schema": reference(kind)}},
            }
    operation["responses"] = dict(sorted(answers.items()))
    return operation
