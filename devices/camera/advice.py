"""From glimpses to what the citizen is told: one advice at a time and no flicker, whether a page lies still, and which.

Pure: glimpses in, sights out; time is the glimpses' own. How it stays calm:

- what is wrong must be so for ``APPEARS`` before it is said, a page that is being put down is wrong in many ways;
- what is said stays for ``STAYS``, long enough to be read, and goes once all has been well for ``CLEARS``;
- a page is still when its corners stayed within ``STILL`` over ``FRAMES`` looks of which none showed anything wrong.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from devices.camera.face import Face, same, unmoved
from devices.camera.glimpse import Flaw, Glimpse, left
from devices.sight import Advice, Sight

APPEARS, STAYS, CLEARS = 0.5, 1.2, 0.4
"""Seconds."""

FRAMES = 5
STILL = 0.003
"""Share of the picture's sides."""

MOVING = 0.012
"""Spread of a corner over ``FRAMES`` looks from which on a page moves, rather than trembles in the finder's noise."""

GONE = 0.4
"""Seconds the bare desk must show where a page lay before that page is called taken away."""


class Watch:
    """One look at the desk after another, since the camera began to watch. Numbers of lying pages begin above ``lay``."""

    def __init__(self, lay: int = 0) -> None:
        self._last = lay
        self._known: Glimpse | None = None
        self._recent: deque[Glimpse] = deque(maxlen=FRAMES)
        self._said = Flaw()
        self._said_at = float("-inf")
        self._candidate: Advice | None = None
        self._since = float("-inf")
        self._bare_since: float | None = None
        self._taken_away = False
        self._was_still = False
        self._latest: Face | None = None

    @property
    def lay(self) -> int:
        """Number of the page that lay still last."""
        return self._last

    def see(self, glimpse: Glimpse) -> Sight:
        self._recent.append(glimpse)
        self._notice_leaving(glimpse)
        flaw = glimpse.flaw
        if flaw.advice is None and self._spread() > MOVING:
            flaw = Flaw(Advice.MOVING)
        self._settle(flaw, glimpse.at)
        still = self._said.advice is None and self._lies_still()
        if still and not (self._was_still and unmoved(self._latest, glimpse.face)):
            self._recognise(glimpse)
        self._was_still, self._latest = still, glimpse.face
        lay = self._last if self._known is not None else 0
        return Sight(self._said.advice, glimpse.outline, self._said.where, self._said.edges, still, lay)

    # --- what is said ---------------------------------------------------------------------------------------------------

    def _settle(self, flaw: Flaw, at: float) -> None:
        first = self._since == float("-inf")
        if first or flaw.advice is not self._candidate:
            self._candidate, self._since = flaw.advice, at
        if flaw.advice is self._said.advice:
            self._said = flaw  # the same, where it is now
            return
        lasted = at - self._since >= (CLEARS if flaw.advice is None else APPEARS)
        read = self._said.advice is None or at - self._said_at >= STAYS
        if first or (lasted and read):
            self._said, self._said_at = flaw, at

    # --- stillness ------------------------------------------------------------------------------------------------------

    def _lies_still(self) -> bool:
        return len(self._recent) == FRAMES and all(g.flaw.advice is None for g in self._recent) and self._spread() < STILL

    def _spread(self) -> float:
        """How far a corner got about in the recent looks that show a page; 0 without two of them."""
        outlines = [g.outline for g in self._recent if g.outline]
        if len(outlines) < 2:
            return 0.0
        return float(np.ptp(np.array(outlines), axis=0).max())

    # --- one page or another --------------------------------------------------------------------------------------------

    def _notice_leaving(self, glimpse: Glimpse) -> None:
        """A hand over the page, or glare on it, is no leaving; nor is a push to where it is still seen."""
        if self._known is None or glimpse.outline or not left(self._known, glimpse):
            self._bare_since = None
        elif self._bare_since is None:
            self._bare_since = glimpse.at
        elif glimpse.at - self._bare_since >= GONE:
            self._taken_away = True

    def _recognise(self, glimpse: Glimpse) -> None:
        if self._known is None or self._taken_away or not same(self._known.face, glimpse.face):
            self._last += 1
            self._known, self._taken_away = glimpse, False
        else:  # where it lies now, known by its first face: a drift from one to the next must not hide a change
            self._known = replace(glimpse, face=self._known.face)
