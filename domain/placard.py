"""Who this terminal is and whom to call, on the system's disk: what can be said on the screen when the data's disk cannot be used,
and the settings with it. Laid by setting up (``kiosk/setup``), which is also when it is locked with the rest of that disk.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

PLACE = Path("etc/tongban/placard.json")
"""Below the root."""


class Placard(Struct, frozen=True):
    """``id``, ``hall`` and ``phone`` as the settings' ``[terminal]`` had them; empty: not known."""

    id: str = ""
    hall: str = ""
    phone: str = ""


def read(root: Path = Path("/")) -> Placard:
    """Nobody's where none was laid, or what lies there cannot be read."""
    try:
        return msgspec.json.decode((root / PLACE).read_bytes(), type=Placard)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Placard()


def written(placard: Placard) -> str:
    """The file's text."""
    return msgspec.json.encode(placard).decode() + "\n"
