"""What the page on the glass tells of itself every two seconds, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Beat:
    """``frames``: how many the browser painted since the beat before, counted up to a few. ``shown``: serial of the snapshot on the
    page, where the page shows one. ``whole``: what is to be read stands there, visible and in its style. ``front``: its window has
    the focus; ``None``: not told.
    """

    frames: int
    shown: int | None
    whole: bool
    front: bool | None = None


class GlassState(StrEnum):
    """What is known of the glass. Nothing is known before the first beat."""

    AWAITED = "awaited"
    ALIVE = "alive"
    SILENT = "silent"
    """No beat comes: no browser, a page that hangs, another page than ours."""
    FROZEN = "frozen"
    """The page's script goes on and nothing is painted: the picture stands, or is black."""
    BLANK = "blank"
    """Painted, and there is nothing to read."""
    BEHIND = "behind"
    """It shows what was true some time ago."""
    COVERED = "covered"
    """All is well with it, and another window lies over it."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """``age``: seconds since the last beat."""

    state: GlassState
    age: float | None


class GlassWatch(Protocol):
    """Who is told of every beat. Any thread."""

    def beaten(self, beat: Beat, serial: int) -> None:
        """``serial``: of the snapshot that was the newest when the beat came."""

    def asked(self) -> Pulse:
        """What is known now. Whoever asks keeps a browser here: from now on a glass that never beats is a fault."""
