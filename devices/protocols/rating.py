"""Frames of rating pads (评价器): one key a frame, in a shape described by a profile. No I/O.

``head, key, fill, [checksum,] tail``, each a fixed number of bytes: what vendors differ in. A length byte or a "pressed"
before the key belongs to the head, one behind it to the fill; frames of a released key then match nothing and are garbage.
A key is one or more bytes that the profile maps to the official level, 5 非常满意 … 1 非常不满意, since some number them the
other way or from nought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MAX_BUFFER = 4096
"""Bytes held at most. A pad sends some 7 bytes a press; what exceeds this is a flood and dropped from the front."""
MAX_FRAME = 64
"""Bytes of a frame at most."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a vendor writes a key. ``keys``: bytes, all of one length → level; some pads have fewer than five.

    ``checksum``: one of :data:`CHECKSUMS`, over head, key and fill without the first ``uncounted`` bytes.
    ``idle``: what a pad that is asked says when no key was pressed.
    """

    keys: dict[bytes, int]
    head: bytes = b""
    fill: bytes = b""
    tail: bytes = b""
    checksum: str = "none"
    uncounted: int = 0
    idle: bytes = b""
    _sum: Callable[[bytes], bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """``ValueError`` for a shape no stream could be read with."""
        if self.checksum not in CHECKSUMS:
            raise ValueError(f"checksum {self.checksum!r}, not one of {', '.join(CHECKSUMS)}")
        levels = sorted(self.keys.values())
        if len(set(levels)) != len(levels) or not set(levels) <= {1, 2, 3, 4, 5}:
            raise ValueError("the keys must stand for levels 1 to 5, each at most once")
        if not levels or levels[0] > 2 or levels[-1] < 4:
            raise ValueError("the keys must offer a good level (4, 5) and a bad one (1, 2)")
        if len({len(key) for key in self.keys}) != 1 or not all(self.keys):
            raise ValueError("all keys must be equally long, one byte at least")
        if not self.head + self.fill + self.tail:
            raise ValueError("a key alone is no frame: head, fill or tail must mark it")
        if not 0 <= self.uncounted <= len(self.head):
            raise ValueError("uncounted reaches beyond the head")
        object.__setattr__(self, "_sum", CHECKSUMS[self.checksum])
        frames = [*map(self.frame, self.keys), *filter(None, [self.idle])]
        if max(map(len, frames)) > MAX_FRAME:
            raise ValueError(f"a frame is longer than {MAX_FRAME} bytes")
        if any(one is not two and two.startswith(one) for one in frames for two in frames):
            raise ValueError("one frame begins like another: they could not be told apart")

    def frame(self, key: bytes) -> bytes:
        """The bytes the pad sends for ``key``."""
        counted = self.head + key + self.fill
        return counted + self._sum(counted[self.uncounted :]) + self.tail

    def key_of(self, level: int) -> bytes:
        """``StopIteration`` when the pad has no key of this level."""
        return next(key for key, value in self.keys.items() if value == level)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of ``level`` went down, or is held down and repeats."""

    level: int


@dataclass(frozen=True, slots=True)
class Garbage:
    """``count`` bytes that belong to no frame of this shape."""

    count: int


@dataclass(frozen=True, slots=True)
class Idle:
    """The pad was asked and no key was pressed."""


Event = Key | Idle | Garbage


class Receiver:
    """Finds keys in a stream. Feed :meth:`receive_data`, take :meth:`next_event` until ``None``."""

    def __init__(self, shape: Shape) -> None:
        self._frames: dict[bytes, Event] = {shape.frame(key): Key(level) for key, level in shape.keys.items()}
        if shape.idle:
            self._frames[shape.idle] = Idle()
        self._longest = max(map(len, self._frames))
        self._firsts = bytes({frame[0] for frame in self._frames})
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
        while at < len(self._buffer) and not self._begins(at):
            at += 1
        del self._buffer[:at]
        if dropped := self._dropped + at:
            self._dropped = 0
            return Garbage(dropped)
        for frame, event in self._frames.items():
            if self._buffer.startswith(frame):
                del self._buffer[: len(frame)]
                return event
        return None

    def _begins(self, at: int) -> bool:
        """Whether a frame stands at ``at``, or the beginning of one at the end."""
        if self._buffer[at] not in self._firsts:
            return False
        piece = bytes(self._buffer[at : at + self._longest])
        return any(frame.startswith(piece) or piece.startswith(frame) for frame in self._frames)


def _crc16(data: bytes) -> bytes:
    """CRC-16/MODBUS, low byte first (MODBUS over Serial Line V1.02, 6.2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc.to_bytes(2, "little")


def _xor(data: bytes) -> bytes:
    total = 0
    for byte in data:
        total ^= byte
    return bytes([total])


CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda data: b"",
    "sum": lambda data: bytes([sum(data) & 0xFF]),
    "negative": lambda data: bytes([-sum(data) & 0xFF]),
    "xor": _xor,
    "crc16": _crc16,
}
"""``negative``: with it all bytes add up to nought."""
