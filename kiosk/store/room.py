"""How much room the terminal's disk has left, and how long that will do. Says so honestly: what is not known is ``None``."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

from kiosk.store.db import Database

FULL = "store_full"
"""Fault code: what is left is the reserve. It is for the visit in progress and for draining; nobody is let begin."""
_AGAIN = 1.1
"""So many times the reserve must be free before the terminal opens again: not open and shut with every page that leaves."""
_DAYS = 14
"""Days before today whose mean counts; a terminal's week has quiet days."""


class Room:
    """``folder`` is where the data lies; ``reserve`` in bytes."""

    def __init__(self, folder: Path, database: Database, reserve: int) -> None:
        self._folder = folder
        self._database = database
        self._reserve = reserve
        self._tight = False

    def free(self) -> int | None:
        """Bytes this program could still write; ``None`` when the file system does not say."""
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return None
        return found.f_bavail * found.f_frsize

    def tight(self) -> bool:
        """Only the reserve is left. A disk that does not say is not called full: the next write will tell."""
        free = self.free()
        if free is not None:
            self._tight = free < self._reserve * (_AGAIN if self._tight else 1.0)
        return self._tight

    def days(self, today: date) -> float | None:
        """How many days of taking cases in the room will do if nothing leaves, by the mean of the last days; ``None`` before the
        first whole day with a case. Days without a case since then count as such.
        """
        since = (today - timedelta(days=_DAYS)).isoformat()
        ((first, taken),) = self._database.rows(
            "SELECT min(day), sum(bytes) FROM intake WHERE day >= ? AND day < ?", since, today.isoformat()
        )
        free = self.free()
        if free is None or first is None or not int(str(taken)):
            return None
        a_day = int(str(taken)) / (today - date.fromisoformat(str(first))).days
        return round(max(0, free - self._reserve) / a_day, 1)
