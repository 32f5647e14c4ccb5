"""The reader of pages with its real process, pages to give it, and what it told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import cv2
import numpy as np
import psutil

from devices.port import PageRead, PageUnread
from devices.reading.child import COMMAND
from devices.reading.options import Options
from devices.reading.reader import PageReader
from devices.virtual.sheets import DPI as DRAWN
from devices.virtual.sheets import Sheet, draw

T = TypeVar("T")
PATIENCE = 300.0
"""A page takes seconds of two cores, which others may have."""
PATIENT = Options(page=80)


def jpeg(page: np.ndarray, quality: int = 85) -> bytes:
    done, data = cv2.imencode(".jpg", page, (cv2.IMWRITE_JPEG_QUALITY, quality))
    assert done
    return bytes(data)


def drawn(sheet: Sheet, dpi: int = 120) -> bytes:
    """The sheet as a straightened page."""
    page = draw(sheet)[:, :, ::-1]
    return jpeg(cv2.resize(page, None, fx=dpi / DRAWN, fy=dpi / DRAWN, interpolation=cv2.INTER_AREA))


class Rig:
    def __init__(self, options: Options, command: tuple[str, ...]) -> None:
        self.reader = PageReader(options, command)
        self.told: dict[str, PageRead | PageUnread] = {}
        self._news = threading.Condition()

    def hear(self, event: PageRead | PageUnread) -> None:
        with self._news:
            assert event.request not in self.told, "told twice"
            self.told[event.request] = event
            self._news.notify_all()

    def answer(self, request: str) -> PageRead | PageUnread:
        with self._news:
            assert self._news.wait_for(lambda: request in self.told, PATIENCE), f"no answer; {self.reader.fault}"
            return self.told[request]

    def read(self, request: str, page: bytes) -> PageRead | PageUnread:
        self.reader.read(request, page)
        return self.answer(request)

    def text(self, request: str, page: bytes) -> str:
        answer = self.read(request, page)
        assert isinstance(answer, PageRead), answer
        return "".join(line.text for line in answer.lines)

    def process(self, other_than: int = 0) -> psutil.Process:
        """The one that reads, once there is one."""
        return psutil.Process(until(lambda: pid if (pid := self.reader.pid) != other_than else None))


def until(found: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + PATIENCE
    while not (what := found()):
        assert time.monotonic() < deadline, "never"
        time.sleep(0.01)
    return what


@contextmanager
def reading(options: Options = PATIENT, command: tuple[str, ...] = COMMAND) -> Iterator[Rig]:
    rig = Rig(options, command)
    rig.reader.start(rig.hear)
    try:
        yield rig
    finally:
        last = rig.reader.pid
        rig.reader.stop()
        assert last is None or not psutil.pid_exists(last), "left behind"
