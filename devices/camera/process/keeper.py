"""The life of the process that owns the camera: asked with deadlines, ended when it misses one, started again.

::

    apart ──start──▶ opening ──▶ open ⇄ asked            every arrow has a deadline; a missed one, a refusal, nonsense or
      ▲                 ▲          │                     the child's end leads to *ending*: hang up, SIGTERM, SIGKILL
      │                 └─resting ◀─ closing (nobody looks)
      └──pause── ending ──▶ stuck (SIGKILL did not end it: the kernel holds it, only a reboot helps)

There is never a second child beside the first, not even beside one that is stuck: it holds the camera.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto

from devices.camera.process.child import Child
from devices.camera.process.times import Times
from devices.protocols.frames import Ask, Camera, Frame, FrameError, Message, Refusal, Why

log = logging.getLogger("camera.keeper")

Reply = Callable[[Frame | Why], None]

GLANCE = 0.05
"""Seconds between two looks whether a child that is ending has ended."""


class Step(Enum):
    APART = auto()
    OPENING = auto()
    OPEN = auto()
    ASKED = auto()
    CLOSING = auto()
    RESTING = auto()
    ENDING = auto()
    STUCK = auto()


_TALKING = (Step.OPENING, Step.OPEN, Step.ASKED, Step.CLOSING, Step.RESTING)
_OWED = (Step.OPENING, Step.ASKED, Step.CLOSING)


class Keeper:
    """One child at a time, started by ``command``. Nothing waits; ``turn`` is to be called when something may have happened."""

    def __init__(self, command: Sequence[str], times: Times, clock: Callable[[], float] = time.monotonic) -> None:
        self._command = command
        self._times = times
        self._clock = clock
        self._child: Child | None = None
        self._step = Step.APART
        self._due = clock()
        self._serial = 0
        self._reply: Reply = _nobody
        self._camera: Camera | None = None
        self._why: Why | None = Why.NOT_YET
        self._looked_at = float("-inf")
        self._signals: list[int] = []
        self._pause = times.first_pause

    def hello(self) -> Camera | Why:
        """The camera, proven by a frame since anything went wrong; or what is wrong."""
        if self._why is not None or self._camera is None:
            return self._why or Why.NOT_YET
        return self._camera

    def ask(self, ask: Ask, reply: Reply) -> None:
        """``reply`` is called once, at once or from ``turn``; ``NOT_YET`` while the camera opens or is busy for another."""
        self._looked_at = self._clock()
        if self._why is not None:
            reply(self._why)
        elif self._step is Step.OPEN:
            self._say(ask, Step.ASKED, self._times.still if ask is Ask.STILL else self._times.preview)
            self._reply = reply
        else:
            if self._step is Step.RESTING:
                self._say(Ask.HELLO, Step.OPENING, self._times.open)
            reply(Why.NOT_YET)

    def rest(self) -> None:
        """Nobody looks any more."""
        self._looked_at = float("-inf")

    def fileno(self) -> int | None:
        """Readable when the child says something."""
        return self._child.fileno() if self._child is not None and self._step in _TALKING else None

    def turn(self) -> float | None:
        """Do what is due; seconds until something will be, ``None``: not before the child or a client says something."""
        if self._step in _TALKING:
            self._listen()
        now = self._clock()
        if self._step is Step.OPEN and now >= self._looked_at + self._times.idle:
            self._say(Ask.REST, Step.CLOSING, self._times.close)
        elif self._step in _OWED and now >= self._due:
            self._fail(Why.NO_FRAME, f"{self._step.name.lower()} took too long")
        elif self._step in (Step.ENDING, Step.STUCK):
            self._bury(now)
        elif self._step is Step.APART and now >= self._due:
            self._start(now)
        return self._until_due()

    def end(self) -> None:
        """End the child, waiting for it as long as that takes, which is bounded; one that is stuck is left behind."""
        if self._step in _TALKING:
            self._begin_ending()
        while self._step is Step.ENDING:
            self._bury(self._clock())
            time.sleep(GLANCE)

    # --- talking ------------------------------------------------------------------------------------------------------

    def _say(self, ask: Ask, step: Step, within: float) -> None:
        assert self._child is not None
        self._serial = (self._serial + 1) % 2**32
        self._child.ask(ask, self._serial)
        self._step, self._due = step, self._clock() + within

    def _listen(self) -> None:
        assert self._child is not None
        try:
            while self._step in _TALKING and (message := self._child.receive()) is not None:
                self._hear(message)
        except (OSError, FrameError) as error:
            self._fail(Why.NO_FRAME, str(error))

    def _hear(self, message: Message) -> None:
        match self._step, message:
            case _ if message.serial != self._serial or self._step not in _OWED:
                self._fail(Why.NO_FRAME, "an answer to something else")
            case Step.OPENING, Camera():
                self._camera, self._why, self._step = message, None, Step.OPEN
            case Step.ASKED, Frame():
                self._step, self._pause = Step.OPEN, self._times.first_pause
                self._answer(message)
            case Step.CLOSING, Refusal(why=Why.NOT_YET):
                self._step = Step.RESTING
            case _, Refusal(why=Why() as why):
                self._fail(why, f"refused: {why.name}")
            case _:
                self._fail(Why.NO_FRAME, "an answer to something else")

    def _answer(self, answer: Frame | Why) -> None:
        reply, self._reply = self._reply, _nobody
        reply(answer)

    # --- ending and starting ------------------------------------------------------------------------------------------

    def _fail(self, why: Why, text: str) -> None:
        log.warning("the camera's process is ended: %s", text)
        self._why = why
        self._begin_ending()
        self._answer(why)

    def _begin_ending(self) -> None:
        assert self._child is not None
        self._child.hang_up()
        self._step, self._due = Step.ENDING, self._clock() + self._times.farewell
        self._signals = [signal.SIGTERM, signal.SIGKILL]

    def _bury(self, now: float) -> None:
        """Reap the child if it has ended; else the next signal when that is due, and after the last one: stuck."""
        assert self._child is not None
        status = self._child.ended()
        if status is not None:
            log.info("the camera's process ended, status %s; the next in %.1f s", status, self._pause)
            if self._step is Step.STUCK:
                self._why = Why.NO_FRAME
            self._child, self._step, self._due = None, Step.APART, now + self._pause
            self._pause = min(self._pause * 2, self._times.longest_pause)
        elif self._step is Step.ENDING and now >= self._due:
            if self._signals:
                self._child.signal(self._signals.pop(0))
                self._due = now + (self._times.farewell if self._signals else self._times.reaped)
            else:
                log.error("the camera's process %s does not end after SIGKILL: the machine needs a reboot", self._child.pid)
                self._step, self._why = Step.STUCK, Why.STUCK

    def _start(self, now: float) -> None:
        try:
            self._child = Child(self._command)
        except OSError as error:
            log.error("the camera's process cannot be started: %s", error)
            self._due = now + self._times.longest_pause
            return
        self._say(Ask.HELLO, Step.OPENING, self._times.open)

    def _until_due(self) -> float | None:
        now = self._clock()
        match self._step:
            case Step.RESTING:
                return None
            case Step.OPEN:
                return max(0.0, self._looked_at + self._times.idle - now)
            case Step.ENDING:
                return GLANCE
            case Step.STUCK:
                return self._times.farewell
            case _:
                return max(0.0, self._due - now)


def _nobody(_answer: Frame | Why) -> None:
    """Who asked is gone, or nobody did."""
