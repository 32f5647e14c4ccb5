"""The centre's API over mutual TLS 1.3: a client may show a certificate; one that is not the authority's, or out of date, ends the
handshake.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from flask import Flask, request

from mqtt.serving import SHOWN, ThreadServer


class TlsServer(ThreadServer):
    """One listener. Binds when made (``OSError``); port 0 takes a free one. Files are PEM."""

    def __init__(self, app: Flask, host: str, port: int, *, ca: Path, certificate: Path, key: Path, most_body: int) -> None:
        self._files = (certificate, key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.verify_mode = ssl.CERT_OPTIONAL
        self._context.load_verify_locations(ca)
        self.reload()
        super().__init__(app, host, port, self._context, most_body=most_body)

    def reload(self) -> None:
        """New connections are shown what the certificate's files hold now."""
        self._context.load_cert_chain(*self._files)


def shown() -> bytes | None:
    """The certificate (DER) the present request's connection has shown."""
    found = request.environ.get(SHOWN)
    return found if isinstance(found, bytes) else None
