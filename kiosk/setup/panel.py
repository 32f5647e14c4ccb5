"""The panel: its pixels and its size, as the kernel tells them (``/sys/class/drm``)."""

from __future__ import annotations

import math
import re
from pathlib import Path

from msgspec import Struct


class Panel(Struct, frozen=True):
    """``diagonal``: inches, as the panel itself says (EDID, byte 21 and 22: centimetres); ``None``: it does not."""

    width: int = 1080
    height: int = 1920
    diagonal: float | None = None

    def ppi(self, inches: float) -> float:
        return round(math.hypot(self.width, self.height) / inches, 1)

    def inches(self, ppi: float) -> float:
        return math.hypot(self.width, self.height) / ppi


USUAL = Panel()


def look(drm: Path = Path("/sys/class/drm")) -> Panel:
    """The first connected panel's preferred mode; :data:`USUAL` where there is none."""
    for connector in sorted(drm.glob("card*-*")):
        try:
            if (connector / "status").read_text("ascii").strip() != "connected":
                continue
            mode = re.match(r"([0-9]{3,5})x([0-9]{3,5})", (connector / "modes").read_text("ascii"))
            edid = (connector / "edid").read_bytes()[:128] if (connector / "edid").exists() else b""
        except (OSError, UnicodeDecodeError):
            continue
        if mode:
            return Panel(int(mode[1]), int(mode[2]), _size(edid))
    return USUAL


def _size(edid: bytes) -> float | None:
    if len(edid) < 128 or not edid.startswith(b"\x00\xff\xff\xff\xff\xff\xff\x00") or not (edid[21] and edid[22]):
        return None
    return round(math.hypot(edid[21], edid[22]) / 2.54, 1)
