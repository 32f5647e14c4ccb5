"""Serving a Flask application on waitress from a thread (one with streams: ``mqtt.serving``), and the headers our pages carry."""

from __future__ import annotations

import io
import threading
from contextlib import suppress
from typing import IO
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request
from waitress.server import create_server  # type: ignore[import-untyped,unused-ignore]
from waitress.wasyncore import close_all  # type: ignore[import-untyped,unused-ignore]

from fleet.storage.port import Reading
from mqtt.broker import is_loopback
from mqtt.resources import MAX_DOCUMENT

_CHUNK = 64 * 1024
CSP = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
)


class InMemory(Request):
    """Werkzeug would write an uploaded file of more than 500 kB to ``/tmp``; what is uploaded at a desk is of a person."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


class Server:
    """One listener. Binds when made (``OSError`` if the port is taken); port 0 takes a free one."""

    def __init__(self, app: Flask, host: str, port: int, *, threads: int = 8, most_body: int = 64 * 1024) -> None:
        self._sockets: dict[int, object] = {}
        self._server = create_server(
            app,
            map=self._sockets,
            host=host,
            port=port,
            threads=threads,
            ident="",
            max_request_body_size=most_body,
            inbuf_overflow=max(524288, 2 * most_body),  # nor an upload
            outbuf_overflow=2 * MAX_DOCUMENT,  # a page opened at a desk must not lie in /tmp on its way to the screen
            channel_timeout=60,
            asyncore_loop_timeout=1,
        )
        self.address = f"http://{host}:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._server.run, name=f"http-{self._server.effective_port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and end the threads; within two seconds."""
        if self._thread.is_alive():
            with suppress(OSError):  # stopped before, and its thread is still on the way out
                self._server.trigger.pull_trigger(self._end)
            self._thread.join(1.0)
        else:
            self._end()
        self._server.task_dispatcher.shutdown(timeout=1)

    def _end(self) -> None:
        for connection in list(self._server.active_channels.values()):
            connection.handle_close()  # with the files it was to send
        close_all(self._sockets)


def sent(opened: Reading, mimetype: str, name: str | None = None) -> Response:
    """What is stored, as it is read; ``name``: to be saved under. One that breaks off on the way is short, and so is no answer."""
    answer = Response(iter(lambda: opened.read(_CHUNK), b""), mimetype=mimetype)
    answer.call_on_close(opened.close)
    answer.content_length = opened.size
    if name is not None:
        answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def harden(app: Flask, name: str | None = None, neighbour: str = "") -> None:
    """Strict headers on everything; nothing is kept by a browser; only our own address and our own pages may ask. ``name``: the one
    name the pages are served as over TLS; without one they are the loopback's. ``neighbour``: address of the one other
    page that may post a sign-in, and nothing else.
    """
    beside = "{0.scheme}://{0.netloc}".format(urlsplit(neighbour)) if neighbour else None

    @app.before_request
    def _own_requests_only() -> None:
        # A name that is not ours means DNS rebinding; another origin means a foreign page is posting.
        host = request.host.rpartition(":")[0].strip("[]") or request.host
        if not (is_loopback(host) if name is None else host.lower() == name.lower()):
            abort(403)
        origin = request.headers.get("Origin")
        ours = origin is None or origin == request.host_url.rstrip("/") or (request.path == "/sign-in" and origin == beside)
        if request.method not in ("GET", "HEAD") and not ours:
            abort(403)

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        if name is not None:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
