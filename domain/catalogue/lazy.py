"""What of a large catalogue is held: where each thing lies among the bytes, and from when to when it is good.

Things lie in blocks of a few dozen, compressed in a part that was signed, plain in a file for people. A block is unpacked when
something in it is asked for; the last few stay so.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

_K = TypeVar("_K")
_V = TypeVar("_V")
_CACHED = 256
_IN_A_BLOCK = 32
_UNPACKED = 24
_MAX_BLOCK = 4 * 1024 * 1024


class BadBlockError(ValueError):
    """Not a block."""


class Block:
    """Some things, in their order. ``packed``: a JSON array, deflated (RFC 1950)."""

    __slots__ = ("_packed", "_plain")

    def __init__(self, packed: bytes = b"", plain: tuple[msgspec.Raw, ...] = ()) -> None:
        self._packed = packed
        self._plain = plain

    def raws(self) -> tuple[msgspec.Raw, ...]:
        """:class:`BadBlockError` for what is damaged, or larger than a block ever is."""
        return _unpacked(self._packed) if self._packed else self._plain


def packed(raws: Sequence[msgspec.Raw]) -> tuple[bytes, ...]:
    """``raws`` in blocks."""
    blocks = (raws[start : start + _IN_A_BLOCK] for start in range(0, len(raws), _IN_A_BLOCK))
    return tuple(zlib.compress(msgspec.json.encode(block), 9) for block in blocks)


@lru_cache(maxsize=_UNPACKED)
def _unpacked(packed: bytes) -> tuple[msgspec.Raw, ...]:
    try:
        inflate = zlib.decompressobj()
        data = inflate.decompress(packed, _MAX_BLOCK)
        if not inflate.eof or inflate.unused_data:
            raise BadBlockError("cut off, too large, or more than a block")
        return msgspec.json.decode(data, type=tuple[msgspec.Raw, ...])
    except (zlib.error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadBlockError(str(error)) from None


class Slip(msgspec.Struct, Generic[_K], frozen=True, gc=False):
    """One version of something: the ``place`` in its block."""

    key: _K
    since: date | None
    until: date | None
    block: Block
    place: int

    @property
    def raw(self) -> msgspec.Raw:
        return self.block.raws()[self.place]


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

    def slip(self, key: _K) -> Slip[_K] | None:
        return self._slips.get(key)

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
