"""A terminal's session with a real broker, seen by ``mosquitto_sub``: birth, will, leaving, coming back."""

from __future__ import annotations

import json
import logging
import os
import queue
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.broker import RunningBroker, running_broker, wait_until
from support.fleet import TERMINAL, TerminalEnd, terminal_end

from mqtt.connection import Session
from mqtt.link import SESSION
from mqtt.walk import Pace

SOON = Session(expiry=60, will_delay=2)
"""As the real one, in seconds of a test."""
NEVER = Pace(keepalive=10, first=10_000, most=10_000)
"""One that does not come back by itself."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    with running_broker(tmp_path, TERMINAL) as running:
        yield running


class Watcher:
    """``mosquitto_sub`` on a terminal's state, as the centre may listen."""

    def __init__(self, broker: RunningBroker) -> None:
        tls = broker.tls("fleet")
        shown = ["--cafile", tls.ca, "--cert", str(tls.identity), "--key", str(tls.identity)]
        asked = [
            "mosquitto_sub",
            "-V",
            "5",
            "-h",
            "127.0.0.1",
            "-p",
            str(broker.port),
            *shown,
            "-t",
            f"k1/{TERMINAL}/st",
            "-F",
            "%r %p",
        ]
        self.process = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def next(self, seconds: float = 10.0) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._lines.get(timeout=seconds).split(" ", 1)[1])
        return said

    def nothing(self, seconds: float) -> bool:
        try:
            self._lines.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@contextmanager
def watching(broker: RunningBroker) -> Iterator[Watcher]:
    watcher = Watcher(broker)
    try:
        yield watcher
    finally:
        watcher.process.kill()
        watcher.process.wait()
        if watcher.process.stdout is not None:
            watcher.process.stdout.close()


def cut(terminal: TerminalEnd) -> None:
    """The line is cut: neither end says a word."""
    connected(terminal)
    live = terminal.link._connection._live
    assert live is not None
    link = live.socket()
    assert isinstance(link, socket.socket)
    link.shutdown(socket.SHUT_RDWR)


def connected(terminal: TerminalEnd) -> None:
    wait_until(lambda: terminal.link.state.connected, "connected")


def test_who_comes_back_within_the_will_s_delay_was_never_lost(broker: RunningBroker) -> None:
    with watching(broker) as watcher, terminal_end(broker, session=SOON) as terminal:
        assert (watcher.next()["s"], terminal.bd) == ("up", 1)
        cut(terminal)
        said = watcher.next()
        assert (said["s"], said["bd"]) == ("up", 2)
        assert watcher.nothing(SOON.will_delay + 1.0)


def test_who_does_not_come_back_is_lost_after_the_delay_with_the_number_of_its_birth(broker: RunningBroker) -> None:
    with watching(broker) as watcher, terminal_end(broker, session=SOON, pace=NEVER) as terminal:
        birth = watcher.next()
        cut(terminal)
        assert watcher.nothing(SOON.will_delay - 1.0)
        assert watcher.next() == {"s": "lost", "v": 1, "bd": birth["bd"]}


@pytest.mark.long
def test_the_real_delay_is_three_quarters_of_a_minute(broker: RunningBroker) -> None:
    with watching(broker) as watcher, terminal_end(broker, pace=NEVER) as terminal:
        watcher.next()
        cut(terminal)
        assert watcher.nothing(SESSION.will_delay - 3.0)
        assert watcher.next(10.0)["s"] == "lost"


@pytest.mark.parametrize("why", ["shutdown", "night", "update"])
def test_leaving_says_why_and_no_will_follows(broker: RunningBroker, why: str) -> None:
    with watching(broker) as watcher, terminal_end(broker, session=Session(expiry=60, will_delay=1)) as terminal:
        watcher.next()
        terminal.publisher.stop(why)
        assert watcher.next() == {"s": "off", "v": 1, "bd": 1, "why": why}
        assert watcher.nothing(2.0)
    with watching(broker) as late:
        assert late.next()["s"] == "off"  # and stands there for who comes later


def test_the_session_of_the_process_before_is_taken_up(broker: RunningBroker) -> None:
    for _ in range(2):
        with terminal_end(broker) as terminal:
            connected(terminal)
    log = (broker.folder / "mosquitto.log").read_text()
    assert re.findall(rf"as {TERMINAL} \(p5, c(\d)", log) == ["0", "0"]
    assert SESSION.expiry > SESSION.will_delay > 0  # the delay works only inside the session


def test_when_the_broker_goes_nobody_hurries_back(broker: RunningBroker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mqtt.connection")
    with terminal_end(broker, pace=Pace(keepalive=10, first=0.2, most=10_000)) as terminal:
        connected(terminal)
        broker.kill()
        broker.start()
        wait_until(lambda: waits(caplog), "it says when it comes back")
        assert waits(caplog)[0] > 100
        terminal.link.hurry()
        connected(terminal)


def test_after_a_silence_of_the_network_it_is_back_at_once(broker: RunningBroker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mqtt.connection")
    with terminal_end(broker, pace=Pace(keepalive=2, first=0.2, most=10_000)) as terminal:
        connected(terminal)
        pid = int((broker.folder / "mosquitto" / "mosquitto.pid").read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            wait_until(lambda: waits(caplog), "the silence is noticed")
        finally:
            os.kill(pid, signal.SIGCONT)
        assert waits(caplog)[0] <= 0.2
        wait_until(lambda: terminal.link.state.connected and terminal.bd >= 2, "back")


def waits(caplog: pytest.LogCaptureFixture) -> list[float]:
    """Seconds until each next attempt, as the log says."""
    return [float(found[1]) for record in caplog.records if (found := re.search(r"again in ([\d.]+) s", record.getMessage()))]
