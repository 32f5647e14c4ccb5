"""The parent's view of the process that owns the camera. Nothing here waits."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Sequence

from devices.protocols.frames import Ask, Message, Receiver, request

CHUNK = 1 << 20


class Child:
    """``command`` started with ``--fd N``: its end of the socket pair. ``OSError`` when it cannot be started."""

    def __init__(self, command: Sequence[str]) -> None:
        self._end, theirs = socket.socketpair()
        self._receiver = Receiver()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [*command, "--fd", str(theirs.fileno())], pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL
                )
            except OSError:
                self._end.close()
                raise
        self._end.setblocking(False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def fileno(self) -> int:
        return self._end.fileno()

    def ask(self, ask: Ask, serial: int) -> None:
        """One question is under way at most, so its 28 bytes always fit. A child that is gone is noticed by ``receive``."""
        with contextlib.suppress(OSError):
            self._end.sendall(request(ask, serial))

    def receive(self) -> Message | None:
        """The next whole message, ``None`` while there is none. ``OSError`` when it hung up, ``FrameError`` for nonsense."""
        while (message := self._receiver.next_event()) is None:
            try:
                data = self._end.recv(min(self._receiver.wanted, CHUNK))
            except BlockingIOError:
                return None
            if not data:
                raise ConnectionResetError("the camera's child hung up")
            self._receiver.receive_data(data)
        return message

    def hang_up(self) -> None:
        """It closes its camera and ends, if it still can. What it was about to say is dropped."""
        self._end.close()
        self._receiver = Receiver()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def ended(self) -> int | None:
        """Its exit status once it is reaped."""
        return self._process.poll()
