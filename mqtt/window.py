"""Which rows of the outbox are in flight, when to send them again, and what a storage receipt confirms. No I/O, no clock.

Rows leave the window only by a receipt that names them; the broker's PUBACK means nothing here. Times are monotonic seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from mqtt.messages import ContractError, StorageReceipt, decode

SIZE = 20
"""Rows in flight at most: paho ignores the broker's Receive Maximum and re-sends everything it holds at once."""
PATIENCE = 5.0
"""Seconds without any progress before the window is sent again from its oldest; doubled each time, up to MOST_PATIENCE."""
MOST_PATIENCE = 60.0

Ranges = tuple[tuple[int, int], ...]


class Window:
    """The unconfirmed rows of one epoch that were sent over the present connection."""

    def __init__(self, epoch: str, patience: float = PATIENCE) -> None:
        self._epoch = epoch
        self._in_flight: set[int] = set()
        self._highest = 0
        self._first_patience = patience
        self._patience = patience
        self._again: float | None = None

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    @property
    def deadline(self) -> float | None:
        """When :meth:`overdue` will answer True unless a receipt comes before; ``None`` while nothing is in flight."""
        return self._again

    def opened(self) -> None:
        """A new connection, or the centre is back: nothing counts as sent any more, and patience is short again."""
        self._in_flight.clear()
        self._again = None
        self._patience = self._first_patience

    def overdue(self, now: float) -> bool:
        """True once when no receipt has come for too long; then every row counts as not sent, and patience has grown."""
        if self._again is None or now < self._again:
            return False
        self._in_flight.clear()
        self._again = None
        self._patience = min(MOST_PATIENCE, self._patience * 2)
        return True

    def fresh(self, urgent: Iterable[int], now: float) -> tuple[int, ...]:
        """Of the most ``urgent`` sequences of the outbox, in that order, those to send now; they count as sent."""
        due = tuple(n for n in urgent if n not in self._in_flight)[: max(0, SIZE - len(self._in_flight))]
        self._in_flight.update(due)
        self._highest = max(self._highest, *due) if due else self._highest
        if due and self._again is None:
            self._again = now + self._jittered()
        return due

    def receipt(self, payload: bytes, now: float) -> Ranges:
        """What ``payload`` newly confirms: exact ranges of rows in flight, empty for a repeated receipt.

        :class:`ContractError` names what is wrong with a receipt that must not be believed; then nothing has changed.
        """
        receipt: StorageReceipt = decode(payload, StorageReceipt)
        if receipt.e != self._epoch:
            raise ContractError("receipt of another epoch")
        for first, last in receipt.r:
            if not 1 <= first <= last:
                raise ContractError("receipt with a range that is none")
            if last > self._highest:
                raise ContractError("receipt for a sequence never sent")
        confirmed = sorted(n for n in self._in_flight if any(first <= n <= last for first, last in receipt.r))
        if confirmed:
            self._in_flight.difference_update(confirmed)
            self._patience = self._first_patience
            self._again = now + self._jittered() if self._in_flight else None
        return ranges(confirmed)

    def _jittered(self) -> float:
        return self._patience * random.uniform(0.8, 1.2)  # noqa: S311


def ranges(numbers: Iterable[int]) -> Ranges:
    """Numbers as inclusive ranges, ascending: 1 2 3 7 → (1, 3) (7, 7)."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)
