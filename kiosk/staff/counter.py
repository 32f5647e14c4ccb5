"""The clerks' side of the one badge reader: a browser asks, the next badge within a minute is for it, its PIN is typed there.

::

    free ──a browser asks──▶ asked ──badge, PIN, proof, account──▶ inside ──badge lifted · signed out · reader lost──▶ free
      ▲                        └── its minute is over · turned back · somebody called the door at the glass ──▲

A door of its own (``door.py``) beside the technician's: the same authority, the same count of failures, clerks' badges alone.
Whose a badge is decides the entrance (``entrance.py``), on whose thread all of this happens. While a clerk is inside their badge
lies in the reader: nothing is asked of it any more, it is only seen to lie there, whatever visit runs meanwhile.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from typing import TypeVar

from devices.port import BadgeEvent, BadgeGone, BadgeReader, BadgeShown
from domain.staff import roles
from domain.staff.duties import Right
from domain.staff.sign_in import SHIFT, Refused, Session
from kiosk.clock import Clock
from kiosk.staff.clerks import Clerks
from kiosk.staff.door import Closed, Door, Open, Rules, State
from kiosk.staff.memory import Memory
from kiosk.staff.port import Entry
from kiosk.staff.words import entry

ASKED = 60.0
"""Seconds a browser waits for a badge, and then for its PIN."""
FETCHED = 10.0
"""Seconds within which the browser takes up that its clerk is inside."""
ASK_EVERY = 2.0
ANSWER = 5.0
_T = TypeVar("_T")


class Counter:
    """Implements ``kiosk.staff.port.Counter``, and ``Staff`` of the clerks' sessions, whose word it hears when one has left.

    ``door`` makes it, to call back when it stands otherwise. Set by the entrance: ``post`` (its thread does it) and ``yields``
    (the reader may be a browser's now); by who keeps the sessions: ``lifted`` (whoever came in by badge is out).
    """

    def __init__(
        self, door: Callable[[Callable[[State], None]], Door], reader: BadgeReader, clerks: Clerks, monotonic: Callable[[], float]
    ) -> None:
        self._door = door(self._stands)
        self._reader = reader
        self._clerks = clerks
        self._monotonic = monotonic
        self._ticket = ""
        self._until = self._ask_at = 0.0
        self._lies: BadgeShown | None = None
        self._inside: Session | None = None
        self._fetched = False
        self.post: Callable[[Callable[[], None]], None] = lambda do: do()
        self.yields: Callable[[], bool] = lambda: True
        self.lifted: Callable[[], None] = lambda: None

    # --- the sessions, any thread -----------------------------------------------------------------------------------------

    def sign_in(self, login: str, password: str, code: str) -> Session | Refused:
        return self._clerks.sign_in(login, password, code)

    def stands(self, session: Session) -> Session | Refused:
        return self._clerks.stands(session)

    def sign_out(self, session: Session, cause: str = "left") -> None:
        self._clerks.sign_out(session, cause)
        inside = self._inside
        if inside is not None and (inside.login, inside.began, inside.method) == (session.login, session.began, session.method):
            self.post(lambda: self._door.sign_out(cause))

    # --- the browser, any thread ------------------------------------------------------------------------------------------

    def ask(self) -> str | None:
        return self._wait_for(self._take)

    def entry(self, ticket: str) -> Entry | None:
        return entry(self._door.state, inside=self._inside is not None) if self._is(ticket) else None

    def pin(self, ticket: str, pin: bytearray) -> None:
        def give() -> None:
            if self._is(ticket):
                self._until = self._monotonic() + ASKED
                self._door.pin(pin)
            else:
                pin[:] = bytes(len(pin))

        self._wait_for(give)

    def entered(self, ticket: str) -> Session | None:
        def fetch() -> Session | None:
            first = self._is(ticket) and not self._fetched
            self._fetched = self._fetched or (first and self._inside is not None)
            return self._inside if first else None

        return self._wait_for(fetch)

    def turn_back(self, ticket: str) -> None:
        self._wait_for(lambda: self.leave() if self._is(ticket) and self.asked else None)

    def _wait_for(self, do: Callable[[], _T]) -> _T | None:
        """What comes of it on the entrance's thread; ``None`` when it could not be done, or not in time."""
        done: Future[_T] = Future()

        def noted() -> None:
            try:
                done.set_result(do())
            except Exception:
                done.cancel()
                raise

        self.post(noted)
        try:
            return done.result(ANSWER)
        except (TimeoutError, CancelledError):
            return None

    def _is(self, ticket: str) -> bool:
        return bool(self._ticket) and secrets.compare_digest(ticket.encode(), self._ticket.encode())

    # --- the entrance's thread --------------------------------------------------------------------------------------------

    @property
    def asked(self) -> bool:
        """A browser waits: the reader is its."""
        return bool(self._ticket) and self._inside is None

    def hears(self, event: BadgeEvent) -> bool:
        """What the reader reports; whether it is the browser's, and nobody else's."""
        own = bool(self._ticket)
        if isinstance(event, BadgeShown | BadgeGone):
            self._lies = event if isinstance(event, BadgeShown) else None
        if own:
            self._door.hear(event)
        return own

    def round(self) -> None:
        self._door.tick()
        now = self._monotonic()
        if self._inside is not None:
            if not self._fetched and now > self._until:
                self._door.sign_out("idle")
        elif self._ticket and now > self._until:
            self.leave()
        elif self._ticket and isinstance(self._door.state, Closed) and now >= self._ask_at:
            self._ask_at = now + ASK_EVERY
            self._reader.ask_badge()

    def leave(self, cause: str = "left") -> None:
        """Nobody asks any more, and whoever is inside by badge is out."""
        self._door.sign_out(cause)
        self._ticket = ""

    def _take(self) -> str | None:
        if self._ticket or not self.yields():
            return None
        now = self._monotonic()
        self._ticket, self._fetched, self._until, self._ask_at = secrets.token_urlsafe(32), False, now + ASKED, now + ASK_EVERY
        self._door.ask()
        if self._lies is not None and isinstance(self._door.state, Closed):
            self._door.hear(self._lies)
        return self._ticket

    def _stands(self, state: State) -> None:
        if isinstance(state, Open):
            found = self._clerks.by_badge(state)
            fault = found.fault if isinstance(found, Refused) else None if found.may(Right.SERVE) else "account_may_not_serve"
            if isinstance(found, Session) and fault is None:
                self._inside, self._until = found, self._monotonic() + FETCHED
                return
            if isinstance(found, Session):
                self._clerks.sign_out(found, fault or "")
            self._door.sign_out(fault or "left")
        elif self._inside is not None:
            self._inside, self._ticket = None, ""
            self.lifted()


def counter(asked: Rules, memory: Memory, clock: Clock, reader: BadgeReader | None, clerks: Clerks) -> Counter | None:
    """``asked``: what the terminal asks of staff; ``None`` where no badge opens. How long a clerk stays is the sessions' to say."""
    if reader is None or asked.anchor is None:
        return None
    own = replace(asked, right=roles.Right.SERVE_WINDOW, idle=SHIFT, total=SHIFT)
    return Counter(lambda stands: Door(own, memory, clock, reader, stands), reader, clerks, clock.monotonic)
