"""What happens in one run, from its seed alone."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

TERMINALS = ("rs-hall-01", "rs-hall-02")
CENTRE, BROKER = "centre", "broker"
SPAN = 3.0
"""Seconds in which faults begin and most visits take place."""
MOST_FAULTS = 8
RESERVE = 2 * 1024 * 1024
_JUMPS = (-400 * 86400, -86400, -3600, -61, 61, 3600, 86400, 400 * 86400)


@dataclass(frozen=True)
class Fault:
    """``at``: seconds from the start; ``lasts``: until it is made good (a process starts again, a link comes up, a disk has room).
    ``jump``: seconds the terminal's wall clock is moved, for good.
    """

    at: float
    kind: str
    who: str
    lasts: float = 0.0
    jump: int = 0

    def __str__(self) -> str:
        more = f" by {self.jump:+d} s" if self.kind == "clock" else f" for {self.lasts:.2f} s"
        return f"{self.at:5.2f} s  {self.kind} {self.who}{more}"


_KINDS = (
    ("kill", (*TERMINALS, BROKER, CENTRE), 5),
    ("cut", (*TERMINALS, CENTRE), 3),
    ("full", (*TERMINALS, CENTRE), 2),
    ("clock", TERMINALS, 1),
)
"""What, whom, how often beside the others. ``kill`` is SIGKILL, ``cut`` a link set down, ``full`` a disk without a free byte."""


@dataclass(frozen=True)
class Page:
    """One page of a visit; its picture follows from what it is."""

    of: str
    size: int

    @property
    def picture(self) -> bytes:
        return random.Random(self.of).randbytes(self.size)


@dataclass(frozen=True)
class Visit:
    """One person's time at a terminal. ``rating``: the level given, if any. ``gap``: seconds before it begins."""

    id: str
    pages: tuple[Page, ...]
    rating: int | None
    gap: float

    @property
    def content(self) -> bytes:
        return hashlib.sha256(self.id.encode()).hexdigest().encode()


@dataclass(frozen=True)
class Plan:
    """``reserve``: bytes a terminal keeps free; with none it runs into a full disk in the middle of a visit."""

    seed: int
    reserve: int
    faults: tuple[Fault, ...]
    visits: dict[str, tuple[Visit, ...]]

    def without(self, left_out: int) -> Plan:
        return replace(self, faults=self.faults[:left_out] + self.faults[left_out + 1 :])


def plan(seed: int) -> Plan:
    chance = random.Random(seed)
    faults = [_fault(chance) for _ in range(chance.randint(2, MOST_FAULTS))]
    visits = {name: tuple(_visits(chance, f"{seed}-{name}")) for name in TERMINALS}
    return Plan(seed, chance.choice((0, RESERVE)), tuple(sorted(faults, key=lambda fault: fault.at)), visits)


def _fault(chance: random.Random) -> Fault:
    kind, whom, _ = chance.choices(_KINDS, [often for _, _, often in _KINDS])[0]
    jump = chance.choice(_JUMPS) if kind == "clock" else 0
    return Fault(chance.uniform(0, SPAN), kind, chance.choice(whom), chance.choice((0.0, 0.1, 0.4, 1.0, 2.0)), jump)


def _visits(chance: random.Random, prefix: str) -> Iterator[Visit]:
    count = chance.randint(4, 8)
    for n in range(count):
        sizes = [chance.choice((300, 4_000, 40_000, 40_000, 400_000)) for _ in range(chance.randint(0, 3))]
        pages = tuple(Page(f"{prefix}-{n}-{i}", size) for i, size in enumerate(sizes))
        yield Visit(f"{prefix}-{n}", pages, chance.choice((None, 1, 3, 5)), chance.uniform(0, 2 * SPAN / count))
