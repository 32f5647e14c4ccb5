"""Sample pictures 样张 of materials: drawings that say what belongs where, never a picture of somebody's paper."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data" / "samples"
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")


@lru_cache(maxsize=64)
def picture(sample: str) -> bytes | None:
    """The drawing (SVG, with no script and nothing fetched) of :attr:`Material.sample`; ``None`` where there is none."""
    path = _FOLDER / f"{sample}.svg"
    return path.read_bytes() if _NAME.fullmatch(sample) and path.is_file() else None
