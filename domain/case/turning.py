"""A page turned upright without touching its picture: the JPEG says how it is to be held (Exif 2.32, tag Orientation), and whoever
shows it holds it so. Not a pixel is coded anew, because the picture is evidence.
"""

from __future__ import annotations

import struct

from msgspec.structs import replace

from domain.case.content import Box, Finding

_SOI, _APP0, _APP1 = b"\xff\xd8", b"\xff\xe0", b"\xff\xe1"
_HELD = {0: 1, 1: 6, 2: 3, 3: 8}
"""Clockwise quarter turns → value of the tag."""
_HEAD = b"Exif\0\0MM\0\x2a" + struct.pack(">LHHHL", 8, 1, 0x0112, 3, 1)
"""TIFF header, one directory of one entry: Orientation, a SHORT, once; its value and four times nothing follow."""
_SIZE = 4 + len(_HEAD) + 8


def turned(jpeg: bytes, quarters: int) -> bytes:
    """The same picture, held ``quarters`` further clockwise than before. ``ValueError`` when it is no JPEG."""
    at = _place(jpeg)
    rest = jpeg[at + _SIZE :] if _tagged(jpeg, at) else jpeg[at:]
    held = (turns(jpeg) + quarters) % 4
    if held == 0:
        return jpeg[:at] + rest
    tag = _APP1 + struct.pack(">H", _SIZE - 2) + _HEAD + struct.pack(">HHL", _HELD[held], 0, 0)
    return jpeg[:at] + tag + rest


def turns(jpeg: bytes) -> int:
    """Clockwise quarter turns the picture wants to be shown with, as :func:`turned` wrote them. ``ValueError`` as there."""
    at = _place(jpeg)
    if not _tagged(jpeg, at):
        return 0
    (value,) = struct.unpack_from(">H", jpeg, at + 4 + len(_HEAD))
    return next((quarters for quarters, held in _HELD.items() if held == value), 0)


def turned_finding(found: Finding, quarters: int) -> Finding:
    """The same finding on the page turned ``quarters`` clockwise."""
    return replace(found, boxes=tuple(turned_box(box, quarters) for box in found.boxes))


def turned_box(box: Box, quarters: int) -> Box:
    for _ in range(quarters % 4):
        left, top, right, bottom = box
        box = (10_000 - bottom, left, 10_000 - top, right)
    return box


def _place(jpeg: bytes) -> int:
    """Where the tag stands, or would: behind the start and the JFIF header."""
    if jpeg[:2] != _SOI or len(jpeg) < 6:
        raise ValueError("no JPEG")
    return 4 + int.from_bytes(jpeg[4:6], "big") if jpeg[2:4] == _APP0 else 2


def _tagged(jpeg: bytes, at: int) -> bool:
    return jpeg[at : at + 2] == _APP1 and jpeg[at + 4 : at + 4 + len(_HEAD)] == _HEAD and len(jpeg) >= at + _SIZE
