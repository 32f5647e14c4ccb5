"""From the terminal's commit to the centre's receipt, how fast an outbox drains, what idling costs. ``python -m bench.link``.

Everything is real and on this machine: mosquitto, the centre with its database on the disk, the terminal's link and publisher.
Bytes are the kernel's own count of the terminal's connection (``TCP_INFO``): TLS records both ways, and 52 for the headers of
each segment (IPv4, TCP with timestamps); Ethernet is not counted.
"""

from __future__ import annotations

import logging
import socket
import statistics
import struct
import tempfile
import threading
import time
from pathlib import Path

import psutil
from support.broker import wait_until
from support.fleet import ListOutbox, TerminalEnd, rating, running_fleet, terminal_end

from mqtt.messages import DeviceReport
from mqtt.report import PERIOD, WHOLE_PERIOD
from mqtt.walk import Pace
from mqtt.window import Ranges

SINGLE = 60
DRAIN = 2000
ALONE = 0.1
"""Seconds between single events: longer than the centre's batch, as they come in a hall."""
CONFIRMED = 0.1
"""Seconds from commit to receipt of an event that comes alone: four hops and the centre's fsync."""
RATE = 200.0
"""Events a second at which one terminal drains. A window of 20 a batch of 40 ms bounds it at 500: a day's outage in seconds."""
WATCH = 4 * PERIOD
"""Seconds an idle terminal is watched: whole heartbeats and whole keep-alives."""
TRAFFIC, LOAD = 2000, 0.5
"""Bytes a minute; percent of one core."""
_SEGMENT = 52
_TCP_INFO = struct.Struct("@120xQQII")
"""Linux: bytes acknowledged and received, segments out and in."""


class _TimedOutbox(ListOutbox):
    """Remembers when each row was confirmed."""

    def __init__(self) -> None:
        super().__init__()
        self.done = threading.Event()
        self.at = 0.0

    def confirm(self, ranges: Ranges) -> None:
        super().confirm(ranges)
        self.at = time.perf_counter()
        if not len(self):
            self.done.set()


def rows() -> list[tuple[str, str, str, bool]]:
    """(name, measured, bar, whether it holds) of each figure."""
    with tempfile.TemporaryDirectory() as folder:
        single, drained = measure(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        traffic, whole, load = idle(Path(folder))
    median, worst, rate = statistics.median(single), max(single), DRAIN / drained
    return [
        ("commit → confirmed (median)", f"{median * 1000:.0f} ms", f"≤ {CONFIRMED * 1000:.0f} ms", median <= CONFIRMED),
        (f"commit → confirmed (worst of {SINGLE})", f"{worst * 1000:.0f} ms", "≤ 2000 ms", worst <= 2.0),
        (f"outbox of {DRAIN} drains at", f"{rate:.0f} events/s", f"≥ {RATE:.0f} events/s", rate >= RATE),
        ("idle: heartbeats, keep-alive, TLS, TCP/IP headers", f"{traffic:.0f} B/min", f"≤ {TRAFFIC} B/min", traffic <= TRAFFIC),
        (f"idle: with the whole report every {WHOLE_PERIOD:.0f} s", f"{whole:.0f} B/min", f"≤ {TRAFFIC} B/min", whole <= TRAFFIC),
        ("idle: link and publisher, of one core", f"{load:.2f} %", f"≤ {LOAD} %", load <= LOAD),
    ]


def measure(folder: Path) -> tuple[list[float], float]:
    """Seconds of single events, and seconds a whole outbox takes."""
    outbox = _TimedOutbox()
    with running_fleet(folder) as fleet, terminal_end(fleet.broker, outbox=outbox) as terminal:
        wait_until(lambda: terminal.link.state.connected, "the terminal is connected")
        single = []
        for n in range(SINGLE):
            outbox.done.clear()
            time.sleep(ALONE)
            started = time.perf_counter()
            outbox.add(rating(f"S{n}"))
            terminal.publisher.wake()
            assert outbox.done.wait(20)
            single.append(outbox.at - started)
        outbox.done.clear()
        for n in range(DRAIN):
            outbox.add(rating(f"D{n}"))
        started = time.perf_counter()
        terminal.publisher.wake()
        assert outbox.done.wait(120)
        return single, outbox.at - started


def idle(folder: Path) -> tuple[float, float, float]:
    """Bytes a minute of a terminal with four devices to which nothing happens; the same with a share of the whole reports; percent
    of a core.
    """
    with running_fleet(folder) as fleet, terminal_end(fleet.broker, pace=Pace()) as terminal:
        terminal.devices |= {name: DeviceReport("ready", proof_age=0.0) for name in ("idcard", "printer", "camera", "rating")}
        wait_until(lambda: terminal.link.state.connected, "the terminal is connected")
        time.sleep(2)
        start, busy = _bytes(terminal), _cpu()
        time.sleep(WATCH)
        per_minute, load = (_bytes(terminal) - start) / WATCH * 60, (_cpu() - busy) / WATCH * 100
        start = _bytes(terminal)
        terminal.publisher._reporter.forget(time.monotonic())
        terminal.publisher.health_changed()
        time.sleep(2)
        whole = _bytes(terminal) - start
    return per_minute, per_minute + whole / WHOLE_PERIOD * 60, load


def _bytes(terminal: TerminalEnd) -> int:
    live = terminal.link._connection._live
    assert live is not None
    link = live.socket()
    assert isinstance(link, socket.socket)
    acknowledged, received, out, back = _TCP_INFO.unpack(link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size))
    return int(acknowledged + received + (out + back) * _SEGMENT)


def _cpu() -> float:
    """Seconds of the threads that are the terminal's end of the link."""
    ours = {t.native_id for t in threading.enumerate() if t.name.startswith(("mqtt-rs-", "paho-mqtt-client-rs-", "publisher"))}
    return sum(t.user_time + t.system_time for t in psutil.Process().threads() if t.id in ours)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    for row in rows():
        print(*row, sep=" · ")
