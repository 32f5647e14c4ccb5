"""Clerks at this terminal: who signs in at the window's browser or by a badge at the reader, by the accounts the centre signed.

Built where the terminal is (``kiosk/terminal.py``): ``Clerks(lambda: parts.accounts, Memory(data / "staff.db"), clock)``. What a
server end that serves clerks uses (``domain/staff/sign_in.py`` tells the whole contract)::

    clerks.sign_in(login, password, code)   # Session | Refused: as typed in the browser
    clerks.by_badge(door.state)             # after the door was opened by badge and PIN (kiosk/staff/door.py)
    clerks.stands(session)                  # at every request and every event: the session as it is now, or why it is over
    clerks.sign_out(session)                # the person left

Any thread. Every outcome is written into ``staff.db`` before it takes effect; nothing of it goes into the log.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.staff.accounts import Document
from domain.staff.sign_in import Method as How
from domain.staff.sign_in import Refused, Session, SignIn, stands
from kiosk.clock import Clock
from kiosk.staff.door import Open, clock_fault
from kiosk.staff.memory import Memory, Method


class Clerks:
    """``document``: what is held now, or ``None``; swapped under us when the centre sends another."""

    def __init__(
        self, document: Callable[[], Document | None], memory: Memory, clock: Clock, *, battery_clock: bool = False
    ) -> None:
        self._document = document
        self._memory = memory
        self._clock = clock
        self._battery_clock = battery_clock
        self._sign_in = SignIn(memory)

    def sign_in(self, login: str, password: str, code: str) -> Session | Refused:
        if fault := self._clock_fault():
            return self._refused(fault, "password")
        return self._sign_in(self._document(), login, password, code, self._clock.now())

    def by_badge(self, opened: Open) -> Session | Refused:
        """Whose badge opened the door; what opened it otherwise (a one-time code) is nobody's account."""
        if opened.method is not Method.BADGE:
            return self._refused("badge_without_account", "badge")
        return self._sign_in.by_badge(self._document(), opened.serial, self._clock.now())

    def stands(self, session: Session) -> Session | Refused:
        return stands(self._document(), session, self._clock.now())

    def sign_out(self, session: Session, cause: str = "left") -> None:
        """``cause``: left, idle, or the fault of :meth:`stands`."""
        self._memory.account_left(session, cause, self._clock.now())

    def _refused(self, fault: str, how: How) -> Refused:
        self._memory.account_refused(None, how, fault, self._clock.now())
        return Refused(fault)

    def _clock_fault(self) -> str | None:
        return clock_fault(self._memory, self._clock, battery_clock=self._battery_clock)
