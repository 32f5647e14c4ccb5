"""A serial line whose thread never waits for it: what is there is read, what the wire carries soon is written.

A printer's line is slow and may be stopped by the printer. So no more than :data:`AHEAD` seconds of bytes are ever handed to the
kernel, by our own clock and by the kernel's count (``TIOCOUTQ``): a question is never far behind what was sent before it, a
stopped line takes nothing at once, and little of an abandoned job is left to call back.

=============  ================================================================================================
``none``       the window of answers keeps the receive buffer from filling; enough for a printer with 4 kB
``xonxoff``    the kernel stops at the printer's XOFF; no status answer can look like one (ESC/POS masks)
``rtscts``     the kernel stops while CTS is low
``dsrdtr``     Linux has no such thing: we look at DSR before each write; what the kernel holds still goes out
=============  ================================================================================================
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import struct
import termios
import time
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path
from typing import Literal

import serial

Flow = Literal["none", "xonxoff", "rtscts", "dsrdtr"]

AHEAD = 0.2
"""Seconds of bytes the kernel may hold: enough to keep the wire busy between two looks, little enough to overtake."""
BITS_PER_BYTE = 10
_READ = 4096


class SerialLink:
    """Open and locked for us alone, 8N1. ``OSError`` when it cannot be opened, is held by somebody else, or is gone."""

    def __init__(self, path: str, baud: int, flow: Flow = "none", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = Path(path)
        self._rate = baud / BITS_PER_BYTE
        self._clock = clock
        self._watches_dsr = flow == "dsrdtr"
        self._carried_at = 0.0
        try:
            self._serial = serial.Serial(
                path, baud, timeout=0, write_timeout=0, exclusive=True, xonxoff=flow == "xonxoff", rtscts=flow == "rtscts"
            )
        except termios.error as error:
            raise OSError(*error.args) from error
        self._file = int(self._serial.fileno())
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN)

    @property
    def rate(self) -> float:
        """Bytes a second on the wire."""
        return self._rate

    def fileno(self) -> int:
        return self._file

    def paper_out(self) -> None:
        return None

    def writable(self) -> tuple[int, ...]:
        """Nothing tells when the wire has carried enough: look again after a moment."""
        return ()

    def read(self) -> bytes:
        """What has arrived, perhaps nothing. ``OSError`` when the line is gone."""
        if not self._poll.poll(0):
            return b""
        if not (data := os.read(self._file, _READ)):
            raise OSError(errno.EIO, "hung up", str(self._path))
        return data

    def write(self, data: bytes) -> int:
        """How many of ``data``'s bytes were taken; 0 while the wire is busy or stopped."""
        now = self._clock()
        ahead = max(self._carried_at - now, self._queued() / self._rate)
        room = int((AHEAD - ahead) * self._rate)
        if room <= 0 or not self._data_set_ready():
            return 0
        try:
            written = os.write(self._file, data[:room])
        except BlockingIOError:
            return 0
        self._carried_at = max(self._carried_at, now) + written / self._rate
        return written

    def close(self) -> None:
        """Drop what was not sent: the rest of an abandoned job must not arrive later, nor must closing wait for it."""
        with contextlib.suppress(termios.error):
            termios.tcflush(self._file, termios.TCOFLUSH)
        self._serial.close()

    def _queued(self) -> int:
        count: int = struct.unpack("i", ioctl(self._file, termios.TIOCOUTQ, b"\0" * 4))[0]
        return count

    def _data_set_ready(self) -> bool:
        if not self._watches_dsr:
            return True
        try:
            lines: int = struct.unpack("i", ioctl(self._file, termios.TIOCMGET, b"\0" * 4))[0]
        except OSError:
            return True  # this line has no modem signals: unknown is not "busy"
        return bool(lines & termios.TIOCM_DSR)
