"""The centre's HTTP resources (``mqtt/resources.py``): documents in from terminals and desks, and out to whoever may read them."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType

import msgspec
from flask import Flask, Response, abort, request, send_file
from werkzeug.exceptions import ClientDisconnected, HTTPException

from fleet import corrections, database
from fleet.authority.authority import Authority, RefusedError
from fleet.authority.est import create_est, refused
from fleet.cases import reading
from fleet.cases.reading import Desk
from fleet.cases.resources import create_cases
from fleet.clerks.clock import ClerkClock
from fleet.clerks.resources import create_accounts
from fleet.database import DatabaseError
from fleet.documents import Documents, TooLargeError, WrongContentError, WrongOffsetError, is_digest
from fleet.draft_resources import create_drafts
from fleet.drafts import Drafts
from fleet.program_resources import create_programs
from fleet.programs import Programs
from fleet.progress_resources import create_progress
from fleet.protection import deletions
from fleet.protection.resources import create_protection
from fleet.storage.port import StorageError
from fleet.store import Store
from fleet.tokens import bearer
from fleet.web import sent
from mqtt.resources import MAX_DOCUMENT, UPLOAD_COMPLETE, UPLOAD_OFFSET, CaseStanding, Refused

_log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
AGAIN = "30"
"""Seconds after which a request that the storage refused may come again."""
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
    503: Refused("come_later"),
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
    intakes: Mapping[str, str] = MappingProxyType({}),
    accounts: ClerkClock | None = None,
    programs: Programs | None = None,
) -> Flask:
    """``bodies``: of what is wanted of terminals (``mqtt/desired.py``); ``homes`` and ``intakes``: party → hash of the bearer token
    of its home desk, of its intake window; ``shown``: the certificate (DER) this request's connection has shown; ``accounts``:
    signs those of a desk's clerks.
    """
    app = Flask("fleet.http", static_folder=None)
    app.register_blueprint(create_est(authority, shown))
    app.register_error_handler(RefusedError, refused)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(StorageError, _come_later)
    app.register_error_handler(DatabaseError, _away)

    def terminal() -> str:
        certificate = shown()
        return authority.standing(certificate).terminal if certificate is not None else _unauthorised()

    def desk() -> tuple[Desk, str]:
        said = request.headers.get("Authorization")
        if (party := bearer(said, homes)) is not None:
            return "home", party
        return "intake", bearer(said, intakes) or _unauthorised()

    def home() -> str:
        side, party = desk()
        return party if side == "home" else abort(404)

    def window() -> str:
        side, party = desk()
        return party if side == "intake" else abort(404)

    def bringing() -> str:
        """A terminal, or a desk under a name that no terminal has."""
        if request.headers.get("Authorization") is None:
            return terminal()
        side, party = desk()
        return f"{side}.{hashlib.sha256(party.encode()).hexdigest()[:16]}"

    def known(digest: str) -> bool:
        if not is_digest(digest):
            abort(404)
        with store.reading() as db:
            stored, over = _stored(db, digest), deletions.over(db, digest)
        return over or (stored and documents.there(digest))

    app.register_blueprint(create_drafts(drafts, store, terminal))
    app.register_blueprint(create_cases(store, desk, terminal))
    app.register_blueprint(create_progress(store, terminal))
    app.register_blueprint(create_accounts(accounts, home, window))
    if programs is not None:
        app.register_blueprint(create_programs(programs, terminal))
    app.register_blueprint(create_protection(store, home, window, terminal))

    @app.put("/v1/documents/<digest>")
    def put_document(digest: str) -> Response:
        return _take(bringing(), digest, 0)

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

    def readable(digest: str) -> str:
        if request.headers.get("Authorization") is None and shown() is not None:
            who = terminal()
            with store.reading() as db:
                return "yes" if reading.may_show(db, who, digest, store.ledger) else "no"
        side, party = desk()
        with store.reading() as db:
            return reading.may_read(db, side, party, digest, time.time())

    @app.get("/v1/documents/<digest>")
    def get_document(digest: str) -> Response:
        if request.method == "HEAD":
            return brought(terminal(), digest)
        allowed = readable(digest)
        if allowed == "over":
            return _json(msgspec.json.encode(Refused("access_over")), 403)
        if allowed == "deleted":
            return _json(msgspec.json.encode(Refused("deleted")), 410)
        if allowed == "no":
            abort(404)
        try:
            return sent(documents.open(digest), "application/octet-stream")
        except FileNotFoundError:
            abort(404)

    @app.get("/v1/cases/<number>")
    def get_case(number: str) -> Response:
        who = terminal()
        with store.reading() as db:
            missing = reading.brought(db, number, who)
        if missing is None:
            abort(404)
        return _json(msgspec.json.encode(CaseStanding(case=number, whole=not missing, missing=missing)))

    @app.get("/v1/desired/<digest>")
    def get_desired(digest: str) -> Response:
        terminal()
        try:
            path = bodies.local(digest)
        except (ValueError, FileNotFoundError):
            abort(404)
        return send_file(path, mimetype="application/json", etag=digest, conditional=True)

    @app.get("/v1/homes/<party>/corrections")
    def get_corrections(party: str) -> Response:
        if home() != party:
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


def _come_later(error: StorageError) -> Response:
    """What the storage cannot do now is asked of it again: what a terminal holds waits there."""
    _log.warning("a request has to come again: %s", error)
    status = 507 if error.trouble == "full" else 503
    answer = _json(msgspec.json.encode(_REFUSALS[status]), status)
    answer.headers["Retry-After"] = AGAIN
    return answer


def _away(_error: DatabaseError) -> Response:
    """Whoever asked keeps what it has and asks again."""
    answer = _json(msgspec.json.encode(_REFUSALS[503]), 503)
    answer.headers["Retry-After"] = AGAIN
    return answer


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, mimetype="application/json")


def _stored(db: database.Connection, digest: str) -> bool:
    return db.execute("SELECT 1 FROM documents WHERE digest = ?", (digest,)).fetchone() is not None
