"""The door of a running terminal: one thread owns it, fed by the chip card reader, the screen, and the clock.

Badges are looked for whenever no visit runs, so that laying one down is enough. A session takes the terminal out of service before
anything else happens, and gives it back when it ends, however it ends; while a visit runs there is no door at all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from devices.port import BadgeDeclined, BadgeEvent, BadgeGone, BadgeReader
from domain.staff.roles import WORDS
from kiosk import faults
from kiosk.staff.door import Closed, Door, Open, PinWanted, Proving, State
from kiosk.staff.memory import Method
from kiosk.staff.port import Entry, Who

log = logging.getLogger(__name__)

TICK = 0.25
ASK_EVERY = 2.0
"""Seconds after which badges are asked for anew: a test of the reader may have let go of them."""
BEFORE = 60.0
"""Seconds somebody may stand before the door without doing anything: a badge left in the reader, a refusal nobody reads."""
ANSWER = 5.0
NOT_A_BADGE = "badge_unknown"
BUSY = "staff_visit_running"
ENDS = {
    "left": "已退出",
    "idle": "太久没有操作，已退出",
    "total": "时间到，已退出",
    "card_removed": "工作证已取走，已退出",
    "stopped": "终端停了，已退出",
}


class Inside(Protocol):
    """What a session does to the terminal. Called by the door's thread."""

    @property
    def idle(self) -> bool:
        """No visit runs."""

    def enter(self, who: Who) -> bool:
        """Out of service, in their name; false when a visit was faster."""

    def leave(self, who: Who, why: str) -> None:
        """What they began is ended, and the terminal serves again."""

    def look(self) -> None:
        """A few times a second."""


class Entrance:
    """Implements ``kiosk.staff.port.Doorway``."""

    def __init__(self, door: Callable[[Callable[[State], None]], Door], reader: BadgeReader | None, inside: Inside) -> None:
        """``door`` makes it, to call back when it stands otherwise."""
        self._door = door(self._stands)
        self._reader = reader
        self._inside = inside
        self._who: Who | None = None
        self._said = ""
        self._since = time.monotonic()
        self._looking = False
        self._ask_at = 0.0
        self._knocked = False
        self._notes: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="staff", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Whoever is inside is signed out, and the terminal serves again."""
        self._notes.put(None)
        if self._thread.is_alive():
            self._thread.join(ANSWER)

    def hear(self, event: BadgeEvent) -> None:
        self._notes.put(lambda: self._hear(event))

    # --- the screen -----------------------------------------------------------------------------------------------------

    def entry(self) -> Entry:
        state, badges = self._door.state, self._reader is not None
        match state:
            case Open():  # open is said when the terminal is out of service, not before
                return Entry("open" if self._who is not None else "proving", badges=badges)
            case Proving():
                return Entry("proving", _whose(state), badges=badges)
            case PinWanted():
                why = faults.fault(state.fault).cause if state.fault else ""
                return Entry("pin", _whose(state), why, state.left, badges)
            case Closed(fault=None):
                return Entry("closed", self._said, badges=badges)
            case Closed():
                words = faults.fault(state.fault or "")
                tries = f"。PIN 还剩 {state.left} 次" if state.left is not None else ""
                wait = f"。还要等 {int(state.wait.total_seconds()) + 1} 秒" if state.wait else ""
                return Entry("closed", ENDS.get(state.fault or "", f"{words.cause}{tries}{wait}"), words.staff, badges=badges)

    def who(self) -> Who | None:
        return self._who

    def shown(self) -> bool:
        state = self._door.state
        return isinstance(state, PinWanted | Proving) or (self._knocked and isinstance(state, Closed) and state.fault is not None)

    def knock(self) -> bool:
        if not self._inside.idle:
            return False
        self._notes.put(self._knock)
        return True

    def pin(self, pin: bytearray) -> None:
        self._ask(lambda: self._door.pin(pin))

    def code(self, typed: bytearray) -> None:
        def give() -> None:
            self._door.code(typed.decode("ascii", "replace"))
            typed[:] = bytes(len(typed))

        self._ask(give)

    def touch(self) -> None:
        self._door.touch()  # a time, and nothing else

    def leave(self, cause: str = "left") -> None:
        self._ask(lambda: self._sign_out(cause))

    # --- the door's thread ----------------------------------------------------------------------------------------------

    def _ask(self, do: Callable[[], None]) -> None:
        """Done when this returns, unless the thread has more to do than a person waits for."""
        done = threading.Event()

        def noted() -> None:
            try:
                do()
            finally:
                done.set()

        self._notes.put(noted)
        done.wait(ANSWER)

    def _run(self) -> None:
        while True:
            try:
                note = self._notes.get(timeout=TICK)
            except Empty:
                note = self._round
            if note is None:
                self._sign_out("stopped")
                return
            try:
                note()
            except Exception:
                # staff.db may fail: then nobody comes in, and whoever is inside goes out with the next round that can write.
                log.exception("the staff's door failed")

    def _round(self) -> None:
        self._door.tick()
        self._inside.look()
        state = self._door.state
        if isinstance(state, Open):
            return
        if not self._inside.idle:
            if self._looking or not isinstance(state, Closed):
                self._looking = self._knocked = False
                self._door.sign_out()
            return
        if self._reader is not None and isinstance(state, Closed) and time.monotonic() >= self._ask_at:
            self._ask_at, self._looking = time.monotonic() + ASK_EVERY, True
            self._reader.ask_badge()
        if (self._knocked or not isinstance(state, Closed)) and time.monotonic() - self._since > BEFORE:
            self._sign_out("idle")

    def _knock(self) -> None:
        if isinstance(self._door.state, Closed):
            self._said, self._looking, self._knocked = "", True, True
            self._door.ask()

    def _hear(self, event: BadgeEvent) -> None:
        if isinstance(event, BadgeDeclined) and event.fault == NOT_A_BADGE and not self._knocked:
            return  # a card of whoever walks by is no attempt to come in
        if not isinstance(event, BadgeGone):
            self._knocked = True
        self._door.hear(event)

    def _sign_out(self, cause: str) -> None:
        self._looking = self._knocked = False
        self._ask_at = 0.0
        self._door.sign_out(cause)

    def _stands(self, state: State) -> None:
        self._since = time.monotonic()
        if isinstance(state, Open):
            who = Who(f"{state.role} {state.serial}", WORDS[state.role], state.role, state.method is Method.BADGE)
            if self._inside.enter(who):
                self._who, self._said = who, ""
            else:
                self._door.sign_out(BUSY)
        elif self._who is not None:
            who, self._who = self._who, None
            why = (state.fault if isinstance(state, Closed) else None) or "left"
            self._said, self._knocked = ENDS.get(why, ""), False
            self._inside.leave(who, why)


def _whose(state: PinWanted | Proving) -> str:
    return f"{WORDS[state.holder.role]}，工作证编号尾数 {state.holder.serial[-8:]}"
