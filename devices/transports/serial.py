"""A serial line: 8 data bits, no parity, 1 stop bit, no flow control, locked for us alone.

The path may be a link (``/dev/serial/by-id/…``). A line that went away (end of file, EIO, the path gone or leading elsewhere)
is an ``OSError`` at the next read, write or :meth:`SerialLine.check`; a line that takes no bytes for a second, a ``TimeoutError``.
"""

from __future__ import annotations

import os
import select
import termios
from pathlib import Path

import serial

WRITE_TIMEOUT = 1.0
"""Seconds; the longest request we send takes 11 ms at 9600 baud."""
MAX_READ = 4096
"""Bytes taken at once, so that a flooding line cannot keep its thread."""


class SerialLine:
    """An open line. ``OSError`` when it cannot be opened or somebody else holds it."""

    def __init__(self, path: str, baud: int) -> None:
        self._path = Path(path)
        try:
            self._serial = serial.Serial(str(path), baud, timeout=0, write_timeout=WRITE_TIMEOUT, exclusive=True)
        except termios.error as error:
            raise OSError(*error.args) from error
        self._poll = select.poll()
        self._poll.register(self._serial.fileno(), select.POLLIN)

    def fileno(self) -> int:
        return int(self._serial.fileno())

    def read(self, seconds: float) -> bytes:
        """What there is, at most :data:`MAX_READ` bytes, waiting ``seconds`` for the first; empty when nothing came."""
        if not self._poll.poll(max(0.0, seconds) * 1000):
            return b""
        data: bytes = self._serial.read(MAX_READ)
        if not data:
            raise OSError(f"{self._path} hung up")
        return data

    def write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except serial.SerialTimeoutException as error:
            raise TimeoutError(str(error)) from error

    def discard(self) -> None:
        """Forget what arrived so far."""
        try:
            self._serial.reset_input_buffer()
        except termios.error as error:
            raise OSError(*error.args) from error

    def check(self) -> None:
        """``OSError`` unless the path still leads to this very line."""
        if self._path.stat().st_rdev != os.fstat(self.fileno()).st_rdev:
            raise OSError(f"{self._path} is another device now")

    def close(self) -> None:
        self._serial.close()
