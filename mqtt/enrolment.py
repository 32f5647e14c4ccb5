"""How a terminal comes by its certificate, the contract's part: EST (RFC 7030), the one-time code, and what the centre answers.

==========================================  =============  ==============================================================
``GET  /.well-known/est/cacerts``           anybody        the authority's certificate, PKCS#7 in Base64
``POST /.well-known/est/simpleenroll``      HTTP Basic     user: the terminal, password: the code's secret; PKCS#10 in
``POST /.well-known/est/simplereenroll``    certificate    the same, for the name in the certificate that is shown
``GET  /v1/identity``                       certificate    :class:`Standing`
==========================================  =============  ==============================================================

A code is 36 characters: the secret (16), the beginning of the authority's fingerprint (18), a check (2). The fingerprint makes
the first connection safe: nothing is sent to a server whose authority does not match it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from mqtt.wire import Terminal, Time

CACERTS = "/.well-known/est/cacerts"
ENROL = "/.well-known/est/simpleenroll"
RENEW = "/.well-known/est/simplereenroll"
IDENTITY = "/v1/identity"

MAX_REQUEST = 16 * 1024
"""Bytes of a PKCS#10 in Base64; one of a P-256 key has about 400."""
MAX_ANSWER = 64 * 1024

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without I, L, O and U; what is easily misread is read as what it looks like."""
_LOOKS_LIKE = str.maketrans("ILO", "110")
SECRET, _PIN, _CHECK = 16, 18, 2


class Standing(Struct, frozen=True):
    """What the centre knows of the certificate it was shown. ``cloned``: two machines were seen using this name."""

    terminal: Terminal
    until: Time
    cloned: bool = False


Why = Literal[
    "revoked", "unknown_certificate", "unknown_terminal", "wrong_code", "expired_code", "used_code", "bad_request", "slow_down"
]


class Refusal(Struct, frozen=True):
    """Why the centre will not: the body of its 4xx answers to the resources above, and of 403 to any other."""

    refused: Why


class BadCodeError(ValueError):
    """What was typed is no code; the text (Chinese) says what to look at."""


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """``secret``: 80 random bits. ``pin``: the first 90 bits of the SHA-256 of the authority's certificate (DER)."""

    secret: str = field(repr=False)
    pin: str

    def __str__(self) -> str:
        """For people: nine groups of four."""
        text = self.secret + self.pin
        text += _check(text)
        return "-".join(text[start : start + 4] for start in range(0, len(text), 4))

    def pins(self, certificate: bytes) -> bool:
        """Whether this code was made by the authority of this certificate (DER)."""
        return pin(certificate) == self.pin


def parse(text: str) -> OneTimeCode:
    """A code as typed or scanned: case, spaces and hyphens do not matter. :class:`BadCodeError`."""
    bare = re.sub(r"[\s-]", "", text[:200]).upper().translate(_LOOKS_LIKE)
    if len(bare) != SECRET + _PIN + _CHECK:
        raise BadCodeError(f"登记码应有 {SECRET + _PIN + _CHECK} 个字符（九组，每组四个），现在是 {len(bare)} 个")
    if any(letter not in _ALPHABET for letter in bare):
        raise BadCodeError("登记码只有数字和字母（没有 U），请再看一遍")
    code, check = bare[:-_CHECK], bare[-_CHECK:]
    if _check(code) != check:
        raise BadCodeError("登记码抄错了一处，请再看一遍")
    return OneTimeCode(code[:SECRET], code[SECRET:])


def pin(certificate: bytes) -> str:
    """The beginning of a certificate's fingerprint as it stands in a code."""
    return letters(hashlib.sha256(certificate).digest())[:_PIN]


def letters(data: bytes) -> str:
    """``data`` in the code's alphabet, five bits a letter, what is over is dropped."""
    number, count = int.from_bytes(data), len(data) * 8 // 5
    number >>= len(data) * 8 - count * 5
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def _check(text: str) -> str:
    return letters(hashlib.sha256(text.encode()).digest())[:_CHECK]
