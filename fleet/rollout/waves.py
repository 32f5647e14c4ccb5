"""Who is in which wave: by shares of them all (1 %, 10 %, 50 %, all), or by rings that have names. Pure, and the same each time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SHARES = (1, 10, 50, 100)
MOST = 8
"""Waves of one roll-out."""
ALL_AT_ONCE = "全部"
_REST = "其余"


@dataclass(frozen=True, slots=True)
class Waves:
    """``names`` of the waves that have anybody; ``of``: terminal → its wave, from 0."""

    names: tuple[str, ...]
    of: Mapping[str, int]


def at_once(terminals: Collection[str]) -> Waves:
    return Waves((ALL_AT_ONCE,), dict.fromkeys(terminals, 0))


def by_share(terminals: Collection[str], here: Collection[str], shares: Sequence[int] = SHARES, salt: str = "") -> Waves:
    """``shares``: growing percentages, how much of all has it after each wave; the last is 100. Chance decides who comes first, but
    those who are ``here`` before those who are not: the first few are to tell something soon.
    """
    order = sorted(terminals, key=lambda t: (t not in here, hashlib.sha256(f"{salt}/{t}".encode()).digest()))
    ends = [max(1, -(-len(order) * share // 100)) for share in shares]
    return _named(
        [
            (ALL_AT_ONCE if share == 100 else f"{share} %", order[begin:end])
            for share, begin, end in zip(shares, [0, *ends], ends, strict=False)
        ]
    )


def by_ring(terminals: Collection[str], groups: Mapping[str, Collection[str]], rings: Sequence[str]) -> Waves:
    """``rings``: names of groups, in their order; whoever is in none of them comes last."""
    waves: list[tuple[str, list[str]]] = []
    left = set(terminals)
    for ring in rings:
        mine = {t for t in left if ring in groups.get(t, ())}
        left -= mine
        waves.append((ring, sorted(mine)))
    return _named([*waves, (_REST if rings else ALL_AT_ONCE, sorted(left))])


def _named(waves: Sequence[tuple[str, Sequence[str]]]) -> Waves:
    some = [(name, members) for name, members in waves if members]
    return Waves(tuple(name for name, _ in some), {t: n for n, (_, members) in enumerate(some) for t in members})
