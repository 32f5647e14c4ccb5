"""Where a hall's processes come from: one that has imported the product forks them.

From ``main`` on each is what ``tongban`` would be: a process of its own, with its own files, signals and end. Only the seconds of
both cores that importing costs are spent once, not at each of a few hundred starts; those that are part of a test's subject
(``system/test_demo.py``) are real ones.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

BORN_WITH = (
    "kiosk.cli",
    "kiosk.terminal",
    "fleet.cli",
    "fleet.centre",
    "fleet.desk.app",
    "fleet.desk.settings",
    "fleet.window.app",
)
_MOST = 4096


class Child:
    """One of them; the part of :class:`subprocess.Popen` a hall uses."""

    def __init__(self, pid: int, nursery: Nursery) -> None:
        self.pid, self.returncode = pid, None
        self._nursery = nursery
        self._ended = os.pidfd_open(pid)

    returncode: int | None

    def poll(self) -> int | None:
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        """``subprocess.TimeoutExpired`` like its model."""
        code = self._wait(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["tongban"], timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _wait(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            self.returncode = self._nursery.code(self.pid)
            os.close(self._ended)
        return self.returncode


class Nursery:
    """Started at the first wish; gone, with all that came from it, when this process is."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._codes: dict[int, int] = {}
        asked = [sys.executable, "-m", "support.nursery", str(theirs.fileno())]
        paths = os.pathsep.join(sys.path)
        self._process = subprocess.Popen(
            asked, pass_fds=[theirs.fileno()], env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.DEVNULL
        )
        theirs.close()

    def start(self, arguments: Sequence[str], log: Path) -> Child:
        """``tongban`` with ``arguments``; what it says is added to ``log``."""
        self._socket.send(json.dumps([str(log), *arguments]).encode())
        while (told := self._hear())[0] != "born":
            pass
        return Child(told[1], self)

    def code(self, pid: int) -> int:
        """How ``pid``, which has ended, ended: its exit code, or the signal's number below nothing."""
        while pid not in self._codes:
            self._hear()
        return self._codes.pop(pid)

    def _hear(self) -> tuple[str, int]:
        said = self._socket.recv(_MOST)
        assert said, "the nursery is gone"
        what, pid, code = json.loads(said)
        if what == "ended":
            self._codes[pid] = code
        return what, pid


_here: Nursery | None = None


def nursery() -> Nursery:
    """The one of this process."""
    global _here
    if _here is None:
        _here = Nursery()
    return _here


def _serve(line: socket.socket) -> list[str] | None:
    """Until the other end is gone; in each child, what it is to be started with."""
    living: dict[int, int] = {}
    while True:
        for ready in select.select([line, *living], [], [])[0]:
            if ready is not line:
                pid = living.pop(ready)
                os.close(ready)
                line.send(json.dumps(["ended", pid, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]).encode())
            elif asked := line.recv(_MOST):
                log, *arguments = json.loads(asked)
                if (pid := os.fork()) == 0:
                    for theirs in living:
                        os.close(theirs)
                    line.close()
                    told = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
                    os.dup2(told, 1)
                    os.dup2(told, 2)
                    os.close(told)
                    return arguments
                living[os.pidfd_open(pid)] = pid
                line.send(json.dumps(["born", pid, 0]).encode())
            else:
                for pid in living.values():
                    os.kill(pid, signal.SIGKILL)
                return None


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parents[1]))  # the product sees what it would see without us
    for name in BORN_WITH:
        import_module(name)
    if (wanted := _serve(socket.socket(fileno=int(sys.argv[1])))) is not None:
        from kiosk.cli import main

        sys.argv = ["tongban", *wanted]
        main(prog_name="tongban")
