"""Plays: is the device a driver talks to, byte for byte as on the tape, and says where the driver asked something else."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from functools import partial
from pathlib import Path

from devices.tape.tape import FROM_DEVICE, Tape


class MismatchError(AssertionError):
    """The driver sent something the tape does not have there."""


class Player:
    """``speed``: 1 is the pace of the recording, 0 as fast as the driver asks.

    Make the place first (:meth:`serial` or :meth:`tcp`), then :meth:`start`: a tape whose device speaks first needs a driver
    that listens already.
    """

    def __init__(self, tape: Tape, *, speed: float = 0.0) -> None:
        self._tape = tape
        self._speed = speed
        self._stop = threading.Event()
        self._over = threading.Event()
        self._failure: str | None = None
        self._thread: threading.Thread | None = None
        self._target: Callable[[], None] = self._over.set
        self._closing = contextlib.ExitStack()

    def serial(self, link: Path) -> str:
        """Where the driver finds the device: ``link``, a pty."""
        master, slave = pty.openpty()
        self._closing.callback(os.close, slave)
        self._closing.callback(os.close, master)
        tty.setraw(slave)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        self._closing.callback(link.unlink, missing_ok=True)
        self._target = partial(self._play, master)
        return str(link)

    def tcp(self) -> int:
        """The loopback's port of the device; one connection is served."""
        listener = self._closing.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._target = partial(self._accept, listener)
        return int(listener.getsockname()[1])

    def start(self) -> None:
        self._thread = threading.Thread(target=self._target, name="tape", daemon=True)
        self._thread.start()

    def wait(self, seconds: float = 20.0) -> None:
        """Until the whole tape was played; :class:`MismatchError`, also when the driver asked for less in this time."""
        over = self._over.wait(seconds)
        if self._failure is not None:
            raise MismatchError(self._failure)
        if not over:
            raise MismatchError("the driver did not ask for the rest of the tape")

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2)
        self._closing.close()

    def _accept(self, listener: socket.socket) -> None:
        listener.settimeout(0.05)
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                driver, _ = listener.accept()
                with driver:
                    self._play(driver.fileno())
                return

    def _play(self, driver: int) -> None:
        began, zero = time.monotonic(), 0.0
        for number, piece in enumerate(self._tape.pieces, start=1):
            if piece.way == FROM_DEVICE:
                if self._speed:
                    self._stop.wait(began + (piece.at - zero) / self._speed - time.monotonic())
                if not _written(driver, piece.data):
                    self._failure = f"piece {number}: the driver hung up before the device's answer"
                    break
            elif not self._heard(driver, piece.data, number):
                break
            else:
                began, zero = time.monotonic(), piece.at
        self._over.set()
        while not self._stop.is_set():  # the line stays open: a driver that asks on hears nothing
            self._read(driver, 64)

    def _heard(self, driver: int, wanted: bytes, number: int) -> bool:
        heard = b""
        while len(heard) < len(wanted) and not self._stop.is_set():
            heard += self._read(driver, len(wanted) - len(heard))
            if not wanted.startswith(heard):
                self._failure = f"piece {number}: the tape has {wanted.hex(' ')}, the driver sent {heard.hex(' ')}"
                return False
        return heard == wanted

    def _read(self, driver: int, most: int) -> bytes:
        poll = select.poll()
        poll.register(driver, select.POLLIN)
        if not poll.poll(20):
            return b""
        try:
            data = os.read(driver, most)
        except OSError:
            data = b""
        if not data:
            self._stop.wait(0.02)  # hung up: the poll does not wait any more
        return data


def _written(file: int, data: bytes) -> bool:
    try:
        while data:
            data = data[os.write(file, data) :]
    except OSError:
        return False
    return True
