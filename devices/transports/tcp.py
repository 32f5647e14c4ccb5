"""A TCP connection that never makes its thread wait: what is there is read, what fits is written, the rest is the caller's."""

from __future__ import annotations

import contextlib
import socket
import struct

from devices.transports.writable import Writable

_READ = 4096
"""More than a printer has to say at once; the rest waits in the kernel."""
_SEND_BUFFER = 4096
"""Kept small, so that little of an abandoned job lies in the kernel where it cannot be called back."""
_KEEPALIVE = {socket.TCP_KEEPIDLE: 5, socket.TCP_KEEPINTVL: 2, socket.TCP_KEEPCNT: 3}
"""Seconds, seconds, probes: a silent cable is noticed within about eleven seconds even when nobody asks anything."""


class TcpLink:
    """Connected on construction. ``OSError`` when it cannot be (``TimeoutError`` after ``patience`` seconds), or is lost."""

    def __init__(self, host: str, port: int, *, patience: float = 2.0) -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout=patience)
        except UnicodeError as error:  # "192.168..1": no name at all
            raise OSError(f"{host}: {error}") from error
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            self._socket.setsockopt(socket.IPPROTO_TCP, option, value)
        self._writable = Writable(self._socket.fileno())

    @property
    def rate(self) -> None:
        return None

    def fileno(self) -> int:
        return self._socket.fileno()

    def paper_out(self) -> None:
        return None

    def writable(self) -> tuple[int, ...]:
        return (self._writable.fileno(),)

    def read(self) -> bytes:
        """What has arrived, perhaps nothing. ``ConnectionError`` when the other side has hung up."""
        try:
            data = self._socket.recv(_READ)
        except BlockingIOError:
            return b""
        if not data:
            raise ConnectionResetError("closed by the other side")
        return data

    def write(self, data: bytes) -> int:
        """How many of ``data``'s bytes the kernel took; 0 when its buffer is full."""
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """Hang up at once. Bytes not yet sent are dropped: the rest of an abandoned job must not arrive after the next began."""
        self._writable.close()
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()
