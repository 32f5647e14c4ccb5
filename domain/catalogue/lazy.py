"""What of a large catalogue is held: where each thing lies among the bytes, and from when to when it is good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Generic, TypeVar

import msgspec

_K = TypeVar("_K")
_V = TypeVar("_V")
_CACHED = 256


class Slip(msgspec.Struct, Generic[_K], frozen=True, gc=False):
    """One version of something."""

    key: _K
    since: date | None
    until: date | None
    raw: msgspec.Raw


class Unread(Mapping[_K, _V]):
    """A dictionary whose values are typed when they are asked for; the last few hundred stay so."""

    def __init__(self, slips: Mapping[_K, Slip[_K]], read: Callable[[msgspec.Raw], _V]) -> None:
        self._slips = slips
        self._read = read
        self._cached: dict[_K, _V] = {}

    def __getitem__(self, key: _K) -> _V:
        # Several threads ask: a value that is read twice is the same value.
        found = self._cached.get(key)
        if found is None:
            found = self._read(self._slips[key].raw)
            if len(self._cached) >= _CACHED:
                self._cached = {}
            self._cached[key] = found
        return found

    def __iter__(self) -> Iterator[_K]:
        return iter(self._slips)

    def __len__(self) -> int:
        return len(self._slips)

    def __contains__(self, key: object) -> bool:
        return key in self._slips


def in_force(slips: Iterable[Slip[_K]], day: date | None) -> dict[_K, Slip[_K]]:
    """Of each its version in force on ``day``, on no day in particular its newest; in the order given."""
    found: dict[_K, Slip[_K]] = {}
    for slip in slips:
        since, known = slip.since or date.min, found.get(slip.key)
        good = day is None or since <= day <= (slip.until or date.max)
        if good and (known is None or since >= (known.since or date.min)):
            found[slip.key] = slip
    return found
