"""Fleets that come back with a backlog, on paper: the terminals' own windows, the broker's one queue, and a worker that reads ahead
by its own rules and stores so many events a second.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import defaultdict, deque
from dataclasses import dataclass, field

import pytest

from fleet.waiting import Waiting
from mqtt.connection import Received
from mqtt.messages import StorageReceipt
from mqtt.window import SIZE, Window, ranges
from mqtt.wire import encode

BATCH = 0.04
EPOCH = "00112233aabbccdd"
EVENTS, LIVE = 42, 40
"""Events of a terminal's day; terminals that bring none and go on, an event in two seconds of all of them."""
READING, REPORT, PERIOD = 0.1, 0.4, 30.0
"""What it costs to read a message, and to store a state report, as parts of an event; seconds between two of a terminal."""
FRESH = 5.0


@dataclass
class Terminal:
    rows: deque[int]
    window: Window = field(default_factory=lambda: Window(EPOCH))


@dataclass
class Day:
    """``rate``: events the worker stores a second, where it does nothing else. ``reports``: it does."""

    rate: float
    reports: bool = False
    terminals: dict[int, Terminal] = field(default_factory=dict)
    queue: deque[tuple[int, int]] = field(default_factory=deque)
    waiting: Waiting = field(default_factory=lambda: Waiting(rows=5, least=1))
    sent: int = 0
    stored: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds each event waited of those that bring no backlog."""
    _room: float = 0.0

    def bring(self, count: int, within: float, loss: float = 0.0) -> float:
        """``count`` terminals come back within so many seconds; the broker loses ``loss`` of what it is sent. When all is
        stored.
        """
        chance = random.Random(5)
        coming = deque(sorted(chance.uniform(0, within) for _ in range(count)))
        said: dict[int, float] = {}
        self.terminals = {-name: Terminal(deque()) for name in range(1, LIVE + 1)}
        looks: list[tuple[float, int]] = []
        reports: list[tuple[float, int]] = []
        sequences, names, now = itertools.count(1), itertools.count(), 0.0
        while coming or self.stored < count * EVENTS:
            now += BATCH
            told: set[int] = set()
            while coming and coming[0] <= now:
                coming.popleft()
                name = next(names)
                self.terminals[name] = Terminal(deque(range(1, EVENTS + 1)))
                told.add(name)
                heapq.heappush(reports, (now, name))
            if chance.random() < BATCH / 2:
                said[sequence := next(sequences)] = now
                name = -chance.randint(1, LIVE)
                self.terminals[name].rows.append(sequence)
                told.add(name)
            while self.reports and reports and reports[0][0] <= now:
                self.queue.append((heapq.heappop(reports)[1], 0))
                heapq.heappush(reports, (now + PERIOD, self.queue[-1][0]))
            for name, confirmed in self._worked().items():
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
                due = list(itertools.islice(terminal.rows, SIZE))
                for sequence in terminal.window.fresh(due, now, news=due if name < 0 else ()):
                    self.sent += name >= 0
                    if chance.random() >= loss:
                        self.queue.append((name, sequence))
                if terminal.window.deadline is not None:
                    heapq.heappush(looks, (terminal.window.deadline, name))
        self.waits.sort()
        return now

    def _worked(self) -> dict[int, list[int]]:
        """What a worker does in the time of a batch: it reads all there is, and stores; by terminal what it stored."""
        stored: dict[int, list[int]] = defaultdict(list)
        self._room = min(0.0, self._room) if not self.queue and not self.waiting else self._room
        self._room += self.rate * BATCH
        while self.queue and self._room > 0:
            name, sequence = self.queue.popleft()
            self.waiting.add(Received(str(name), str(sequence).encode(), False, lambda: None), old=name >= 0 and sequence > 0)
            self._room -= READING
        while self.waiting and self._room > 0:
            for message in self.waiting.take():
                report = message.payload == b"0"
                self._room -= (REPORT if report else 1.0) - READING
                if not report:
                    stored[int(message.topic)].append(int(message.payload))
            self.waiting.settled()
        return stored

    def fresh(self) -> float:
        """What an event waited that was said meanwhile, at the 99th percentile."""
        return self.waits[int(len(self.waits) * 0.99)]


@pytest.mark.parametrize("rate", [50, 15, 10])
def test_while_a_province_brings_its_day_what_is_said_now_is_stored_at_once(rate: float) -> None:
    """A hundredth of 30,000 terminals and of 5,000, 1,500 and 1,000 events a second."""
    day = Day(rate=rate)
    took = day.bring(300, within=180.0)
    assert took < 1.2 * 300 * EVENTS / day.rate
    assert day.fresh() < 1.0


def test_while_a_province_tells_besides_what_it_is_like_what_is_said_now_is_stored_soon() -> None:
    day = Day(rate=15, reports=True)
    took = day.bring(300, within=180.0)
    assert took < 1.2 * 300 * (EVENTS / (day.rate - REPORT * 300 / PERIOD))
    assert day.fresh() < FRESH


def test_a_fleet_that_comes_back_all_at_once_keeps_nobody_waiting() -> None:
    day = Day(rate=50)
    took = day.bring(300, within=0.1)
    assert took < 1.1 * 300 * EVENTS / day.rate
    assert day.fresh() < 1.0
    assert day.sent < 1.1 * 300 * EVENTS


def test_a_fleet_whose_centre_is_slow_does_not_drown_it_in_what_is_sent_again() -> None:
    day = Day(rate=10)
    took = day.bring(500, within=0.1)
    assert took < 1.2 * 500 * EVENTS / day.rate


@pytest.mark.parametrize("loss", [0.02, 0.2])
def test_what_the_broker_loses_is_sent_again_and_the_rest_goes_on(loss: float) -> None:
    day = Day(rate=2000)
    assert day.bring(5, within=0.1, loss=loss) < 120.0


def test_a_terminal_alone_soon_has_its_whole_window_under_way() -> None:
    day = Day(rate=2000)
    assert day.bring(1, within=0.0) < 10 * BATCH
