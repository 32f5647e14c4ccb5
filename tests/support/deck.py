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
from support.pages import ends, pdf
from support.pcsc import folder as pcsc_folder
from support.printing import TYPESETTER, Journal

from devices.a4.driver import CupsPrinter
from devices.camera.driver import FrameCamera
from devices.idcard.reader import SdtReader
from devices.port import (
    CardRead,
    CardRemoved,
    ChipCardRemoved,
    DeviceChanged,
    DeviceEvent,
    PageJob,
    Paragraph,
    PrintEnded,
    PrintJob,
    PrintOutcome,
    RatingKey,
    Slip,
    SocialCardRead,
)
from devices.printer.driver import EscposPrinter
from devices.rating.pad import SerialPad
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.social import SocialCard
from devices.supervisor import Pace, Supervised
from devices.transports.tcp import TcpLink
from devices.virtual.camera import VirtualCamera
from devices.virtual.idcard import VirtualReader
from devices.virtual.port import VirtualDevice
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad
from devices.virtual.smartcard import VirtualPcsc
from devices.virtual.social import cards

PATIENCE = 60.0
QUICK = Pace(first=0.01, longest=0.05, grace=0.05)
FAST_LINE = 10_000_000
"""Baud of a wire that is not waited for."""
DEVICES = ("idcard", "printer", "camera", "rating", "smartcard", "a4")


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
def seated(device: VirtualDevice, driver: Supervised[Any], *, started: bool = False) -> Iterator[Seat]:
    """``started``: the device is somebody else's to start and to stop."""
    seat = Seat(device, driver)
    if not started:
        device.start()
    driver.start(seat.hear)
    try:
        seat.usable()
        yield seat
    finally:
        driver.stop()
        if not started:
            device.stop()


def reader(folder: Path, pace: Pace = QUICK) -> tuple[VirtualReader, SdtReader]:
    device = VirtualReader(folder / "idcard", chip_time=0.002, baud=FAST_LINE)
    return device, SdtReader(device.address, pace=pace)


@contextmanager
def deck(folder: Path, pace: Pace = QUICK) -> Iterator[dict[str, Seat]]:
    with ExitStack() as stack:
        virtual_reader, reader_driver = reader(folder, pace)
        camera, pad = VirtualCamera(str(folder / "camera")), VirtualPad(folder / "rating")
        chips = VirtualPcsc(pcsc_folder(), cards=cards())
        paper, cupsd = stack.enter_context(ends(page_time=0.05))
        printer = VirtualPrinter(pace=2000)
        printer.start()  # only then it has a port
        stack.callback(printer.stop)
        receipts = EscposPrinter(partial(TcpLink, "127.0.0.1", printer.port), Journal(), typesetter=TYPESETTER, pace=pace)
        yield {
            seat.driver.name: seat
            for seat in map(
                stack.enter_context,
                (
                    seated(virtual_reader, reader_driver),
                    seated(camera, FrameCamera(camera.address, pace=pace)),
                    seated(pad, SerialPad(pad.address, "framed", pace=pace)),
                    seated(chips, SmartcardReader(SocialCard(), service=chips.address, pace=pace)),
                    seated(paper, CupsPrinter(paper.address, cupsd.socket, pace=pace), started=True),
                    seated(printer, receipts, started=True),
                ),
            )
        }


_numbers = itertools.count()
SLIP = Slip((Paragraph("试"),))
PAGE = pdf("试")


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
    before = camera.live()
    seat.until(lambda: (now := camera.live()) is not None and now is not before)


def read_a_chip_card(seat: Seat) -> None:
    """Put in, read, taken out, missed."""
    assert isinstance(seat.device, VirtualPcsc)
    assert isinstance(seat.driver, SmartcardReader)
    reads, gone = seat.count(SocialCardRead), seat.count(ChipCardRemoved)
    seat.driver.arm()
    seat.device.lay("social-2")
    seat.until(lambda: seat.count(SocialCardRead) > reads)
    seat.device.lift()
    seat.until(lambda: seat.count(ChipCardRemoved) > gone)


def print_a_page(seat: Seat) -> None:
    assert isinstance(seat.driver, CupsPrinter)
    before = seat.count(PrintEnded)
    seat.driver.print(PageJob(f"job-{next(_numbers)}", 1, "tongban", 1, PAGE))
    seat.until(lambda: seat.count(PrintEnded) > before)
    ended = seat.last[PrintEnded]
    assert isinstance(ended, PrintEnded)
    assert (ended.outcome, ended.cause) == (PrintOutcome.PRINTED, None)


WORK: dict[str, Callable[[Seat], None]] = {
    "idcard": read_a_card,
    "printer": print_a_slip,
    "rating": rate,
    "camera": see_the_desk,
    "smartcard": read_a_chip_card,
    "a4": print_a_page,
}


def size() -> tuple[float, int]:
    """MB resident and descriptors of this process, garbage collected first."""
    gc.collect()
    process = psutil.Process()
    return process.memory_info().rss / 2**20, process.num_fds()
