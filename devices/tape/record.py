"""Records: stands between a driver and its device and writes down what passes, into memory only."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import socket
import threading
import time
import tty
from datetime import UTC, datetime
from pathlib import Path

from devices.tape.listed import cards
from devices.tape.tape import FROM_DEVICE, TO_DEVICE, Take, Tape, dump
from devices.transports.serial import SerialLine

_CHUNK = 4096


class Recorder:
    """Between a driver and a device. ``path`` is where the driver finds it instead: a link to a pty, or ``host:port``."""

    def __init__(self, device: str, line: str) -> None:
        self._headers = {"device": device, "line": line, "made": f"{datetime.now(UTC):%Y-%m-%d}"}
        self._take = Take()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._closing = contextlib.ExitStack()

    def serial(self, path: str, baud: int, link: Path) -> str:
        """Record the serial device at ``path``; ``link`` is made for the driver. ``OSError``."""
        line = SerialLine(path, baud)
        self._closing.callback(line.close)
        master, slave = pty.openpty()
        self._closing.callback(os.close, slave)
        self._closing.callback(os.close, master)
        tty.setraw(slave)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        self._closing.callback(link.unlink, missing_ok=True)
        self._run(master, line.fileno())
        return str(link)

    def tcp(self, host: str, port: int) -> int:
        """Record the device at ``host:port``; the loopback's port for the driver, which may connect once. ``OSError``."""
        listener = self._closing.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._thread = threading.Thread(target=self._accept, args=(listener, (host, port)), name="tape", daemon=True)
        self._thread.start()
        return int(listener.getsockname()[1])

    def stop(self, about: str = "") -> Tape:
        """What was recorded. It holds whatever passed: ask :func:`keep` before it goes anywhere."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2)
        self._closing.close()
        return self._take.tape({**self._headers, "about": about})

    def _accept(self, listener: socket.socket, device: tuple[str, int]) -> None:
        listener.settimeout(0.1)
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                driver, _ = listener.accept()
                with driver, socket.create_connection(device, 2.0) as there:
                    self._pump(driver.fileno(), there.fileno())
                return

    def _run(self, driver: int, device: int) -> None:
        self._thread = threading.Thread(target=self._pump, args=(driver, device), name="tape", daemon=True)
        self._thread.start()

    def _pump(self, driver: int, device: int) -> None:
        other = {driver: (device, TO_DEVICE), device: (driver, FROM_DEVICE)}
        poll = select.poll()
        for file in other:
            poll.register(file, select.POLLIN)
        while not self._stop.is_set():
            for file, _ in poll.poll(50):
                data = _read(file)
                if not data:
                    return
                to, way = other[file]
                self._take.add(time.monotonic(), way, data)
                while data:
                    data = data[os.write(to, data) :]


def keep(tape: Tape, path: Path) -> tuple[str, ...]:
    """Write ``tape`` to ``path`` if it may be kept; the listed cards on it. :class:`~tape.listed.NotListedError`."""
    found = cards(tape)
    path.write_text(dump(Tape({**tape.headers, "cards": " ".join(found) or "-"}, tape.pieces)), "utf-8")
    return found


def _read(file: int) -> bytes:
    try:
        return os.read(file, _CHUNK)
    except OSError:
        return b""
