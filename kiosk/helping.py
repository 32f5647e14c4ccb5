"""请人帮忙: whoever stands at the terminal asks for somebody to come. The state report tells it, a command of the centre answers.

A call is about now: it is never kept for later, and ends with the visit, at 不用了, or when nobody came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kiosk.clock import Clock
from kiosk.visit.snapshot import HelpState
from kiosk.visit.state import Visit
from mqtt.messages import HelpWanted

LAST = 15 * 60.0
"""Seconds after which a call is given up: whoever made it has long gone to the window."""


class Helping:
    """Any thread. ``connected``: whether the centre can be told at all now; ``news`` is called when it is to be told otherwise."""

    def __init__(self, clock: Clock, connected: Callable[[], bool], news: Callable[[], None]) -> None:
        self._clock = clock
        self._connected = connected
        self._news = news
        self._lock = threading.Lock()
        self._wanted: HelpWanted | None = None
        self._since = 0.0
        self._coming = False

    def asked(self, wanted: bool, visit: Visit | None) -> HelpState | None:
        """Somebody is to come to whoever stands there, or no longer; asking again changes nothing while nobody has answered."""
        if not wanted:
            self.over()
            return None
        with self._lock:
            if self._wanted is None or self._coming:
                step = visit.step.value if visit is not None else "welcome"
                self._wanted, self._coming = HelpWanted(self._clock.now().isoformat(), step), False
                self._since = self._clock.monotonic()
        self._news()
        return self.told()

    def over(self) -> None:
        with self._lock:
            before, self._wanted, self._coming = self._wanted, None, False
        if before is not None:
            self._news()

    def answered(self, since: str) -> bool:
        """The centre's word that somebody comes to the call of ``since``; false: that call is over."""
        with self._lock:
            if self._wanted is None or self._wanted.since != since:
                return False
            self._coming = True
        self._news()
        return True

    def wanted(self) -> HelpWanted | None:
        """For the state report: a call nobody has answered yet."""
        with self._lock:
            self._expire()
            return None if self._coming else self._wanted

    def told(self) -> HelpState | None:
        """For the screen."""
        with self._lock:
            self._expire()
            if self._wanted is None:
                return None
            return "coming" if self._coming else "called" if self._connected() else "unsent"

    def _expire(self) -> None:
        if self._clock.monotonic() - self._since >= LAST:
            self._wanted, self._coming = None, False
