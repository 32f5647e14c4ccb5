"""A driver, a cupsd of its own and a virtual A4 printer, all real but the paper."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw

from devices.a4 import cups
from devices.a4.driver import CupsPrinter, Deadline
from devices.port import DeviceEvent, DeviceState, PageJob, PrintEnded, PrintOutcome
from devices.supervisor import Pace
from devices.virtual.a4 import VirtualPagePrinter


def pdf(*lines: str, pages: int = 1) -> bytes:
    """A4 pages of large print; each carries every line."""
    sheets = []
    for page in range(pages):
        sheet = Image.new("1", (1240, 1754), 1)
        ImageDraw.Draw(sheet).text((120, 120), "\n".join((*lines, f"page {page + 1}")), fill=0, font_size=48)
        sheets.append(sheet)
    whole = io.BytesIO()
    sheets[0].save(whole, "PDF", save_all=True, append_images=sheets[1:], resolution=150)
    # A marker a search can find in whatever file the document lies in.
    return whole.getvalue() + "".join(f"\n% {line}" for line in lines).encode()


class Cupsd:
    """A private cupsd in ``base``, as ``tongban cups`` starts it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.process: subprocess.Popen[bytes] | None = None
        self.log = base / "log"

    @property
    def socket(self) -> Path:
        return self.base / cups.SOCKET

    def start(self) -> None:
        cups.write(self.base)
        other = cups.account()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                cups.command(self.base),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=other.pw_uid if other else None,
                group=other.pw_gid if other else None,
                extra_groups=[] if other else None,
            )
        until(self.socket.exists)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class Rig:
    paper: VirtualPagePrinter
    cupsd: Cupsd
    driver: CupsPrinter
    events: list[DeviceEvent] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def emit(self, event: DeviceEvent) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()

    def state(self) -> DeviceState:
        return self.driver.state()

    def usable(self) -> None:
        until(lambda: self.state().usable, self.events)

    def faulted(self, code: str) -> None:
        until(lambda: self.state().fault == code, self.events)

    def begin(self, job: str = "a", pages: int = 1, text: str = "FORM") -> None:
        self.driver.print(PageJob(job, 1, "tongban", pages, pdf(text, pages=pages)))

    def ended(self, job: str = "a") -> tuple[PrintOutcome, str | None]:
        until(lambda: bool(self._ends(job)), self.events)
        (end,) = self._ends(job)
        return end.outcome, end.cause

    def print(self, job: str = "a", pages: int = 1, text: str = "FORM") -> tuple[PrintOutcome, str | None]:
        self.begin(job, pages, text)
        return self.ended(job)

    def printing(self) -> None:
        """Wait until the printer is at a page."""
        until(lambda: any(job.state == 5 for job in self.paper.jobs()), self.events)

    def texts(self) -> list[str]:
        """Which marked text each sheet in the tray carries, found in the document's own bytes by an independent reader."""
        return [_text(self.paper.png(sheet.n)) for sheet in self.paper.papers()]

    def _ends(self, job: str) -> list[PrintEnded]:
        return [event for event in self.events if isinstance(event, PrintEnded) and event.job == job]


def _text(png: bytes) -> str:
    told = subprocess.run(("tesseract", "-", "-", "--psm", "6"), input=png, capture_output=True, check=True).stdout
    return told.decode("utf-8", "replace").split("\n")[0].strip()


@contextmanager
def ends(page_time: float = 0.3) -> Iterator[tuple[VirtualPagePrinter, Cupsd]]:
    """A printer and a cupsd, both started."""
    base = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="tongban-a4-"))
    base.chmod(0o711)
    paper, cupsd = VirtualPagePrinter(page_time=page_time), Cupsd(base / "cups")
    paper.start()
    try:
        cupsd.start()
        yield paper, cupsd
    finally:
        cupsd.stop()
        paper.stop()
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def pages(
    *faults: str,
    page_time: float = 0.3,
    deadline: Deadline | None = None,
    before: Callable[[Rig], None] | None = None,
    pace: Pace | None = None,
) -> Iterator[Rig]:
    """All three started; ``before`` may do things before the driver is."""
    with ends(page_time) as (paper, cupsd):
        for fault in faults:
            paper.inject(fault)
        driver = CupsPrinter(paper.address, cupsd.socket, deadline=deadline or Deadline(), pace=pace)
        rig = Rig(paper, cupsd, driver)
        try:
            if before is not None:
                before(rig)
            driver.start(rig.emit)
            yield rig
        finally:
            driver.stop()


def until(what: Callable[[], bool], told: object = "", seconds: float = 40) -> None:
    deadline, idle = time.monotonic() + seconds, threading.Event()
    while not what():
        assert time.monotonic() < deadline, f"waited in vain: {told}"
        idle.wait(0.01)
