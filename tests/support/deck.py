"""Every device with its driver at once, in this process: quick mechanics over real ttys and sockets."""

from __future__ import annotations

import gc
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from support.printing import TYPESETTER, Journal

from devices.camera.driver import FrameCamera
from devices.idcard.reader import SdtReader
from devices.port import CardRead, CardRemoved, DeviceChanged, DeviceEvent, Paragraph, PrintEnded, PrintJob, PrintOutcome, Slip
from devices.printer.driver import EscposPrinter
from devices.rating.pad import SerialPad
from devices.supervisor import Pace, Supervised
from devices.transports.tcp import TcpLink
from devices.virtual.camera import VirtualCamera
from devices.virtual.idcard import VirtualReader
from devices.virtual.port import VirtualDevice
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad

PATIENCE = 60.0
QUICK = Pace(first=0.01, longest=0.05, grace=0.05)
FAST_LINE = 10_000_000
"""Baud of a wire that is not waited for."""
DEVICES = ("idcard", "printer", "camera", "rating")


@dataclass(slots=True)
class Seat:
    """One device, its driver, and what was heard of it: counts and the last of each kind, so that a soak keeps nothing."""

    device: VirtualDevice
    driver: Supervised[Any]
    heard: dict[type, int] = field(default_factory=dict)
    last: dict[type, DeviceEvent] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, event: DeviceEvent) -> None:
        with self.changed:
            self.heard[type(event)] = self.count(type(event)) + 1
            self.last[type(event)] = event
            if isinstance(event, DeviceChanged) and event.state.fault is not None:
                self.faults = [*self.faults[-9:], event.state.fault]
            self.changed.notify_all()

    def count(self, kind: type) -> int:
        return self.heard.get(kind, 0)

    def until(self, test: Callable[[], bool]) -> None:
        with self.changed:
            deadline = time.monotonic() + PATIENCE
            while not test():
                assert time.monotonic() < deadline, (self.driver.state(), self.faults, self.heard)
                self.changed.wait(0.05)

    def usable(self) -> None:
        self.until(lambda: self.driver.state().usable)

    def replug(self) -> None:
        """Pull it out until that was noticed, put it in until it serves again."""
        self.device.inject("unplug")
        self.until(lambda: self.driver.state().fault == "absent")
        self.device.clear("unplug")
        self.usable()


@contextmanager
def seated(device: VirtualDevice, driver: Supervised[Any]) -> Iterator[Seat]:
    seat = Seat(device, driver)
    device.start()
    driver.start(seat.hear)
    try:
        seat.usable()
        yield seat
    finally:
        driver.stop()
        device.stop()


def reader(folder: Path, pace: Pace = QUICK) -> tuple[VirtualReader, SdtReader]:
    device = VirtualReader(folder / "idcard", chip_time=0.002, baud=FAST_LINE)
    return device, SdtReader(device.address, pace=pace)


@contextmanager
def deck(folder: Path, pace: Pace = QUICK) -> Iterator[dict[str, Seat]]:
    printer = VirtualPrinter(pace=2000)
    with ExitStack() as stack:
        virtual_reader, reader_driver = reader(folder, pace)
        camera, pad = VirtualCamera(str(folder / "camera")), VirtualPad(folder / "rating")
        seats = {"idcard": stack.enter_context(seated(virtual_reader, reader_driver))}
        seats["camera"] = stack.enter_context(seated(camera, FrameCamera(camera.address, pace=pace)))
        seats["rating"] = stack.enter_context(seated(pad, SerialPad(pad.address, "framed", pace=pace)))
        printer.start()
        stack.callback(printer.stop)
        driver = EscposPrinter(partial(TcpLink, "127.0.0.1", printer.port), Journal(), typesetter=TYPESETTER, pace=pace)
        seats["printer"] = Seat(printer, driver)
        driver.start(seats["printer"].hear)
        stack.callback(driver.stop)
        seats["printer"].usable()
        yield seats


_numbers = itertools.count()
SLIP = Slip((Paragraph("试"),))


def read_a_card(seat: Seat) -> None:
    """Laid, read, lifted, missed. Arming an armed reader has it look at once."""
    assert isinstance(seat.device, VirtualReader)
    assert isinstance(seat.driver, SdtReader)
    reads, gone = seat.count(CardRead), seat.count(CardRemoved)
    seat.device.lay("liu")
    seat.driver.arm()
    seat.until(lambda: seat.count(CardRead) > reads)
    seat.device.lift()
    seat.driver.arm()
    seat.until(lambda: seat.count(CardRemoved) > gone)


def print_a_slip(seat: Seat) -> None:
    assert isinstance(seat.device, VirtualPrinter)
    assert isinstance(seat.driver, EscposPrinter)
    before = seat.count(PrintEnded)
    seat.driver.print(PrintJob(f"job-{next(_numbers)}", 1, SLIP))
    seat.until(lambda: seat.count(PrintEnded) > before)
    ended = seat.last[PrintEnded]
    assert isinstance(ended, PrintEnded)
    assert (ended.outcome, ended.cause) == (PrintOutcome.PRINTED, None)
    seat.device.tear()


def rate(seat: Seat) -> None:
    from devices.port import RatingKey

    assert isinstance(seat.device, VirtualPad)
    assert isinstance(seat.driver, SerialPad)
    before = seat.count(RatingKey)
    seat.driver.ask("q")
    while seat.count(RatingKey) == before:  # pressed again if the first press was one with the last
        seat.device.press(5)
        with seat.changed:
            seat.changed.wait(0.35)


def see_the_desk(seat: Seat) -> None:
    """A preview that was not there before."""
    assert isinstance(seat.driver, FrameCamera)
    camera = seat.driver
    camera.watch()
    before = camera.preview()
    seat.until(lambda: (now := camera.preview()) is not None and now is not before)


WORK: dict[str, Callable[[Seat], None]] = {
    "idcard": read_a_card,
    "printer": print_a_slip,
    "rating": rate,
    "camera": see_the_desk,
}


def size() -> tuple[float, int]:
    """MB resident and descriptors of this process, garbage collected first."""
    gc.collect()
    process = psutil.Process()
    return process.memory_info().rss / 2**20, process.num_fds()
