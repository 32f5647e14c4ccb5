"""The virtual printer is as stubborn as a real one."""

from __future__ import annotations

import io
import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from devices.protocols.escpos import (
    ASK_PAPER,
    ASK_PRESENTER,
    CUT,
    REPORT_CHANGES,
    RESET,
    Answer,
    Answers,
    Changed,
    Flow,
    InOrder,
    Printed,
    Query,
    RealTime,
    ask,
    mark,
)
from devices.virtual.port import UnknownFaultError, VirtualDevice
from devices.virtual.printer import FAULTS, ROLL_MM, VirtualPrinter

STRIP = b"\x1dv0\x00\x48\x00\x18\x00" + b"\xf0" * (72 * 24)


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter(pace=2000)
    printer.start()
    yield printer
    printer.stop()


def client_of(printer: VirtualPrinter) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", printer.port), timeout=20)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def answers(client: socket.socket, count: int) -> list[Answer]:
    receiver, found = Answers(), []
    while len(found) < count:
        found += receiver.receive(client.recv(100))
    return found


def test_it_is_what_the_bench_expects(printer: VirtualPrinter) -> None:
    device: VirtualDevice = printer
    assert device.address == f"127.0.0.1:{printer.port}"
    assert all(any("\u4e00" <= c <= "\u9fff" for c in text) for text in device.faults.values())
    with pytest.raises(UnknownFaultError, match="paper out"):
        device.inject("on fire")
    with pytest.raises(UnknownFaultError):
        device.clear("on fire")


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_shows_and_can_be_ended(printer: VirtualPrinter, fault: str) -> None:
    printer.inject(fault)
    assert fault in printer.active()
    printer.clear(fault)
    assert printer.active() == ()
    printer.inject(fault)
    printer.clear()
    assert printer.active() == ()


def test_paper_gets_shorter_is_cut_seen_and_taken_away(printer: VirtualPrinter) -> None:
    with closing(client_of(printer)) as client:
        client.sendall(RESET + STRIP * 4 + CUT + mark(b"done"))
        assert answers(client, 1) == [Printed(b"done")]
    (piece,) = printer.papers()
    assert (piece.n, piece.cut, piece.height_mm) == (1, True, 12.0)
    assert printer.paper_left_mm == pytest.approx(ROLL_MM - 24)
    picture = Image.open(io.BytesIO(printer.png(1)))
    assert picture.size[0] == 640
    printer.tear()
    assert printer.papers() == []
    with pytest.raises(KeyError):
        printer.png(1)


def test_a_cut_without_feed_goes_through_what_was_printed_last(printer: VirtualPrinter) -> None:
    with closing(client_of(printer)) as client:
        client.sendall(RESET + STRIP * 8 + b"\x1dV\x00" + mark(b"done"))
        answers(client, 1)
    first, rest = printer.papers()
    assert (first.height_mm, rest.height_mm) == (12.0, 12.0)
    assert not rest.cut


def test_real_time_questions_are_obeyed_even_inside_a_picture(printer: VirtualPrinter) -> None:
    with closing(client_of(printer)) as client:
        client.sendall(STRIP[:8] + ask(Query.PAPER) * 2 + bytes(72 * 24 - 6) + ASK_PAPER)
        assert answers(client, 3) == [RealTime(0x12), RealTime(0x12), InOrder(0)]


def test_offline_it_answers_in_real_time_and_leaves_the_rest_for_later(printer: VirtualPrinter) -> None:
    printer.inject("cover open")
    with closing(client_of(printer)) as client:
        client.sendall(ASK_PAPER + ask(Query.OFFLINE))
        assert answers(client, 1) == [RealTime(0x16)]
        printer.clear("cover open")
        assert answers(client, 1) == [InOrder(0)]


def test_changes_are_reported_unasked_once_switched_on(printer: VirtualPrinter) -> None:
    with closing(client_of(printer)) as client:
        client.sendall(REPORT_CHANGES)
        (first,) = answers(client, 1)
        printer.inject("paper out")
        (second,) = answers(client, 1)
        assert isinstance(first, Changed)
        assert isinstance(second, Changed)
        assert (first.status.paper, second.status.paper) == ("ok", "out")


def test_an_unfinished_picture_swallows_the_next_client_s_bytes(printer: VirtualPrinter) -> None:
    with closing(client_of(printer)) as client:
        client.sendall(STRIP[:500] + ask(Query.PRINTER))
        answers(client, 1)
    with closing(client_of(printer)) as client:
        client.sendall(ASK_PAPER + ask(Query.PRINTER))
        assert answers(client, 1) == [RealTime(0x12)]
        client.sendall(bytes(72 * 24) + ASK_PAPER)
        assert answers(client, 1) == [InOrder(0)]


