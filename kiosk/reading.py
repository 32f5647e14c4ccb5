"""The dispatcher's hand on the reader of pages; where there is none, nothing happens and pages stay unread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from devices import port
from devices.port import PageReader
from domain.case.content import ReadLine
from kiosk.tray import Tray
from kiosk.visit import events as ev


class Reading:
    """Pictures are taken from ``tray`` as they lie there: the reader's copy is the same bytes, and goes with its page."""

    def __init__(self, reader: PageReader | None, tray: Tray) -> None:
        self._reader = reader
        self._tray = tray

    def begin(self, ref: str) -> None:
        """Also anew, when the picture was turned."""
        self.drop((ref,))
        jpeg = self._tray.look(ref)
        if self._reader is not None and jpeg is not None:
            self._reader.read(ref, jpeg)

    def drop(self, refs: Iterable[str]) -> None:
        if self._reader is not None:
            for ref in refs:
                self._reader.drop(ref)

    def forget(self) -> None:
        if self._reader is not None:
            self._reader.forget()

    @property
    def holds(self) -> bool:
        """Whether a page waits to be read, or is being read."""
        return self._reader is not None and self._reader.holding() > 0


def read(page: port.PageRead, today: date) -> ev.PageRead:
    """As the visit hears of it."""
    return ev.PageRead(page.request, tuple(ReadLine(line.text, line.box, line.score) for line in page.lines), today)
