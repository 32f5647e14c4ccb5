"""Ten million bytes through each parser of ``devices/protocols``: never an exception but the named one, memory bounded."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from lines import Receiver, drain

from devices.protocols import chip, sdt

BYTES = 10_000_000
MEMORY = 2_000_000
"""Bytes a parser may hold beyond what it was given: every one has a named limit far below."""
Feed = Callable[[bytes], None]


def streaming(make: Callable[[], Receiver]) -> Callable[[], Feed]:
    """A parser that is fed as bytes come."""

    def fresh() -> Feed:
        receiver = make()

        def feed(piece: bytes) -> None:
            receiver.receive_data(piece)
            for _ in drain(receiver):
                pass

        return feed

    return fresh


def parsing(parse: Callable[[bytes], object], *refusals: type[Exception]) -> Callable[[], Feed]:
    """A parser of whole data, which refuses by ``refusals`` only."""

    def feed(piece: bytes) -> None:
        try:
            parse(piece)
        except refusals:
            return

    return lambda: feed


def _text(raw: bytes) -> None:
    """The text under each flag in turn."""
    text = bytearray(raw[:256].ljust(256, b"\x20"))
    text[chip.TYPE_FLAG] = " JIY"[raw[-1] % 4].encode("utf-16-le")
    chip.parse(bytes(text))


PARSERS: dict[str, Callable[[], Feed]] = {
    "sdt answers": streaming(sdt.Receiver),
    "sdt requests": streaming(sdt.RequestReceiver),
    "chip sections": parsing(chip.split, chip.LayoutError),
    "chip text": parsing(_text, chip.LayoutError),
    "newest address": parsing(chip.new_address, chip.LayoutError),
}
"""One line for each; a new protocol adds its own."""
SEEDS: tuple[bytes, ...] = (
    sdt.answer(sdt.Sw3.DONE, bytes(1284)),
    sdt.FIND,
    sdt.PREAMBLE,
    sdt.PREAMBLE + b"\x0a\x00",
    bytes(range(256)),
    "测试 ".encode("utf-16-le") * 20,
    b"\x20\x00" * 128,
)
"""What the random bytes are mixed with, so that parsers get beyond their first byte. A new protocol adds a frame or two."""


def pieces(seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    given = 0
    while given < BYTES:
        whole = chance.choice(SEEDS) if chance.random() < 0.5 else chance.randbytes(chance.randrange(1, 1500))
        piece = bytearray(whole)
        for _ in range(chance.randrange(4)):
            piece[chance.randrange(len(piece))] = chance.randrange(256)
        piece = piece[: chance.randrange(1, len(piece) + 1)] if chance.random() < 0.3 else piece
        given += len(piece)
        yield bytes(piece)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", PARSERS)
def test_ten_million_bytes_upset_no_parser_and_fill_no_memory(name: str) -> None:
    feed = PARSERS[name]()
    tracemalloc.start()
    try:
        for piece in pieces(len(name)):
            feed(piece)
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(held, most) < MEMORY
