"""A service manager's end of sd_notify: a real datagram socket, and what was said to it."""

from __future__ import annotations

import socket
import time
from pathlib import Path

PATIENCE = 30.0


class Heard:
    """Listens at ``path``; hand its name to a process as ``NOTIFY_SOCKET``."""

    def __init__(self, path: Path | str) -> None:
        self.address = str(path)
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind("\0" + self.address[1:] if self.address.startswith("@") else self.address)
        self.said: list[str] = []

    def close(self) -> None:
        self._line.close()

    def next(self, patience: float = PATIENCE) -> str:
        """The next datagram; ``TimeoutError``."""
        self._line.settimeout(patience)
        self.said.append(self._line.recv(4096).decode())
        return self.said[-1]

    def until(self, words: str, patience: float = PATIENCE) -> str:
        """The first datagram with ``words`` in it."""
        deadline = time.monotonic() + patience
        while True:
            told = self.next(max(0.01, deadline - time.monotonic()))
            if words in told:
                return told

    def quiet(self, seconds: float) -> bool:
        """Whether nobody feeds the watchdog for so long, from when what was sent before is read."""
        self._line.setblocking(False)
        try:
            while True:
                self._line.recv(4096)
        except BlockingIOError:
            pass
        deadline = time.monotonic() + seconds
        try:
            while True:
                if "WATCHDOG=1" in self.next(max(0.01, deadline - time.monotonic())):
                    return False
        except TimeoutError:
            return True
