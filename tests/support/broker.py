"""A real mosquitto on a free port of the loopback, with our configuration; it can be killed and started again in place."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.authority import authority, identity

from fleet.authority.broker import write_configuration
from fleet.authority.keys import Folder
from fleet.settings import BrokerSettings
from mqtt.broker import CENTRE_USER
from mqtt.connection import Broker
from mqtt.tls import Tls
from mqtt.walk import Pace

MOSQUITTO = os.environ.get("TONGBAN_TEST_MOSQUITTO", "/usr/sbin/mosquitto")
"""Another release can be judged by the same tests."""
QUICK = Pace(keepalive=10, first=0.2, most=0.5)
"""Reconnecting without a fleet's patience."""


class RunningBroker:
    """``accounts``: names that have a certificate, beside the centre. The authority lies beside the broker's own folder, if it is
    not that of another broker (``keys``). ``more``: lines of the configuration."""

    def __init__(self, folder: Path, accounts: tuple[str, ...], keys: Folder | None = None, more: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self.authority = keys or authority(folder / "authority")
        self._process: subprocess.Popen[bytes] | None = None
        for name in accounts:
            identity(self.authority, name)
        self.configuration = write_configuration(folder / "mosquitto", self.authority, port=self.port, host="127.0.0.1")
        self.configuration.write_text(more + self.configuration.read_text())

    def start(self) -> None:
        log = (self.folder / "mosquitto.log").open("ab")
        with log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", str(self.configuration)], stdout=log, stderr=subprocess.STDOUT)
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

    def tls(self, name: str) -> Tls:
        return self.authority.centre() if name == CENTRE_USER else identity(self.authority, name)

    def account(self, name: str) -> Broker:
        return Broker("127.0.0.1", self.port, self.tls(name))

    def settings(self, *more: RunningBroker) -> BrokerSettings:
        """``more``: brokers that take its place."""
        pid_file, others = self.configuration.with_name("mosquitto.pid"), tuple(f"127.0.0.1:{one.port}" for one in more)
        return BrokerSettings(port=self.port, pid_file=pid_file, more=others)


@contextmanager
def running_broker(folder: Path, *accounts: str, keys: Folder | None = None, more: str = "") -> Iterator[RunningBroker]:
    folder.mkdir(parents=True, exist_ok=True)
    broker = RunningBroker(folder, accounts, keys, more)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


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
