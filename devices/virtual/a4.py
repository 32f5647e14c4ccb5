"""A virtual A4 laser printer: takes PDF over real IPP, brings out page by page at a pace, fails by name.

What came out is kept in memory only, for the bench and the tests.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from devices.virtual.ipp import IppPort, PaperJob
from devices.virtual.port import UnknownFaultError
from devices.virtual.wire import Tap, nobody

PAGE_TIME = 3.0
"""Seconds a page takes: 20 pages a minute."""
KEPT = 20
"""Sheets and ended jobs kept at most."""
SLOWER = 20

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "paper out": "纸盒没有纸；清除＝装上纸，停住的作业会接着打",
        "paper out mid-job": "再打出一页后缺纸，之后同 paper out",
        "jam": "卡纸，正在打的一页停在里面；清除＝取出卡纸，接着打",
        "cover open": "盖板打开，打印停住；清除＝合上盖板，接着打",
        "toner low": "墨粉不足（只报警，还能打）",
        "unplug": "断电：端口关闭，正在打的作业丢失；清除＝重新通电",
        "cable out": "拔掉网线：端口关闭，收下的作业会继续打完；清除＝重新插上",
        "mute": "接受连接，但什么都不应答；清除＝恢复",
        "slow": "每页慢 20 倍",
        "hold": "收下作业，但一直不打",
        "abort": "收下作业后自己中止，什么也不出",
        "forget": "收下作业后不再认识它，什么也不出",
        "lie": "说作业打完了，其实什么也没出来",
    }
)
_STOPS = {"paper out": ["media-empty-error", "media-needed"], "jam": ["media-jam-error"], "cover open": ["cover-open-error"]}
_DEAD = ("unplug", "cable out")
IDLE, PROCESSING, STOPPED = 3, 4, 5


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page in the tray, printed from ``page`` of ``pdf``."""

    n: int
    title: str
    pdf: bytes = field(repr=False)
    page: int = 1
    cut: bool = True
    height_mm: float = 297.0


@dataclass(slots=True)
class _Job:
    id: int
    name: str
    user: str
    document: bytes | None = field(repr=False)
    pages: int = 0
    state: int = 3
    reason: str = "none"
    impressions: int = 0

    @property
    def ended(self) -> bool:
        return self.state >= 7


