"""Both ends a page passes, the private cupsd and the printer, and the one job that is under way between them.

Errors: of the printer ``OSError`` (gone), ``TimeoutError`` (mute); :class:`~devices.supervisor.DeviceFaultError` for what
cannot go on by itself (``a4_unfit``, ``a4_queue_down``, ``a4_not_empty``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from devices.a4.cups import QUEUE, add_queue
from devices.a4.ipp import NOT_FOUND, Answer, Ipp, IppError, Operation, keyword
from devices.a4.queue import ENDED, Job, JobState, Queue
from devices.a4.status import ASKED, Condition, condition
from devices.port import PageJob, PrintOutcome
from devices.supervisor import DeviceFaultError

Result = TypeVar("Result")
Outcome = tuple[PrintOutcome, str | None]
_UNTOUCHED = (JobState.PENDING, JobState.HELD)


@dataclass(slots=True)
class _Running:
    pages: int
    local: int
    before: int | None
    """The job the printer had ended last before ours."""
    remote: int | None = None
    """Ours, as the printer numbers it, once it has it."""
    state: JobState = JobState.PENDING


class Session:
    """From one return of the printer to its next loss; used on the owning thread."""

    def __init__(self, uri: str, socket: Path) -> None:
        self._uri = uri
        self._socket = socket
        self._printer = Ipp(uri)
        self._cupsd = Ipp(f"ipp://localhost/printers/{QUEUE}", through=socket)
        self._there, self._here = Queue(self._printer), Queue(self._cupsd)
        self._running: _Running | None = None

    def look(self) -> tuple[str | None, Condition]:
        """What the printer is, and how it is."""
        told = self._ask_printer(lambda: _attributes(self._printer))
        found = condition(told)
        if found is None:
            raise DeviceFaultError("a4_unfit")
        return next(iter(told.words("printer-make-and-model")), None), found

    def prepare(self) -> str | None:
        """Make sure that cupsd has our queue, as it forgets everything when it is started; why it has none."""
        return None if self._ask_cupsd(self._has_queue) else add_queue(self._socket, self._uri)

    def empty_here(self) -> bool:
        """Throw out what stands in cupsd, with its files; whether nothing is left."""
        return self._ask_cupsd(lambda: _emptied(self._here, purge=True))

    def empty_there(self) -> bool:
        """The same at the printer, for jobs of ours."""
        return self._ask_printer(lambda: _emptied(self._there))

    def begin(self, job: PageJob) -> None:
        """Hand ``job`` to cupsd. Both ends are empty."""
        before = self._ask_printer(self._there.newest_ended)
        local = self._ask_cupsd(lambda: self._here.put(job.pdf, job.title))
        self._running = _Running(job.pages, local, before)

    def follow(self) -> Outcome | None:
        """Look at the job under way; how it ended, ``None`` while it goes on."""
        run = self._under_way()
        local = self._ask_cupsd(lambda: self._here.job(run.local)).state
        fault = self.look()[1].fault
        there = self._seen(run)
        if there is None:
            if fault is not None:
                return PrintOutcome.REFUSED, fault
            if local in (JobState.ABORTED, JobState.CANCELED):
                return PrintOutcome.REFUSED, "a4_job_dropped"
            return (PrintOutcome.UNCERTAIN, "a4_unproven") if local in ENDED else None
        run.state = there.state
        match there.state:
            case JobState.COMPLETED if (there.impressions or 0) >= run.pages:
                return PrintOutcome.PRINTED, None
            case JobState.COMPLETED | JobState.GONE:
                return PrintOutcome.UNCERTAIN, "a4_unproven"
            case JobState.CANCELED | JobState.ABORTED:
                return PrintOutcome.SPOILT, fault or "a4_job_dropped"
        return (PrintOutcome.SPOILT, fault) if fault is not None else None

    def overdue(self) -> Outcome:
        """How a job ends whose time is over: the printer that never began it has not printed it."""
        run = self._under_way()
        untouched = run.remote is None or run.state in _UNTOUCHED
        return (PrintOutcome.REFUSED if untouched else PrintOutcome.UNCERTAIN), "a4_too_slow"

    def reached(self) -> bool:
        """After both ends were emptied: whether the printer had the job after all, and may have done more than hold it."""
        run = self._under_way()
        known = run.remote is not None
        there = self._seen(run)
        if there is None:
            return False
        return not known or there.state is JobState.COMPLETED or bool(there.impressions) or run.state not in _UNTOUCHED

    def _seen(self, run: _Running) -> Job | None:
        """Our job as the printer has it. It was empty before, so what stands there or ended anew is ours."""
        if run.remote is None:
            run.remote = next(iter(self._ask_printer(self._there.standing)), None)
        if run.remote is None and (newest := self._ask_printer(self._there.newest_ended)) != run.before:
            run.remote = newest
        remote = run.remote
        return None if remote is None else self._ask_printer(lambda: self._there.job(remote))

    def _under_way(self) -> _Running:
        if self._running is None:
            raise RuntimeError("no job is under way")
        return self._running

    def _has_queue(self) -> bool:
        try:
            _attributes(self._cupsd)
        except IppError as error:
            if error.status == NOT_FOUND:
                return False
            raise
        return True

    def _ask_printer(self, question: Callable[[], Result]) -> Result:
        try:
            return question()
        except IppError:
            raise DeviceFaultError("a4_unfit") from None

    def _ask_cupsd(self, question: Callable[[], Result]) -> Result:
        """An absent printer and an absent cupsd are two faults with two remedies."""
        try:
            return question()
        except (OSError, IppError):
            raise DeviceFaultError("a4_queue_down") from None


def _attributes(end: Ipp) -> Answer:
    return end.ask(Operation.GET_PRINTER_ATTRIBUTES, *(keyword("requested-attributes", name) for name in ASKED))


def _emptied(queue: Queue, *, purge: bool = False) -> bool:
    standing = queue.standing()
    for job in standing:
        queue.cancel(job, purge=purge)
    return not standing
