"""One connection to an ESC/POS printer: questions and their answers, what the printer can do, and strips with proof.

A job on the wire::

    [NULs]  ESC @  GS a  GS r   strip GS r  strip GS r  …  GS V 66 0   GS ( H id   (or GS r)
    clean-up only     │              │                                    └ answered when it is on paper: printed
                      └ answers, or  └ answered when taken out of the receive buffer: at most WINDOW bytes are on their
                        something      way, so the buffer never fills, DLE EOT is always heard, and little is lost
                        swallowed it   when the printer stops

Without that window a TCP printer that stops is mute: its full buffer holds up the very question why it stopped.
A slow line (:attr:`Link.rate`) is given the time its bytes take. A presenter (``model.py``) gets its commands before the end
marker, and is asked afterwards whether the ticket is still there.

Waiting always ends: by the answer, by trouble the printer reports (ASB, or DLE EOT asked when nothing moves), by
``TimeoutError``, by ``OSError``, or because the terminal stops.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from msgspec import Struct

from devices.printer.model import COMMONEST_BUFFER, Presenter
from devices.printer.raster import Strip
from devices.protocols.escpos import (
    ASK_MODEL,
    ASK_PAPER,
    ASK_PRESENTER,
    CUT,
    FLUSH,
    REPORT_CHANGES,
    RESET,
    Answer,
    Answers,
    Changed,
    FullStatus,
    InOrder,
    Named,
    Paper,
    Printed,
    PrinterStatus,
    Query,
    Reading,
    RealTime,
    Trouble,
    ask,
    mark,
)

PATIENCE = 2.0
"""Seconds a question may stay open. Cheap printers answer within 0.1 s, and now and then within 1 s."""
SPARE = 496
"""Bytes of the receive buffer never filled, for questions. What is left of the commonest 4 kB holds two full strips."""
WINDOW = COMMONEST_BUFFER - SPARE
"""Bytes sent and not yet known to be taken, with such a printer."""
ASIDE = 192
"""Bytes heard while four questions, answered by a byte each, are asked of an idle printer. Blocks of ASB and the model's name
come to 150; more is no printer. Many letters look like an answer: a web server on the printer's port would be out of paper."""
BABBLE = 16_384
"""Bytes a printer may say between two rounds of questions, a second or a job's strips apart. Honest ones say some hundred."""
PIECE = 1024
"""Bytes written between two looks at what the printer says."""
SLOWEST = 25.0 * 8
"""Rows a second no healthy printer stays below (25 mm/s; 80 mm printers do 150 to 300)."""
MARGIN = 8.0
"""Seconds on top of that for cutting, heating, and a hall's network."""
STALLED = 2.5
"""Seconds without an answer in a job after which a printer that reports by itself is asked what is wrong."""
STALLED_UNREPORTED = 0.4
"""The same for a printer without ASB."""
HOPELESS = 5.0
"""Seconds a GS r in a job may stay open, without trouble, before its strip is taken for lost (plus its time on the wire)."""

_GLANCE = 0.05
_AFTERTHOUGHT = 0.3
"""Seconds a process id may come after the answer to a later GS r."""
_PROBE = b"tb00"
_TICKET_EVERY = 0.3
"""Seconds between two questions whether a ticket is taken."""


class Link(Protocol):
    """What a session needs of its transport; none of it waits."""

    @property
    def rate(self) -> float | None:
        """Bytes a second where the wire is what takes time; ``None`` where it is not."""

    def fileno(self) -> int: ...

    def writable(self) -> tuple[int, ...]:
        """Files that are readable when :meth:`write` takes something again; none where only time tells."""

    def paper_out(self) -> bool | None:
        """What the link itself knows, beside the data; ``None``: nothing."""

    def read(self) -> bytes: ...

    def write(self, data: bytes) -> int: ...


class StoppedError(Exception):
    """The printer says that it stopped, and why. ``begun``: some of the picture had been sent."""

    def __init__(self, trouble: Trouble, *, begun: bool) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.begun = begun


class NotTakingError(Exception):
    """The printer answers in real time but took nothing in: it is in the middle of something cut off. Nothing was sent."""


class BabbleError(Exception):
    """More bytes than any printer has to say: nothing of it can be trusted."""


class CancelledError(ConnectionAbortedError):
    """The terminal stops: contact is given up by our side."""


class Traits(Struct, frozen=True):
    """What this printer turned out to understand."""

    reports: bool
    """GS a: it says by itself when something changes."""
    process_id: bool
    """GS ( H: it says when a job is on paper."""
    in_order: bool
    """GS r: it says how far it has read."""

    @property
    def provable(self) -> bool:
        return self.process_id or self.in_order


