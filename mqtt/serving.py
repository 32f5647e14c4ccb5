"""Serving a WSGI application on cheroot from a thread: the centre's API and the clerks' pages over TLS, the console without.

Every request holds a thread while it lasts, so that pages may follow streams. Bodies are streamed to the application; nothing of
them is written to a disk on the way. What cheroot does not do, and this adds: the handshake happens in a worker and not in the loop
that accepts everybody else, and the application is told the client's certificate, where one is asked for.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HTTPConnection
from cheroot.ssl import Adapter
from cheroot.wsgi import Server as WsgiServer

_log = logging.getLogger(__name__)

SHOWN = "tongban.certificate"
"""Key of the WSGI environment: the client's certificate (DER). No header can set it: theirs begin with ``HTTP_``."""
_PATIENCE = 10
"""Seconds a client may be silent in the middle of anything; so long a mute one holds a thread."""
_MOST_HEADER = 16 * 1024


class ThreadServer:
    """One listener, by TLS where there is a ``context``. Binds when made (``OSError``); port 0 takes a free one."""

    def __init__(
        self,
        app: Callable[..., Any],
        host: str,
        port: int,
        context: ssl.SSLContext | None = None,
        *,
        most_body: int = 64 * 1024,
        threads: int = 32,
    ) -> None:
        kind = _Server if context is None else _TlsServer
        self._server = kind((host, port), app, numthreads=threads, server_name="tongban", request_queue_size=128, timeout=_PATIENCE)
        self._server.shutdown_timeout = 1
        self._server.expiration_interval = 0.1  # seconds its loop may take to notice that it is to end
        if context is not None:
            self._server.ssl_adapter = _Adapter(context)
        self._server.max_request_header_size = _MOST_HEADER
        self._server.max_request_body_size = most_body
        self._server.prepare()
        self.port = int(self._server.bind_addr[1])
        scheme = "http" if context is None else "https"
        self.address = f"{scheme}://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve, name=f"{scheme}-{self.port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end the threads; within three seconds. Streams are to be ended before."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(1.0)


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
    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        if msg.startswith("socket.error"):  # a client that has gone: every closed stream ends so
            _log.info("%s", msg)
        else:
            _log.log(level, "%s", msg, exc_info=traceback)


class _TlsServer(_Server):
    ConnectionClass = _Connection


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
