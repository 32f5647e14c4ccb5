"""A printer's serial or USB socket, stood in for by a pty: bytes at the pace of the wire, XON/XOFF, unplugged and back.

================  ===============================================  ==================================================
                  serial (``baud`` given)                          USB (none)
================  ===============================================  ==================================================
pace              ten bits a byte, both ways                       as fast as it is read
no room           what comes is lost (overrun), unless ``xonxoff``  not taken: the bytes stay with the sender
                  asked the sender to stop before
real-time         heard even without room                          behind what was not taken
================  ===============================================  ==================================================
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from pathlib import Path

from devices.virtual.ptys import BITS_PER_BYTE, plug, pull

XON, XOFF = b"\x11", b"\x13"
STOP_AT, GO_AT = 512, 1024
"""Bytes of room below which the sender is asked to stop, above which it may go on: more than a sender has on its way."""
_CHUNK = 64
_USB_CHUNK = 4096


class TtyPort:
    """Serves the pty ``link`` leads to, on a thread of its own; otherwise as :class:`~devices.virtual.one_client.OneClientPort`."""

    def __init__(
        self, link: Path, baud: int | None, *, xonxoff: bool, room: Callable[[], int], received: Callable[[bytes], None]
    ) -> None:
        self._link = link
        self._byte_time = BITS_PER_BYTE / baud if baud else 0.0
        self._serial = baud is not None
        self._xonxoff = xonxoff
        self._room = room
        self._received = received
        self._plugged = True
        self._stopping = False
        self._stopped_sender = False
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._lock = threading.Lock()
        self._master = self._slave = -1
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._bell)
        self._thread = threading.Thread(target=self._serve, name="virtual-printer-port", daemon=True)

    @property
    def address(self) -> str:
        return str(self._link)

    def start(self) -> None:
        self._plug()
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.changed()
        if self._thread.ident is not None:
            self._thread.join(2)

    def send(self, data: bytes, delay: float = 0.0) -> None:
        """Answer, each byte when the wire would have brought it, never before what was sent earlier."""
        with self._lock:
            self._free_at = max(time.monotonic() + delay, self._free_at) + len(data) * self._byte_time
            self._outgoing.append((self._free_at, data))
        self.changed()

    def plug(self, plugged: bool) -> None:
        self._plugged = plugged
        self.changed()

    def changed(self) -> None:
        os.eventfd_write(self._bell, 1)

    # --- the port's thread --------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while not self._stopping:
            if not self._plugged:
                self._pull()
            elif self._master < 0:
                self._plug()
            self._turn()
        self._pull()

    def _turn(self) -> None:
        room = self._room()
        if self._xonxoff:
            self._ask_the_sender(room)
        listening = self._master >= 0 and (self._serial or room > 0)
        due = self._due()
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        if listening:
            poll.register(self._master, select.POLLIN)
        events = dict(poll.poll(None if due is None else due * 1000))
        if self._bell in events:
            os.eventfd_read(self._bell)
        self._say()
        if self._master in events and (data := self._take(_CHUNK if self._serial else min(room, _USB_CHUNK))):
            time.sleep(len(data) * self._byte_time)
            self._received(data)

    def _ask_the_sender(self, room: int) -> None:
        stop = room < (GO_AT if self._stopped_sender else STOP_AT)
        if stop is not self._stopped_sender and self._master >= 0:
            self._stopped_sender = stop
            self._write(XOFF if stop else XON)

    def _due(self) -> float | None:
        with self._lock:
            return max(0.0, self._outgoing[0][0] - time.monotonic()) if self._outgoing else None

    def _say(self) -> None:
        with self._lock:
            now = time.monotonic()
            while self._outgoing and self._outgoing[0][0] <= now:
                self._write(self._outgoing.popleft()[1])

    def _write(self, data: bytes) -> None:
        if self._master >= 0:
            with contextlib.suppress(BlockingIOError):  # nobody reads: lost, as on a real line
                os.write(self._master, data)

    def _take(self, most: int) -> bytes:
        try:
            return os.read(self._master, most)
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EAGAIN):
                raise
            return b""

    def _plug(self) -> None:
        with self._lock:
            self._outgoing.clear()
        self._stopped_sender = False
        self._master, self._slave = plug(self._link)

    def _pull(self) -> None:
        if self._master >= 0:
            pull(self._link, self._master, self._slave)
            self._master = self._slave = -1
