"""Driver of an A4 printer: a private cupsd converts and sends, the printer itself says what became of it.

======================================================  ==============================================================
the printer never began the job                         ``REFUSED`` with the cause; may be tried again silently
it began and reported trouble, or threw it out          ``SPOILT`` with the cause: some of its paper, or none
contact lost, no proof in time, the terminal stopped    ``UNCERTAIN``: it may be whole on paper
it says that the job is completed and counted its       ``PRINTED``
pages
======================================================  ==============================================================

A job has a deadline. Whatever ends it, it is thrown out of cupsd (its files with it) and out of the printer, and only when
both are seen to be empty is the next one taken: the next citizen never gets what was the last one's. What stands there at a
start or a return goes the same way. CUPS knows of a printer only what happened during a job, so the printer is asked directly.

Nothing is printed twice by itself.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from devices.a4.session import Outcome, Session
from devices.port import PageJob, PrintEnded, PrintJournal, PrintOutcome
from devices.supervisor import DeviceFaultError, Pace, Supervised

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25
"""Seconds between two questions to an idle printer: its proof of life."""
WATCH_EVERY = 0.2
"""The same while a job is under way."""
QUEUE_LIMIT = 8
"""Jobs that may wait. More means that somebody prints in a loop."""
EMPTYING = 10.0
"""Seconds both ends are given to be seen empty: cupsd's backend takes back the job within a few."""


class Deadline(Struct, frozen=True):
    """Seconds a job may take: ``page`` for each page, ``margin`` for waking, warming up and converting."""

    page: float = 10.0
    margin: float = 40.0


