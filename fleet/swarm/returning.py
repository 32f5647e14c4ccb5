"""Everybody comes back after a day: at times of their own, as to a broker that went, each with what waited for it."""

from __future__ import annotations

import heapq
import multiprocessing
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from fleet.swarm.stage import Stage
from fleet.swarm.swarm import PATIENCE, GivenUpError, Swarm, answers, open_files
from fleet.swarm.terminal import SwarmTerminal
from mqtt.walk import RECONNECT_WITHIN, WENT, Pace


@dataclass(frozen=True, slots=True)
class Day:
    """``visits``: what each brings; ``within``: seconds over which they come back. ``most``: connected at once, where this machine
    has no more open files: then who has brought everything leaves, the first one first.
    """

    visits: int
    within: float = RECONNECT_WITHIN
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """Of all processes together. ``connected``: seconds until the last had connected; ``stored``: until the last storage receipt;
    ``connects``, ``left``: how often, and how many of them left again; ``sent``: events, with those sent again; ``digest``: of all
    events (``terminal.digest``); ``cpu``: seconds of the swarm itself.
    """

    terminals: int
    events: int
    sent: int
    connects: int
    left: int
    connected: float
    stored: float
    digest: int
    cpu: float


def run(stage: Stage, names: Sequence[str], day: Day, processes: int = 2) -> Returned:
    """:class:`GivenUpError`: not all came, or not all was stored."""
    context = multiprocessing.get_context("spawn")
    ends = []
    for share in range(processes):
        here, there = context.Pipe(duplex=False)
        worker = context.Process(target=_share, args=(stage, names[share::processes], day, processes, there))
        worker.start()
        there.close()
        ends.append((worker, here))
    parts: list[Returned] = answers(ends)
    return Returned(
        terminals=len(names),
        events=sum(one.events for one in parts),
        sent=sum(one.sent for one in parts),
        connects=sum(one.connects for one in parts),
        left=sum(one.left for one in parts),
        connected=max(one.connected for one in parts),
        stored=max(one.stored for one in parts),
        digest=sum(one.digest for one in parts),
        cpu=sum(one.cpu for one in parts),
    )


def _share(stage: Stage, names: list[str], day: Day, processes: int, told: Connection) -> None:
    open_files(len(names))
    try:
        told.send(Returning(Swarm(stage, names), day, day.most // processes if day.most else len(names)).run())
    except (GivenUpError, OSError) as error:
        told.send(f"{type(error).__name__}: {error}")


class Returning:
    """The share of one process. ``most``: connected at once."""

    def __init__(self, swarm: Swarm, day: Day, most: int) -> None:
        self._swarm, self._day, self._most = swarm, day, most
        self._pace = Pace(most=day.within)
        self._coming: list[tuple[float, str, SwarmTerminal]] = []
        self._bringing: dict[str, SwarmTerminal] = {}
        self._done: deque[SwarmTerminal] = deque()
        self._connects = self._left = 0

    def run(self) -> Returned:
        """Until all that was brought is stored."""
        began, spent = time.monotonic(), time.process_time()
        for terminal in self._swarm.terminals:
            self._come(terminal, began + self._pace.delay(WENT))
        connected = progress = began
        stored = 0
        while self._coming or self._bringing:
            now = time.monotonic()
            if arrives := bool(self._coming) and self._coming[0][0] <= now and self._has_room():
                self._arrive(heapq.heappop(self._coming)[2])
                connected = time.monotonic()
            for terminal in self._swarm.turn(0.0 if arrives else 0.02):
                self._look_at(terminal)
            if self._swarm.counts.stored > stored or self._coming:
                stored, progress = self._swarm.counts.stored, now
            elif now > progress + PATIENCE:
                raise GivenUpError(f"{len(self._bringing)} still bring, {stored} stored")
        counts, ended = self._swarm.counts, time.monotonic()
        self._swarm.leave()
        return Returned(
            terminals=len(self._swarm.terminals),
            events=counts.stored,
            sent=counts.sent,
            connects=self._connects,
            left=self._left,
            connected=connected - began,
            stored=ended - began,
            digest=counts.digest,
            cpu=time.process_time() - spent,
        )

    def _come(self, terminal: SwarmTerminal, at: float) -> None:
        heapq.heappush(self._coming, (at, terminal.name, terminal))

    def _has_room(self) -> bool:
        while len(self._bringing) + len(self._done) >= self._most and self._done:
            self._done.popleft().say_goodbye()
            self._left += 1
        return len(self._bringing) + len(self._done) < self._most

    def _arrive(self, terminal: SwarmTerminal) -> None:
        if not terminal.unconfirmed:
            for number in range(self._day.visits, 0, -1):
                terminal.visit(ago=number * 24 * 3600 / self._day.visits)
        self._connects += 1
        try:
            self._swarm.connect(terminal)
        except OSError:
            self._come(terminal, time.monotonic() + self._pace.delay(0))
        else:
            self._bringing[terminal.name] = terminal

    def _look_at(self, terminal: SwarmTerminal) -> None:
        """Whether it has brought everything, or has lost its connection before."""
        if terminal.name not in self._bringing:
            return
        if not terminal.unconfirmed:
            self._done.append(self._bringing.pop(terminal.name))
        elif not terminal.connected:
            self._come(self._bringing.pop(terminal.name), time.monotonic() + self._pace.delay(0))
