"""Jobs at one IPP end, the private cupsd's queue or the printer: put in, looked at, and thrown out."""

from __future__ import annotations

from enum import IntEnum

from msgspec import Struct

from devices.a4.ipp import NOT_FOUND, NOT_POSSIBLE, Ipp, IppError, Operation, Value, keyword, number, text, truth

STANDING_LIMIT = 50
"""Jobs asked for at once; a dedicated printer never has more than one of ours."""
_MIME = 0x49
"""RFC 8010 3.5.2: mimeMediaType."""


class JobState(IntEnum):
    """RFC 8011 5.3.7; ``GONE``: nobody knows such a job any more."""

    GONE = 0
    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


ENDED = (JobState.GONE, JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED)


class Job(Struct, frozen=True):
    """``impressions``: sides that came out, ``None`` when it does not say."""

    state: JobState
    impressions: int | None = None


class Queue:
    """The jobs of ours at ``end``; errors are those of :class:`~devices.a4.ipp.Ipp`."""

    def __init__(self, end: Ipp) -> None:
        self._end = end

    def put(self, pdf: bytes, title: str) -> int:
        """Put in a job; its id."""
        told = self._end.ask(
            Operation.PRINT_JOB, text("job-name", title), Value("document-format", _MIME, b"application/pdf"), data=pdf
        )
        job = told.number("job-id")
        if job is None:
            raise IppError(0)
        return job

    def standing(self) -> list[int]:
        """Jobs that may still print."""
        return self._jobs("not-completed", STANDING_LIMIT)

    def newest_ended(self) -> int | None:
        """The job that ended last (they are listed newest first)."""
        return next(iter(self._jobs("completed", 1)), None)

    def job(self, job: int) -> Job:
        try:
            told = self._end.ask(
                Operation.GET_JOB_ATTRIBUTES,
                number("job-id", job),
                *(keyword("requested-attributes", name) for name in ("job-state", *_COUNTERS)),
            )
        except IppError as error:
            if error.status == NOT_FOUND:
                return Job(JobState.GONE)
            raise
        try:
            state = JobState(told.number("job-state") or 0)
        except ValueError:
            raise IppError(0) from None
        counts = [count for name in _COUNTERS if (count := told.number(name)) is not None]
        return Job(state, max(counts, default=None))

    def cancel(self, job: int, *, purge: bool = False) -> None:
        """``purge`` (CUPS): its files and its name go as well. A job that has ended or is unknown is cancelled already."""
        try:
            self._end.ask(Operation.CANCEL_JOB, number("job-id", job), *((truth("purge-job", True),) if purge else ()))
        except IppError as error:
            if error.status not in (NOT_FOUND, NOT_POSSIBLE):
                raise

    def _jobs(self, which: str, limit: int) -> list[int]:
        try:
            told = self._end.ask(
                Operation.GET_JOBS,
                number("limit", limit),
                truth("my-jobs", True),
                keyword("which-jobs", which),
                keyword("requested-attributes", "job-id"),
            )
        except IppError as error:
            if error.status == NOT_FOUND:  # no such queue yet
                return []
            raise
        return told.numbers("job-id")


_COUNTERS = ("job-impressions-completed", "job-media-sheets-completed")
