"""Pictures as strips: every dot arrives, nothing within reads as a command, and an interruption costs little."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.printing import TYPESETTER, receipt

from devices.printer.raster import Strip, strips
from devices.printer.session import WINDOW
from devices.protocols.escpos import FLUSH, ROW_BYTES, STRIP_ROWS


def painted(parts: tuple[Strip, ...]) -> bytes:
    """What a printer that only knows ``GS v 0`` makes of them: 72 bytes a row, ink 1."""
    rows = b""
    for part in parts:
        assert part.data[:4] == b"\x1dv0\x00"
        width, height = part.data[4] + 256 * part.data[5], part.data[6] + 256 * part.data[7]
        body = part.data[8:]
        assert len(body) == width * height
        assert height == part.rows <= STRIP_ROWS
        rows += b"".join(body[row * width : (row + 1) * width].ljust(ROW_BYTES, b"\0") for row in range(height))
    return rows


def test_a_receipt_arrives_dot_for_dot() -> None:
    picture = TYPESETTER.render(receipt())
    wanted = picture.point(lambda dot: 255 - dot).tobytes()
    printed = painted(strips(picture))
    assert len(printed) == len(wanted)
    added = sum((a ^ b).bit_count() for a, b in zip(printed, wanted, strict=True))
    assert added < 20
    assert all(a & b == b for a, b in zip(printed, wanted, strict=True)), "no dot is ever taken away"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x01, 0x00, 0xFF]), min_size=ROW_BYTES, max_size=ROW_BYTES * 4))
def test_no_picture_holds_a_real_time_command(data: list[int]) -> None:
    rows = len(data) // ROW_BYTES
    picture = Image.frombytes("1", (ROW_BYTES * 8, rows), bytes(byte ^ 0xFF for byte in data[: rows * ROW_BYTES]))
    parts = strips(picture)
    assert not re.search(rb"\x10[\x04\x05\x14]", b"".join(part.data for part in parts))


def test_white_costs_next_to_nothing_and_keeps_its_height() -> None:
    parts = strips(Image.new("1", (576, 240), 1))
    assert sum(part.rows for part in parts) == 240
    assert sum(len(part.data) for part in parts) == 10 * (8 + STRIP_ROWS)


def test_the_clean_up_fills_any_strip_and_two_strips_fit_the_window() -> None:
    largest = max(len(part.data) for part in strips(Image.new("1", (576, 100), 0)))
    assert len(FLUSH) >= largest
    assert 2 * largest <= WINDOW