class Session:
    """Belongs to the thread that owns the printer. ``wait(seconds, *files)`` sleeps until readable, woken, or over.

    ``buffer``: bytes the printer's receive buffer holds. ``presenter``: the commands of one, if there is one.
    """

    def __init__(
        self,
        link: Link,
        *,
        wait: Callable[..., bool],
        now: Callable[[], float],
        stopping: Callable[[], bool],
        buffer: int = COMMONEST_BUFFER,
        presenter: Presenter | None = None,
    ) -> None:
        self._link = link
        self._wait = wait
        self._now = now
        self._stopping = stopping
        self._window = buffer - SPARE
        self._presenter = presenter
        self._answers = Answers(full_status=presenter is not None and presenter.status)
        self._real_time: deque[int] = deque(maxlen=8)
        self._flying: deque[int] = deque()
        self._marks: set[bytes] = set()
        self._count = 0
        self._reported = False
        self._printing = False
        self._alarm: Trouble | None = None
        self._moved_at = now()
        self._heard = 0
        self._ticket: bool | None = None
        self.begun = False
        """Some of the picture last given to :meth:`print` was sent."""
        self.status = PrinterStatus()
        self.traits: Traits | None = None
        self.model: str | None = None
        self.changed = False
        """The printer reported something since this was last set to ``False``."""

    @property
    def provable(self) -> bool:
        """The printer was probed, and can say what became of a job."""
        return self.traits is not None and self.traits.provable

    def hear(self, seconds: float = 0.0) -> None:
        """Take in what the printer has said, waiting up to ``seconds`` for it to say something."""
        if seconds > 0:
            self._wait(seconds, self._link.fileno())
        while data := self._link.read():
            self._heard += len(data)
            if self._heard > BABBLE:
                raise BabbleError
            for answer in self._answers.receive(data):
                self._sort(answer)

    def inquire(self) -> PrinterStatus:
        """The whole status, asked now. ``TimeoutError`` when one of four questions stays open and the link knows no reason.

        Offline without a cause is asked again: the cause may have come or gone between two questions.
        """
        try:
            status = self._four_questions()
        except TimeoutError:
            if not self._link.paper_out():
                raise
            status = PrinterStatus(online=Reading.BAD, paper=Paper.OUT)
        if status.trouble is Trouble.OFFLINE:
            status = self._four_questions()
        self.status = status
        return status

    def probe(self) -> bool:
        """Learn :attr:`traits` and :attr:`model`. To be called online.

        ``True`` when the printer was found in the middle of a command somebody else never finished; it is through it now.
        """
        question = RESET + mark(_PROBE) + ASK_MODEL + RESET + REPORT_CHANGES + ASK_PAPER
        self._reported = False
        for flush in (b"", FLUSH):
            self._flying.clear()
            self._write(flush + question)
            self._flying.append(0)
            in_order = self._came(lambda: not self._flying, PATIENCE)
            process_id = self._came(lambda: _PROBE in self._marks, _AFTERTHOUGHT)
            self.traits = Traits(self._reported, process_id, in_order)
            if self._reported or self.traits.provable:
                self._flying.clear()
                return bool(flush)
        return False

    def print(self, strips: Iterable[Strip], *, void: bool = False) -> None:
        """Print, cut and present. Returns when the printer has proven it.

        ``void`` first completes a command that was cut off, and a presenter keeps what comes out.
        :class:`StoppedError`, :class:`NotTakingError`, :class:`BabbleError`, :class:`CancelledError`; ``TimeoutError`` and
        ``OSError`` leave open what is on paper.
        """
        if self.traits is None or not self.traits.provable:
            raise RuntimeError("prints only where a probe found proof possible")
        self._printing, self.begun = True, False
        try:
            self._run(tuple(strips), self.traits, void)
        finally:
            self._printing, self._alarm = False, None

    def ticket_waits(self) -> bool:
        """Whether the presenter holds a ticket out. ``TimeoutError`` when it does not know such a question."""
        self._ticket = None
        self._write(ASK_PRESENTER)
        self._until(lambda: self._ticket is not None, PATIENCE)
        return bool(self._ticket)

    def taken(self, seconds: float) -> bool:
        """Whether the ticket was taken within ``seconds``. If not it was taken back, and is out of everybody's sight."""
        deadline = self._now() + seconds
        while self.ticket_waits():
            if self._now() >= deadline:
                self.take_back()
                return False
            self._came(lambda: False, _TICKET_EVERY)
        return True

    def take_back(self) -> None:
        """Have the presenter swallow what it holds out. ``TimeoutError`` when it does not."""
        assert self._presenter is not None
        self._write(self._presenter.retract)
        deadline = self._now() + MARGIN
        while self.ticket_waits():
            if self._now() >= deadline:
                raise TimeoutError("the ticket stays in the mouth")
            self._came(lambda: False, _TICKET_EVERY)

    # --- a job --------------------------------------------------------------------------------------------------------

    def _run(self, strips: tuple[Strip, ...], traits: Traits, void: bool) -> None:
        self._heard = 0
        self._begin(traits, void)
        deadline = self._now() + sum(strip.rows for strip in strips) / SLOWEST + MARGIN
        if self._link.rate is not None:
            deadline += sum(len(strip.data) + len(ASK_PAPER) for strip in strips) / self._link.rate
        for strip in strips:
            self._watch(partial(self._fits, len(strip.data)), deadline)
            self.begun = True
            self._send(strip.data, traits)
        self._prove(traits, deadline, void)

    def _begin(self, traits: Traits, void: bool) -> None:
        """Settings of our own, and an answer that shows they were taken in."""
        self._reported = False
        presenter = self._presenter
        empty = presenter.retract if presenter is not None and not presenter.status else b""  # one that can be asked was asked
        self._write((FLUSH if void else b"") + RESET + empty + REPORT_CHANGES)
        self._ask_paper(traits, 0)
        if not self._came(lambda: not self._flying and (self._reported or not traits.reports), PATIENCE):
            if (trouble := self.inquire().trouble) is not None:
                raise StoppedError(trouble, begun=False)
            raise NotTakingError
        self._check()

    def _send(self, data: bytes, traits: Traits) -> None:
        for start in range(0, len(data), PIECE):
            self._write(data[start : start + PIECE])
            self.hear()
            self._check()
        self._ask_paper(traits, len(data))

    def _prove(self, traits: Traits, deadline: float, void: bool) -> None:
        # The mark alone is no proof: a printer that lost power for a moment has lost strips, and answers only to the rest.
        self._count += 1
        identity = b"%04d" % (self._count % 10_000)
        self._marks.clear()
        self._write(CUT)
        if self._presenter is not None:
            self._write(self._presenter.retract if void else self._presenter.present)
        if traits.process_id:
            self._write(mark(identity))
            self._watch(lambda: identity in self._marks, deadline)
            if not self._came(lambda: not self._flying, _AFTERTHOUGHT):
                raise TimeoutError("strips were lost on the way")
        else:
            self._ask_paper(traits, 0)
            self._watch(lambda: not self._flying, deadline)
        if not traits.reports and (trouble := self.inquire().trouble) is not None:
            raise StoppedError(trouble, begun=True)

    def _fits(self, size: int) -> bool:
        return not self._flying or sum(self._flying) + size <= self._window

    def _ask_paper(self, traits: Traits, size: int) -> None:
        if traits.in_order:
            self._write(ASK_PAPER)
            self._flying.append(size)

    def _watch(self, done: Callable[[], bool], deadline: float) -> None:
        """Wait for ``done``, minding what the printer reports, and asking it when nothing moves."""
        assert self.traits is not None
        stalled = STALLED if self.traits.reports else STALLED_UNREPORTED
        hopeless = HOPELESS + (self._window / self._link.rate if self._link.rate else 0.0)
        self._moved_at = asked_at = self._now()
        while not done():
            self._check()
            now = self._now()
            if now >= deadline:
                raise TimeoutError("no proof of printing")
            if self._flying and now - self._moved_at >= hopeless:
                raise TimeoutError("nothing moves, and nothing is wrong")
            if self.traits.in_order and now - max(self._moved_at, asked_at) >= stalled:
                if (trouble := self.inquire().trouble) is not None:
                    raise StoppedError(trouble, begun=self.begun)
                asked_at = self._now()
            self.hear(min(_GLANCE, deadline - now))

    def _check(self) -> None:
        if self._alarm is not None:
            raise StoppedError(self._alarm, begun=self.begun)
        if self._stopping():
            raise CancelledError

    # --- bytes --------------------------------------------------------------------------------------------------------

    def _four_questions(self) -> PrinterStatus:
        status = PrinterStatus()
        self.hear()
        if not self._printing:
            self._heard = 0
        self._real_time.clear()
        for query in Query:
            self._write(ask(query))
            self._until(lambda: bool(self._real_time), PATIENCE)
            status = status.answered(query, self._real_time.popleft())
        if not self._printing and self._heard > ASIDE:
            raise BabbleError
        return status

    def _write(self, data: bytes) -> None:
        """All of ``data``, hearing meanwhile. ``TimeoutError`` when the printer takes nothing for :data:`PATIENCE`."""
        patient_until = self._now() + PATIENCE
        while data:
            if written := self._link.write(data):
                data = data[written:]
                patient_until = self._now() + PATIENCE
            elif self._now() >= patient_until:
                raise TimeoutError("takes no more bytes")
            else:
                self._check()
                self._wait(_GLANCE, self._link.fileno(), *self._link.writable())
                self.hear()

    def _until(self, done: Callable[[], bool], seconds: float) -> None:
        if not self._came(done, seconds):
            raise TimeoutError("no answer")

    def _came(self, done: Callable[[], bool], seconds: float) -> bool:
        deadline = self._now() + seconds
        while not done():
            left = deadline - self._now()
            if left <= 0:
                return False
            if self._stopping():
                raise CancelledError
            self.hear(left)
        return True

    def _sort(self, answer: Answer) -> None:
        match answer:
            case RealTime(byte):
                self._real_time.append(byte)
            case Changed(status):
                self.status, self.changed, self._reported = status, True, True
                if self._printing:
                    self._alarm = self._alarm or status.trouble
            case InOrder():
                self._moved_at = self._now()
                if self._flying:
                    self._flying.popleft()
            case Printed(identity):
                self._moved_at = self._now()
                self._marks.add(identity)
            case FullStatus(ticket):
                self._ticket = ticket
            case Named(text):
                self.model = text
