"""The code of a receipt under the camera, waited for while the visit wants it: one thread that asks, a slice at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from domain.case.receipt import token
from kiosk.visit import events as ev
from kiosk.visit.followup_events import ReceiptShown

log = logging.getLogger(__name__)

SLICE = 2.0
"""Seconds the camera is asked at a time; the visit may have gone on meanwhile."""


class ReadCode(Protocol):
    """The first code ``wanted`` says yes to, within ``seconds``."""

    def __call__(self, seconds: float, wanted: Callable[[str], bool], /) -> str | None: ...


class ReceiptReader:
    """Any thread. Codes that are no receipt's are passed over, and nothing of them is kept."""

    def __init__(self, read: ReadCode, post: Callable[[ev.Event], object]) -> None:
        self._read = read
        self._post = post
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="receipts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._wanted.set()
        self._thread.join(SLICE + 3)

    def look(self) -> None:
        self._wanted.set()

    def rest(self) -> None:
        self._wanted.clear()

    def _run(self) -> None:
        while self._wanted.wait() and not self._ended.is_set():
            try:
                found = self._read(SLICE, lambda text: token(text) is not None)
            except Exception:
                log.exception("looking for a receipt's code failed")
                self._ended.wait(SLICE)
                continue
            if found is not None and self._wanted.is_set() and not self._ended.is_set():
                self._wanted.clear()
                self._post(ReceiptShown(token(found) or ""))
