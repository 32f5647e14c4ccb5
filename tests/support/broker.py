"""A real mosquitto on a free port of the loopback, with our configuration; it can be killed and started again in place."""

from __future__ import annotations

import getpass
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mqtt.broker import CENTRE_USER, access, configuration
from mqtt.connection import Broker, Pace

QUICK = Pace(keepalive=10, first=0.2, most=0.5)
"""Reconnecting without a fleet's patience."""


class RunningBroker:
    """``accounts``: user names; each one's password is ``secret-<name>``. The centre's account is always among them."""

    def __init__(self, folder: Path, accounts: tuple[str, ...]) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        passwords, rules = folder / "passwords", folder / "access"
        passwords.touch(mode=0o600)
        for name in (CENTRE_USER, *accounts):
            subprocess.run(["mosquitto_passwd", "-b", str(passwords), name, password(name)], check=True, capture_output=True)
        rules.write_text(access())
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(
            configuration(folder, passwords=passwords, access=rules, port=self.port, user=getpass.getuser())
        )

    def start(self) -> None:
        log = (self.folder / "mosquitto.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                ["/usr/sbin/mosquitto", "-c", str(self._configuration)], stdout=log, stderr=subprocess.STDOUT
            )
        wait_until(lambda: listens(self.port), "mosquitto listens")

    def kill(self) -> None:
        """SIGKILL: no will is sent, nothing since the last autosave is kept."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(5)

    def account(self, name: str) -> Broker:
        return Broker("127.0.0.1", self.port, name, password(name))


@contextmanager
def running_broker(folder: Path, *accounts: str) -> Iterator[RunningBroker]:
    folder.mkdir(parents=True, exist_ok=True)
    broker = RunningBroker(folder, accounts)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def password(name: str) -> str:
    return f"secret-{name}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def wait_until(true: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait for the thing itself; fails naming it. ``true`` is called until it answers so."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"still waiting: {what}"
        pause.wait(0.02)
