"""Which broker of a list to try next and after how long, and whether to leave one at which the centre is not heard. No I/O, no
clock: times are monotonic seconds.

==========  ==================================================================================================================
it ended    then
==========  ==================================================================================================================
held        A connection that had held fell silent, as when one's own network blinks: the same broker once more.
failed      The next broker soon. Only when all were tried in vain is there a longer wait, and longer with each time round.
went        The broker closed what had held, and does so to everybody at once: the next broker, at any time within the fleet's own
            divided by the number of brokers; if that round fails too, all of them are away, and the fleet's own time it is.
moved       We left: the next broker soon.
==========  ==================================================================================================================

Nobody goes back to the first by themselves: a broker that has just come back is the likeliest to go again, and in a cluster all
are alike. Terminals begin anywhere, so that a fleet is spread; the centre begins at the first, and is found there.
"""

from __future__ import annotations

import math
import random
from enum import StrEnum

from msgspec import Struct

from mqtt.report import WHOLE_PERIOD

RECONNECT_WITHIN = 180.0
"""Seconds over which terminals come back to a broker that went: 30,000 full TLS handshakes of 3 ms are 90 s of its core."""
WENT = 16
"""Failures it counts as when the broker itself closed the connection."""
PROOF = 2 * WHOLE_PERIOD + 30.0
"""Seconds for which one word of the centre proves that it is heard: it answers every whole report."""
_ANSWER = 5.0
_GROWTH = 4.0
_LEAST = 0.05
"""Part of the longest delay that is waited at least."""
_MOST_PATIENCE = 3600.0
"""Seconds between two moves at most, while the centre is heard nowhere."""


class Pace(Struct, frozen=True):
    """Seconds. Reconnecting waits any time up to ``first``, four times as long after each failure, up to ``most``; up to ``most``
    at once when the broker itself went, because then a whole fleet comes back. ``unheard``: how long the centre may be silent at a
    broker, at least, before the next one is tried.
    """

    keepalive: int = 30
    first: float = 2.0
    most: float = RECONNECT_WITHIN
    unheard: float = 30.0

    def delay(self, failures: int) -> float:
        """Seconds until the next attempt, "full jitter"."""
        return _jittered(min(self.most, self.first * _GROWTH ** min(failures, WENT)))


class End(StrEnum):
    """How a connection ended, or was not made."""

    HELD = "held"
    FAILED = "failed"
    WENT = "went"
    MOVED = "moved"


class Walk:
    """``here``: the broker to be tried, of ``count``."""

    def __init__(self, count: int, pace: Pace, start: int | None = None) -> None:
        self._count = count
        self._pace = pace
        self._steps = self._rounds = 0
        self.here = random.randrange(count) if start is None else start % count  # noqa: S311

    @property
    def answer(self) -> float:
        """Seconds a broker has for each of its answers: twice as long with each time round, for whoever is busy with a fleet that
        comes back is only made busier by its coming again."""
        return _ANSWER * 2.0 ** min(self._rounds, 3)

    def ended(self, how: End) -> float:
        """Seconds until the next attempt, at what is ``here`` now."""
        if how is End.HELD:
            self._steps = self._rounds = 0
            return self._pace.delay(0)
        self.here = (self.here + 1) % self._count
        if how is End.MOVED:
            return self._pace.delay(0)
        if how is End.WENT:
            self._steps, self._rounds = 0, WENT
        self._steps += 1
        if self._steps % self._count == 0:
            self._rounds += 1
            return self._pace.delay(self._rounds - 1)
        return _jittered(self._pace.most / self._count) if how is End.WENT else self._pace.delay(0)


class Earshot:
    """Whether the centre is heard at the broker we are connected to. With one broker alone it does not matter.

    What a broker has kept proves nothing: it may be of a centre that is elsewhere by now.
    """

    def __init__(self, count: int, pace: Pace) -> None:
        self._count = count
        self._pace = pace
        self._moves = 0
        self._until = math.inf

    @property
    def until(self) -> float:
        """When to move on."""
        return self._until

    def arrived(self, now: float) -> None:
        """Connected anew. The centre answers a birth at once."""
        self._wait(now + self._patience() * random.uniform(1.0, 2.0))  # noqa: S311

    def heard(self, now: float) -> None:
        """A word of the centre, said just now."""
        self._moves = 0
        self._wait(now + PROOF)

    def gone(self, now: float) -> None:
        """Its will, or its leaving. It may be back in a moment; if it is not, a whole fleet moves on."""
        spread = random.uniform(0.0, self._pace.most / self._count)  # noqa: S311
        self._wait(min(self._until, now + self._patience() + spread))

    def moved(self) -> None:
        """We leave this broker for want of the centre."""
        self._moves += 1
        self._until = math.inf

    def _patience(self) -> float:
        """It grows with each time round: with the centre itself away, a fleet would else go round for ever."""
        return min(_MOST_PATIENCE, self._pace.unheard * _GROWTH ** min(self._moves // self._count, WENT))

    def _wait(self, until: float) -> None:
        self._until = until if self._count > 1 else math.inf


def _jittered(longest: float) -> float:
    return longest * random.uniform(_LEAST, 1.0)  # noqa: S311
