"""时钟: whether a time service keeps it. How far it is off is the centre's to say (``clock_wrong``)."""

from __future__ import annotations

from kiosk.clock import Clock
from kiosk.verdict import Outcome, failed, passed, unknown

UNKEPT = "clock_unkept"
PATIENCE = 900.0
"""Seconds a time service has after a start to find its servers."""


class Kept:
    code = "clock"
    title = "校时"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.monotonic()

    def look(self) -> Outcome:
        if self._clock.synchronised():
            self._since = self._clock.monotonic()
            return passed("时间服务在校准")
        if self._clock.monotonic() - self._since < PATIENCE:
            return unknown("时间服务还没有校准")
        return failed(UNKEPT)
