"""Reading what the kernel says of the machine: small files, one value each, that may not be there at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_MOST = 64 * 1024


@dataclass(frozen=True)
class Kernel:
    """Where the kernel's files lie."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")


def text(path: Path) -> str | None:
    """``None``: this machine does not say. That is no fault of anybody's, and no proof of health either."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST).decode("utf-8", "replace").strip()
    except OSError:
        return None


def number(path: Path, base: int = 10) -> int | None:
    """``None`` where there is no such file or it holds no number."""
    try:
        return int(text(path) or "", base)
    except ValueError:
        return None
