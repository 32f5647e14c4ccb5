"""What the log says of one device's going and coming: one line down and one line up, however it flaps.

A failure of a device that worked for ``calm`` seconds is said at once. One that comes sooner after the last return is part
of the same trouble: it is said only when it lasts as long, together with how often the device came and went meanwhile. Up
is said when down was. A device that changes from one fault to another says each of them once.
"""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)


class Outages:
    """Not thread-safe: its owner locks. ``now`` is monotonic seconds."""

    def __init__(self, name: str, calm: float) -> None:
        self._name = name
        self._calm = calm
        self._code: str | None = None
        self._said: set[str] = set()
        self._went_at = self._came_at = float("-inf")
        self._new = True
        self._flapping = False
        self._breaks = 0

    def down(self, code: str, now: float) -> None:
        if self._code is None:
            self._flapping = now - self._came_at < self._calm
            self._went_at = now
        self._code = code
        self.look(now)

    def up(self, words: str, now: float) -> None:
        if self._new or self._said:
            log.info("%s: %s%s", self._name, words, self._meanwhile())
        elif self._code is not None:
            self._breaks += 1
        self._new = False
        self._said.clear()
        self._code, self._came_at = None, now

    def look(self, now: float) -> None:
        """Say what has waited long enough."""
        if self._code is None or self._code in self._said:
            return
        if self._flapping and not self._said and now - self._went_at < self._calm:
            return
        log.warning("%s: %s%s", self._name, self._code, self._meanwhile())
        self._said.add(self._code)

    def _meanwhile(self) -> str:
        breaks, self._breaks = self._breaks, 0
        return f" (came and went {breaks} times before)" if breaks else ""
