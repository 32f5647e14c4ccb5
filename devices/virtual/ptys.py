"""Virtual hardware behind a serial line: a pty with a stable link to it, bytes at the pace of the wire, faults by name.

What lives here is the line and the thread; what the device on it does is in :class:`SerialDevice`'s descendants.
"""

from __future__ import annotations

import errno
import os
import pty
import select
import threading
import time
import tty
import weakref
from collections.abc import Mapping
from pathlib import Path

from devices.virtual.port import UnknownFaultError
from devices.virtual.wire import Tap, nobody

BITS_PER_BYTE = 10
"""8 data bits between a start and a stop bit."""
CHUNK = 16
"""Bytes handed over at once, half the FIFO of a common USB-serial bridge."""
UNPLUG = "unplug"


class SerialDevice:
    """A device on a pty. ``link`` is made when it is plugged in and gone when it is not; ``faults`` must know ``unplug``.

    One thread owns the line and calls :meth:`heard`; :meth:`say` and :meth:`think` are for that thread.
    """

    def __init__(self, name: str, link: Path, baud: int, faults: Mapping[str, str]) -> None:
        self._name = name
        self._link = link
        self._byte_time = BITS_PER_BYTE / baud
        self._faults = dict(faults)
        self._active: dict[str, None] = {}
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._silenced = threading.Event()
        self._thread: threading.Thread | None = None
        self._master = self._slave = -1
        self.tap: Tap = nobody
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        weakref.finalize(self, os.close, self._bell)

    # --- devices.virtual.port.VirtualDevice ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def address(self) -> str:
        return str(self._link)

    @property
    def faults(self) -> Mapping[str, str]:
        return self._faults

    def start(self) -> None:
        """Plug it in (unless ``unplug`` was injected before)."""
        self._stopping.clear()
        self._plug_or_pull()
        self._thread = threading.Thread(target=self._run, name=f"virtual-{self._name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._silenced.set()
        self._ring()
        if self._thread is not None:
            self._thread.join(2)
            self._thread = None
        self._pull()

    def inject(self, fault: str) -> None:
        if fault not in self._faults:
            raise UnknownFaultError(f"{self._name} 没有故障“{fault}”，可用：{'、'.join(self._faults)}")
        with self._lock:
            self._active[fault] = None
            if fault == UNPLUG:
                self._silenced.set()
        self._ring()

    def clear(self, fault: str | None = None) -> None:
        if fault is not None and fault not in self._faults:
            raise UnknownFaultError(f"{self._name} 没有故障“{fault}”，可用：{'、'.join(self._faults)}")
        with self._lock:
            for gone in [fault] if fault is not None else list(self._active):
                self._active.pop(gone, None)
        self._ring()

    def active(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._active)

    # --- for descendants ----------------------------------------------------------------------------------------------

    def has(self, fault: str) -> bool:
        with self._lock:
            return fault in self._active

    def spend(self, fault: str) -> bool:
        """Whether ``fault`` is active; a fault that shows once is over with this."""
        with self._lock:
            return self._active.pop(fault, self) is None

    def heard(self, data: bytes) -> None:
        """``data`` came in; called on the owning thread."""

    def tick(self) -> float | None:
        """Something may have changed (a fault, a key); seconds until the next look. Called on the owning thread."""
        return None

    @property
    def plugged_in(self) -> bool:
        """Whether what is said now still goes anywhere."""
        return self._master >= 0 and not self._silenced.is_set()

    def plugged(self) -> None:
        """The line was just plugged in; called before any byte comes in."""

    def say(self, data: bytes) -> None:
        """Send ``data``, each byte when the wire would have brought it. What nobody takes is lost, as on a real line."""
        began = time.monotonic()
        if self.plugged_in:
            self.tap(False, data)
        for at in range(0, len(data), CHUNK):
            piece = data[at : at + CHUNK]
            self.think(began + (at + len(piece)) * self._byte_time - time.monotonic())
            if self._master < 0 or self._silenced.is_set():
                return
            try:
                os.write(self._master, piece)
            except BlockingIOError:
                continue

    def think(self, seconds: float) -> None:
        """Let ``seconds`` pass, unless the plug is pulled."""
        if seconds > 0:
            self._silenced.wait(seconds)

    def wire_time(self, count: int) -> float:
        """Seconds ``count`` bytes take on the wire."""
        return count * self._byte_time

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _ring(self) -> None:
        os.eventfd_write(self._bell, 1)

    def _run(self) -> None:
        self.plugged()
        while not self._stopping.is_set():
            if self._plug_or_pull():
                self.plugged()
            pause = self.tick()
            poll = select.poll()
            poll.register(self._bell, select.POLLIN)
            if self._master >= 0:
                poll.register(self._master, select.POLLIN)
            for file, _ in poll.poll(None if pause is None else pause * 1000):
                if file == self._bell:
                    os.eventfd_read(self._bell)
                elif data := self._take():
                    self.think(self.wire_time(len(data)))
                    self.tap(True, data)
                    self.heard(data)

    def _plug_or_pull(self) -> bool:
        """Do what the fault ``unplug`` says; whether the plug was put in just now."""
        if self._silenced.is_set():
            self._pull()
        with self._lock:
            if self._master >= 0 or self.has(UNPLUG) or self._stopping.is_set():
                return False
            self._silenced.clear()
        self._plug()
        return True

    def _take(self) -> bytes:
        try:
            return os.read(self._master, 4096)
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EAGAIN):
                raise
            return b""

    def _plug(self) -> None:
        self._master, self._slave = plug(self._link)

    def _pull(self) -> None:
        if self._master < 0:
            return
        pull(self._link, self._master, self._slave)
        self._master = self._slave = -1


def plug(link: Path) -> tuple[int, int]:
    """A new pty, raw, with ``link`` leading to it: master (non-blocking) and slave."""
    # The slave is held open here too: otherwise the master reads EIO whenever no driver has the line open.
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.ttyname(slave))
    fresh.replace(link)
    return master, slave


def pull(link: Path, master: int, slave: int) -> None:
    """The plug is out: the link is gone, and who had it open reads the end of it."""
    link.unlink(missing_ok=True)
    os.close(slave)
    os.close(master)
