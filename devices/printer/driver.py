"""Driver of an ESC/POS receipt printer: what became of each slip, honestly.

======================================================  ==============================================================
nothing of the slip was sent                            ``REFUSED`` with the cause; may be tried again silently
the printer reported trouble while printing             ``SPOILT`` with the cause: part of it, or all of it uncut
contact lost, no proof in time, the terminal stopped    ``UNCERTAIN``: it may be whole on paper
the printer says that everything before the mark is     ``PRINTED``
on paper, and reported no trouble until then
======================================================  ==============================================================

After anything but ``PRINTED`` and ``REFUSED`` the printer is cleaned up as soon as it can print: an interrupted picture
command is filled, 以上作废 is printed and cut off. Only then is it ready, so what hangs in its mouth never becomes the
beginning of the next person's receipt.

Where a presenter can be asked, *printed* is said when somebody has taken the ticket. One nobody takes is taken back after a
while, so that no stranger reads it: ``SPOILT`` with the cause ``ticket_retracted``, and a warning for staff to empty the bin.

A printer that answers neither GS ( H nor GS r can prove nothing and is faulted as ``printer_unfit``.

A second attempt is the business of whoever gave the job: nothing is ever printed twice by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from msgspec import Struct

from devices.port import Heading, Paragraph, PrintEnded, PrintJob, PrintJournal, PrintOutcome, Rule, Slip
from devices.printer.lines import LineSetter
from devices.printer.model import Model, models
from devices.printer.raster import Strip, strips
from devices.printer.session import BabbleError, CancelledError, Link, NotTakingError, Session, StoppedError
from devices.printer.slip import Typesetter, UnprintableSlipError
from devices.protocols.escpos import Paper, Trouble
from devices.supervisor import DeviceFaultError, Pace, Supervised

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two questions to an idle printer: its proof of life, and how soon a fault without ASB is seen."""
QUEUE_LIMIT = 8
"""Slips that may wait. More means that somebody prints in a loop, and paper is short."""
VOID = Slip((Rule(), Heading("以上作废"), Paragraph("上面的凭证没有打印完整，请勿使用。", strong=True, centred=True)))

Mode = Literal["image", "text"]

_RETRACTED = "ticket_retracted"
_FAULTS = {
    Trouble.COVER: "cover_open",
    Trouble.PAPER: "paper_out",
    Trouble.CUTTER: "cutter_jam",
    Trouble.ERROR: "printer_error",
    Trouble.HEAD: "head_hot",
    Trouble.OFFLINE: "printer_error",
}


class _Crowded(Struct, frozen=True):
    """A job that came when the queue was full; its slip is not kept."""

    job: str
    attempt: int


class PrinterLink(Link, Protocol):
    def close(self) -> None:
        """Hang up at once; what was not sent is dropped."""


