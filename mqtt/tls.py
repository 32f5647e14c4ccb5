"""TLS between terminal and centre: version 1.3, one authority, both ends show a certificate. Nothing of the system's own trust."""

from __future__ import annotations

import ssl

from msgspec import Struct

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL: the chain is verified, its dates are not."""


class Tls(Struct, frozen=True):
    """Files (PEM): the authority that signed the other end, and this end's certificate with its key (one file holds both)."""

    ca: str
    identity: str | None = None


def context(tls: Tls) -> ssl.SSLContext:
    """For one connect: the files are read now, so that a renewed certificate is used by the next one.

    ``OSError`` (``ssl.SSLError`` is one) when a file is missing or damaged.
    """
    made = _client(tls)
    if tls.identity is not None:
        made.load_cert_chain(tls.identity)
    return made


def timeless(tls: Tls) -> ssl.SSLContext:
    """Without this end's certificate and without looking at dates: for asking a known server what time it is."""
    made = _client(tls)
    made.verify_flags |= _NO_CHECK_TIME
    return made


def _client(tls: Tls) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_verify_locations(tls.ca)
    return made
