"""The window's listener: TLS, the fleet's authority, clerks' pages and nothing else. It is open while its certificate is good.

A certificate that is missing, foreign or out of date closes it, with a code; visits go on at the glass meanwhile. The files are
looked at again each minute, so that a new certificate opens it without a restart.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.clock import Clock
from kiosk.settings import ClerkSettings
from kiosk.window import certificate
from mqtt.serving import ThreadServer

log = logging.getLogger(__name__)

PORT = "clerk_port_taken"
AGAIN = 60.0
"""Seconds between two looks at the certificate."""
THREADS = 32
"""Workers: each signed-in browser holds one for its stream, and one for a picture of the desk."""


class Listener:
    """``authority``: the fleet's certificate (PEM). ``changed``: called when :attr:`fault` is another."""

    def __init__(
        self,
        app: Callable[..., Any],
        settings: ClerkSettings,
        authority: Path,
        most_body: int,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self._app = app
        self._settings = settings
        self._authority = authority
        self._most_body = most_body
        self._clock = clock
        self._changed = changed
        self._server: ThreadServer | None = None
        self._context: ssl.SSLContext | None = None
        self._stamp: tuple[int, ...] = ()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="window", daemon=True)
        self.fault: str | None = None

    @property
    def address(self) -> str | None:
        """Where it listens now; ``None``: it does not, and :attr:`fault` says why."""
        return self._server.address if self._server is not None else None

    def start(self) -> None:
        self.look()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._close()

    def look(self) -> None:
        """Open, close or renew, as the certificate is now."""
        settings, before = self._settings, self.fault
        self.fault = certificate.fault(settings.certificate, settings.key, self._authority, settings.name, self._clock.now())
        if self.fault is not None:
            self._close()
        else:
            self._open()
        if self.fault != before:
            if self.fault is not None:
                log.warning("the clerks' pages are closed: %s", self.fault)
            self._changed()

    def _open(self) -> None:
        settings = self._settings
        stamp = tuple(path.stat().st_mtime_ns for path in (settings.certificate, settings.key))
        if self._server is not None and self._context is not None:
            if stamp != self._stamp:
                self._context.load_cert_chain(settings.certificate, settings.key)
                self._stamp = stamp
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(settings.certificate, settings.key)
        try:
            server = ThreadServer(self._app, settings.host, settings.port, context, most_body=self._most_body, threads=THREADS)
        except OSError:
            self.fault = PORT
            return
        server.start()
        self._server, self._context, self._stamp = server, context, stamp
        log.info("the clerks' pages are open on port %d", server.port)

    def _close(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = self._context = None

    def _run(self) -> None:
        while not self._stopping.wait(AGAIN):
            try:
                self.look()
            except Exception:
                log.exception("the window's certificate could not be looked at")
