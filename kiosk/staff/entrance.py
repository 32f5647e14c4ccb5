"""The door of a running terminal: one thread owns it, fed by the chip card reader, the screen, and the clock.

Badges are looked for whenever no visit runs, so that laying one down is enough. A session takes the terminal out of service before
anything else happens, and gives it back when it ends, however it ends; while a visit runs there is no door at all.

At a window the reader has a second door (``counter.py``). A badge is for the clerk's browser that asked within the minute, also
while a visit runs; otherwise for this door. Who calls this door at the glass with a hand comes before any browser; a clerk's badge
laid unasked lies there and calls nobody, until a browser asks.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from devices.port import BadgeDeclined, BadgeEvent, BadgeGone, BadgeReader
from domain.staff.roles import WORDS, Role
from kiosk.staff.counter import Counter
from kiosk.staff.door import Closed, Door, Open, PinWanted, Proving, State
from kiosk.staff.memory import Method
from kiosk.staff.port import Entry, Who
from kiosk.staff.words import ENDS, entry

log = logging.getLogger(__name__)

TICK = 0.25
ASK_EVERY = 2.0
"""Seconds after which badges are asked for anew: a test of the reader may have let go of them."""
BEFORE = 60.0
"""Seconds somebody may stand before the door without doing anything: a badge left in the reader, a refusal nobody reads."""
ANSWER = 5.0
NOT_A_BADGE = "badge_unknown"
BUSY = "staff_visit_running"


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

    def __init__(
        self,
        door: Callable[[Callable[[State], None]], Door],
        reader: BadgeReader | None,
        inside: Inside,
        counter: Counter | None = None,
    ) -> None:
        """``door`` makes it, to call back when it stands otherwise. ``counter``: where clerks sign in at a window."""
        self._door = door(self._stands)
        self._reader = reader
        self._inside = inside
        self._counter = counter
        self._who: Who | None = None
        self._said = ""
        self._since = time.monotonic()
        self._looking = False
        self._ask_at = 0.0
        self._knocked = self._called = False
        self._notes: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="staff", daemon=True)
        if counter is not None:
            counter.post, counter.yields = self._notes.put, self._yields

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
        return entry(self._door.state, inside=self._who is not None, said=self._said, badges=self._reader is not None)

    def who(self) -> Who | None:
        return self._who

    def shown(self) -> bool:
        state = self._door.state
        if isinstance(state, PinWanted) and not self._called and self._of_a_clerk(state):
            return False
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
                if self._counter is not None:
                    self._counter.leave("stopped")
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
        if self._counter is not None:
            self._counter.round()
        if isinstance(state, Open) or (self._counter is not None and self._counter.asked):
            return
        if not self._inside.idle:
            if self._looking or not isinstance(state, Closed):
                self._looking = self._knocked = self._called = False
                self._door.sign_out()
            return
        if self._reader is not None and isinstance(state, Closed) and time.monotonic() >= self._ask_at:
            self._ask_at, self._looking = time.monotonic() + ASK_EVERY, True
            self._reader.ask_badge()
        if (self._knocked or not isinstance(state, Closed)) and time.monotonic() - self._since > BEFORE:
            self._sign_out("idle")

    def _knock(self) -> None:
        self._called = True
        if self._counter is not None and self._counter.asked:
            self._counter.leave()
        if isinstance(self._door.state, Closed):
            self._said, self._looking, self._knocked = "", True, True
            self._door.ask()

    def _yields(self) -> bool:
        """Whether the reader may be a browser's now; a clerk's badge that lies there unasked is given up to it."""
        state = self._door.state
        if (
            self._called
            or not isinstance(state, Closed | PinWanted)
            or (isinstance(state, PinWanted) and not self._of_a_clerk(state))
        ):
            return False
        self._sign_out("left")
        return True

    def _of_a_clerk(self, state: PinWanted) -> bool:
        return self._counter is not None and state.holder.role is Role.CLERK

    def _hear(self, event: BadgeEvent) -> None:
        if self._counter is not None and self._counter.hears(event):
            return
        if isinstance(event, BadgeDeclined) and event.fault == NOT_A_BADGE and not self._knocked:
            return  # a card of whoever walks by is no attempt to come in
        if not isinstance(event, BadgeGone):
            self._knocked = True
        self._door.hear(event)

    def _sign_out(self, cause: str) -> None:
        self._looking = self._knocked = self._called = False
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
            self._said, self._knocked, self._called = ENDS.get(why, ""), False, False
            self._inside.leave(who, why)
