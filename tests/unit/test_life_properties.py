"""The life all devices share, for any sequence of what a device may do: allowed steps only, ready in the end, honest throughout."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.port import DeviceChanged, DeviceEvent, Life
from devices.supervisor import DeviceFaultError, Pace, Supervised

FAILURES: dict[str, Callable[[], Exception]] = {
    "gone": OSError,
    "silent": TimeoutError,
    "refuses": lambda: DeviceFaultError("paper_out"),
    "our mistake": ZeroDivisionError,
}
DOWN = {Life.ABSENT, Life.FAULTED, Life.BACK_OFF}
UP = {Life.READY, Life.BUSY, Life.UNKNOWN}
ALLOWED = {
    Life.OPENING: {Life.IDENTIFYING} | DOWN,
    Life.IDENTIFYING: {Life.READY} | DOWN,
    # A device that failed is not told to be opening again and again: only its return, or another failure, is news.
    **{life: {Life.READY} | DOWN for life in DOWN},
    **dict.fromkeys(UP, UP | DOWN),
}
outcome = st.sampled_from(["ok", *FAILURES])
step = st.tuples(st.sampled_from(["open", "identify", "turn"]), outcome, st.floats(0.0, 4.0))


class Scripted(Supervised[None]):
    """Plays ``script`` (hook, outcome, seconds the hook takes), then works for ever. Time passes only in hooks and waits."""

    proof_within = 3.0

    def __init__(self, script: list[tuple[str, str, float]]) -> None:
        self.time = 0.0
        super().__init__("bell", pace=Pace(), clock=lambda: self.time)
        self.script = script
        self.told: list[DeviceEvent] = []
        self.lost_at: float | None = None
        self.lies: list[str] = []
        self.over = threading.Event()

    def open(self) -> None:
        self._play("open")

    def identify(self) -> str:
        self._play("identify")
        self._answers()
        return "bell 1"

    def turn(self) -> float | None:
        if not self.script and self.state().life is Life.READY and self.time - self._began_well > 30:
            self.over.set()
        self._play("turn")
        self._answers()
        if self.script:
            self.busy() if self.state().life is Life.READY else self.ready()
        else:
            self.ready()
        return 0.5

    def close(self) -> None: ...

    def wait(self, seconds: float | None, *files: int) -> bool:
        """Nothing to wait for but time."""
        if self.over.is_set():
            return super().wait(5)
        self._beat = None
        self._pass(max(0.01, min(seconds or 0.0, 0.5)))
        self._beat = self.time
        return False

    def _answers(self) -> None:
        self.lost_at = None
        self.alive()

    def _play(self, hook: str) -> None:
        if not self.script:
            self._began_well = getattr(self, "_began_well", self.time)
            return
        wanted, outcome, seconds = self.script[0]
        if wanted != hook and hook != "turn":
            return
        self.script.pop(0)
        if wanted != hook:  # of a hook that is not called while the device works
            return
        self._pass(seconds)
        if outcome != "ok":
            if self.lost_at is None:
                self.lost_at = self.time
            raise FAILURES[outcome]()

    def _pass(self, seconds: float) -> None:
        """Let time pass as a watchdog looks on."""
        for _ in range(4):
            self.time += seconds / 4
            self.review()
            # The supervisor may notice at the hook's end only; what it knows of, it may not hide.
            if self.lost_at is not None and self.time - self.lost_at > self._pace.grace + 1e-6 and self.state().usable:
                self.lies.append(f"usable at {self.time}, lost at {self.lost_at}")


@settings(max_examples=150, deadline=None)
@given(script=st.lists(step, max_size=30))
def test_any_life_steps_as_allowed_ends_ready_and_is_logged_in_pairs(script: list[tuple[str, str, float]]) -> None:
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("devices.outages")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    bell = Scripted(list(script))
    try:
        bell.start(bell.told.append)
        assert bell.over.wait(60)
        bell.stop()
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    states = [event.state for event in bell.told if isinstance(event, DeviceChanged)]
    assert states[0].life in {Life.OPENING}
    for before, after in pairwise(states):
        assert after.life in ALLOWED[before.life], (before.life, after.life)
        assert before != after
    assert (states[-1].life, states[-1].fault, states[-1].identity) == (Life.READY, None, "bell 1")
    assert bell.lies == []
    ups = [index for index, line in enumerate(lines) if "ready" in line]
    assert ups[-1] == len(lines) - 1
    assert all(later - earlier >= 2 for earlier, later in pairwise(ups)), lines
