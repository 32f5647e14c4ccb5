"""What is to be done about a browser, from what the service says of the glass. Pure: times are given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.visit.pulse import GlassState

START = 45.0
"""Seconds a browser may take until its page beats, on a cold board."""
AGAIN = 12.0
"""Seconds a page that beat may take to find a service that was started anew."""
SURE = 2
"""Looks in a row at which the glass is broken."""


class Verdict(StrEnum):
    FINE = "fine"
    """Or nothing is known to be wrong: a service that does not answer says nothing about the browser."""
    BROKEN = "broken"
    WORN = "worn"
    """Asked to start anew, and nobody stands before it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the service answered. ``age``: seconds since the last beat; ``visit``: somebody stands before the glass."""

    state: GlassState
    age: float | None
    visit: bool


class Judge:
    """``look`` each second, and say whether the compositor ``turns``. Made when the browser is started, at ``now``."""

    def __init__(self, now: float) -> None:
        self.worn = False
        self._began = now
        self._until = now + START
        self._bad = 0
        self._awaited = True
        self._turned = False
        self._stood = 0

    def turns(self, turns: bool, now: float) -> Verdict:
        """Until it did for the first time it is coming up."""
        self._turned = self._turned or turns
        self._stood = 0 if turns else self._stood + 1
        return Verdict.BROKEN if self._stood >= SURE and (self._turned or now - self._began >= START) else Verdict.FINE

    def look(self, told: Told | None, now: float) -> Verdict:
        """``told``: ``None`` while the service does not answer."""
        awaited = told is None or told.state is GlassState.AWAITED
        if told is None or (awaited and not self._awaited):  # a service that comes up anew has heard of no page yet
            self._until = max(self._until, now + AGAIN)
        self._awaited = awaited
        if told is None:
            return Verdict.FINE
        ours = told.age is not None and now - told.age > self._began  # the browser before has beaten until a moment ago
        if told.state is GlassState.ALIVE and ours:
            self._until, self._bad = now, 0
            return Verdict.WORN if self.worn and not told.visit else Verdict.FINE
        if now < self._until:
            return Verdict.FINE
        self._bad += 1
        return Verdict.BROKEN if self._bad >= SURE else Verdict.FINE
