"""Serving a WSGI application over mutual TLS 1.3 on cheroot from a thread.

A client may show a certificate; one that is not the authority's, or out of date, ends the handshake. What cheroot does not do,
and this adds: the handshake happens in a worker and not in the loop that accepts everybody else, and the application is told
the certificate. Bodies are streamed to the application; nothing of them is written to a disk on the way.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HTTPConnection
from cheroot.ssl import Adapter
from cheroot.wsgi import Server as WsgiServer
from flask import Flask, request

_log = logging.getLogger(__name__)

SHOWN = "tongban.certificate"
"""Key of the WSGI environment: the client's certificate (DER). No header can set it: theirs begin with ``HTTP_``."""
_PATIENCE = 10
"""Seconds a client may be silent in the middle of anything; so long a mute one holds a worker."""
_MOST_HEADER = 16 * 1024


class TlsServer:
    """One listener. Binds when made (``OSError``); port 0 takes a free one. Files are PEM."""

    def __init__(self, app: Flask, host: str, port: int, *, ca: Path, certificate: Path, key: Path, most_body: int) -> None:
        self._files = (certificate, key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._context.verify_mode = ssl.CERT_OPTIONAL
        self._context.load_verify_locations(ca)
        self.reload()
        self._server = _Server((host, port), app, numthreads=32, server_name="tongban", request_queue_size=128, timeout=_PATIENCE)
        self._server.shutdown_timeout = 1
        self._server.expiration_interval = 0.1  # seconds its loop may take to notice that it is to end
        self._server.ssl_adapter = _Adapter(self._context)
        self._server.max_request_header_size = _MOST_HEADER
        self._server.max_request_body_size = most_body
        self._server.prepare()
        self.port = int(self._server.bind_addr[1])
        self.address = f"https://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve, name=f"https-{self.port}", daemon=True)

    def reload(self) -> None:
        """New connections are shown what the certificate's files hold now."""
        self._context.load_cert_chain(*self._files)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end the threads; within three seconds."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(1.0)


def shown() -> bytes | None:
    """The certificate (DER) the present request's connection has shown."""
    found = request.environ.get(SHOWN)
    return found if isinstance(found, bytes) else None


class _Connection(HTTPConnection):
    def communicate(self) -> bool:
        if not self.ssl_env:
            try:
                self.socket.do_handshake()
            except OSError as error:
                _log.info("no TLS with %s: %s", self.remote_addr, error)
                return False
            self.ssl_env = {"wsgi.url_scheme": "https", SHOWN: self.socket.getpeercert(binary_form=True)}
        return bool(super().communicate())  # type: ignore[no-untyped-call]


class _Server(WsgiServer):
    ConnectionClass = _Connection

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        _log.log(level, "%s", msg, exc_info=traceback)


class _Adapter(Adapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, Any]]:
        return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}

    def get_environ(self) -> dict[str, Any]:
        return {}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = -1) -> StreamReader | StreamWriter:
        return (StreamReader if "r" in mode else StreamWriter)(sock, mode, bufsize)
