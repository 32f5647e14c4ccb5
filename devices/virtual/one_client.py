"""A TCP port as a printer's network board has it: one client is served, the next waits until that one is gone."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable

_CHUNK = 1024


class OneClientPort:
    """Serves ``host:port`` (0: any free one, kept from then on) on a thread of its own.

    ``room`` says how many bytes may be taken now: while it says 0 the client's bytes stay in its connection, as with a
    full receive buffer. ``received`` gets them. Both are called on the port's thread, ``changed`` tells it that either may
    answer differently now.
    """

    def __init__(self, host: str, port: int, *, room: Callable[[], int], received: Callable[[bytes], None]) -> None:
        self._host = host
        self.port = port
        self._room = room
        self._received = received
        self._plugged = True
        self._stopping = False
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._lock = threading.Lock()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._bell)
        self._holder: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, name="virtual-printer-port", daemon=True)

    @property
    def address(self) -> str:
        return f"{self._host}:{self.port}"

    def start(self) -> None:
        """Listen. ``OSError`` when the port is taken."""
        self._holder = _bound(self._host, self.port)
        self.port = self._holder.getsockname()[1]
        self._listen()
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.changed()
        if self._thread.ident is not None:
            self._thread.join(2)

    def send(self, data: bytes, delay: float = 0.0) -> None:
        """Answer the client, ``delay`` seconds from now and never before what was sent earlier. Without client: lost."""
        with self._lock:
            due = max(time.monotonic() + delay, self._outgoing[-1][0] if self._outgoing else 0.0)
            self._outgoing.append((due, data))
        self.changed()

    def plug(self, plugged: bool) -> None:
        """Whether there is a port at all. Unplugging breaks the connection and refuses new ones."""
        self._plugged = plugged
        self.changed()

    def changed(self) -> None:
        os.eventfd_write(self._bell, 1)

    # --- the port's thread --------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while not self._stopping:
            if not self._plugged:
                self._hang_up()
                self._deafen()
            elif self._listener is None:
                self._listen()
            try:
                self._turn()
            except OSError:
                self._hang_up()
        self._hang_up()
        self._deafen()
        if self._holder is not None:
            self._holder.close()

    def _turn(self) -> None:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        client, listener, room = self._client, self._listener, self._room()
        due = self._due()
        if client is not None:
            poll.register(client, (select.POLLIN if room else 0) | (select.POLLOUT if due == 0 else 0))
        elif listener is not None:
            poll.register(listener, select.POLLIN)
        events = dict(poll.poll(None if due is None else max(1, due * 1000)))
        if self._bell in events:
            os.eventfd_read(self._bell)
        if client is None:
            if listener is not None and listener.fileno() in events:
                self._welcome(listener)
            return
        event = events.get(client.fileno(), 0)
        if event & select.POLLOUT:
            self._say(client)
        if event & select.POLLIN and room:
            data = client.recv(min(room, _CHUNK))
            if not data:
                self._hang_up()
                return
            self._received(data)
        elif event & (select.POLLHUP | select.POLLERR):
            self._hang_up()

    def _due(self) -> float | None:
        """Seconds until there is something to say; 0 now, ``None`` never."""
        with self._lock:
            return max(0.0, self._outgoing[0][0] - time.monotonic()) if self._outgoing and self._client is not None else None

    def _say(self, client: socket.socket) -> None:
        with self._lock:
            due, data = self._outgoing.popleft()
            if sent := client.send(data):
                data = data[sent:]
            if data:
                self._outgoing.appendleft((due, data))

    def _welcome(self, listener: socket.socket) -> None:
        client, _ = listener.accept()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._outgoing.clear()
        self._client = client

    def _hang_up(self) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._client.close()
            self._client = None

    def _listen(self) -> None:
        self._listener = _bound(self._host, self.port)
        self._listener.listen(4)
        self._listener.setblocking(False)

    def _deafen(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None


def _bound(host: str, port: int) -> socket.socket:
    """One is kept without ever listening, so that nobody else is given the port while it is unplugged."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
