"""A printer behind the kernel's usblp (``/dev/usb/lp0``, or a link to it that names the port): a character device, both ways.

The kernel lets one process open it; a lock of our own says the same where the device is stood in for by a pty. Writes never
wait: usblp takes one transfer and refuses the next until the printer has taken that one. Closing cancels what it has not.
"""

from __future__ import annotations

import array
import errno
import fcntl
import os
import select

from devices.transports.writable import Writable

_READ = 4096
_LPGETSTATUS = 0x060B
"""``linux/lp.h``: the printer class's GET_PORT_STATUS (USB printer class 1.1, 4.2.2), outside of the data's own pipe."""
_PAPER_EMPTY = 0x20


class UsbLink:
    """Open for reading and writing. ``OSError`` when it cannot be opened, is held by somebody else, or is gone."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._writable = Writable(self._file)
        except OSError:
            os.close(self._file)
            raise
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLIN)

    @property
    def rate(self) -> None:
        return None

    def fileno(self) -> int:
        return self._file

    def writable(self) -> tuple[int, ...]:
        return (self._writable.fileno(),)

    def read(self) -> bytes:
        """What has arrived, perhaps nothing: an empty transfer is no end. ``OSError`` when the printer is gone."""
        events = self._poll.poll(0)
        if not events:
            return b""
        try:
            data = os.read(self._file, _READ)
        except BlockingIOError:
            data = b""
        if not data and events[0][1] & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
            raise OSError(errno.ENODEV, "the printer is gone", self._path)
        return data

    def write(self, data: bytes) -> int:
        """How many of ``data``'s bytes the kernel took; 0 when the printer has not taken the last ones yet."""
        try:
            return os.write(self._file, data)
        except BlockingIOError:
            return 0

    def paper_out(self) -> bool | None:
        """What GET_PORT_STATUS says, asked beside the data; ``None`` where the kernel or the printer does not answer.

        Many printers answer a constant here, so it may explain a silence and never decides anything else.
        """
        answer = array.array("i", [0])
        try:
            fcntl.ioctl(self._file, _LPGETSTATUS, answer)
        except OSError:
            return None
        return bool(answer[0] & _PAPER_EMPTY)

    def close(self) -> None:
        self._writable.close()
        os.close(self._file)
