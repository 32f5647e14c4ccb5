"""Something else answers where the printer should be, and means harm: endless bytes, blocks without end, answers to nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from support.printing import TYPESETTER, Journal, Rig

from devices.port import DeviceChanged, PrintOutcome
from devices.printer.driver import EscposPrinter
from devices.transports.tcp import TcpLink
from devices.virtual.printer import VirtualPrinter

ENDLESS = {
    "good answers": b"\x12" * 4096,
    "blocks without end": b"\x5f" + b"A" * 4095,
    "process ids": b"\x37\x22" + b"0001" + b"\x00",
    "half status blocks": b"\x10\x00",
    "noise": bytes(range(256)) * 16,
}


@contextmanager
def endless(data: bytes, *, once: bool = False) -> Iterator[int]:
    """A port that says ``data`` to whoever connects, as fast as it is taken; or ``once``, to each question."""
    stopping = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)

    def serve() -> None:
        while not stopping.is_set():
            with contextlib.suppress(OSError):
                client, _ = listener.accept()
                client.settimeout(0.05)
                with client:
                    while not stopping.is_set():
                        try:
                            if once and not client.recv(4096):
                                break
                            client.sendall(data if once else data * 8)
                        except TimeoutError:
                            continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        thread.join(5)
        listener.close()


@pytest.mark.parametrize("data", ENDLESS.values(), ids=ENDLESS)
def test_it_is_a_named_fault_memory_stays_bounded_and_the_driver_can_be_stopped(data: bytes) -> None:
    with endless(data) as port:
        driver = EscposPrinter(partial(TcpLink, "127.0.0.1", port), Journal(), typesetter=TYPESETTER)
        rig = Rig(VirtualPrinter(), driver, Journal())
        tracemalloc.start()
        try:
            driver.start(rig.emit)
            rig.faulted("printer_babbles")
            assert rig.print() == (PrintOutcome.REFUSED, "printer_babbles")
            assert tracemalloc.get_traced_memory()[1] < 4_000_000
        finally:
            tracemalloc.stop()
            driver.stop()
        assert driver.state().life == "absent"


def test_a_web_server_on_the_printer_s_port_is_not_out_of_paper() -> None:
    page = b"HTTP/1.1 400 Bad Request\r\nServer: web/1.26.2\r\nContent-Type: text/html\r\n\r\n" + b"<p>400 Bad Request</p>" * 8
    with endless(page, once=True) as port:
        driver = EscposPrinter(partial(TcpLink, "127.0.0.1", port), Journal(), typesetter=TYPESETTER)
        rig = Rig(VirtualPrinter(), driver, Journal())
        driver.start(rig.emit)
        try:
            rig.faulted("printer_babbles")
            assert not any(isinstance(e, DeviceChanged) and e.state.fault == "paper_out" for e in rig.events)
        finally:
            driver.stop()
