"""Tapes of the virtual hardware, and how each was made; in ``tests``, ``python -m support.tapes`` makes them again."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from support.printing import TYPESETTER, Journal

from devices.idcard.reader import SdtReader
from devices.port import CardRead, CardRemoved, DeviceEvent, RatingKey
from devices.printer.driver import EscposPrinter
from devices.rating.pad import SerialPad
from devices.tape.record import Recorder, keep
from devices.tape.tape import Tape
from devices.transports.tcp import TcpLink
from devices.virtual.idcard import VirtualReader
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad

TAPES = Path(__file__).parents[1] / "tapes"


def until(what: Callable[[], bool], seconds: float = 20.0) -> None:
    end, idle = time.monotonic() + seconds, threading.Event()
    while not what():
        assert time.monotonic() < end, "it never came true"
        idle.wait(0.005)


def card(folder: Path, who: str = "liu") -> Tape:
    """A card laid, read and lifted."""
    device = VirtualReader(folder / "device", chip_time=0.05)
    recorder, events = Recorder("idcard", "serial 115200"), list[DeviceEvent]()
    device.start()
    driver = SdtReader(recorder.serial(device.address, 115200, folder / "line"))
    driver.start(events.append)
    try:
        driver.arm()
        until(lambda: driver.state().usable)
        device.lay(who)
        until(lambda: any(isinstance(event, CardRead) for event in events))
        device.lift()
        until(lambda: any(isinstance(event, CardRemoved) for event in events))
    finally:
        driver.stop()
        tape = recorder.stop("放卡、读出、拿走；虚拟读卡器")
        device.stop()
    return tape


def keys(folder: Path, profile: str) -> Tape:
    """Two questions, two keys."""
    device = VirtualPad(folder / "device", profile=profile)
    recorder, events = Recorder("rating", f"serial {device._profile.baud}"), list[DeviceEvent]()
    device.start()
    driver = SerialPad(recorder.serial(device.address, device._profile.baud, folder / "line"), profile)
    driver.start(events.append)
    try:
        until(lambda: driver.state().usable)
        for count, level in enumerate((4, 2), start=1):
            driver.ask(f"case-{count}")
            until(lambda: not driver._notes.qsize())
            threading.Event().wait(0.4)
            device.press(level)
            until(lambda count=count: len([e for e in events if isinstance(e, RatingKey)]) == count)
    finally:
        driver.stop()
        tape = recorder.stop(f"两次提问，按“满意”和“不满意”；虚拟评价器 {profile}")
        device.stop()
    return tape


def printer_ready(folder: Path, *faults: str) -> Tape:
    """From connecting to the third look at an idle printer."""
    device = VirtualPrinter()
    device.start()
    for fault in faults:
        device.inject(fault)
    recorder = Recorder("printer", "tcp")
    at = recorder.tcp("127.0.0.1", device.port)
    driver = EscposPrinter(partial(TcpLink, "127.0.0.1", at), Journal(), typesetter=TYPESETTER)
    driver.start(lambda event: None)
    try:
        until(lambda: driver.state().fault == "paper_out" if faults else driver.state().usable)
    finally:
        driver.stop()
        tape = recorder.stop(f"连接并查询状态{'（缺纸）' if faults else ''}；虚拟打印机")
        device.stop()
    return tape


MADE: dict[str, Callable[[Path], Tape]] = {
    "idcard-liu": card,
    "rating-framed": lambda folder: keys(folder, "framed"),
    "rating-asked": lambda folder: keys(folder, "asked"),
    "printer-ready": printer_ready,
    "printer-paper-out": lambda folder: printer_ready(folder, "paper out"),
}

if __name__ == "__main__":
    for name, make in MADE.items():
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
            keep(make(Path(folder)), TAPES / f"{name}.tape")
