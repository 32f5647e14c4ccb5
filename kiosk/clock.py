"""Time, passed in wherever it matters: monotonic seconds for waiting, civil time for paper and records."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

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
