"""What a worker has read and not stored yet: what is said now goes first, what comes out of a backlog when there is room. No I/O.

A worker reads ahead of what it stores, so that a fleet's backlog waits here and not at the broker, in one queue with what somebody
says now (``docs/decisions/a-backlog-keeps-out-of-the-way.md``). All of it is acknowledged in the order it came (MQTT 5, 4.6).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from msgspec import Struct

from mqtt.connection import Received
from mqtt.window import is_news
from mqtt.wire import ContractError, parse

ROWS, LEAST = 500, 50
"""Of a batch: rows, where so many wait; and of a backlog, however much is said meanwhile."""


@dataclass(slots=True)
class _Turn:
    acknowledge: Callable[[], None]
    over: bool = False


class Waiting:
    """``rows`` of a batch; ``least``: of them out of a backlog."""

    def __init__(self, rows: int = ROWS, least: int = LEAST) -> None:
        self._rows, self._least = rows, least
        self._now: list[tuple[Received, _Turn]] = []
        self._old: dict[tuple[str, bytes], tuple[Received, _Turn]] = {}
        self._turns: deque[_Turn] = deque()
        self._taken: list[_Turn] = []

    def __len__(self) -> int:
        return len(self._now) + len(self._old)

    @property
    def news(self) -> int:
        """How many of them are said now."""
        return len(self._now)

    def add(self, message: Received, *, old: bool) -> None:
        """To be stored. What waits here already, and was sent again because that takes long, is stored once."""
        self._turns.append(turn := _Turn(message.acknowledge))
        if not old:
            self._now.append((message, turn))
        elif (message.topic, message.payload) in self._old:
            turn.over = True
        else:
            self._old[message.topic, message.payload] = message, turn

    def leave(self, message: Received) -> None:
        """Not to be stored here."""
        self._turns.append(_Turn(message.acknowledge, over=True))
        self._acknowledge()

    def take(self) -> Sequence[Received]:
        """The next batch: all news, and of what is old the first that came."""
        room = max(self._least, self._rows - len(self._now))
        old = [self._old.pop(key) for key in list(islice(self._old, room))]
        batch, self._now = self._now + old, []
        self._taken = [turn for _, turn in batch]
        return [message for message, _ in batch]

    def settled(self) -> None:
        """What was taken last is stored, or given up: acknowledge all whose turn has come."""
        for turn in self._taken:
            turn.over = True
        self._taken = []
        self._acknowledge()

    def forget(self) -> None:
        """The connection is gone: what was not acknowledged comes again."""
        for held in (self._now, self._old, self._turns, self._taken):
            held.clear()

    def _acknowledge(self) -> None:
        while self._turns and self._turns[0].over:
            self._turns.popleft().acknowledge()


class _Told(Struct):
    time: str


def is_old(event: bytes, now: float) -> bool:
    """Whether an event happened long before ``now``, Unix time, by its terminal's clock. What cannot be read is not."""
    try:
        told: _Told = parse(event, _Told)
    except ContractError:
        return False
    return not is_news(told.time, now)
