"""Whether an order is the centre's word for this terminal, and what time it is for the purposes of that.

The terminal's clock may be wrong. Two things cannot be: the newest time the centre has signed has passed, and the newest key it
has signed with is good. Both are remembered, so an old order is old however the clock stands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kiosk.clock import Clock
from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles
from kiosk.orders.book import Book
from mqtt import commands, desired
from mqtt.commands import Command
from mqtt.desired import Desired
from mqtt.signing import Purpose, verify
from mqtt.wire import ContractError, decode

BEHIND = 600.0
"""Seconds our clock may be behind what the centre has signed before it is called wrong by that alone."""


class Trust:
    """``clock_wrong``: whether the clock is known to be wrong, by what the centre's servers say."""

    def __init__(
        self, terminal: str, files: IdentityFiles, book: Book, clock: Clock, clock_wrong: Callable[[], bool] = lambda: False
    ) -> None:
        self._terminal = terminal
        self._files = files
        self._book = book
        self._clock = clock
        self._clock_wrong = clock_wrong

    def command(self, order: bytes) -> Command:
        """:class:`ContractError`: not the centre's word, not of the contract, or not for us; the text is the rule."""
        payload, since = self._verified(order, commands.PURPOSE)
        found = commands.read(payload)
        self._ours(found.terminal)
        self._book.seen(since, found.made)
        return found

    def desired(self, order: bytes) -> Desired:
        """As :meth:`command`."""
        payload, since = self._verified(order, desired.PURPOSE)
        found: Desired = decode(payload, Desired)
        self._ours(found.terminal)
        self._book.seen(since, found.made)
        return found

    @property
    def clock_trusted(self) -> bool:
        """Not what is known to be wrong, and not behind what the centre has signed."""
        return not self._clock_wrong() and self._now() >= self._book.trust()[1] - BEHIND

    def passed(self, moment: float) -> bool:
        """Whether ``moment`` (seconds since 1970) has passed; certain where the centre itself has signed later."""
        return self._book.trust()[1] > moment or (self.clock_trusted and self._now() > moment)

    def _verified(self, order: bytes, purpose: Purpose) -> tuple[bytes, int]:
        try:
            authority = self._files.authority_certificate()
        except IdentityDamagedError:
            raise ContractError("whom to believe cannot be read here") from None
        now: datetime | None = self._clock.now() if self.clock_trusted else None
        found = verify(order, purpose, authority, self._book.trust()[0], now)
        return found.payload, found.since

    def _ours(self, terminal: str) -> None:
        if terminal != self._terminal:
            raise ContractError("order for another terminal")

    def _now(self) -> float:
        return self._clock.now().timestamp()
