"""A card in the reader of a virtual machine: the far end of QEMU's ``ccid-card-passthru``.

::

    type | reader | length, 32 bits each, big endian | data       1 INIT: "VSCD", version, capabilities · 2 ERROR: code, 0 is fine
                                                                  3 READER: there is one · 5 ATR: a card is put in
                                                                  6 REMOVED: it is taken out · 7 APDU: command or answer

The VSCard protocol, ``vscard_common.h`` of libcacard. QEMU is the one that connects, anew each time the reader is plugged in, and
keeps the old line; what is in the reader is in it again then.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

from devices.virtual.vpcd import Applet

INIT, READER, ATR, REMOVED, APDU = 1, 3, 5, 6, 7
_HEADER = struct.Struct(">III")
_HELLO = b"VSCD" + struct.pack(">II", 2, 0)


class CardPlace:
    """``path``: of the socket QEMU's chardev is to connect to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._card: Applet | None = None
        self._wire: socket.socket | None = None
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        threading.Thread(target=self._run, name="vscard", daemon=True).start()

    def put(self, card: Applet | None) -> None:
        """Into the reader, now or as soon as there is one; ``None``: out of it."""
        with self._lock:
            self._card = card
            self._tell()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                wire, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(wire,), name="vscard", daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        with wire, suppress(OSError):
            _send(wire, INIT, _HELLO)
            while head := wire.recv(_HEADER.size, socket.MSG_WAITALL):
                kind, _, length = _HEADER.unpack(head)
                data = wire.recv(length, socket.MSG_WAITALL) if length else b""
                with self._lock:
                    if kind == INIT:
                        _send(wire, READER, b"tongban\0")
                        self._wire = wire
                        self._tell()
                    elif kind == APDU and self._card is not None:
                        _send(wire, APDU, self._card.transmit(data))

    def _tell(self) -> None:
        if self._wire is None:
            return
        if self._card is not None:
            self._card.reset()
        with suppress(OSError):  # a machine that was switched off
            _send(self._wire, *((ATR, self._card.atr) if self._card is not None else (REMOVED, b"")))


def _send(wire: socket.socket, kind: int, data: bytes) -> None:
    wire.sendall(_HEADER.pack(kind, 0, len(data)) + data)
