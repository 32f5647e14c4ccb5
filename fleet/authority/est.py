"""EST (RFC 7030) and the standing of a certificate, as HTTP resources. See ``mqtt/enrolment.py`` for the table.

Left out of the RFC on purpose: ``csrattrs``, ``serverkeygen`` (a key is never made anywhere but on the terminal) and linking by
tls-unique, which TLS 1.3 does not have.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from flask import Blueprint, Response, request

from fleet.authority.authority import Authority, RefusedError
from mqtt import enrolment

_log = logging.getLogger(__name__)

_STATUS: dict[enrolment.Why, int] = {"bad_request": 400, "wrong_code": 401, "expired_code": 401, "used_code": 401, "slow_down": 429}
"""All other refusals are 403."""


def create_est(authority: Authority, shown: Callable[[], bytes | None]) -> Blueprint:
    """``shown`` gives the certificate (DER) this request's connection has shown and TLS has checked, if any."""
    est = Blueprint("est", __name__)

    @est.get(enrolment.CACERTS)
    def cacerts() -> Response:
        return _certificates(authority.ca.certificate)

    @est.post(enrolment.ENROL)
    def simpleenroll() -> Response:
        who = request.authorization
        if who is None or who.type != "basic" or not who.username:
            raise RefusedError("wrong_code")
        return _certificates(authority.enrol(who.username, who.password or "", _request()))

    @est.post(enrolment.RENEW)
    def simplereenroll() -> Response:
        return _certificates(authority.renew(_shown(), _request()))

    @est.get(enrolment.IDENTITY)
    def identity() -> Response:
        return Response(msgspec.json.encode(authority.standing(_shown())), mimetype="application/json")

    def _shown() -> bytes:
        certificate = shown()
        if certificate is None:
            raise RefusedError("unknown_certificate")
        return certificate

    return est


def refused(error: RefusedError) -> Response:
    """The answer to who was refused: the reason by name."""
    status = _STATUS.get(error.why, 403)
    answer = Response(msgspec.json.encode(error.refusal), status, mimetype="application/json")
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="tongban"'
    return answer


def _request() -> bytes:
    """The PKCS#10 that was posted; only its length and Base64 are looked at."""
    if request.content_length is None or request.content_length > enrolment.MAX_REQUEST:
        raise RefusedError("bad_request")
    try:
        return base64.b64decode(b"".join(request.stream.read().split()), validate=True)
    except (binascii.Error, ValueError):
        raise RefusedError("bad_request") from None


def _certificates(certificate: x509.Certificate) -> Response:
    body = base64.encodebytes(serialize_certificates([certificate], Encoding.DER))
    answer = Response(body, mimetype="application/pkcs7-mime")
    answer.headers["Content-Type"] = "application/pkcs7-mime; smime-type=certs-only"
    answer.headers["Content-Transfer-Encoding"] = "base64"
    return answer
