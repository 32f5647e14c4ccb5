"""A driver and a virtual printer that speak over a real socket or tty, and readers of the paper that share no code with either."""

from __future__ import annotations

import io
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from devices.port import (
    Code,
    DeviceEvent,
    DeviceState,
    Heading,
    Pair,
    Paragraph,
    PrintEnded,
    PrintJob,
    PrintOutcome,
    Rule,
    Slip,
)
from devices.printer.driver import EscposPrinter, Mode, PrinterLink
from devices.printer.model import Model
from devices.printer.slip import Typesetter
from devices.transports.serial_link import Flow, SerialLink
from devices.transports.tcp import TcpLink
from devices.transports.usblp import UsbLink
from devices.virtual.escpos import Presenter
from devices.virtual.paper import HEAD_BYTES, Piece
from devices.virtual.printer import VirtualPrinter

QUERY = "https://example.invalid/q#k3J9xQ2mVb7LrT5w"
TYPESETTER = Typesetter()
KINDS = ("tcp", "serial", "usb")
BAUD = 921_600
"""What a USB-serial bridge does at most: pictures in about a second."""


def receipt(query: str = QUERY) -> Slip:
    """What a citizen is handed, with nobody's data."""
    return Slip(
        (
            Heading("省内通办 收件凭证"),
            Paragraph("办件编号", centred=True),
            Paragraph("SC-510107-20261122-0042-7", strong=True, large=True, centred=True),
            Rule(),
            Pair("事　项", "企业职工基本养老保险关系转移接续申请"),
            Pair("业务属地", "四川省凉山彝族自治州西昌市"),
            Pair("收件地", "成都市武侯区政务服务中心（A03 号自助终端）"),
            Pair("申请人", "䶮**"),
            Pair("证件号码", "513***********1234"),
            Pair("收件时间", "2026-11-22 21:36"),
            Rule(),
            Paragraph("已收材料", strong=True, large=True),
            Pair("居民身份证", "芯片读取 1份"),
            Pair("养老保险关系转移接续申请表", "电子签名 1份"),
            Pair("户口簿（首页、本人页）", "影像 2页"),
            Rule(),
            Paragraph("本凭证只证明收件地已收到上列材料，收件不等于受理。", strong=True),
            Code(query, "扫码查询办理进度"),
            Rule(),
            Pair("大厅电话", "028-8500 1234"),
            Pair("监督投诉", "12345"),
        )
    )


class Journal:
    """A journal on no disk; ``lines`` is what a disk would hold."""

    def __init__(self) -> None:
        self.lines: list[tuple[object, ...]] = []

    def sending(self, job: str, attempt: int) -> None:
        self.lines.append(("sending", job, attempt))

    def ended(self, job: str, attempt: int, outcome: PrintOutcome, cause: str | None) -> None:
        self.lines.append(("ended", job, attempt, outcome, cause))


