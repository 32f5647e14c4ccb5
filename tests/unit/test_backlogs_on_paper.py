"""Fleets that come back with a backlog, on paper: the terminals' own windows, a centre that stores so many events a second in the
order they came, and the one queue before it.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import defaultdict, deque
from dataclasses import dataclass, field

import pytest

from mqtt.messages import StorageReceipt
from mqtt.window import SIZE, Window, ranges
from mqtt.wire import encode

BATCH = 0.04
EPOCH = "00112233aabbccdd"
EVENTS, LIVE = 42, 40
"""Events of a terminal's day; terminals that bring none and go on, one event a second of all of them."""


@dataclass
class Terminal:
    rows: deque[int]
    window: Window = field(default_factory=lambda: Window(EPOCH))


@dataclass
class Day:
    """``rate``: events the centre stores a second."""

    rate: float
    terminals: dict[int, Terminal] = field(default_factory=dict)
    queue: deque[tuple[int, int]] = field(default_factory=deque)
    sent: int = 0
    stored: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds each event waited of those that bring no backlog."""

    def bring(self, count: int, within: float, loss: float = 0.0) -> float:
        """``count`` terminals come back within so many seconds; the broker loses ``loss`` of what it is sent. When all is
        stored.
        """
        chance = random.Random(5)
        coming = sorted(chance.uniform(0, within) for _ in range(count))
        said: dict[int, float] = {}
        self.terminals = {-name: Terminal(deque()) for name in range(1, LIVE + 1)}
        looks: list[tuple[float, int]] = []
        sequences, names, now = itertools.count(1), itertools.count(), 0.0
        while coming or self.stored < count * EVENTS:
            now += BATCH
            told: set[int] = set()
            while coming and coming[0] <= now:
                coming.pop(0)
                name = next(names)
                self.terminals[name] = Terminal(deque(range(1, EVENTS + 1)))
                told.add(name)
            if chance.random() < BATCH:
                said[sequence := next(sequences)] = now
                name = -chance.randint(1, LIVE)
                self.terminals[name].rows.append(sequence)
                told.add(name)
            for name, confirmed in self._batch().items():
                window = self.terminals[name].window
                receipt = encode(StorageReceipt(v=1, e=EPOCH, r=ranges(confirmed)))
                for first, last in window.receipt(receipt, now):
                    for sequence in range(first, last + 1):
                        self.terminals[name].rows.remove(sequence)
                        if name < 0:
                            self.waits.append(now - said[sequence])
                        else:
                            self.stored += 1
                told.add(name)
            while looks and looks[0][0] <= now:
                name = heapq.heappop(looks)[1]
                if self.terminals[name].window.overdue(now):
                    told.add(name)
            for name in told:
                terminal = self.terminals[name]
                for sequence in terminal.window.fresh(list(itertools.islice(terminal.rows, SIZE)), now):
                    self.sent += name >= 0
                    if chance.random() >= loss:
                        self.queue.append((name, sequence))
                if terminal.window.deadline is not None:
                    heapq.heappush(looks, (terminal.window.deadline, name))
        return now

    def _batch(self) -> dict[int, list[int]]:
        stored: dict[int, list[int]] = defaultdict(list)
        for _ in range(min(len(self.queue), round(self.rate * BATCH))):
            name, sequence = self.queue.popleft()
            stored[name].append(sequence)
        return stored


def test_while_a_province_brings_its_day_what_is_said_now_waits_about_as_long_as_a_receipt_may_take() -> None:
    """A hundredth of 30,000 terminals and of 5,000 events a second."""
    day = Day(rate=50)
    took = day.bring(300, within=180.0)
    assert took < 1.1 * 300 * EVENTS / day.rate
    assert day.sent == 300 * EVENTS, "nothing is sent twice"
    assert max(day.waits) < 4.0


def test_a_fleet_that_comes_back_all_at_once_waits_for_a_row_or_two_of_each() -> None:
    day = Day(rate=50)
    took = day.bring(300, within=0.1)
    assert took < 1.1 * 300 * EVENTS / day.rate
    assert max(day.waits) < 2 * 300 / day.rate
    assert day.sent < 1.1 * 300 * EVENTS


def test_a_fleet_whose_centre_is_slow_still_does_not_drown_it_in_what_is_sent_again() -> None:
    day = Day(rate=25)
    took = day.bring(500, within=0.1)
    assert took < 1.5 * 500 * EVENTS / day.rate


@pytest.mark.parametrize("loss", [0.02, 0.2])
def test_what_the_broker_loses_is_sent_again_and_the_rest_goes_on(loss: float) -> None:
    day = Day(rate=2000)
    assert day.bring(5, within=0.1, loss=loss) < 120.0


def test_a_terminal_alone_soon_has_its_whole_window_under_way() -> None:
    day = Day(rate=2000)
    assert day.bring(1, within=0.0) < 10 * BATCH
