"""One thread drives one paho client over TLS: it waits, reads all that has come, writes all that is to go.

paho's own thread costs a queue to whoever works with what it hears, reads a socket three or four times a packet and sends every
packet in a TLS record of its own. The loop is given to us (``loop_read``, ``loop_write``, ``loop_misc``), and so is the socket
(``SSLContext.sslsocket_class``): what has arrived is taken in one go, and what is to go leaves together.
"""

from __future__ import annotations

import select
import socket
import ssl
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

_RECORD = 16 * 1024
"""Bytes of a TLS record at most (RFC 8446, 5.1)."""
_RECORDS = 64
"""Taken in one go at most: a megabyte bounds the memory."""
MOST = 500
"""Packets read in one turn at most, so that what is to go does not wait for ever behind what comes."""
_BEAT = 1.0
"""Seconds a turn waits at most: keep-alives are looked at in between."""


class Heap(ssl.SSLSocket):
    """Of the context's :data:`sslsocket_class`. ``recv`` hands out of what came in one go; between ``pile`` and ``flush`` what is
    sent is gathered, and leaves together.
    """

    _came = b""
    _at = 0
    _more = False
    _piling = False
    _heap = bytearray()

    def do_handshake(self, block: bool = False) -> None:
        """paho drops a socket whose handshake failed without closing it."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        if self._at == len(self._came):
            self._came, self._at = self._take(), 0
        found = self._came[self._at : self._at + buflen]
        self._at += len(found)
        return found

    def pending(self) -> int:
        """Bytes, or one for those that are likely to be there."""
        return len(self._came) - self._at or super().pending() or self._more

    def send(self, data: Any, flags: int = 0) -> int:
        if not self._piling:
            return super().send(data, flags)
        self._heap += data
        return len(data)

    @property
    def piling(self) -> bool:
        """Whether something gathered has not left yet."""
        return self._piling

    def pile(self) -> None:
        if not self._piling:
            self._piling, self._heap = True, bytearray()

    def flush(self) -> bool:
        """Whether all that was gathered has left; ``OSError`` when it never will. What has not leaves at the next call."""
        try:
            while self._heap:
                del self._heap[: super().send(bytes(self._heap))]
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return False
        self._piling = False
        return True

    def close(self) -> None:
        """paho closes as soon as it has sent its DISCONNECT."""
        if self._piling:
            try:
                self.flush()
            except OSError:
                self._heap.clear()
        super().close()

    def _take(self) -> bytes:
        self._more = False
        parts = [super().recv(_RECORD)]
        try:
            while parts[-1] and len(parts) < _RECORDS:
                parts.append(super().recv(_RECORD))
            self._more = bool(parts[-1])
        except OSError:  # nothing more for now; what broke it comes up again at the next call
            pass
        return b"".join(parts)


class Loop:
    """Of one connect of ``client``, which is connected over a :class:`Heap`. ``turn`` and ``close`` belong to the thread that owns
    the client, ``wake`` is for any.
    """

    def __init__(self, client: Client) -> None:
        link = client.socket()
        assert isinstance(link, Heap), "the client's context makes other sockets"
        self._client, self._link = client, link
        self._waker, self._woken = socket.socketpair()
        for end in (self._waker, self._woken):
            end.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._woken, select.POLLIN)
        self.behind = False
        """Whether the last turn ended with more to be heard."""

    def wake(self) -> None:
        """There is something to be sent, or to be looked at."""
        try:
            self._waker.send(b"\0")
        except OSError:  # it is awake already, or closed
            return

    def turn(self, wait: float) -> None:
        """Send what is to go; wait until something comes, somebody wakes us or ``wait`` seconds have passed; hear what has come."""
        client, link = self._client, self._link
        self._write()
        if client.socket() is None:
            return
        if not link.pending():
            self._poll.register(link, select.POLLIN | (select.POLLOUT if link.piling else 0))
            for descriptor, _what in self._poll.poll(max(0.0, min(wait, _BEAT)) * 1000):
                if descriptor == self._woken.fileno():
                    self._woken.recv(4096)
        self.behind = True
        for _ in range(MOST):
            if client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS or not link.pending():
                self.behind = False
                break
        client.loop_misc()
        self._write()

    def close(self) -> None:
        self._link.close()
        self._waker.close()
        self._woken.close()

    def _write(self) -> None:
        if not self._client.want_write() and not self._link.piling:
            return
        self._link.pile()
        self._client.loop_write()
        try:
            self._link.flush()
        except OSError:
            return  # reading says why
