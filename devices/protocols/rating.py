"""Frames of rating pads (评价器): one key a frame, in a shape described by a profile. No I/O.

``head, key, [checksum,] tail``, each a fixed number of bytes; vendors differ in nothing else. A key is one byte that the
profile maps to the official level, 5 非常满意 … 1 非常不满意, since some number them the other way or from nought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MAX_BUFFER = 4096
"""Bytes held at most. A pad sends some 7 bytes a press; what exceeds this is a flood and dropped from the front."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a vendor writes a key. ``checksum``: ``none``, ``sum`` or ``xor`` over head and key. ``keys``: byte → level."""

    keys: dict[int, int]
    head: bytes = b""
    tail: bytes = b""
    checksum: str = "none"
    _sum: Callable[[bytes], bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """``ValueError`` for a shape no stream could be read with."""
        if self.checksum not in _CHECKSUMS:
            raise ValueError(f"checksum {self.checksum!r}, not one of {', '.join(_CHECKSUMS)}")
        if sorted(self.keys.values()) != [1, 2, 3, 4, 5]:
            raise ValueError("the keys must stand for the levels 1 to 5, each once")
        if not self.head + self.tail:
            raise ValueError("a key alone is no frame: head or tail must mark it")
        object.__setattr__(self, "_sum", _CHECKSUMS[self.checksum])

    def frame(self, key: int) -> bytes:
        """The bytes the pad sends for ``key``."""
        counted = self.head + bytes([key])
        return counted + self._sum(counted) + self.tail

    def key_of(self, level: int) -> int:
        return next(key for key, value in self.keys.items() if value == level)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of ``level`` went down, or is held down and repeats."""

    level: int


@dataclass(frozen=True, slots=True)
class Garbage:
    """``count`` bytes that belong to no frame of this shape."""

    count: int


Event = Key | Garbage


class Receiver:
    """Finds keys in a stream. Feed :meth:`receive_data`, take :meth:`next_event` until ``None``."""

    def __init__(self, shape: Shape) -> None:
        self._frames = {shape.frame(key): level for key, level in shape.keys.items()}
        self._size = len(next(iter(self._frames)))
        self._buffer = bytearray()
        self._dropped = 0

    def receive_data(self, data: bytes) -> None:
        self._buffer += data
        if (excess := len(self._buffer) - MAX_BUFFER) > 0:
            del self._buffer[:excess]
            self._dropped += excess

    def clear(self) -> None:
        """Forget a frame begun: the press belongs to the past."""
        self._buffer.clear()
        self._dropped = 0

    def next_event(self) -> Event | None:
        """The next event, or ``None`` when more bytes are needed."""
        at = 0
        while at < len(self._buffer):
            piece = bytes(self._buffer[at : at + self._size])
            if any(frame.startswith(piece) for frame in self._frames):
                break
            at += 1
        del self._buffer[:at]
        if dropped := self._dropped + at:
            self._dropped = 0
            return Garbage(dropped)
        level = self._frames.get(bytes(self._buffer[: self._size]))
        if level is None:
            return None
        del self._buffer[: self._size]
        return Key(level)


_CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda counted: b"",
    "sum": lambda counted: bytes([sum(counted) & 0xFF]),
    "xor": lambda counted: bytes([_xor(counted)]),
}


def _xor(counted: bytes) -> int:
    result = 0
    for byte in counted:
        result ^= byte
    return result
