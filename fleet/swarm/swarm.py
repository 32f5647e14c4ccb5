"""A swarm's work in phases: everybody connects at once, everybody brings what waited, then a steady day.

Each process has a share of the terminals and one event loop; the phases begin together.
"""

from __future__ import annotations

import heapq
import math
import multiprocessing
import random
import resource
import selectors
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from threading import BrokenBarrierError
from typing import Any

from fleet.swarm.stage import HALLS, Stage, party
from fleet.swarm.terminal import Counts, SwarmTerminal
from mqtt.messages import DeviceReport

EACH, STAYS = 0.3, 5.0
"""Seconds from one change to the next, and until it is undone."""
PATIENCE = 600.0
"""Seconds a phase may take before it is given up."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``visits``: of each terminal at once, as after an outage; ``rate``: visits a second of all terminals in the steady part;
    ``seconds``: how long that lasts. ``changes``: so many printers run low afterwards, one after another, for somebody who watches.
    """

    visits: int = 2
    rate: float = 50.0
    seconds: float = 20.0
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all processes together. ``storm``: seconds until everybody was connected; ``burst``: until the last storage receipt of
    ``events`` events; ``waits``: seconds from sending to receipt in the steady part, ascending. ``changed``:
    terminal and monotonic time of each change. ``cpu``: seconds of CPU the swarm itself spent on the burst.
    """

    terminals: int
    storm: float
    events: int
    burst: float
    waits: tuple[float, ...]
    changed: tuple[tuple[str, float], ...] = ()
    cpu: float = 0.0


class GivenUpError(RuntimeError):
    """A phase did not come to its end; the text says how far it came."""


class Swarm:
    """The share of one process."""

    def __init__(self, stage: Stage, names: Sequence[str]) -> None:
        self.counts = Counts()
        self.terminals = [
            SwarmTerminal(name, stage.broker(name), party(int(name.rsplit("-", 1)[1]) % HALLS), self.counts) for name in names
        ]
        self._selector = selectors.DefaultSelector()
        self._due: list[tuple[float, str, SwarmTerminal]] = []
        self._due_at: dict[str, float] = {}

    def storm(self) -> float:
        """Everybody connects, as after the broker's restart; seconds until all births are said."""
        began = time.monotonic()
        for terminal in self.terminals:
            self.connect(terminal)
            self.turn(0.0)
        self._until(lambda: self.counts.connected == len(self.terminals), "connected")
        return time.monotonic() - began

    def burst(self, visits: int) -> tuple[int, float, float]:
        """Everybody brings what waited, and was made before: (events, seconds until the last receipt, seconds of our own CPU)."""
        for terminal in self.terminals:
            for _ in range(visits):
                terminal.visit()
        began, spent, before = time.monotonic(), time.process_time(), self.counts.stored
        for terminal in self.terminals:
            self._tick(terminal, time.monotonic())
            self.turn(0.0)
        self._until(lambda: not any(terminal.unconfirmed for terminal in self.terminals), "stored")
        return self.counts.stored - before, time.monotonic() - began, time.process_time() - spent

    def steady(self, rate: float, seconds: float, ended: Callable[[], bool] = lambda: False) -> list[float]:
        """``rate`` visits a second by chance, for so long or until it is ``ended``; how long each event waited for its receipt."""
        self.counts.waits.clear()
        ends, due = time.monotonic() + seconds, time.monotonic()
        chance = random.Random(7)  # noqa: S311
        while (now := time.monotonic()) < ends and not ended():
            while due <= now:
                terminal = chance.choice(self.terminals)
                terminal.visit(trouble=True)
                self._tick(terminal, now)
                due += chance.expovariate(rate)
            self.turn(min(0.02, max(0.0, due - now)))
        self._until(lambda: not any(terminal.unconfirmed for terminal in self.terminals), "stored")
        return self.counts.waits

    def change(self, count: int) -> list[tuple[str, float]]:
        """Paper runs low at ``count`` terminals one after another, and is filled again: (terminal, monotonic seconds)."""
        changed: list[tuple[str, float]] = []
        low: deque[tuple[float, SwarmTerminal]] = deque()
        for terminal in self.terminals[:: max(1, len(self.terminals) // count)][:count]:
            changed.append((terminal.name, time.monotonic()))
            self._paper(terminal, "paper_near_end")
            low.append((time.monotonic() + STAYS, terminal))
            self.rest(EACH)
            while low and low[0][0] <= time.monotonic():
                self._paper(low.popleft()[1], None)
        return changed

    def _paper(self, terminal: SwarmTerminal, warning: str | None) -> None:
        terminal.tell("printer", DeviceReport("ready", warning=warning, proof_age=0.0))
        self._look_at(terminal)

    def rest(self, seconds: float) -> None:
        """Nothing but reports and keep-alives; what somebody has to tell is told the moment its rate allows."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.turn(0.02)

    def leave(self) -> None:
        self._selector.close()
        for terminal in self.terminals:
            terminal.leave()

    def _until(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        checked = 0.0
        while True:
            now = time.monotonic()
            if now >= checked + 0.05:
                if done():
                    return
                if now > deadline:
                    raise GivenUpError(f"not all {what}: {self.counts.connected} connected, {self.counts.stored} stored")
                checked = now
            self.turn(0.02)

    def connect(self, terminal: SwarmTerminal) -> None:
        """Waits for its handshake. ``OSError``: refused."""
        file = terminal.connect()
        with suppress(KeyError):  # of one that was closed while we did not look
            self._selector.unregister(file)
        self._selector.register(file, selectors.EVENT_READ, terminal)
        self._look_at(terminal)

    def turn(self, wait: float) -> list[SwarmTerminal]:
        """Hear what has come within ``wait`` seconds, and do what is due; those that heard something."""
        heard: list[SwarmTerminal] = []
        for key, _events in self._selector.select(wait):
            terminal: SwarmTerminal = key.data
            terminal.readable()
            terminal.writable()
            heard.append(terminal)
            if terminal.connected:
                self._look_at(terminal)
            else:
                self._selector.unregister(key.fileobj)
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            at, name, terminal = heapq.heappop(self._due)
            if self._due_at.get(name) == at:
                del self._due_at[name]
                self._tick(terminal, now)
        return heard

    def _tick(self, terminal: SwarmTerminal, now: float) -> None:
        terminal.tick(now)
        self._look_at(terminal)

    def _look_at(self, terminal: SwarmTerminal) -> None:
        """When it is due."""
        due = terminal.due
        if due < self._due_at.get(terminal.name, math.inf):
            self._due_at[terminal.name] = due
            heapq.heappush(self._due, (due, terminal.name, terminal))


def answers(ends: Sequence[tuple[BaseProcess, Connection]]) -> list[Any]:
    """What each process says at its end. :class:`GivenUpError`: one gave up, and says why in a text, or is gone."""
    told = []
    for worker, here in ends:
        try:
            told.append(here.recv())
        except EOFError:
            told.append("a process of the swarm ended")
        worker.join()
    if why := [one for one in told if isinstance(one, str)]:
        raise GivenUpError("; ".join(why))
    return told


def run(
    stage: Stage,
    plan: Plan,
    processes: int = 2,
    mark: Callable[[str], None] = lambda _phase: None,
    most: int | None = None,
) -> Figures:
    """The whole plan with all terminals of ``stage``, or the first ``most``. ``mark`` is called as each phase begins: storm, burst,
    steady, changes, over. :class:`GivenUpError`.
    """
    names = stage.terminals()[:most]
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(processes + 1)
    ends = []
    for share in range(processes):
        here, there = context.Pipe(duplex=False)
        worker = context.Process(target=_share, args=(stage, names[share::processes], plan, (share, processes), together, there))
        worker.start()
        there.close()
        ends.append((worker, here))
    mark("storm")
    for phase in ("burst", "steady", "changes", "over"):
        try:
            together.wait(2 * PATIENCE)
        except BrokenBarrierError:
            break
        mark(phase)
    told = answers(ends)
    return Figures(
        terminals=len(names),
        storm=max(one[0] for one in told),
        events=sum(one[1] for one in told),
        burst=max(one[2] for one in told),
        waits=tuple(sorted(wait for one in told for wait in one[3])),
        changed=tuple(told[0][4]),
        cpu=sum(one[5] for one in told),
    )


def _share(stage: Stage, names: list[str], plan: Plan, share: tuple[int, int], together: Barrier, told: Connection) -> None:
    open_files(len(names))
    swarm = Swarm(stage, names)
    try:
        storm = swarm.storm()
        together.wait(PATIENCE)
        events, burst, cpu = swarm.burst(plan.visits)
        together.wait(PATIENCE)
        waits = swarm.steady(plan.rate / share[1], plan.seconds)
        together.wait(PATIENCE)
        changed: list[tuple[str, float]] = []
        if plan.changes and share[0] == 0:
            changed = swarm.change(plan.changes)
            swarm.rest(STAYS)
        elif plan.changes:
            swarm.rest(plan.changes * EACH + STAYS)
        together.wait(PATIENCE)
        told.send((storm, events, burst, waits, changed, cpu))
    except (GivenUpError, OSError, BrokenBarrierError) as error:
        together.abort()
        told.send(f"{type(error).__name__}: {error}")
    finally:
        swarm.leave()


def open_files(connections: int) -> None:
    """As many as this process needs, or may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, connections + 200)), hard))
