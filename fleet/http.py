"""The centre's HTTP resources (``mqtt/resources.py``): documents in from terminals, documents and cases out to home desks."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec
from flask import Flask, Response, abort, request, send_file
from werkzeug.exceptions import ClientDisconnected, HTTPException

from fleet import corrections
from fleet.authority.authority import Authority, RefusedError
from fleet.authority.est import create_est, refused
from fleet.documents import DiskError, Documents, TooLargeError, WrongContentError, WrongOffsetError
from fleet.draft_resources import create_drafts
from fleet.drafts import Drafts
from fleet.store import Store
from fleet.tokens import bearer
from mqtt.messages import DocumentRef
from mqtt.resources import MAX_DOCUMENT, UPLOAD_COMPLETE, UPLOAD_OFFSET, CaseList, CaseStanding, HomeCase, Refused

_log = logging.getLogger(__name__)

_MOST_CASES = 1000
_CHUNK = 64 * 1024
_REFUSALS: dict[int, Refused] = {
    400: Refused("bad_request"),
    401: Refused("no_credentials"),
    404: Refused("not_found"),
    405: Refused("wrong_method"),
    411: Refused("no_length"),
    413: Refused("too_large"),
    416: Refused("wrong_range"),
    409: Refused("wrong_offset"),
    422: Refused("wrong_content"),
    429: Refused("too_many"),
    507: Refused("no_room"),
}


def create_api(
    store: Store,
    documents: Documents,
    bodies: Documents,
    drafts: Drafts,
    authority: Authority,
    homes: Mapping[str, str],
    shown: Callable[[], bytes | None],
) -> Flask:
    """``bodies``: of what is wanted of terminals (``mqtt/desired.py``); ``homes``: name → hash of its bearer token; ``shown``: the
    certificate (DER) this request's connection has shown.
    """
    app = Flask("fleet.http", static_folder=None)
    app.register_blueprint(create_est(authority, shown))
    app.register_error_handler(RefusedError, refused)
    app.register_error_handler(HTTPException, _refused)

    def terminal() -> str:
        certificate = shown()
        return authority.standing(certificate).terminal if certificate is not None else _unauthorised()

    def desk() -> str:
        return bearer(request.headers.get("Authorization"), homes) or _unauthorised()

    def known(digest: str) -> bool:
        try:
            there = documents.path(digest).is_file()
        except ValueError:
            abort(404)
        with store.reading() as db:
            return there and _stored(db, digest)

    app.register_blueprint(create_drafts(drafts, store, terminal))

    @app.put("/v1/documents/<digest>")
    def put_document(digest: str) -> Response:
        return _take(terminal(), digest, 0)

    @app.patch("/v1/documents/<digest>")
    def patch_document(digest: str) -> Response:
        who, said = terminal(), request.headers.get(UPLOAD_OFFSET, "")
        if not (said.isascii() and said.isdigit() and len(said) < 12 and request.headers.get(UPLOAD_COMPLETE) == "?1"):
            abort(400)
        return _take(who, digest, int(said))

    def _take(who: str, digest: str, offset: int) -> Response:
        try:
            return take(who, digest, offset)
        except ClientDisconnected:
            raise  # a line that broke; what came is kept
        except HTTPException as error:
            if error.code in _REFUSALS:
                store.refused(f"PUT /v1/documents {who}", _REFUSALS[error.code].refused, time.time())
            raise

    def take(who: str, digest: str, offset: int) -> Response:
        if request.content_length is None:
            abort(411)
        if request.content_length > MAX_DOCUMENT:
            abort(413)
        if known(digest):
            return _json(b"", 200)
        try:
            size = documents.take(who, digest, request.stream, request.content_length, offset)
        except TooLargeError:
            abort(413)
        except WrongContentError:
            _log.warning("terminal %s: document %s refused, the content does not match its name", who, digest[:12])
            abort(422)
        except WrongOffsetError:
            abort(409)
        except DiskError as error:
            _log.error("a document could not be stored: %s", error.__cause__)
            abort(507)
        store.document_stored(digest, size, time.time())
        return _json(b"", 201)

    def brought(who: str, digest: str) -> Response:
        answer = Response(status=204)
        if known(digest):
            answer.headers[UPLOAD_COMPLETE] = "?1"
        else:
            answer.headers[UPLOAD_COMPLETE] = "?0"
            answer.headers[UPLOAD_OFFSET] = str(documents.held(who, digest))
        return answer

    @app.get("/v1/documents/<digest>")
    def get_document(digest: str) -> Response:
        if request.method == "HEAD":
            return brought(terminal(), digest)
        party = desk()
        with store.reading() as db:
            allowed = db.execute(
                "SELECT 1 FROM case_documents JOIN cases USING (number) JOIN documents USING (digest) "
                "WHERE digest = ? AND home = ? LIMIT 1",
                (digest, party),
            ).fetchone()
        if allowed is None or not documents.path(digest).is_file():
            abort(404)
        return send_file(documents.path(digest), mimetype="application/octet-stream", etag=False)

    @app.get("/v1/cases/<number>")
    def get_case(number: str) -> Response:
        who = terminal()
        with store.reading() as db:
            if db.execute("SELECT 1 FROM cases WHERE number = ? AND terminal = ?", (number, who)).fetchone() is None:
                abort(404)
            missing = tuple(ref.digest for ref, stored in _documents(db, number) if not stored)
        return _json(msgspec.json.encode(CaseStanding(case=number, whole=not missing, missing=missing)))

    @app.get("/v1/desired/<digest>")
    def get_desired(digest: str) -> Response:
        terminal()
        try:
            path = bodies.path(digest)
        except ValueError:
            abort(404)
        if not path.is_file():
            abort(404)
        return send_file(path, mimetype="application/json", etag=digest, conditional=True)

    @app.get("/v1/homes/<party>/cases")
    def get_cases(party: str) -> Response:
        if desk() != party:
            abort(404)
        with store.reading() as db:
            (total,) = db.execute("SELECT count(*) FROM cases WHERE home = ?", (party,)).fetchone()
            rows = db.execute(
                "SELECT * FROM cases WHERE home = ? ORDER BY received DESC, number DESC LIMIT ?", (party, _MOST_CASES)
            ).fetchall()
            cases = tuple(_home_case(db, row) for row in rows)
        return _json(msgspec.json.encode(CaseList(cases=cases, total=total)))

    @app.get("/v1/homes/<party>/corrections")
    def get_corrections(party: str) -> Response:
        if desk() != party:
            abort(404)
        with store.reading() as db:
            return _json(msgspec.json.encode(corrections.found(db, {party})))

    @app.after_request
    def _read_to_the_end(response: Response) -> Response:
        # What was not asked for is thrown away here, a little at a time: cheroot would read it in one piece.
        with suppress(ClientDisconnected):
            while response.status_code != 413 and request.stream.read(_CHUNK):
                pass
        return response

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return app


def _unauthorised() -> str:
    abort(401)


def _refused(error: HTTPException) -> Response | HTTPException:
    """The reason by name; nothing that was sent is quoted."""
    if error.code not in _REFUSALS:
        return error
    answer = _json(msgspec.json.encode(_REFUSALS[error.code]), error.code)
    answer.headers.extend((name, said) for name, said in error.get_headers() if name == "Allow")
    if error.code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, mimetype="application/json")


def _stored(db: sqlite3.Connection, digest: str) -> bool:
    return db.execute("SELECT 1 FROM documents WHERE digest = ?", (digest,)).fetchone() is not None


def _documents(db: sqlite3.Connection, number: str) -> list[tuple[DocumentRef, bool]]:
    rows = db.execute(
        "SELECT c.digest, c.size, c.kind, d.digest IS NOT NULL AS stored FROM case_documents c "
        "LEFT JOIN documents d USING (digest) WHERE c.number = ? ORDER BY c.position",
        (number,),
    )
    return [(DocumentRef(row["digest"], row["size"], row["kind"]), bool(row["stored"])) for row in rows]


def _home_case(db: sqlite3.Connection, row: sqlite3.Row) -> HomeCase:
    documents = _documents(db, row["number"])
    return HomeCase(
        case=row["number"],
        item=row["item"],
        item_name=row["item_name"],
        situation=row["situation"],
        intake=row["intake"],
        taken_at=row["taken_at"],
        documents=tuple(ref for ref, _ in documents),
        missing=tuple(ref.digest for ref, stored in documents if not stored),
    )
