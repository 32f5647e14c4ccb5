"""Which rows of the outbox are in flight, when to send them again, and what a storage receipt confirms. No I/O, no clock.

Rows leave the window only by a receipt that names them; the broker's PUBACK means nothing here. Times are monotonic seconds.

A fleet that comes back with a day's events offers more than its centre stores. So each terminal goes by how long its own receipts
take: while they take long it has one row of its backlog under way, as everybody else has, and that much the centre reads ahead.
What happened just now does not wait (``docs/decisions/a-backlog-keeps-out-of-the-way.md``).
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Collection, Iterable
from datetime import datetime

from mqtt.messages import StorageReceipt
from mqtt.wire import ContractError, decode

SIZE = 20
"""Rows in flight at most: paho ignores the broker's Receive Maximum and re-sends everything it holds at once."""
FEW = 4
"""Rows that are no backlog: what a visit says."""
OLD = 60.0
"""Seconds after which what happened is no news any more. News is no backlog, however much it is."""
EASE = 1.0
"""Seconds a receipt may take: when it takes longer less of a backlog is under way, when it is there before, more."""
PATIENCE = 5.0
"""Seconds without any progress before rows are sent again from the oldest; doubled each time, up to MOST_PATIENCE."""
MOST_PATIENCE = 60.0

Ranges = tuple[tuple[int, int], ...]


class Window:
    """The unconfirmed rows of one epoch that were sent over the present connection."""

    def __init__(self, epoch: str, patience: float = PATIENCE) -> None:
        self._epoch = epoch
        self._sent: dict[int, float] = {}
        self._in_flight: set[int] = set()
        self._old: set[int] = set()
        self._highest = 0
        self._first_patience = patience
        self._patience = patience
        self._again: float | None = None
        self._backlog = False
        self._room = 1.0
        self._changed = float("-inf")

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    @property
    def deadline(self) -> float | None:
        """When :meth:`overdue` will answer True unless a receipt comes before; ``None`` while nothing is in flight."""
        return self._again

    def opened(self) -> None:
        """A new connection, or the centre is back: nothing counts as sent any more, and patience is short again."""
        self._sent.clear()
        self._in_flight.clear()
        self._old.clear()
        self._again = None
        self._patience = self._first_patience
        self._make_room(1.0, float("-inf"))

    def overdue(self, now: float) -> bool:
        """True once when no receipt has come for too long; then no row is in flight any more, though a receipt that comes late
        counts, and patience has grown.
        """
        if self._again is None or now < self._again:
            return False
        self._in_flight.clear()
        self._again = None
        self._patience = min(MOST_PATIENCE, self._patience * 2)
        self._make_room(1.0, now)
        return True

    def fresh(self, urgent: Collection[int], now: float, news: Collection[int] = ()) -> tuple[int, ...]:
        """Of the most ``urgent`` sequences of the outbox (all, or more than ``FEW``), in that order, those to send now; they count
        as sent. ``news``: those of them that happened just now (:func:`is_news`).
        """
        old = [n for n in urgent if n not in news]
        self._backlog = len(old) > (0 if self._backlog else FEW)
        room = (int(self._room) if self._backlog else SIZE) - len(self._in_flight & self._old)
        first = set([n for n in old if n not in self._in_flight][: max(0, room)])
        chosen = (n for n in urgent if n in first or (n in news and n not in self._in_flight))
        due = tuple(itertools.islice(chosen, max(0, SIZE - len(self._in_flight))))
        self._old.update(first.intersection(due))
        self._in_flight.update(due)
        self._sent.update(dict.fromkeys(due, now))
        self._highest = max(self._highest, *due) if due else self._highest
        if due and self._again is None:
            self._again = now + self._jittered()
        return due

    def receipt(self, payload: bytes, now: float) -> Ranges:
        """What ``payload`` newly confirms: exact ranges of rows sent, empty for a repeated receipt.

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
        confirmed = sorted(n for n in self._sent if any(first <= n <= last for first, last in receipt.r))
        if confirmed:
            since = {n: self._sent.pop(n) for n in confirmed}
            self._took(min(since.values()), now, backlog=not self._old.isdisjoint(confirmed))
            self._in_flight.difference_update(confirmed)
            self._old.difference_update(confirmed)
            self._again = now + self._jittered() if self._in_flight else None
        return ranges(confirmed)

    def _took(self, since: float, now: float, *, backlog: bool) -> None:
        """Rows sent at ``since`` are confirmed. News, which the centre takes first, says nothing about how a backlog fares, and
        neither does what was sent before the last change.
        """
        took = max(0.001, now - since)
        self._patience = min(MOST_PATIENCE, max(self._first_patience, 4 * took))
        if backlog and since >= self._changed:
            ease = EASE / took
            self._make_room(self._room * (min(2.0, ease) if ease > 1.0 else math.sqrt(ease)), now)

    def _make_room(self, room: float, now: float) -> None:
        self._room, self._changed = min(float(SIZE), max(1.0, room)), now

    def _jittered(self) -> float:
        return self._patience * random.uniform(0.8, 1.2)  # noqa: S311


def is_news(happened: str, now: float) -> bool:
    """Whether it is not long over at ``now``, Unix time, by one clock. What cannot be read is news."""
    try:
        return now - datetime.fromisoformat(happened).timestamp() <= OLD
    except (ValueError, OverflowError):
        return True


def ranges(numbers: Iterable[int]) -> Ranges:
    """Numbers as inclusive ranges, ascending: 1 2 3 7 → (1, 3) (7, 7)."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)
