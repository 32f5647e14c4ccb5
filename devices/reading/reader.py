"""Reads pages for the terminal, one after another, behind everything else: nobody ever waits for it.

``read`` leaves a page and returns; later it is answered by exactly one :class:`PageRead` or :class:`PageUnread`, unless
``forget`` came first, which is the end of a visit: then the process is killed with whatever it holds, and nothing is said. The
process is started for the first page and ends when none has come for a while. One that dies, hangs or grows is killed and the
page tried once more in a new one, since it may have been the last page's doing; a second failure is that page's answer. After it
the reader rests before it starts another, longer each time, and until one has read a page :attr:`fault` says what is wrong.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec

from devices.port import PageRead, PageUnread, ReadLine
from devices.protocols.reading import Refusal, Why
from devices.reading.child import COMMAND, Child, FailedError
from devices.reading.options import Options

log = logging.getLogger(__name__)

MOST_WAITING = 8
"""Pages that may wait, half a megabyte each. A citizen faster than that has pages that stay unread."""
TRIES = 2
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
"""Seconds in which pages wait after one has failed twice."""
WHY: dict[int, str] = {
    Why.NO_PICTURE: "reading_no_picture",
    Why.TOO_LARGE: "reading_too_large",
    Why.TOO_SMALL: "reading_too_small",
}
"""Faults by what the process said of a page; anything else is ``reading_failed``."""

Tell = Callable[[PageRead | PageUnread], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: str
    jpeg: bytes = field(repr=False)


class PageReader:
    """:class:`devices.port.PageReader`. What ``start`` is given is called by the owning thread, or by ``read``."""

    def __init__(self, options: Options, command: tuple[str, ...] = COMMAND) -> None:
        self._options = options
        self._tell: Tell = _nobody
        self._command = command
        self._changed = threading.Condition()
        self._waiting: deque[_Waiting] = deque()
        self._current: _Waiting | None = None
        self._child: Child | None = None
        self._stopping = False
        self._fault: str | None = None
        self._pause = FIRST_PAUSE
        self._rested = 0.0
        self._thread = threading.Thread(target=self._run, name="page-reader", daemon=True)

    # --- from any thread ----------------------------------------------------------------------------------------------

    @property
    def fault(self) -> str | None:
        """Why the last page it tried stayed unread, if that was not the page's own doing; a code of ``kiosk/faults.toml``."""
        return self._fault

    @property
    def pid(self) -> int | None:
        """Of the process that reads, while there is one."""
        child = self._child
        return None if child is None or child.killed else child.pid

    def start(self, emit: Tell) -> None:
        if find_spec("rapidocr") is None:
            log.warning("pages stay unread: the extra ocr is not installed")
            self._fault = "reading_missing"
        self._tell = emit
        self._thread.start()

    def stop(self) -> None:
        """The process is gone when this returns."""
        with self._changed:
            self._stopping = True
            self._drop_all()
        if self._thread.is_alive():
            self._thread.join(10)

    def read(self, request: str, jpeg: bytes) -> None:
        with self._changed:
            if not (crowded := len(self._waiting) >= MOST_WAITING):
                self._waiting.append(_Waiting(request, jpeg))
                self._changed.notify()
        if crowded:
            self._tell(PageUnread(request, "reading_crowded"))

    def drop(self, request: str) -> None:
        """Nobody wants to know of this page any more. One that is being read is read to its end, and not told of."""
        with self._changed:
            self._waiting = deque(each for each in self._waiting if each.request != request)
            if self._current is not None and self._current.request == request:
                self._current = None

    def forget(self) -> None:
        """All pages, those being read too. When this returns nothing of them is held here, and what holds one is killed."""
        with self._changed:
            self._drop_all()

    def holding(self) -> int:
        """Pages that wait or are being read."""
        with self._changed:
            return len(self._waiting) + (self._current is not None)

    # --- the owning thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (page := self._next()) is not None or not self._stopping:
            try:
                if page is None:
                    self._end_child()  # nothing came for a while, or a visit has ended
                else:
                    self._answer(page)
            except Exception:
                log.exception("the reader of pages failed")
                self._end_child()
                self._fail(page, "reading_failed")
        self._end_child()

    def _next(self) -> _Waiting | None:
        """The page to read now; ``None``: it is time to end the process."""
        with self._changed:
            while not self._stopping and not self._killed():
                rest = self._rested - time.monotonic()
                if self._waiting and rest <= 0:
                    self._current = self._waiting.popleft()
                    return self._current
                idle = self._options.idle * 60 if self._child is not None else None
                if not self._changed.wait(rest if self._waiting else idle) and not self._waiting:
                    return None
        return None

    def _answer(self, page: _Waiting) -> None:
        for left in reversed(range(TRIES)):
            try:
                answer = self._read(page)
            except FailedError as error:
                self._end_child()
                if not self._wanted(page):
                    return
                if not left:
                    self._fail(page, error.fault)
            else:
                self._fault, self._pause = None, FIRST_PAUSE
                self._finish(page, answer)
                return

    def _read(self, page: _Waiting) -> PageRead | PageUnread:
        deadline = time.monotonic() + self._options.page
        answer = self._started(page, deadline).read(page.jpeg, deadline)
        if isinstance(answer, Refusal):
            return PageUnread(page.request, WHY.get(answer.why, "reading_failed"))
        return PageRead(page.request, tuple(ReadLine(line.text, line.box, line.score) for line in answer.lines))

    def _started(self, page: _Waiting, deadline: float) -> Child:
        if self._child is None:
            try:
                child = Child(self._options, self._command)
            except OSError:
                raise FailedError("reading_missing") from None
            with self._changed:
                self._child = child
                if self._current is not page:  # forgotten before there was anything to kill
                    child.kill()
            log.info("pages are read by %s", child.ready(deadline))
        return self._child

    def _fail(self, page: _Waiting | None, fault: str) -> None:
        """The page was tried and stays unread. Where there is nothing to read with, no rest will help."""
        self._fault = fault
        if fault != "reading_missing":
            self._rested = time.monotonic() + self._pause
            self._pause = min(self._pause * 4, LONGEST_PAUSE)
        log.warning("a page stays unread: %s", fault)
        if page is not None:
            self._finish(page, PageUnread(page.request, fault))

    def _end_child(self) -> None:
        with self._changed:
            child, self._child = self._child, None
        if child is not None:
            child.end()

    def _finish(self, page: _Waiting, answer: PageRead | PageUnread) -> None:
        with self._changed:
            wanted, self._current = self._current is page, None
        if wanted:
            self._tell(answer)

    def _wanted(self, page: _Waiting) -> bool:
        with self._changed:
            return self._current is page

    def _killed(self) -> bool:
        return self._child is not None and self._child.killed

    def _drop_all(self) -> None:
        self._waiting.clear()
        self._current = None
        if self._child is not None:
            self._child.kill()
        self._changed.notify()


def _nobody(_answer: PageRead | PageUnread) -> None:
    """Before ``start`` nobody listens."""