class EscposPrinter(Supervised[PrintJob | _Crowded]):
    """:class:`devices.port.ReceiptPrinter`. ``connect`` opens its link: ``OSError`` when there is none.

    ``mode``: slips go as pictures, or as text of ``model``'s own characters (``ValueError`` when it has none). Raises
    :class:`~devices.printer.text.MissingFontError` on construction. ``unfinished``: the journal knows a job that was being
    sent when the terminal went down, so clean up before anything else.
    """

    proof_within = 30.0  # a long slip takes up to 20 s, and a printer may be silent until it is on paper

    def __init__(
        self,
        connect: Callable[[], PrinterLink],
        journal: PrintJournal,
        *,
        name: str = "printer",
        model: Model | None = None,
        mode: Mode = "image",
        unfinished: bool = False,
        typesetter: Typesetter | None = None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, pace=pace, clock=clock)
        self._connect = connect
        self._journal = journal
        self._dirty = unfinished
        self._model = model or models()["generic"]
        self._presenter = self._model.presenter
        self._typeset = _setting(self._model, mode, typesetter or Typesetter(width=self._model.dots))
        self._link: PrinterLink | None = None
        self._talk: Session | None = None
        self._look_at = 0.0
        self._retracted = False
        self._waiting = 0
        self._counting = threading.Lock()

    def print(self, job: PrintJob) -> None:
        """Queue ``job``; its :class:`PrintEnded` follows in any case, also when the printer cannot be used."""
        with self._counting:
            self._waiting += 1
            crowded = self._waiting > QUEUE_LIMIT
        self.leave(_Crowded(job.job, job.attempt) if crowded else job)

    # --- the device's life --------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._link = self._connect()
        self._talk = Session(
            self._link,
            wait=self.wait,
            now=self.now,
            stopping=lambda: self.stopping,
            buffer=self._model.buffer,
            presenter=self._presenter,
        )

    def identify(self) -> str | None:
        """Stays here until the printer can print: a printer that comes up without paper is faulted, and never was ready."""
        session = self._session()
        with _named():
            while not self._usable(session):
                for note in self.notes():
                    self.decline(note)
                if self.stopping:
                    raise DeviceFaultError(self.state().fault or "absent")
                self.wait(LOOK_EVERY, *self.readable())
                session.hear()
        self._look_at = 0.0
        return session.model or "ESC/POS"

    def turn(self) -> float | None:
        with _named():
            return self._turn(self._session())

    def _turn(self, session: Session) -> float:
        session.hear()
        note = next(self.notes(), None)
        if note is None and not session.changed and (left := self._look_at - self.now()) > 0:
            return left
        usable = self._look(note, session)
        if note is not None:
            if usable and isinstance(note, PrintJob):
                self._taken()
                self._print(note, session)
                self._look_at = 0.0
            else:
                self.decline(note)
            return 0.0
        # Looking waits for answers, and a job that came meanwhile has rung its bell already.
        return 0.0 if self._waiting else LOOK_EVERY

    def close(self) -> None:
        link, self._link, self._talk = self._link, None, None
        if link is not None:
            link.close()

    def readable(self) -> tuple[int, ...]:
        return () if self._link is None else (self._link.fileno(),)

    def decline(self, note: PrintJob | _Crowded) -> None:
        self._taken()
        crowded = isinstance(note, _Crowded)
        self._end(note, PrintOutcome.REFUSED, "printer_busy" if crowded else self.state().fault or "absent")

    # --- looking ------------------------------------------------------------------------------------------------------

    def _look(self, note: PrintJob | _Crowded | None, session: Session) -> bool:
        """Whether it can print now. A job in hand is declined before the connection is given up."""
        try:
            usable = self._usable(session)
        except Exception as error:
            if note is not None:
                self._taken()
                self._end(note, PrintOutcome.REFUSED, _lost(error))
            raise
        if usable:
            self.ready(warning=self._warning(session))
        return usable

    def _usable(self, session: Session) -> bool:
        """Ask everything; learn what the printer can do and clean up where that is owed."""
        session.changed = False
        status = session.inquire()
        self.alive()
        self._look_at = self.now() + LOOK_EVERY
        if status.trouble is None:
            if session.traits is None:
                self._dirty |= session.probe()
            if not session.provable:
                raise DeviceFaultError("printer_unfit")
            self._empty_mouth(session)
            return not self._dirty or self._clean_up(session)
        self.faulted(_FAULTS[status.trouble], warning=self._warning(session))
        return False

    def _empty_mouth(self, session: Session) -> None:
        """No ticket of before (a restart, a pulled cable) is left for whoever comes next."""
        if self._presenter is None or not self._presenter.status:
            return
        try:
            waits = session.ticket_waits()
        except TimeoutError:
            raise DeviceFaultError("printer_model_wrong") from None
        if waits:
            session.take_back()
            self._retracted = True

    def _clean_up(self, session: Session) -> bool:
        try:
            session.print(self._typeset(VOID), void=True)
        except StoppedError as error:
            self.faulted(_FAULTS[error.trouble])
            return False
        except NotTakingError:
            raise TimeoutError("takes nothing in") from None
        self._dirty = False
        log.info("%s: cleaned up after an interrupted slip", self.name)
        return True

    # --- printing -----------------------------------------------------------------------------------------------------

    def _print(self, job: PrintJob, session: Session) -> None:
        outcome = PrintOutcome.REFUSED
        cause: str | None = None
        session.begun = False
        try:
            if (set_ := self._set(job)) is None:
                cause = "slip_unprintable"
            elif not self._journalled(job):
                cause = "store_failed"
            else:
                self.busy()
                outcome, cause = self._send(set_, session)
        except Exception as error:
            outcome, cause = PrintOutcome.UNCERTAIN if session.begun else PrintOutcome.REFUSED, _lost(error)
            if not self.stopping:
                self.faulted(cause)  # a lost receipt is news at once; only an idle printer is given its grace
            raise
        finally:
            self._dirty |= outcome in (PrintOutcome.SPOILT, PrintOutcome.UNCERTAIN) and cause != _RETRACTED
            self._end(job, outcome, cause)

    def _set(self, job: PrintJob) -> tuple[Strip, ...] | None:
        try:
            return self._typeset(job.slip)
        except UnprintableSlipError as error:
            # Which character it is could be part of somebody's name.
            log.warning("%s: a slip cannot be printed: %d characters without a glyph", self.name, len(error.characters))
            return None

    def _journalled(self, job: PrintJob) -> bool:
        try:
            self._journal.sending(job.job, job.attempt)
        except Exception:
            log.exception("%s: nothing is printed without the journal", self.name)
            return False
        return True

    def _send(self, set_: tuple[Strip, ...], session: Session) -> tuple[PrintOutcome, str | None]:
        try:
            session.print(set_)
        except StoppedError as error:
            fault = _FAULTS[error.trouble]
            self.faulted(fault)
            return (PrintOutcome.SPOILT if error.begun else PrintOutcome.REFUSED), fault
        except NotTakingError:
            self._dirty = True
            return PrintOutcome.REFUSED, "mute"
        if self._presenter is not None and self._presenter.status:
            self._retracted = not session.taken(self._presenter.after)
            if self._retracted:
                return PrintOutcome.SPOILT, _RETRACTED
        return PrintOutcome.PRINTED, None

    def _end(self, job: PrintJob | _Crowded, outcome: PrintOutcome, cause: str | None) -> None:
        try:
            self._journal.ended(job.job, job.attempt, outcome, cause)
        except Exception:
            log.exception("%s: the journal does not know how a slip ended", self.name)
        self.emit(PrintEnded(job.job, job.attempt, outcome, cause))

    def _taken(self) -> None:
        with self._counting:
            self._waiting -= 1

    def _warning(self, session: Session) -> str | None:
        if self._retracted:
            return _RETRACTED
        near_end = self._model.near_end and session.status.paper is Paper.NEAR_END
        return "paper_near_end" if near_end else None

    def _session(self) -> Session:
        if self._talk is None:
            raise RuntimeError("not open")
        return self._talk


@contextmanager
def _named() -> Iterator[None]:
    """A printer that babbles is a fault of the device, not a mistake of ours."""
    try:
        yield
    except BabbleError:
        raise DeviceFaultError("printer_babbles") from None


def _setting(model: Model, mode: Mode, typesetter: Typesetter) -> Callable[[Slip], tuple[Strip, ...]]:
    """How slips become what goes over the wire; the function raises :class:`UnprintableSlipError`."""
    if mode == "text":
        return LineSetter(model, typesetter).set
    return lambda slip: strips(typesetter.render(slip))


def _lost(error: Exception) -> str:
    if isinstance(error, DeviceFaultError):
        return error.code
    if isinstance(error, BabbleError):
        return "printer_babbles"
    if isinstance(error, CancelledError):
        return "print_interrupted"
    if isinstance(error, TimeoutError):
        return "mute"
    return "absent" if isinstance(error, OSError) else "device_error"