class VirtualPagePrinter:
    """:class:`devices.virtual.port.VirtualDevice`; ``port`` 0: any free one, kept from then on."""

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, page_time: float = PAGE_TIME, name: str = "a4") -> None:
        self._name = name
        self._page_time = page_time
        self._port = IppPort(host, port, self, lambda heard, data, size=None: self.tap(heard, data, size))
        self.tap: Tap = nobody
        self._active: dict[str, None] = {}
        self._jobs: list[_Job] = []
        self._sheets: list[Sheet] = []
        self._count = self._numbered = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    # --- devices.virtual.port.VirtualDevice ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._name

    @property
    def address(self) -> str:
        return self._port.uri

    @property
    def faults(self) -> Mapping[str, str]:
        return FAULTS

    def start(self) -> None:
        self._port.plug()
        self._thread = threading.Thread(target=self._run, name=f"virtual-{self._name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(2)
        self._port.unplug()

    def inject(self, fault: str) -> None:
        self._known(fault)
        with self._changed:
            self._active[fault] = None
            if fault == "unplug":
                self._jobs.clear()
            self._changed.notify_all()
        self._plug()

    def clear(self, fault: str | None = None) -> None:
        if fault is not None:
            self._known(fault)
        with self._changed:
            for gone in [fault] if fault is not None else list(self._active):
                self._active.pop(gone, None)
            self._changed.notify_all()
        self._plug()

    def active(self) -> tuple[str, ...]:
        with self._changed:
            return tuple(self._active)

    # --- the tray -----------------------------------------------------------------------------------------------------

    def papers(self) -> tuple[Sheet, ...]:
        with self._changed:
            return tuple(self._sheets)

    def png(self, n: int, dpi: int = 80) -> bytes:
        """Sheet ``n`` as poppler draws it; ``KeyError`` when there is none."""
        sheet = next((sheet for sheet in self.papers() if sheet.n == n), None)
        if sheet is None:
            raise KeyError(n)
        page = str(sheet.page)
        argv = ("pdftoppm", "-png", "-r", str(dpi), "-f", page, "-l", page, "-singlefile", "-")
        return subprocess.run(argv, input=sheet.pdf, capture_output=True, check=True, timeout=20).stdout

    def tear(self) -> None:
        with self._changed:
            self._sheets.clear()

    # --- devices.virtual.ipp.Mechanism --------------------------------------------------------------------------------

    def told(self) -> tuple[int, list[str]]:
        with self._changed:
            reasons = [reason for fault in self._active for reason in _STOPS.get(fault, ())]
            printing = any(job.state == 5 for job in self._jobs)
            state = STOPPED if reasons else PROCESSING if printing else IDLE
            return state, reasons + (["toner-low-warning"] if "toner low" in self._active else [])

    def silent(self) -> bool:
        return "mute" in self.active()

    def take(self, name: str, user: str, document: bytes | None) -> PaperJob:
        with self._changed:
            self._count += 1
            job = _Job(self._count, name, user, None)
            self._jobs = [job, *self._jobs[:KEPT]]
            if document is not None:
                self._fill(job, document)
            return job

    def document(self, job: int, document: bytes) -> PaperJob | None:
        with self._changed:
            found = next((one for one in self._jobs if one.id == job and not one.ended), None)
            if found is not None and document:
                self._fill(found, document)
            return found

    def cancel(self, job: int) -> bool:
        with self._changed:
            found = next((one for one in self._jobs if one.id == job and not one.ended), None)
            if found is not None:
                _end(found, 7, "job-canceled-by-user")
                self._changed.notify_all()
            return found is not None

    def jobs(self) -> list[PaperJob]:
        with self._changed:
            return [job for job in self._jobs if not (self._has("forget") and job.document is not None)]

    # --- the mechanism ------------------------------------------------------------------------------------------------

    def _fill(self, job: _Job, document: bytes) -> None:
        job.document, job.pages = document, _pages(document)
        self._changed.notify_all()

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                job = next((one for one in reversed(self._jobs) if not one.ended and one.document is not None), None)
                if job is None or self._has("hold") or self._has("forget") or any(map(self._has, _STOPS)):
                    self._changed.wait()
                elif self._has("abort"):
                    _end(job, 8, "aborted-by-system")
                elif self._has("lie"):
                    _end(job, 9, "job-completed-successfully")
                else:
                    self._page(job)

    def _page(self, job: _Job) -> None:
        """One page: it lies in the tray when its time is over, unless the job ended or the printer stopped meanwhile."""
        job.state, job.reason = 5, "job-printing"
        pace = self._page_time * (SLOWER if self._has("slow") else 1)
        hindered = self._changed.wait_for(
            lambda: self._stopping or job.ended or job not in self._jobs or any(map(self._has, _STOPS)), pace
        )
        if hindered or job.document is None:
            return
        job.impressions += 1
        self._numbered += 1
        self._sheets = [*self._sheets, Sheet(self._numbered, job.name, job.document, job.impressions)][-KEPT:]
        if job.impressions >= job.pages:
            _end(job, 9, "job-completed-successfully")
        elif self._has("paper out mid-job"):
            self._active.pop("paper out mid-job")
            self._active["paper out"] = None

    def _has(self, fault: str) -> bool:
        return fault in self._active

    def _plug(self) -> None:
        if any(map(self._has, _DEAD)):
            self._port.unplug()
        elif self._thread is not None and not self._stopping:
            self._port.plug()

    def _known(self, fault: str) -> None:
        if fault not in FAULTS:
            raise UnknownFaultError(f"{self._name} 没有故障“{fault}”，可用：{'、'.join(FAULTS)}")


def _end(job: _Job, state: int, reason: str) -> None:
    job.state, job.reason = state, reason


def _pages(pdf: bytes) -> int:
    """How many pages poppler finds; what is no PDF prints one of rubbish, as real printers do."""
    told = subprocess.run(("pdfinfo", "-"), input=pdf, capture_output=True, timeout=20).stdout.decode("utf-8", "replace")
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pages:")), 1)
