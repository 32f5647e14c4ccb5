"""What the virtual loudspeaker played: ``N.wav`` in its folder, the newest growing while it speaks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

HEADER = 44
_PIECE = 8192
_OVER = 0.5
"""Seconds without growth after which a sentence is over."""


def heard(folder: Path | None) -> list[dict[str, float]]:
    """``n`` and ``seconds`` of each, newest first."""
    found = []
    for path in folder.glob("*.wav") if folder is not None else ():
        if path.stem.isdigit():
            found.append({"n": int(path.stem), "seconds": _seconds(path)})
    return sorted(found, key=lambda one: -one["n"])


def played(path: Path) -> Iterator[bytes]:
    """The file as it grows, until it is whole."""
    with path.open("rb") as sound:
        grown = time.monotonic()
        while time.monotonic() - grown < _OVER:
            if piece := sound.read(_PIECE):
                grown = time.monotonic()
                yield piece
            else:
                time.sleep(0.05)


def _seconds(path: Path) -> float:
    try:
        with path.open("rb") as sound:
            rate = int.from_bytes(sound.read(HEADER)[28:32], "little")
        return round(max(0, path.stat().st_size - HEADER) / rate, 1) if rate else 0.0
    except OSError:
        return 0.0
