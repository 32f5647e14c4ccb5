"""The terminal's side of enrolment (``mqtt/enrolment.py``): what is asked of the centre, and what is wrong without an answer."""

from __future__ import annotations

import base64
import binascii
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

from kiosk.enrolment.files import Held, issued_by, request_for
from mqtt import enrolment
from mqtt.enrolment import OneTimeCode, Refusal, Standing
from mqtt.tls import Tls, context, timeless

REVOKED = "certificate_revoked"
EXPIRED = "certificate_expired"
UNKNOWN = "upload_refused"
UNTRUSTED = "centre_untrusted"
CLOCK = "clock_wrong"
"""Fault codes of ``kiosk/faults.toml``."""

MOST_OFFSET = 600.0
"""Seconds between the terminal's clock and the centre's that nobody need hear of."""
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class NotReachedError(Exception):
    """The centre gives no usable answer; the text says how far it went. Nothing is known by that."""


class RefusedError(Exception):
    """The centre, known as such, says no."""

    def __init__(self, why: enrolment.Why) -> None:
        super().__init__(why)
        self.why: enrolment.Why = why


class FaultError(Exception):
    """What is wrong is known: ``code`` of the table of faults, and a sentence (Chinese) for who stands here."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


def authority(centre: str, code: OneTimeCode) -> bytes:
    """The centre's authority (PEM), fetched from nobody known and believed because ``code`` names its fingerprint.

    :class:`FaultError`: another authority answers: somebody stands in between, or the code is another centre's.
    """
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    answer = _ask(centre, anybody, "GET", enrolment.CACERTS)
    for certificate in _certificates(answer):
        if code.pins(certificate.public_bytes(Encoding.DER)):
            return certificate.public_bytes(Encoding.PEM)
    raise FaultError(UNTRUSTED, "对方的签发机构与登记码里的指纹不符：可能连到了别的服务器，或有人在中间。登记码没有发出去")


def enrol(centre: str, tls: Tls, terminal: str, code: OneTimeCode, key: ec.EllipticCurvePrivateKey) -> Held:
    """The certificate for ``key``. :class:`NotReachedError`, :class:`RefusedError`, :class:`FaultError`."""
    check_clock(clock_offset(centre, tls))
    answer = _ask(centre, context(tls), "POST", enrolment.ENROL, _request(key, terminal), (terminal, code.secret))
    return _held(answer, key, terminal, tls)


def renew(centre: str, tls: Tls, terminal: str, key: ec.EllipticCurvePrivateKey) -> Held:
    """A certificate for ``key``, by the present one in ``tls``. Errors as :func:`enrol`."""
    return _held(_ask(centre, context(tls), "POST", enrolment.RENEW, _request(key, terminal)), key, terminal, tls)


def standing(centre: str, tls: Tls) -> Standing:
    """What the centre says of the certificate in ``tls``. :class:`NotReachedError`, :class:`RefusedError`, ``OSError``."""
    answer = _ask(centre, context(tls), "GET", enrolment.IDENTITY)
    try:
        return msgspec.json.decode(answer.content, type=Standing)
    except msgspec.MsgspecError as error:
        raise NotReachedError("answer is not of the contract") from error


def clock_offset(centre: str, tls: Tls) -> float:
    """Seconds the centre's clock is ahead of ours; asked of the known centre without looking at any date.

    :class:`NotReachedError`, :class:`FaultError` (``centre_untrusted``).
    """
    try:
        with httpx.Client(base_url=centre, verify=timeless(tls), timeout=_TIMEOUT, trust_env=False) as client:
            said = parsedate_to_datetime(client.get(enrolment.CACERTS).headers["Date"])
    except httpx.HTTPError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise FaultError(UNTRUSTED, f"对方出示的证书不是本机登记的中心签发的：{centre}") from error
        raise NotReachedError(_words(error)) from error
    except (KeyError, ValueError) as error:
        raise NotReachedError("no time in the answer") from error
    return (said - datetime.now(UTC)).total_seconds()


def check_clock(offset: float) -> None:
    """:class:`FaultError` when the clock is so wrong that certificates would be riddles."""
    if abs(offset) > MOST_OFFSET:
        way = "慢" if offset > 0 else "快"
        raise FaultError(CLOCK, f"本机时钟比中心{way}了 {abs(offset) / 60:.0f} 分钟，请先把时间对准")


def _request(key: ec.EllipticCurvePrivateKey, terminal: str) -> bytes:
    return base64.encodebytes(request_for(key, terminal))


def _held(answer: httpx.Response, key: ec.EllipticCurvePrivateKey, terminal: str, tls: Tls) -> Held:
    """The certificate in ``answer``, believed only when it is ours: our key, our name, our authority."""
    own = x509.load_pem_x509_certificate(Path(tls.ca).read_bytes())
    for certificate in _certificates(answer):
        if certificate.public_key() == key.public_key() and issued_by(certificate, own):
            held = Held(key, certificate)
            if held.terminal == terminal:
                return held
    raise NotReachedError("the certificate in the answer is not ours")


def _ask(
    centre: str,
    trust: ssl.SSLContext,
    method: str,
    path: str,
    body: bytes | None = None,
    auth: tuple[str, str] | None = None,
) -> httpx.Response:
    headers = {} if body is None else {"Content-Type": "application/pkcs10", "Content-Transfer-Encoding": "base64"}
    try:
        with httpx.Client(base_url=centre, verify=trust, timeout=_TIMEOUT, trust_env=False) as client:
            with client.stream(method, path, content=body, headers=headers, auth=auth) as answer:
                if int(answer.headers.get("Content-Length") or enrolment.MAX_ANSWER + 1) > enrolment.MAX_ANSWER:
                    raise NotReachedError("answer too long or of unknown length")
                answer.read()
    except (httpx.HTTPError, OSError, ValueError) as error:
        raise NotReachedError(_words(error)) from error
    if answer.status_code in (400, 401, 403, 429):
        try:
            raise RefusedError(msgspec.json.decode(answer.content, type=Refusal).refused)
        except msgspec.MsgspecError as error:
            raise NotReachedError(f"answer {answer.status_code}") from error
    if answer.status_code != 200:
        raise NotReachedError(f"answer {answer.status_code}")
    return answer


def _certificates(answer: httpx.Response) -> list[x509.Certificate]:
    try:
        return load_der_pkcs7_certificates(base64.b64decode(b"".join(answer.content.split()), validate=True))
    except (binascii.Error, ValueError) as error:
        raise NotReachedError("no certificates in the answer") from error


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
