"""Between a browser and a service: carries every connection on, and holds what the service says on an event stream when told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65536


class Relay:
    """``stands``: while it is set nothing of a stream arrives, and its connection stays open."""

    def __init__(self, port: int) -> None:
        self._service = port
        self.stands = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                service = socket.create_connection(("127.0.0.1", self._service))
                self._open += [browser, service]
                streams = threading.Event()
                threading.Thread(target=self._ask, args=(browser, service, streams), daemon=True).start()
                threading.Thread(target=self._answer, args=(service, browser, streams), daemon=True).start()

    def _ask(self, browser: socket.socket, service: socket.socket, streams: threading.Event) -> None:
        with suppress(OSError):
            while chunk := browser.recv(CHUNK):
                if chunk.startswith(b"GET /events "):
                    streams.set()
                service.sendall(chunk)
            service.shutdown(socket.SHUT_WR)

    def _answer(self, service: socket.socket, browser: socket.socket, streams: threading.Event) -> None:
        with suppress(OSError):
            while chunk := service.recv(CHUNK):
                if not (streams.is_set() and self.stands.is_set()):
                    browser.sendall(chunk)
            browser.shutdown(socket.SHUT_WR)


@contextmanager
def relay(port: int) -> Iterator[Relay]:
    """Before the service on this loopback port."""
    one = Relay(port)
    try:
        yield one
    finally:
        one.close()
