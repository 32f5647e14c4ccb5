"""Millions of bytes through each parser of a device's wire: never an exception but the named one, memory bounded."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ippserver.constants import SectionEnum, TagEnum
from ippserver.request import IppRequest
from lines import Receiver, drain

from devices.a4 import ipp, status
from devices.protocols import apdu, chip, escpos, frames, piv, rating, reading, sdt, social
from devices.rating.profile import profiles

MEMORY = 2_000_000
"""Bytes a parser may hold beyond what it was given: every one has a named limit far below."""
FRAME = 1_000_000
"""The one limit above that is the picture of a camera; here it is set below."""
Feed = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Parser:
    """``seeds``: well-formed bytes that the random ones are mixed with, so that the parser gets beyond its first byte."""

    make: Callable[[], Feed]
    seeds: tuple[bytes, ...]


def streaming(make: Callable[[], Receiver], *final: type[Exception]) -> Callable[[], Feed]:
    """A parser that is fed as bytes come. After a ``final`` error it has to be made anew."""

    def fresh() -> Feed:
        receiver = make()

        def feed(piece: bytes) -> None:
            nonlocal receiver
            try:
                receiver.receive_data(piece)
            except final:
                receiver = make()
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


def _exchange(raw: bytes) -> None:
    """A card whose answers are ``raw`` cut into pieces as its own bytes say; it answers for ever."""
    at = 0

    def transmit(command: bytes) -> bytes:
        nonlocal at
        size = raw[at % len(raw)]
        at += 1
        return raw[at % len(raw) :][:size]

    apdu.exchange(apdu.select(social.NAME), transmit)


def _tree(raw: bytes) -> None:
    for element in apdu.elements(raw):
        apdu.find(element.value, 0x7C, 0x82)


def _social(raw: bytes) -> None:
    """Each record cut from ``raw``, and the card and its holder as these tell them."""
    values = {}
    for tag, size in {**social.CARD_LENGTHS, **social.HOLDER_LENGTHS}.items():
        values[tag] = social.value(tag, bytes([tag, size]) + raw[:size].ljust(size, b"\0"))
        raw = raw[size:]
    social.card_facts(values)
    social.holder(values)


def _piv(raw: bytes) -> None:
    piv.certificate(apdu.Answer(raw, apdu.Sw.OK))


def _signature(raw: bytes) -> None:
    piv.signature(apdu.Answer(raw, apdu.Sw.OK))


def _printer(full_status: bool) -> Callable[[], Feed]:
    def fresh() -> Feed:
        answers = escpos.Answers(full_status=full_status)

        def feed(piece: bytes) -> None:
            answers.receive(piece)

        return feed

    return fresh


def _ipp(raw: bytes) -> None:
    status.condition(ipp._decode(raw, 1))


_SDT = (sdt.answer(sdt.Sw3.DONE, bytes(1284)), sdt.FIND, sdt.PREAMBLE, sdt.PREAMBLE + b"\x0a\x00")
_CHIP = (bytes(range(256)), "测试 ".encode("utf-16-le") * 20, b"\x20\x00" * 128, sdt.answer(sdt.Sw3.DONE, bytes(1284))[10:])
_TLV = (
    apdu.encode(0x6F, apdu.encode(0x84, social.NAME) + apdu.encode(0xA5, apdu.encode(0x9F0C, bytes(10)))),
    apdu.encode(0x53, apdu.encode(0x70, bytes(700)) + apdu.encode(0x71, b"\0") + apdu.encode(0xFE, b"")),
    apdu.encode(0x7C, apdu.encode(0x82, bytes(70))),
    b"\x7c\x83\xff\xff\xff",
    b"\x5f" * 40,
)
_CHAINS = (b"\x02\x61\xff" * 40, b"\x02\x6c\x10" * 40, (b"\x12" + bytes(16) + b"\x61\x10") * 20, b"\x02\x90\x00")
_SOCIAL = ("测试".encode("gb18030") * 30, bytes.fromhex("510100199001010013") * 12, b"3.0 " * 40)
_ESCPOS = (b"\x12\x16\x1e", b"\x10\x00\x00\x00", b"\x37\x220001\x00", b"\x5fTM-T88\x00", b"\x10\x0f\x20\x00\x00\x00")
_FRAMES = (
    frames.camera(1, "imx708_wide", (4608, 2592), (1152, 648)),
    frames.frame_header(7, 24, 16, 32) + bytes(32 * 24),
    frames.frame_header(8, 800, 600, 832),
    frames.refusal(9, frames.Why.NO_CAMERA),
    *(frames.request(ask, 3) for ask in frames.Ask),
)
_READING = (
    reading.ready("RapidOCR"),
    reading.lines(7, (reading.Line("居住证明", (0, 1, 2, 3), 0.9), reading.Line("", (0, 0, 0, 0), 0.0))),
    reading.lines(8, ()),
    reading.refusal(9, reading.Why.TOO_LARGE),
    reading.page_header(3, 5) + b"a jpg",
)
_IPP = tuple(
    IppRequest((1, 1), said, 1, attributes).to_string()
    for said in (0, 0x0406)
    for attributes in (
        {(SectionEnum.job, b"job-id", TagEnum.integer): [struct.pack(">i", n) for n in range(20)]},
        {
            (SectionEnum.printer, b"printer-state", TagEnum.enum): [struct.pack(">i", 3)],
            (SectionEnum.printer, b"printer-state-reasons", TagEnum.keyword): [b"media-empty", b"media-needed"],
        },
    )
)

PARSERS: dict[str, Parser] = {
    "sdt answers": Parser(streaming(sdt.Receiver), _SDT),
    "sdt requests": Parser(streaming(sdt.RequestReceiver), _SDT),
    "chip sections": Parser(parsing(chip.split, chip.LayoutError), _CHIP),
    "chip text": Parser(parsing(_text, chip.LayoutError), _CHIP),
    "newest address": Parser(parsing(chip.new_address, chip.LayoutError), _CHIP),
    "card answers": Parser(parsing(_exchange, apdu.CardAnswerError), _CHAINS),
    "card elements": Parser(parsing(_tree, apdu.CardAnswerError), _TLV),
    "social card": Parser(parsing(_social, apdu.CardAnswerError), _SOCIAL),
    "badge certificate": Parser(parsing(_piv, apdu.CardAnswerError), _TLV),
    "badge signature": Parser(parsing(_signature, apdu.CardAnswerError), _TLV),
    "receipt printer": Parser(_printer(full_status=False), _ESCPOS),
    "receipt printer with presenter": Parser(_printer(full_status=True), _ESCPOS),
    "camera messages": Parser(streaming(lambda: frames.Receiver(largest=FRAME), frames.FrameError), _FRAMES),
    "camera questions": Parser(streaming(lambda: frames.Receiver(largest=0), frames.FrameError), _FRAMES),
    "lines of a page": Parser(streaming(lambda: reading.Receiver(FRAME // 5), reading.ReadingError), _READING),
    "a4 answers": Parser(parsing(_ipp, ipp.IppError), _IPP),
    **{
        f"rating {name}": Parser(
            streaming(lambda shape=profile.shape: rating.Receiver(shape)),  # type: ignore[misc]
            tuple(filter(None, (*map(profile.shape.frame, profile.shape.keys), profile.shape.idle))),
        )
        for name, profile in profiles().items()
    },
}
"""One line for each; a new protocol adds its own."""


def pieces(seeds: tuple[bytes, ...], size: int) -> Iterator[bytes]:
    """Well-formed, damaged, cut off and random, ``size`` bytes in all."""
    chance = random.Random(size)
    given = 0
    while given < size:
        whole = chance.choice(seeds) if chance.random() < 0.5 else chance.randbytes(chance.randrange(1, 1500))
        piece = bytearray(whole)
        for _ in range(chance.randrange(4)):
            piece[chance.randrange(len(piece))] = chance.randrange(256)
        piece = piece[: chance.randrange(1, len(piece) + 1)] if chance.random() < 0.3 else piece
        given += len(piece)
        yield bytes(piece)


@pytest.mark.parametrize("size", [50_000, pytest.param(10_000_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
@pytest.mark.parametrize("name", PARSERS)
def test_no_bytes_upset_a_parser_or_fill_its_memory(name: str, size: int) -> None:
    parser = PARSERS[name]
    feed = parser.make()
    tracemalloc.start()
    try:
        for piece in pieces(parser.seeds, size):
            feed(piece)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    print(f"{name}: {size} bytes, {most} held at most")
    assert most < MEMORY


def test_every_protocol_has_its_line() -> None:
    """A parser nobody feeds here is one nobody fed."""
    fed = {"sdt", "chip", "apdu", "social", "piv", "escpos", "frames", "rating", "reading"}
    assert {path.stem for path in _protocols()} == fed


def _protocols() -> list[Path]:
    return [path for path in Path(sdt.__file__).parent.glob("*.py") if path.stem != "__init__"]
