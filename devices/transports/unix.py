"""A Unix stream socket with a deadline on everything: connect, send and receive. The camera's process is at the other end."""

from __future__ import annotations

import contextlib
import socket
import time

CHUNK = 1 << 20
"""Bytes read at a time: an 18 MB frame in some twenty reads."""


class UnixStream:
    """A connection to the socket at ``path``. ``OSError`` when nobody listens there.

    Every call takes a ``deadline`` in monotonic seconds and raises ``TimeoutError`` when it passes; a connection the other
    side closed is ``ConnectionResetError``. Nothing is retried here.
    """

    def __init__(self, path: str, *, timeout: float = 1.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(timeout)
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, data: bytes, deadline: float) -> None:
        self._socket.settimeout(_left(deadline))
        self._socket.sendall(data)

    def receive(self, wanted: int, deadline: float) -> bytes:
        """At least one byte, at most ``wanted`` (or :data:`CHUNK`)."""
        self._socket.settimeout(_left(deadline))
        data = self._socket.recv(min(max(wanted, 1), CHUNK))
        if not data:
            raise ConnectionResetError("the other side closed the connection")
        return data

    def abort(self) -> None:
        """End the connection from any thread; a blocked ``receive`` returns at once."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("deadline passed")
    return left
