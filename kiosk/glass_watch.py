"""Judges the beats of the page on the glass: alive, or in which way it is not.

A screen can be black or stand still while the service is up and the browser's process as well, so the page itself has to prove
that it is painted: it counts frames, and says what it shows. One thread looks once a second; what it finds goes into the state
report as a fault, and is told to whoever keeps the browser (``GET /pulse``, ``tongban glass``), who alone can start it anew.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from kiosk.clock import Clock
from kiosk.visit.pulse import Beat, GlassState, Pulse

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks."""
SILENT = 7.0
"""Seconds without a beat: three are missing, and a page takes one or two to load."""
PROVEN = 4.0
"""Seconds a proof counts: of frames, of something to read, of what is shown being new, of being in front. Two beats."""
FRAMES = 3
"""Fewer prove nothing: so many are on their way when the painting stops."""
START = 60.0
"""Seconds a browser takes to start on a cold board."""
AWAY = 3.0
"""Seconds between two looks after which it was this process that stood still: what did not come meanwhile proves nothing."""
FAULTS = {
    GlassState.SILENT: "glass_silent",
    GlassState.FROZEN: "glass_frozen",
    GlassState.BLANK: "glass_blank",
    GlassState.BEHIND: "glass_behind",
    GlassState.COVERED: "glass_covered",
}


class GlassJudge:
    """Implements ``kiosk.visit.pulse.GlassWatch``. ``news`` is called when the state report would read otherwise."""

    def __init__(self, clock: Clock, news: Callable[[], None]) -> None:
        self._clock = clock
        self._news = news
        self._lock = threading.Lock()
        self._beaten: float | None = None
        self._expected: float | None = None
        self._painted = self._read = self._new = 0.0
        self._front: float | None = None
        self._serials: deque[tuple[float, int]] = deque(maxlen=16)
        self._looked = clock.monotonic()
        self._state = GlassState.AWAITED
        self.there = threading.Event()
        """A page has beaten for the first time."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="glass", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(2)

    @property
    def fault(self) -> str | None:
        """For the state report."""
        return FAULTS.get(self._state)

    @property
    def state(self) -> GlassState:
        """What was judged last. Unlike ``asked``, nobody is taken to keep a browser because of it."""
        return self._state

    def beaten(self, beat: Beat, serial: int) -> None:
        with self._lock:
            now = self._clock.monotonic()
            first = self._beaten is None or now - self._beaten > SILENT
            self._beaten = now
            self.there.set()
            if first:  # a page that has just come up has had no time to prove anything
                log.info("a page beats on the glass")
                self._serials.clear()
                self._all_proven(now)
                self._front = None
            if beat.front:
                self._front = now
            if beat.frames >= FRAMES:
                self._painted = now
            if beat.whole:
                self._read = now
            if beat.shown is None or beat.shown >= self._serial_before(now):
                self._new = now
            self._serials.append((now, serial))

    def asked(self) -> Pulse:
        with self._lock:
            now = self._clock.monotonic()
            if self._expected is None:
                self._expected = now
            return Pulse(self._state, None if self._beaten is None else round(now - self._beaten, 1))

    def look(self) -> None:
        """Judge now. Called once a second."""
        with self._lock:
            now = self._clock.monotonic()
            if now - self._looked > AWAY:
                self._forgive(now)
            self._looked = now
            before, self._state = self._state, self._judged(now)
            after = self._state
        if after is not before:
            log.info("the glass is %s, was %s", after.value, before.value)
            self._news()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            self.look()

    def _judged(self, now: float) -> GlassState:
        if self._beaten is None:
            waited = self._expected is not None and now - self._expected > START
            return GlassState.SILENT if waited else GlassState.AWAITED
        if now - self._beaten > SILENT:
            return GlassState.SILENT
        for proof, state in (
            (self._painted, GlassState.FROZEN),
            (self._read, GlassState.BLANK),
            (self._new, GlassState.BEHIND),
        ):
            if self._beaten - proof >= PROVEN - EVERY / 2:
                return state
        return GlassState.COVERED if self._covered(self._beaten) else GlassState.ALIVE

    def _covered(self, beaten: float) -> bool:
        """Where a browser is kept, and of a window that was in front before: a developer's is one of many."""
        return self._expected is not None and self._front is not None and beaten - self._front >= PROVEN - EVERY / 2

    def _serial_before(self, now: float) -> int:
        """The newest serial a page must have heard of by now: two beats old."""
        return max((serial for at, serial in self._serials if now - at >= PROVEN - EVERY / 2), default=0)

    def _all_proven(self, now: float) -> None:
        self._painted = self._read = self._new = now

    def _forgive(self, now: float) -> None:
        if self._beaten is not None:
            self._beaten = now
        if self._front is not None:
            self._front = now
        self._serials.clear()
        self._all_proven(now)
