"""Time, passed in wherever it matters: monotonic seconds for waiting, civil time for paper and records."""

from __future__ import annotations

import ctypes
import time
from datetime import date, datetime, timedelta, timezone

_TIME_ERROR = 5
CHINA = timezone(timedelta(hours=8), "CST")
"""北京时间; no summer time."""


class Clock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds since this boot: the same for every process, so a restarted service can go on counting."""
        return time.monotonic()

    def now(self) -> datetime:
        """Civil time in China, to the second."""
        return datetime.now(CHINA).replace(microsecond=0)

    def today(self) -> date:
        """The day in China."""
        return self.now().astimezone(CHINA).date()

    def synchronised(self) -> bool:
        """Whether the kernel says that a time service keeps this machine's clock right (adjtimex(2)); asking changes nothing."""
        return ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)) not in (-1, _TIME_ERROR)
