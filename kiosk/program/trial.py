"""A program on trial: it looks at itself until it stands, or gives up; the launcher goes back at the next start.

While it lasts nobody begins a visit and nothing of the outbox leaves, so that the databases may be put back as they were before
it began. A start that hangs is ended by the kernel: the launcher has set the alarm, and only standing switches it off.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable

from kiosk.clock import Clock
from kiosk.program import gate
from kiosk.program.gate import Now
from kiosk.program.place import Programs

log = logging.getLogger(__name__)

EVERY = 0.5


class TrialWatch:
    """One thread, until the trial is over. ``look``: how this program stands now; ``stands``: called once it does, and true when
    the terminal serves again; ``leave``: ends the program.
    """

    def __init__(
        self, programs: Programs, clock: Clock, look: Callable[[], Now], stands: Callable[[], bool], leave: Callable[[], None]
    ) -> None:
        self._programs = programs
        self._clock = clock
        self._look = look
        self._stands = stands
        self._leave = leave
        self._began = clock.monotonic()
        self._whole: float | None = None
        self._stood = False
        self._told: tuple[str, ...] = ()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trial", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(2.0)

    def round(self) -> bool:
        """Look once; whether the trial is over."""
        if self._stood:
            return self._stands()
        trial, now = self._programs.trial(), self._clock.monotonic()
        if trial is None:
            return True
        found = self._look()
        lacking = gate.missing(trial.stood, found)
        self._whole = None if lacking else now if self._whole is None else self._whole
        said = gate.judge(trial.stood, found, now - (now if self._whole is None else self._whole), now - self._began)
        if said.missing != self._told:
            self._told = said.missing
            log.info("program on trial, still missing: %s", " ".join(said.missing) or "nothing")
        match said.verdict:
            case "stands":
                self._programs.stand()
                signal.alarm(0)
                self._stood = True
                log.info("program stands")
                return self._stands()
            case "failed":
                log.error("program does not stand: %s (%s)", said.why, " ".join(said.missing))
                self._programs.fail(said.why, " ".join(said.missing))
                self._leave()
                return True
        return False

    def _run(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                if self.round():
                    return
            except OSError:
                log.exception("program on trial: a look failed")  # the disk; the alarm ends it where that lasts