@dataclass
class Rig:
    paper: VirtualPrinter
    driver: EscposPrinter
    journal: Journal
    events: list[DeviceEvent] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def emit(self, event: DeviceEvent) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def until(self, what: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for ``what``: events wake at once, the state of the paper is looked at a hundred times a second."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not what():
                assert time.monotonic() < deadline, f"waited in vain: {self.events}, {self.paper.active()}"
                self.changed.wait(0.01)

    def state(self) -> DeviceState:
        return self.driver.state()

    def usable(self) -> None:
        self.until(lambda: self.state().usable)

    def faulted(self, code: str) -> None:
        self.until(lambda: self.state().fault == code)

    def begin(self, job: str = "a", attempt: int = 1, slip: Slip | None = None) -> None:
        self.driver.print(PrintJob(job, attempt, slip or receipt()))

    def ended(self, job: str = "a", attempt: int = 1) -> tuple[PrintOutcome, str | None]:
        self.until(lambda: bool(self._ends(job, attempt)))
        (end,) = self._ends(job, attempt)
        return end.outcome, end.cause

    def print(self, job: str = "a", attempt: int = 1, slip: Slip | None = None) -> tuple[PrintOutcome, str | None]:
        self.begin(job, attempt, slip)
        return self.ended(job, attempt)

    def printing(self, millimetres: float = 20) -> None:
        """Wait until that much of a receipt is on paper."""
        self.until(lambda: any(not piece.cut and piece.height_mm >= millimetres for piece in self.paper.papers()))

    def last_cut(self) -> Piece:
        return [piece for piece in self.paper.papers() if piece.cut][-1]

    def is_whole(self, piece: Piece, slip: Slip | None = None) -> bool:
        """Dot for dot what was set, nothing before it and nothing after it, and the code can be read."""
        wanted = TYPESETTER.render(slip or receipt())
        printed = Image.frombytes("1", (HEAD_BYTES * 8, len(piece.rows) // HEAD_BYTES), bytes(piece.rows))
        box = printed.getbbox()
        assert box is not None
        ink = wanted.point(lambda dot: 255 - dot)
        inner = ink.getbbox()
        assert inner is not None
        same = box[2] - box[0] == inner[2] - inner[0] and box[3] - box[1] == inner[3] - inner[1]
        return same and added_dots(printed.crop(box), ink.crop(inner)) < 20 and codes(piece) == [QUERY]

    def ends(self) -> list[tuple[PrintOutcome, str | None]]:
        """How all jobs so far ended, in that order."""
        return [(e.outcome, e.cause) for e in self.events if isinstance(e, PrintEnded)]

    def _ends(self, job: str, attempt: int) -> list[PrintEnded]:
        return [e for e in self.events if isinstance(e, PrintEnded) and (e.job, e.attempt) == (job, attempt)]


def added_dots(printed: Image.Image, wanted: Image.Image) -> int:
    """How many dots differ. A few are added on purpose where a picture would read as a real-time command."""
    return sum(a != b for a, b in zip(printed.convert("L").tobytes(), wanted.convert("L").tobytes(), strict=True))


def codes(piece: Piece) -> list[str]:
    """QR codes on the paper, as zxing reads them."""
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(piece.png())))]


@dataclass(frozen=True)
class Cable:
    """How printer and terminal are connected: one of :data:`KINDS`."""

    kind: str = "tcp"
    baud: int = BAUD
    flow: Flow = "none"

    @contextmanager
    def printer(self, pace: float, rom: str | None, presenter: Presenter | None) -> Iterator[VirtualPrinter]:
        with tempfile.TemporaryDirectory(prefix="tongban-printer-") as folder:
            link = Path(folder) / "printer" if self.kind != "tcp" else None
            printer = VirtualPrinter(
                link=link,
                baud=self.baud if self.kind == "serial" else None,
                xonxoff=self.flow == "xonxoff",
                pace=pace,
                rom=rom,
                presenter=presenter,
            )
            printer.start()
            try:
                yield printer
            finally:
                printer.stop()

    def connect(self, printer: VirtualPrinter) -> Callable[[], PrinterLink]:
        if self.kind == "serial":
            return partial(SerialLink, printer.address, self.baud, self.flow)
        if self.kind == "usb":
            return partial(UsbLink, printer.address)
        return partial(TcpLink, "127.0.0.1", printer.port)


TCP = Cable()
CABLES = (TCP, Cable("serial"), Cable("usb"))
over_each_cable = pytest.mark.parametrize("cable", CABLES, ids=KINDS)


@contextmanager
def printing(
    *faults: str,
    pace: float = 400,
    before: Callable[[VirtualPrinter], None] | None = None,
    journal: Journal | None = None,
    cable: Cable = TCP,
    model: Model | None = None,
    mode: Mode = "image",
    rom: str | None = "gbk",
    presenter: Presenter | None = None,
    around: Callable[[VirtualPrinter, PrinterLink], PrinterLink] | None = None,
) -> Iterator[Rig]:
    """A printer with ``faults`` from the beginning and a started driver. Both are stopped at the end.

    ``around`` puts something of the test between driver and link, whenever one is opened.
    """
    with cable.printer(pace, rom, presenter) as paper:
        for fault in faults:
            paper.inject(fault)
        if before is not None:
            before(paper)
        journal = journal or Journal()
        plain = cable.connect(paper)
        connect = plain if around is None else lambda: around(paper, plain())
        driver = EscposPrinter(connect, journal, model=model, mode=mode, typesetter=TYPESETTER)
        rig = Rig(paper, driver, journal)
        driver.start(rig.emit)
        try:
            yield rig
        finally:
            driver.stop()
