"""A picture as commands an ESC/POS printer can be interrupted in: short strips, each whole in itself, built by python-escpos."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import rmtree
from typing import Any

from PIL import Image

from devices.protocols.escpos import STRIP_ROWS

_PROFILE = Path(__file__).parent / "capabilities.json"
"""One printer of 576 dots, all that python-escpos is to know: it refuses pictures wider than its profile's paper. Its own table of
every printer is YAML, and took a quarter of what a terminal's start costs.
"""
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")
"""DLE EOT, DLE ENQ and DLE DC4 are obeyed even within the data of a picture; by chance a picture holds them."""


_INK = [255] + [0] * 255
"""Black is ink; white may be 1 or 255."""


@dataclass(frozen=True, slots=True)
class Strip:
    """What is sent between two answers: a ``GS v 0`` command, or a line of text; it prints ``rows`` dot rows (0.125 mm each)."""

    data: bytes = field(repr=False)
    rows: int


def strips(picture: Image.Image) -> tuple[Strip, ...]:
    """``picture`` (mode "1", at most 576 wide) from top to bottom.

    White at the right is not sent, and a white strip is sent one byte wide: feeding by ``ESC J`` would depend on the
    model's motion unit. Where data would read as a real-time command one dot is added beside another.
    """
    ink = picture.point(_INK)
    return tuple(_strip(picture, ink, top, min(top + STRIP_ROWS, ink.height)) for top in range(0, ink.height, STRIP_ROWS))


def _strip(picture: Image.Image, ink: Image.Image, top: int, bottom: int) -> Strip:
    box = ink.crop((0, top, ink.width, bottom)).getbbox()
    width = -(-max(1, box[2] if box else 1) // 8) * 8
    builder = _dummy()()
    builder.image(picture.crop((0, top, width, bottom)), impl="bitImageRaster", fragment_height=STRIP_ROWS)
    return Strip(_REAL_TIME.sub(b"\x18", builder.output), bottom - top)


@cache
def _dummy() -> Any:
    """Before the first slip and not at every start: when imported it leaves a copy of its table in a new temporary folder that
    nobody reads again.
    """
    os.environ["ESCPOS_CAPABILITIES_FILE"] = str(_PROFILE)
    from escpos import capabilities
    from escpos.printer import Dummy

    rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy
