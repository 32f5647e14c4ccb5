"""Processes of the demonstration: started in order, each waited for, started again when one dies, gone when the demo ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

READY = 60.0
"""Seconds a process has to answer on its port: a small board at its first start."""
_STOPPING = 5.0


class NotStartedError(RuntimeError):
    """A process did not come up; the text (Chinese) names it and its log."""


@dataclass(frozen=True, slots=True)
class Spec:
    """``name`` as people read it; ``port`` (of the loopback, or a Unix socket's path) answers once it is ready."""

    name: str
    command: tuple[str, ...]
    port: int | Path
    log: Path


class Processes:
    """Children of this process only: a child ends when its parent ends, however that happens (prctl PR_SET_PDEATHSIG)."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._running: list[tuple[Spec, subprocess.Popen[bytes]]] = []

    def start(self, spec: Spec) -> None:
        """Start one and wait until it answers; :class:`NotStartedError`."""
        child = _spawn(spec)
        self._running.append((spec, child))
        deadline = time.monotonic() + READY
        while not answers(spec.port):
            if child.poll() is not None:
                raise NotStartedError(
                    f"{spec.name}没有启动（退出码 {child.returncode}）：{_last_line(spec.log)}\n  日志：{spec.log}"
                )
            if time.monotonic() > deadline:
                raise NotStartedError(f"{spec.name}启动超时，日志：{spec.log}")
            time.sleep(0.05)

    def watch(self, ended: Callable[[float], bool]) -> None:
        """Until ``ended(seconds to wait)``: bring back what died, as systemd would in a hall."""
        while not ended(1.0):
            for index, (spec, child) in enumerate(self._running):
                if child.poll() is not None:
                    how = "已退出" if child.returncode == 0 else f"意外退出（{_how(child.returncode)}）"
                    self._tell(f"{spec.name}{how}，已重新启动")
                    self._running[index] = (spec, _spawn(spec))

    def stop(self) -> None:
        """In reverse order, politely first; when this returns all are gone."""
        while self._running:
            _, child = self._running.pop()
            child.terminate()
            try:
                child.wait(_STOPPING)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def free(port: int) -> bool:
    """Whether ``port`` of the loopback can be taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def tongban(*arguments: str) -> tuple[str, ...]:
    """The command line of one of our own processes, in this very environment."""
    return (sys.executable, "-m", "kiosk", *arguments)


def _spawn(spec: Spec) -> subprocess.Popen[bytes]:
    with spec.log.open("ab") as log:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *spec.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def answers(port: int | Path) -> bool:
    """Whether something listens on ``port`` of the loopback, or on the Unix socket of this path."""
    try:
        if isinstance(port, Path):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(0.5)
                probe.connect(str(port))
        else:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "没有输出"


def _how(code: int) -> str:
    return f"信号 {-code}" if code < 0 else f"退出码 {code}"
