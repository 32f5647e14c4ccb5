"""The terminal's end of the process that reads: started, asked one page at a time, and killed rather than waited for."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

from devices.protocols import reading
from devices.protocols.reading import MAX_ANSWER, Lines, Message, ReadingError, Ready, Receiver, Refusal, Why
from devices.reading.options import Options

CHUNK = 1 << 16
GLANCE = 0.2
"""Seconds between two looks at how much memory it holds; a model's buffers grow within a few tenths."""
REAPED = 5.0
EX_UNAVAILABLE = 69
"""What ``process/__main__.py`` ends with when library or models are not there; imported it would bring the library along."""
COMMAND = (sys.executable, "-P", "-m", "devices.reading.process")
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


class FailedError(Exception):
    """The process is of no more use; ``fault`` is a code of ``kiosk/faults.toml``."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class Child:
    """Started at once. ``OSError`` when it cannot be. Its methods are one thread's, but for :meth:`kill`."""

    def __init__(self, options: Options, command: tuple[str, ...] = COMMAND) -> None:
        self._most = options.memory << 20
        self._serial = 0
        self.killed = False
        self._receiver = Receiver(MAX_ANSWER)
        self._end, theirs = socket.socketpair()
        given = ("--fd", str(theirs.fileno()), "--threads", str(options.threads), "--memory", str(options.memory))
        with theirs:
            try:
                # Nothing it or its library prints is kept: it could be a line of somebody's paper.
                self._process = subprocess.Popen(
                    [*command, *given],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, "OMP_NUM_THREADS": str(options.threads), "MALLOC_ARENA_MAX": "2"},
                )
            except OSError:
                self._end.close()
                raise
        self._end.setblocking(False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self, deadline: float) -> str:
        """What reads, once its models are loaded. :class:`FailedError`."""
        answer = self._next(deadline, starting=True)
        if not isinstance(answer, Ready):
            raise FailedError("reading_failed")
        return answer.name

    def read(self, jpeg: bytes, deadline: float) -> Lines | Refusal:
        """:class:`FailedError` when it dies, hangs, grows or lies; a :class:`Refusal` leaves it fit for the next page."""
        self._serial = (self._serial + 1) % 2**32
        self._send(reading.page_header(self._serial, len(jpeg)), deadline)
        self._send(jpeg, deadline)
        answer = self._next(deadline)
        if not isinstance(answer, Lines | Refusal) or answer.serial != self._serial:
            raise FailedError("reading_failed")
        if isinstance(answer, Refusal) and answer.why == Why.NO_MEMORY:
            raise FailedError("reading_memory")
        return answer

    def kill(self) -> None:
        """From any thread: with everything it holds."""
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def end(self) -> None:
        """Killed and reaped; one the kernel does not let go of within :data:`REAPED` is left to it."""
        self.kill()
        self._end.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(REAPED)

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(select.POLLOUT, deadline)
            try:
                rest = rest[self._end.send(rest[:CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise FailedError("reading_failed") from None

    def _next(self, deadline: float, *, starting: bool = False) -> Message:
        try:
            while (message := self._receiver.next_event()) is None:
                self._wait(select.POLLIN, deadline)
                if not (data := self._end.recv(CHUNK)):
                    missing = starting and self._process.wait(REAPED) == EX_UNAVAILABLE
                    raise FailedError("reading_missing" if missing else "reading_failed")
                self._receiver.receive_data(data)
        except (OSError, ReadingError, subprocess.TimeoutExpired):
            raise FailedError("reading_failed") from None
        return message

    def _wait(self, what: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(self._end, what)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise FailedError("reading_slow")
            if poll.poll(min(left, GLANCE) * 1000):
                return
            if self._resident() > self._most:
                raise FailedError("reading_memory")

    def _resident(self) -> int:
        """Bytes; 0 of a process that is gone, which the socket tells."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE_SIZE
        except (OSError, IndexError, ValueError):
            return 0