class CupsPrinter(Supervised[PageJob]):
    """:class:`devices.port.PagePrinter` at ``uri`` (``ipp://…``), through the private cupsd at ``socket``.

    ``journal`` may be ``None`` where nothing that is printed is a person's.
    """

    def __init__(
        self,
        uri: str,
        socket: Path,
        journal: PrintJournal | None = None,
        *,
        name: str = "a4",
        deadline: Deadline | None = None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, pace=pace, clock=clock)
        self._ends = (uri, socket)
        self._journal = journal
        self._deadline = deadline or Deadline()
        self._session: Session | None = None
        self._reason: str | None = None
        """Why cupsd has no queue of ours: logged once, not at every try."""
        self._waiting = 0
        self._counting = threading.Lock()

    def print(self, job: PageJob) -> None:
        """Queue ``job``; its :class:`PrintEnded` follows in any case, also when the printer cannot be used."""
        with self._counting:
            self._waiting += 1
            crowded = self._waiting > QUEUE_LIMIT
        self.leave(replace(job, pdf=b"") if crowded else job)

    # --- the device's life --------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._session = Session(*self._ends)

    def identify(self) -> str | None:
        """Stays here until it can print and both ends are empty: a printer that comes up without paper never was ready."""
        session = self._open()
        with contextlib.suppress(DeviceFaultError):  # told below, when the printer is there
            session.empty_here()  # also while it is not: cupsd would print as soon as it is
        identity, found = session.look()
        self.alive()
        self._empty(session)
        while found.fault is not None:
            self.faulted(found.fault, warning=found.warning)
            for note in self.notes():
                self.decline(note)
            if self.stopping:
                raise DeviceFaultError(found.fault)
            self.wait(LOOK_EVERY)
            identity, found = session.look()
            self.alive()
        self._prepare(session)
        return identity or "IPP"

    def turn(self) -> float | None:
        note = next(self.notes(), None)
        if note is None:
            self._look(self._open())
        elif not note.pdf:  # its pages were not kept, as too many wait
            self.decline(note)
        else:
            self._serve(note, self._open())
        return 0.0 if self._waiting else LOOK_EVERY

    def close(self) -> None:
        self._session = None

    def decline(self, note: PageJob) -> None:
        self._taken()
        self._end(note, PrintOutcome.REFUSED, "printer_busy" if not note.pdf else self.state().fault or "absent")

    # --- one job ------------------------------------------------------------------------------------------------------

    def _look(self, session: Session) -> str | None:
        """Ask how the printer is, and that cupsd is there; its fault."""
        found = session.look()[1]
        self.alive()
        if found.fault is not None:
            self.faulted(found.fault, warning=found.warning)
        else:
            self._prepare(session)
            self.ready(warning=found.warning)
        return found.fault

    def _prepare(self, session: Session) -> None:
        reason = session.prepare()
        if reason is not None and reason != self._reason:
            log.warning("%s: the queue was not made: %s", self.name, reason)
        self._reason = reason
        if reason is not None:
            raise DeviceFaultError("a4_queue_down")

    def _serve(self, job: PageJob, session: Session) -> None:
        outcome: Outcome = PrintOutcome.REFUSED, "absent"
        self._taken()
        begun = False
        try:
            fault = self._look(session)
            if fault is None:
                self._empty(session)
            if fault is not None or not self._journalled(job):
                outcome = PrintOutcome.REFUSED, fault or "store_failed"
                return
            self.busy()
            outcome = PrintOutcome.UNCERTAIN, "a4_unproven"
            begun = True
            session.begin(job)
            outcome = self._follow(job, session)
            self._empty(session)  # cupsd still holds even a printed job for a moment
            if outcome[0] is PrintOutcome.REFUSED and session.reached():
                outcome = PrintOutcome.UNCERTAIN, outcome[1]
        except Exception as error:
            cause = _lost(error)
            if outcome[0] not in (PrintOutcome.PRINTED, PrintOutcome.SPOILT):
                outcome = PrintOutcome.UNCERTAIN if begun else PrintOutcome.REFUSED, cause
            if begun:
                self._rescue(session)
            if not self.stopping:
                self.faulted(cause)  # a lost job is news at once; only an idle printer is given its grace
            raise
        finally:
            self._end(job, *outcome)

    def _follow(self, job: PageJob, session: Session) -> Outcome:
        until = self.now() + job.pages * self._deadline.page + self._deadline.margin
        while self.now() < until:
            if (outcome := session.follow()) is not None:
                return outcome
            self.alive()
            self.wait(WATCH_EVERY)
            if self.stopping:
                return PrintOutcome.UNCERTAIN, "print_interrupted"
        return session.overdue()

    def _empty(self, session: Session) -> None:
        """Nothing stands at either end when this returns. ``DeviceFaultError``: it could not be seen to be so."""
        until = self.now() + EMPTYING
        while not (session.empty_here() & session.empty_there()):
            if self.now() >= until:
                raise DeviceFaultError("a4_not_empty")
            self.wait(WATCH_EVERY)

    def _rescue(self, session: Session) -> None:
        """Contact with one end was lost: at least the other one must not print later."""
        for empty in (session.empty_here, session.empty_there):
            try:
                empty()
            except (OSError, DeviceFaultError):
                continue

    def _journalled(self, job: PageJob) -> bool:
        if self._journal is None:
            return True
        try:
            self._journal.sending(job.job, job.attempt)
        except Exception:
            log.exception("%s: nothing is printed without the journal", self.name)
            return False
        return True

    def _end(self, job: PageJob, outcome: PrintOutcome, cause: str | None) -> None:
        try:
            if self._journal is not None:
                self._journal.ended(job.job, job.attempt, outcome, cause)
        except Exception:
            log.exception("%s: the journal does not know how a page ended", self.name)
        self.emit(PrintEnded(job.job, job.attempt, outcome, cause))

    def _taken(self) -> None:
        with self._counting:
            self._waiting -= 1

    def _open(self) -> Session:
        if self._session is None:
            raise RuntimeError("not open")
        return self._session


def _lost(error: Exception) -> str:
    if isinstance(error, DeviceFaultError):
        return error.code
    if isinstance(error, TimeoutError):
        return "mute"
    return "absent" if isinstance(error, OSError) else "device_error"