def test_a_second_client_waits_until_the_first_is_gone(printer: VirtualPrinter) -> None:
    with closing(client_of(printer)) as served, closing(client_of(printer)) as waiting:
        served.sendall(ask(Query.PRINTER))
        assert answers(served, 1) == [RealTime(0x12)]
        waiting.sendall(ask(Query.PAPER))
        waiting.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        served.close()
        waiting.settimeout(20)
        assert answers(waiting, 1) == [RealTime(0x12)]


def test_text_nobody_should_send_is_seen_on_the_paper(printer: VirtualPrinter) -> None:
    with closing(client_of(printer)) as client:
        client.sendall(RESET + b"rubbish\n" + CUT + mark(b"done"))
        answers(client, 1)
    assert not printer.papers()[0].blank


def test_it_stops_with_a_client_connected_and_bytes_waiting() -> None:
    printer = VirtualPrinter(pace=5)
    printer.start()
    printer.inject("paper out")
    with closing(client_of(printer)) as client:
        client.sendall(STRIP * 2)
        printer.stop()
        with pytest.raises(ConnectionResetError):
            client.recv(10)


def test_dots_that_come_too_late_stop_the_paper_and_are_counted_and_the_time_between_two_jobs_is_not() -> None:
    printer = VirtualPrinter(pace=50_000)  # so fast that every way from here to there is late
    printer.start()
    with closing(client_of(printer)) as client:
        client.sendall(STRIP * 2 + mark(b"done"))
        answers(client, 1)
        before, _ = printer.starved
        client.sendall(ASK_PAPER)
        answers(client, 1)
        assert printer.starved[0] == before
        for _ in range(3):  # the next strip is sent when the last is gone
            client.sendall(STRIP + ASK_PAPER)
            answers(client, 1)
        client.sendall(ASK_PAPER)
        answers(client, 1)
    assert printer.starved[0] >= before + 3
    assert printer.starved[1] > 0
    printer.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "printer"


def heard(file: int, count: int) -> list[Answer]:
    receiver, found = Answers(), []
    while len(found) < count:
        assert select.select([file], [], [], 20)[0]
        found += receiver.receive(os.read(file, 100))
    return found


def test_on_a_serial_line_every_byte_takes_its_time_and_questions_are_heard_with_a_full_buffer(folder: Path) -> None:
    printer = VirtualPrinter(link=folder, baud=19_200, pace=2000)
    printer.start()
    printer.inject("cover open")
    file = os.open(folder, os.O_RDWR | os.O_NOCTTY)
    try:
        began = time.monotonic()
        for _ in range(5):
            os.write(file, bytes(960))
        os.write(file, ask(Query.PRINTER))
        assert heard(file, 1) == [RealTime(0x1A)]
        assert time.monotonic() - began >= 2.5
        assert printer.overrun > 0
    finally:
        os.close(file)
        printer.stop()


def test_with_flow_control_it_asks_to_stop_before_it_is_full(folder: Path) -> None:
    printer = VirtualPrinter(link=folder, baud=921_600, xonxoff=True, pace=2000)
    printer.start()
    printer.inject("cover open")
    file = os.open(folder, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(file, bytes(3800))
        assert heard(file, 1) == [Flow(go=False)]
        printer.clear("cover open")
        assert heard(file, 1) == [Flow(go=True)]
        assert printer.overrun == 0
    finally:
        os.close(file)
        printer.stop()


def test_a_presenter_holds_shows_and_swallows_a_ticket(folder: Path) -> None:
    printer = VirtualPrinter(link=folder, presenter="custom", pace=5000)
    printer.start()
    printer.inject("ticket left")
    file = os.open(folder, os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(file, STRIP * 4 + CUT + b"\x1de\x03\x14" + mark(b"done"))
        assert heard(file, 1) == [Printed(b"done")]
        os.write(file, ASK_PRESENTER)
        assert os.read(file, 6)[:3] == b"\x10\x0f\x20"
        assert [paper.cut for paper in printer.papers()] == [True]
        os.write(file, b"\x1de\x02" + mark(b"gone"))
        assert heard(file, 1) == [Printed(b"gone")]
        assert (printer.papers(), len(printer.binned())) == ([], 1)
    finally:
        os.close(file)
        printer.stop()
